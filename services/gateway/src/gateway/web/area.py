"""An area of the gateway: what it adds to the whole. Nothing but its own value lists its parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter

from gateway.words.outcomes import DONE_BY_ANY, REASONS_OF_ANY, Outcomes


@dataclass(frozen=True)
class Area:
    """Its pages, and its sentences: by reason of a refusal, and by code of what was done (`visit.go`)."""

    routers: tuple[APIRouter, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)
    done: Mapping[str, str] = field(default_factory=dict)


def outcomes_of(areas: Iterable[Area]) -> Outcomes:
    """Put the sentences of all areas together.

    Raises `ValueError` if a reason or a code has two sentences.
    """
    found = list(areas)
    return Outcomes(
        _joined([REASONS_OF_ANY, *(area.reasons for area in found)]),
        _joined([DONE_BY_ANY, *(area.done for area in found)]),
    )


def _joined(parts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for part in parts:
        if twice := sorted(joined.keys() & part.keys()):
            raise ValueError(f"two areas have a sentence for {', '.join(twice)}")
        joined |= part
    return joined
