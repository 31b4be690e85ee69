"""People and agencies as they are read."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID


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


class Person(NamedTuple):
    """A person; *jobs* and *leaves* as JSON."""

    id: str
    staff_number: str
    family_name: str
    given_name: str
    email: str
    telephone: str
    sort_key: str
    version: int
    jobs: list[dict[str, Any]]
    leaves: list[dict[str, Any]]
    on_leave: bool
    keepers: list[str]
    is_public: bool
    email_confirmed: bool


class StaffCounts(NamedTuple):
    """How many work at an agency, and how many of them are new, on leave, or without a recorded unit."""

    staff: int
    new: int
    on_leave: int
    no_unit_recorded: int


class Named(NamedTuple):
    """Whom an id, a number or an address names."""

    id: UUID
    staff_number: str
    family_name: str
    given_name: str
    keepers: list[str]


class Grant(NamedTuple):
    """A role that was given and was not revoked."""

    id: str
    role: str
    scope: str


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


class Post(NamedTuple):
    """A job of a person, and what its agency is."""

    agency_id: str
    region: str
    kind: str
    job_class_id: str
    units: list[str]
    start_date: date
    end_date: date | None

    def holds(self, day: date) -> bool:
        """Whether it goes on on *day*."""
        return self.start_date <= day and (self.end_date is None or day < self.end_date)


class NamedElsewhere(NamedTuple):
    """How many people of other agencies a file names, and of how many it has another name than we."""

    named: int
    wrong: int


class Absent(NamedTuple):
    """Somebody who works at an agency and is not in its file."""

    person_id: UUID
    agency_id: str


class FoundProblem(NamedTuple):
    """What is wrong with a cell of a file."""

    line: int
    field: str
    value: str
    rule: str


class Renamed(NamedTuple):
    """A person whose names a file changes."""

    line: int
    person_id: UUID
    staff_number: str
    family_before: str
    given_before: str
    family_name: str
    given_name: str
