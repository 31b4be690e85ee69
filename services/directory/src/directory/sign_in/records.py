"""Whom a sign-in may name."""

from typing import NamedTuple
from uuid import UUID


class Named(NamedTuple):
    """Whom an id, a number or an address names."""

    id: UUID
    staff_number: str
    family_name: str
    given_name: str
    keepers: list[str]


class Persona(NamedTuple):
    """A person of the demonstration's story."""

    part: str
    id: str
    staff_number: str
    family_name: str
    given_name: str
    agency_id: str
    short_title: str
    staff: int
