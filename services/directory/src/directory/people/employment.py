"""What people do at agencies: jobs, all of them dated."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlmodel import select

from directory import locks
from directory.agencies.tables import AgencyRow, JobClassRow, WorkUnitRow
from directory.people import changes, guesses, news, people
from directory.people.tables import JobRow, PersonRow
from directory.rules import names
from directory.rules.spells import JobOverlaps, NoCurrentJob, Spell, require_free, require_order
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db
from servicekit.refusals import InvalidField, NotFound

# The job of each person that has not ended, the earliest if a later one is recorded ahead; none if all have.
_CURRENT_JOBS = """
SELECT DISTINCT ON (person.id) person.id AS person_id, job.id, job.start_date
FROM person JOIN job AS any_job ON any_job.person_id = person.id AND any_job.agency_id = %(agency)s
LEFT JOIN job ON job.person_id = person.id AND job.agency_id = %(agency)s
  AND (job.end_date IS NULL OR job.end_date > %(day)s)
WHERE person.id = ANY(%(people)s)
ORDER BY person.id, job.start_date
"""
_JOBS_ENDED = """
UPDATE job SET end_date = given.end_date
FROM unnest(%(jobs)s::uuid[], %(ends)s::date[]) AS given (id, end_date)
WHERE job.id = given.id
"""


class _CurrentJob(NamedTuple):
    """A person of the agency, and their current job there if they have one."""

    person_id: UUID
    id: UUID | None
    start_date: date | None


@dataclass(frozen=True)
class Post:
    """What is said of a job: local title, statewide class and work units (none recorded = empty)."""

    local_title: str
    job_class: str
    units: Sequence[str]


@contextmanager
def counting_guesses(database: Database, caller: str, *, day: date) -> Iterator[None]:
    """Count it if somebody is hired under a number of somebody of another name; say nothing more of too many.

    Around the transaction, since what is refused leaves nothing behind.
    """
    try:
        yield
    except (people.StaffNumberTaken, people.StaffNumberAlike) as taken:
        if guesses.too_many(database, caller, day=day, wrong=int(not taken.metadata["person"])):
            raise guesses.TooManyGuesses(guesses.RULE, field="person.staff_number") from None
        raise


def hire(db: Db, identity: people.Identity, *, agency_id: str, post: Post, start: date, at: datetime) -> PersonRow:
    """Record a new person with a first job at the agency."""
    locks.share(db)
    person = people.create(db, identity, agency_id=agency_id)
    _add_job(db, person, agency_id=agency_id, post=post, start=start, end=None)
    changes.settle(db, person, at=at)
    db.changed(f"people/{person.id}", after=_job_facts(agency_id, post, start))
    return person


def add_job(
    db: Db, *, person_id: UUID, agency_id: str, post: Post, start: date, end: date | None, at: datetime
) -> PersonRow:
    """Give a person a job at the agency, beside any elsewhere. Whoever comes back is the same person as before."""
    person = changes.load_anybody(db, person_id)
    _add_job(db, person, agency_id=agency_id, post=post, start=start, end=end)
    changes.settle(db, person, at=at)
    db.changed(f"people/{person.id}", after=_job_facts(agency_id, post, start))
    return person


def change_job(db: Db, *, person_id: UUID, agency_id: str, post: Post, at: datetime) -> PersonRow:
    """Change title, class or units of the current job at the agency; the job remains the same spell of work."""
    person = changes.load_anybody(db, person_id)
    job = _current_job(db, person_id, agency_id)
    before = _job_facts(agency_id, Post(job.local_title, job.job_class_id, job.units), job.start_date)
    post = _checked(db, post)
    after = _job_facts(agency_id, post, job.start_date)
    if after != before:
        job.local_title, job.job_class_id, job.units = post.local_title, post.job_class, list(post.units)
        db.add(job)
        news.tell_moved(db, [news.JobAt(agency_id, person_id)])
        changes.settle(db, person, at=at)
    db.changed(f"people/{person_id}", before=before, after=after)
    return person


def end_job(db: Db, *, person_id: UUID, agency_id: str, end: date, at: datetime) -> PersonRow:
    """End the current job at the agency: *end* is the first day on which the person no longer works there.

    A job that ends on its first day was never begun and was recorded by mistake: its row stays, and covers no day.
    """
    person = changes.load_anybody(db, person_id)
    job = _current_job(db, person_id, agency_id)
    require_order("end_date", job.start_date, end, same_day=True)
    before = job.end_date
    job.end_date = end
    db.add(job)
    changes.settle(db, person, at=at)
    db.changed(
        f"people/{person_id}",
        before={"agency": agency_id, "end_date": before and before.isoformat()},
        after={"agency": agency_id, "end_date": end.isoformat()},
    )
    return person


def end_jobs(db: Db, *, agency_id: str, ends: Mapping[UUID, date], at: datetime) -> int:
    """End the current jobs of several people at the agency, each on their own day; all of them or none."""
    locks.hold(db)
    today = pacific_date(at)
    jobs = db.all(_CurrentJob, _CURRENT_JOBS, agency=agency_id, people=list(ends), day=today)
    known = {job.person_id: job for job in jobs}
    for person_id, end in ends.items():
        job = known.get(person_id)
        if job is None:
            raise NotFound(f"people/{person_id}")
        if job.id is None or job.start_date is None:
            raise NoCurrentJob(
                "The person has no job there.", person=f"people/{person_id}", agency=f"agencies/{agency_id}"
            )
        require_order("ends.end_date", job.start_date, end, same_day=True)
    ended = db.run(_JOBS_ENDED, jobs=[known[person_id].id for person_id in ends], ends=list(ends.values()))
    changes.settle_many(db, list(ends), at=at)
    after = {str(person_id): end.isoformat() for person_id, end in ends.items()}
    db.changed(f"agencies/{agency_id}", after={"ended": after})
    return ended


def _add_job(db: Db, person: PersonRow, *, agency_id: str, post: Post, start: date, end: date | None) -> None:
    agency = db.get(AgencyRow, agency_id)
    if agency is None:
        raise NotFound(f"agencies/{agency_id}")
    if agency.until is not None and start >= agency.until:
        raise InvalidField("job.start_date", start.isoformat(), f"must be before {agency.until}: the agency ended")
    if names.is_outside_number(person.staff_number):
        raise InvalidField("person", f"people/{person.id}", "must be staff: add them under their staff number")
    require_order("job.end_date", start, end, same_day=False)
    post = _checked(db, post)
    there = db.exec(select(JobRow).where(JobRow.person_id == person.id, JobRow.agency_id == agency_id)).all()
    spells = [Spell(job.start_date, job.end_date) for job in there]
    require_free(Spell(start, end), spells, JobOverlaps, person=f"people/{person.id}")
    db.add(
        JobRow(
            id=uuid4(),
            person_id=person.id,
            agency_id=agency_id,
            local_title=post.local_title,
            job_class_id=post.job_class,
            units=list(post.units),
            start_date=start,
            end_date=end,
            recorded_at=db.at,
        )
    )


def _current_job(db: Db, person_id: UUID, agency_id: str) -> JobRow:
    """Return the job at the agency that has not ended; the earliest, if a later one is recorded ahead."""
    today = pacific_date(db.at)
    jobs = db.exec(select(JobRow).where(JobRow.person_id == person_id, JobRow.agency_id == agency_id)).all()
    current = [job for job in jobs if job.end_date is None or job.end_date > today]
    if not jobs:
        raise NotFound(f"people/{person_id}")
    if not current:
        raise NoCurrentJob("The person has no job there.", person=f"people/{person_id}", agency=f"agencies/{agency_id}")
    return min(current, key=lambda job: job.start_date)


def _checked(db: Db, post: Post) -> Post:
    """Return *post* tidied; refuse a class or unit that does not exist."""
    title = names.clean(post.local_title)
    if not title or len(title) > names.LONGEST:
        raise InvalidField("job.local_title", post.local_title, f"must be given, of at most {names.LONGEST} characters")
    if db.get(JobClassRow, post.job_class) is None:
        raise InvalidField("job.job_class", post.job_class, "does not exist")
    units = sorted(set(post.units))
    known = db.exec(select(WorkUnitRow.id).where(WorkUnitRow.id.in_(units))).all()  # type: ignore[attr-defined]
    if unknown := sorted(set(units) - set(known)):
        raise InvalidField("job.units", unknown[0], "does not exist")
    return Post(title, post.job_class, units)


def _job_facts(agency_id: str, post: Post, start: date) -> dict[str, Any]:
    return {
        "agency": agency_id,
        "local_title": post.local_title,
        "job_class": post.job_class,
        "units": sorted(post.units),
        "start_date": start.isoformat(),
    }
