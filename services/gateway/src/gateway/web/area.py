"""An area of the gateway: what it adds to the whole. Nothing but its own value lists its parts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fastapi import APIRouter

from gateway.web.disclosed import Declared
from gateway.web.navigation import Item
from gateway.words.outcomes import DONE_BY_ANY, REASONS_OF_ANY, Outcomes

# What templates say of a thing: `{% if letter is withdrawn %}`.
Adjectives = Mapping[str, Callable[[Any], bool]]
T = TypeVar("T")


@dataclass(frozen=True)
class Area:
    """Its pages, the links to them, and its words.

    *reasons* are sentences by the reason of a refusal, *done* by the code of what was done (`visit.go`); *labels* stand
    above the fields of its forms, where these are declared.
    """

    routers: tuple[APIRouter, ...]
    navigation: tuple[Item, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    done: Mapping[str, str] = field(default_factory=dict)
    adjectives: Adjectives = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    # Which of its pages and files show names of others, by route (`web/disclosed.py`).
    discloses: Mapping[str, Declared] = field(default_factory=dict)


def outcomes_of(areas: Iterable[Area]) -> Outcomes:
    """Put the sentences of all areas together.

    Raises `ValueError` if a reason or a code has two sentences.
    """
    found = list(areas)
    return Outcomes(
        _joined([REASONS_OF_ANY, *(area.reasons for area in found)]),
        _joined([DONE_BY_ANY, *(area.done for area in found)]),
        _joined([area.labels for area in found]),
    )


def adjectives_of(areas: Iterable[Area]) -> Adjectives:
    """Put the adjectives of all areas together.

    Raises `ValueError` if two areas have the same.
    """
    return _joined([area.adjectives for area in areas])


def disclosed_of(areas: Iterable[Area]) -> Mapping[str, Declared]:
    """Put together which routes of all areas show names of others."""
    return _joined([area.discloses for area in areas])


def _joined(parts: Iterable[Mapping[str, T]]) -> dict[str, T]:
    joined: dict[str, T] = {}
    for part in parts:
        if twice := sorted(joined.keys() & part.keys()):
            raise ValueError(f"two areas have {', '.join(twice)}")
        joined |= part
    return joined
