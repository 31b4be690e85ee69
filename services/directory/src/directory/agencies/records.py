"""Agencies and what else the reference data say, as they are read."""

from datetime import date
from typing import Any, NamedTuple


class Agency(NamedTuple):
    """An agency; *counties* and *contacts* as JSON."""

    id: str
    title: str
    short_title: str
    sort_key: str
    kind: str
    region: str
    size_class: str
    population: int
    source: str
    until: date | None
    staff: int
    counties: list[dict[str, Any]]
    contacts: list[dict[str, Any]]


class JobClass(NamedTuple):
    """A statewide class."""

    id: str
    title: str
    code: str


class WorkUnit(NamedTuple):
    """A work unit."""

    id: str
    title: str
    of_state: bool
