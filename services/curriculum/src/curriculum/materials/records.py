"""Materials between their rows and the terms of the rules."""

from collections.abc import Mapping
from typing import Any

from curriculum.courses.rules.pieces import Media
from curriculum.materials.rules.materials import Kind, Material, Module, Rights, Step, TrainerRule
from curriculum.materials.tables import GivenVersionRow, TrainerRuleRow


def material_of(kept: Mapping[str, Any]) -> Material:
    """Return what is said of a material."""
    return Material(
        **{
            **kept,
            "kind": Kind(kept["kind"]),
            "rights": Rights(kept["rights"]),
            "file": _media(kept["file"]),
            "source": _media(kept["source"]),
            "modes": tuple(kept["modes"]),
            "objectives": tuple(kept["objectives"]),
            "modules": tuple(_module(one) for one in kept["modules"]),
        }
    )


def rule_of(row: TrainerRuleRow | GivenVersionRow | None) -> TrainerRule:
    """Return who may train with it; nothing was written = nothing is asked."""
    return TrainerRule(tuple(row.practice), row.credential) if row else TrainerRule()


def _media(kept: Mapping[str, Any] | None) -> Media | None:
    return Media(**kept) if kept else None


def _module(kept: Mapping[str, Any]) -> Module:
    steps = tuple(Step(**one) for one in kept["steps"])
    return Module(**{**kept, "goals": tuple(kept["goals"]), "steps": steps})
