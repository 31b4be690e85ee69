"""What other services are told of people's jobs, and what ends by itself with a job: the roles held there.

A job that is recorded ahead of its day is told on its day. A job that had ended when it was first recorded is history
and is told to nobody.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from google.protobuf.message import Message

from directory import events
from servicekit.data import outbox
from servicekit.data.db import Db

_LEAVING = """
UPDATE job SET leaving_told = true
WHERE NOT leaving_told AND end_date <= %(day)s {of_people}
RETURNING agency_id, person_id, hire_told
"""
_HIRED = """
UPDATE job SET hire_told = true
WHERE NOT hire_told AND start_date <= %(day)s AND (end_date IS NULL OR end_date > %(day)s) {of_people}
RETURNING agency_id, person_id
"""
# A person's roles at an agency end with their last job there; those for the state with the last job at a state agency.
_ROLES_ENDED = """
UPDATE role_grant SET revoked_at = %(at)s
FROM unnest(%(agencies)s::text[], %(people)s::uuid[]) AS gone (agency_id, person_id)
JOIN agency ON agency.id = gone.agency_id
WHERE role_grant.person_id = gone.person_id AND role_grant.revoked_at IS NULL
  AND split_part(role_grant.scope, '/', 1) = CASE WHEN agency.kind = 'state' THEN 'state' ELSE agency.id END
  AND NOT EXISTS (
    SELECT FROM job JOIN agency AS other ON other.id = job.agency_id
    WHERE job.person_id = gone.person_id AND (job.end_date IS NULL OR job.end_date > %(day)s)
      AND CASE WHEN agency.kind = 'state' THEN other.kind = 'state' ELSE other.id = agency.id END)
"""
_OF_PEOPLE = "AND person_id = ANY(%(people)s)"


class JobAt(NamedTuple):
    """A person has or had a job at an agency."""

    agency_id: str
    person_id: UUID


class _Gone(NamedTuple):
    agency_id: str
    person_id: UUID
    hire_told: bool

    @property
    def at(self) -> JobAt:
        return JobAt(self.agency_id, self.person_id)


def tell(db: Db, *, day: date, person_ids: Collection[UUID] | None = None) -> set[UUID]:
    """Tell whose jobs began or ended up to *day* and were not told yet, and return who; None = look at everybody."""
    of_people = "" if person_ids is None else _OF_PEOPLE
    people = None if person_ids is None else list(person_ids)
    gone = db.all(_Gone, _LEAVING.format(of_people=of_people), day=day, people=people)
    if gone:
        agencies, persons = [job.agency_id for job in gone], [job.person_id for job in gone]
        db.run(_ROLES_ENDED, agencies=agencies, people=persons, at=db.at, day=day)
    _emit(db, events.left, [job.at for job in gone if job.hire_told])
    begun = db.all(JobAt, _HIRED.format(of_people=of_people), day=day, people=people)
    _emit(db, events.hired, begun)
    return {job.person_id for job in gone} | {job.person_id for job in begun}


def tell_hired(db: Db, jobs: Iterable[JobAt]) -> None:
    """Tell whose job began, where it is marked as told already."""
    _emit(db, events.hired, jobs)


def tell_moved(db: Db, jobs: Iterable[JobAt]) -> None:
    """Tell whose job was changed."""
    _emit(db, events.moved, jobs)


def _emit(db: Db, message: Callable[[str, Sequence[str]], Iterator[Message]], jobs: Iterable[JobAt]) -> None:
    by_agency: defaultdict[str, set[str]] = defaultdict(set)
    for job in jobs:
        by_agency[job.agency_id].add(str(job.person_id))
    for agency_id, people in sorted(by_agency.items()):
        for each in message(agency_id, sorted(people)):
            outbox.emit(db, each)
