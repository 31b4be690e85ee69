"""What is found in a roster file beside what is known."""

from typing import NamedTuple
from uuid import UUID


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
