"""Who leads a unit: recorded, ended, and ended by itself with the work that it went with."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlmodel import select

from directory import events
from directory.agencies.tables import WorkUnitRow
from directory.people import changes
from directory.people.tables import JobRow
from directory.rules.spells import Spell, require_free, require_order
from directory.units.tables import UnitLeadRow
from servicekit.calendar import pacific_date
from servicekit.data import outbox
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, Kind, NotFound, Refusal

# A lead goes on while there is a job at the agency, in the unit if it began in the unit.
_GONE = """
(lead.end_date IS NULL OR lead.end_date > %(day)s) AND NOT EXISTS (
  SELECT FROM job WHERE job.person_id = lead.person_id AND job.agency_id = lead.agency_id
    AND (job.end_date IS NULL OR job.end_date > greatest(%(day)s, lead.start_date))
    AND (NOT lead.inside OR lead.unit_id = ANY(job.units)))
"""
SOME_GONE = f"SELECT EXISTS (SELECT FROM unit_lead AS lead WHERE {_GONE})"  # noqa: S608 - made of constants
# It ended with the last job there; who was moved out of the unit leads it no longer from the day on which that is seen.
_END_GONE = f"""
UPDATE unit_lead AS lead SET revision = revision + 1, end_date = greatest(start_date, coalesce((
    SELECT max(end_date) FROM job WHERE job.person_id = lead.person_id AND job.agency_id = lead.agency_id
    HAVING bool_and(coalesce(end_date <= %(day)s, false))), %(day)s))
WHERE {_GONE}
RETURNING id::text AS lead_id, agency_id, unit_id AS unit, person_id::text, start_date, end_date, revision
"""  # noqa: S608 - made of constants
_ALL = """
SELECT id::text AS lead_id, agency_id, unit_id AS unit, person_id::text, start_date, end_date, revision
FROM unit_lead ORDER BY agency_id, id
"""


class LeadOverlaps(Refusal):
    """They lead this unit in that time already."""

    kind = Kind.PRECONDITION


class LeadWithoutJob(Refusal):
    """They have no job at this agency on the day on which they would begin to lead a unit of it."""

    kind = Kind.PRECONDITION


class LeadEnded(Refusal):
    """They lead the unit no longer: when they did stays as it was."""

    kind = Kind.PRECONDITION


class Lead(NamedTuple):
    """Somebody who is to lead a unit of an agency."""

    agency_id: str
    unit_id: str
    person_id: UUID
    spell: Spell


class Told(NamedTuple):
    """What others are told of a lead."""

    lead_id: str
    agency_id: str
    unit: str
    person_id: str
    start_date: date
    end_date: date | None
    revision: int


def begin(db: Db, lead: Lead, *, replaces: UUID | None) -> UnitLeadRow:
    """Record that somebody leads a unit, in the place of another lead of it if *replaces* says so."""
    start, end = lead.spell.start, lead.spell.end
    require_order("lead.end_date", start, end, same_day=False)
    if db.get(WorkUnitRow, lead.unit_id) is None:
        raise InvalidField("lead.unit", f"agencies/{lead.agency_id}/units/{lead.unit_id}", "does not exist")
    changes.load_anybody(db, lead.person_id)
    job = _job(db, lead)
    known = select(UnitLeadRow).where(
        UnitLeadRow.person_id == lead.person_id,
        UnitLeadRow.agency_id == lead.agency_id,
        UnitLeadRow.unit_id == lead.unit_id,
    )
    spells = [Spell(row.start_date, row.end_date) for row in db.exec(known).all()]
    require_free(lead.spell, spells, LeadOverlaps, person=f"people/{lead.person_id}")
    told, before = [], None
    if replaces is not None:
        other = _going_on(db, replaces, lead.agency_id, "replaces")
        if other.unit_id != lead.unit_id:
            raise InvalidField("replaces", f"unitLeads/{replaces}", "must lead the same unit")
        before = _end(db, other, max(start, other.start_date))
        told.append(other)
    row = UnitLeadRow(
        id=uuid4(),
        agency_id=lead.agency_id,
        unit_id=lead.unit_id,
        person_id=lead.person_id,
        start_date=start,
        end_date=end,
        inside=lead.unit_id in job.units,
        recorded_at=db.at,
    )
    db.add(row)
    db.flush()
    tell(db, map(_told, [*told, row]))
    db.changed(f"unitLeads/{row.id}", before=before, after=_facts(row))
    return row


def end(db: Db, *, lead_id: UUID, agency_id: str, end: date) -> UnitLeadRow:
    """End a lead that goes on, or will begin: *end* is the first day on which they lead the unit no longer."""
    row = _going_on(db, lead_id, agency_id, "name")
    require_order("end_date", row.start_date, end, same_day=True)
    before = _end(db, row, end)
    tell(db, [_told(row)])
    db.changed(f"unitLeads/{row.id}", before=before, after=_facts(row))
    return row


def end_gone(db: Db, *, day: date) -> int:
    """End every lead whose work ended up to *day*, and tell it; return how many."""
    gone = db.all(Told, _END_GONE, day=day)
    tell(db, gone)
    return len(gone)


def tell_all(db: Db) -> int:
    """Tell every lead again, for copies that lost something; return how many."""
    every = db.all(Told, _ALL)
    tell(db, every)
    return len(every)


def tell(db: Db, some: Iterable[Told]) -> None:
    """Tell what leads are since now."""
    by_agency: defaultdict[str, list[events.LeadOfUnit]] = defaultdict(list)
    for lead in some:
        of = events.LeadOfUnit(lead.lead_id, lead.unit, lead.person_id, lead.start_date, lead.end_date, lead.revision)
        by_agency[lead.agency_id].append(of)
    for agency_id, of_agency in sorted(by_agency.items()):
        for message in events.unit_lead_changed(agency_id, of_agency):
            outbox.emit(db, message)


def _job(db: Db, lead: Lead) -> JobRow:
    """Return the job at the agency that the person has when the lead begins."""
    jobs = select(JobRow).where(JobRow.person_id == lead.person_id, JobRow.agency_id == lead.agency_id)
    for job in db.exec(jobs).all():
        if Spell(job.start_date, job.end_date).holds_on(lead.spell.start):
            return job
    raise LeadWithoutJob(
        "The person has no job there on that day.",
        field="lead.start_date",
        person=f"people/{lead.person_id}",
        start=lead.spell.start,
    )


def _going_on(db: Db, lead_id: UUID, agency_id: str, field: str) -> UnitLeadRow:
    """Lock and return a lead at the agency that has not ended."""
    found = select(UnitLeadRow).where(UnitLeadRow.id == lead_id, UnitLeadRow.agency_id == agency_id)
    row = db.exec(found.with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"unitLeads/{lead_id}")
    if row.end_date is not None and row.end_date <= pacific_date(db.at):
        raise LeadEnded("That ended already.", field=field, end=row.end_date)
    return row


def _end(db: Db, row: UnitLeadRow, day: date) -> dict[str, str]:
    before = _facts(row)
    row.end_date, row.revision = day, row.revision + 1
    db.add(row)
    db.flush()
    return before


def _facts(row: UnitLeadRow) -> dict[str, str]:
    return {
        "unit": f"agencies/{row.agency_id}/units/{row.unit_id}",
        "person": f"people/{row.person_id}",
        "start_date": row.start_date.isoformat(),
        "end_date": row.end_date.isoformat() if row.end_date else "",
    }


def _told(row: UnitLeadRow) -> Told:
    return Told(str(row.id), row.agency_id, row.unit_id, str(row.person_id), row.start_date, row.end_date, row.revision)
