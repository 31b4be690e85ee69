"""People as they are read."""

from datetime import date
from typing import Any, NamedTuple


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


class Grant(NamedTuple):
    """A role that was given and was not revoked."""

    id: str
    role: str
    scope: str


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
