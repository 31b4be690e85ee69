"""The directory's facts as messages. Nothing else builds one."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from cadre.directory.v1 import events_pb2

# A consumer handles a chunk in one transaction.
CHUNK = 1_000

T = TypeVar("T")


class Membership(NamedTuple):
    """What holds for one person at one agency since a revision of an audience."""

    person_id: str
    agency_id: str
    units: Sequence[str]
    member: bool
    on_leave: bool
    # By the agency's word alone.
    local: bool


class LeadOfUnit(NamedTuple):
    """Who leads a unit from when to when, and how often that was changed."""

    lead_id: str
    unit: str
    person_id: str
    start_date: date
    end_date: date | None
    revision: int


def agency_listed(agency_id: str, kind: str, end: date | None) -> events_pb2.AgencyListed:
    """An agency is on record since now, or was changed; *end* = the first day on which it no longer exists."""
    return events_pb2.AgencyListed(agency_id=agency_id, kind=kind, end_date=end.isoformat() if end else "")


def calendar_changed(year: int, revision: int, closed: Sequence[date]) -> events_pb2.CalendarChanged:
    """The state's holidays of a year are on record since now, or were changed."""
    return events_pb2.CalendarChanged(year=year, revision=revision, closed=[day.isoformat() for day in sorted(closed)])


def hired(agency_id: str, person_ids: Sequence[str]) -> Iterator[events_pb2.PersonHired]:
    """People took up a job at an agency."""
    for chunk in _chunks(person_ids):
        yield events_pb2.PersonHired(agency_id=agency_id, person_ids=chunk)


def moved(agency_id: str, person_ids: Sequence[str]) -> Iterator[events_pb2.PersonMoved]:
    """People changed class, title or work units within an agency."""
    for chunk in _chunks(person_ids):
        yield events_pb2.PersonMoved(agency_id=agency_id, person_ids=chunk)


def left(agency_id: str, person_ids: Sequence[str]) -> Iterator[events_pb2.PersonLeft]:
    """People's job at an agency ended."""
    for chunk in _chunks(person_ids):
        yield events_pb2.PersonLeft(agency_id=agency_id, person_ids=chunk)


def unit_lead_changed(agency_id: str, leads: Sequence[LeadOfUnit]) -> Iterator[events_pb2.UnitLeadChanged]:
    """People lead units of an agency from now on or from a day to come, or no longer."""
    for chunk in _chunks(leads):
        yield events_pb2.UnitLeadChanged(
            agency_id=agency_id,
            leads=[
                events_pb2.LeadOfUnit(
                    lead_id=lead.lead_id,
                    unit=lead.unit,
                    person_id=lead.person_id,
                    start_date=lead.start_date.isoformat(),
                    end_date=lead.end_date.isoformat() if lead.end_date else "",
                    revision=lead.revision,
                )
                for lead in chunk
            ],
        )


def members_changed(
    audience_id: str, revision: int, effective: date, changes: Sequence[Membership], *, whole: bool = False
) -> Iterator[events_pb2.AudienceMembersChanged]:
    """The membership of an audience changed; a revision without changes is told as one empty chunk.

    *whole*: the changes are everybody who is or was a member.
    """
    chunks = list(_chunks(changes)) or [[]]
    for number, chunk in enumerate(chunks, 1):
        yield events_pb2.AudienceMembersChanged(
            audience_id=audience_id,
            revision=revision,
            chunk=number,
            chunks=len(chunks),
            effective_date=effective.isoformat(),
            whole=whole,
            changes=[
                events_pb2.MemberChange(
                    person_id=change.person_id,
                    agency_id=change.agency_id,
                    units=change.units,
                    member=change.member,
                    on_leave=change.on_leave,
                    local=change.local,
                )
                for change in chunk
            ],
        )


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
