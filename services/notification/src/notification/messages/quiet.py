"""Hours in which an agency's people are written to, and the hour of somebody's morning mail: said, kept, kept to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from notification.messages.rules import quiet
from notification.messages.rules.quiet import OwnHours
from servicekit.calendar import Calendar
from servicekit.data.db import Db
from servicekit.refusals import Stale

_ONE = "SELECT opens, closes, revision FROM mail_hours WHERE agency_id = %(agency)s"
_EVERY = "SELECT agency_id, opens, closes FROM mail_hours"
_SAVE = """
INSERT INTO mail_hours (agency_id, opens, closes, revision) VALUES (%(agency)s, %(opens)s, %(closes)s, 1)
ON CONFLICT (agency_id) DO UPDATE
SET opens = excluded.opens, closes = excluded.closes, revision = mail_hours.revision + 1
RETURNING revision
"""
_MORNING = "SELECT hour FROM mail_morning WHERE person_id = %(person)s"
_CHOOSE = """
INSERT INTO mail_morning (person_id, hour) VALUES (%(person)s, %(hour)s)
ON CONFLICT (person_id) DO UPDATE SET hour = excluded.hour
"""
# What waits for the morning: at eight, and nothing urgent.
_OF_MORNING = """
t.state = 'WANTED' AND NOT m.urgent AND (t.goes_at AT TIME ZONE 'America/Los_Angeles')::time = '08:00'
"""
_EARLY = f"""
SELECT EXISTS (
  SELECT FROM mail_morning AS own JOIN message_to AS t USING (person_id) JOIN message AS m ON m.id = t.message_id
  WHERE own.hour < 8 AND {_OF_MORNING} AND t.goes_at > %(at)s
    AND t.goes_at + (own.hour - 8) * interval '1 hour' <= %(at)s)
"""  # noqa: S608 - made of constants
_BRING_FORWARD = f"""
UPDATE message_to AS t SET goes_at = t.goes_at + (own.hour - 8) * interval '1 hour', changed_at = %(at)s
FROM mail_morning AS own, message AS m
WHERE own.hour < 8 AND own.person_id = t.person_id AND m.id = t.message_id AND {_OF_MORNING}
  AND t.goes_at > %(at)s AND t.goes_at + (own.hour - 8) * interval '1 hour' <= %(at)s
"""  # noqa: S608 - made of constants
_LATER = f"""
UPDATE message_to AS t SET goes_at = t.goes_at + (own.hour - 8) * interval '1 hour', changed_at = %(at)s
FROM mail_morning AS own, message AS m
WHERE own.hour > 8 AND own.person_id = t.person_id AND m.id = t.message_id AND {_OF_MORNING}
  AND t.goes_at <= %(at)s AND t.person_id = ANY(%(people)s)
"""  # noqa: S608 - made of constants
# Who works at two agencies is written to when the first of them is open; who works at none, as all are.
_REST = """
UPDATE message_to AS t SET goes_at = open.at, changed_at = %(at)s
FROM (
  SELECT place.person_id, min(coalesce(shut.at, %(at)s)) AS at
  FROM (
    SELECT person_id, agency_id FROM audience_member WHERE person_id = ANY(%(people)s) AND member
    UNION
    SELECT person_id, split_part(scope, '/', 2) FROM message_to
    WHERE person_id = ANY(%(people)s) AND state = 'WANTED' AND goes_at <= %(at)s AND scope LIKE 'agencies/%%'
  ) AS place
  LEFT JOIN unnest(%(agencies)s::text[], %(moments)s::timestamptz[]) AS shut (agency_id, at) USING (agency_id)
  GROUP BY place.person_id
) AS open, message AS m
WHERE open.person_id = t.person_id AND open.at > %(at)s AND m.id = t.message_id
  AND t.state = 'WANTED' AND t.goes_at <= %(at)s AND NOT m.urgent
"""


class Held(NamedTuple):
    """An agency's hours, and their revision, 0 before they were changed for the first time."""

    agency_id: str
    own: OwnHours
    revision: int


class _Kept(NamedTuple):
    opens: int
    closes: int
    revision: int


class _OfAgency(NamedTuple):
    agency_id: str
    opens: int
    closes: int


def held(db: Db, agency_id: str) -> Held:
    """Return the hours of an agency."""
    kept = db.maybe(_Kept, _ONE, agency=agency_id)
    return Held(agency_id, OwnHours(kept.opens, kept.closes), kept.revision) if kept else Held(agency_id, OwnHours(), 0)


def replace(db: Db, agency_id: str, own: OwnHours, etag: str) -> Held:
    """Give an agency other hours. *etag* is of those that were read.

    Raises:
        InvalidField: an hour is none, or outside those of all.
        Stale: somebody else changed them since.
    """
    quiet.check(own)
    before = held(db, agency_id)
    revision = int(db.value(_SAVE, agency=agency_id, opens=own.opens, closes=own.closes))
    name = f"agencies/{agency_id}/mailHours"
    if etag != etag_of(revision - 1):
        raise Stale(name)
    was = {"opens": before.own.opens, "closes": before.own.closes}
    db.changed(name, before=was, after={"opens": own.opens, "closes": own.closes})
    return Held(agency_id, own, revision)


def etag_of(revision: int) -> str:
    """Return the etag of hours: none until they were changed for the first time."""
    return str(revision) if revision else ""


def morning(db: Db, person_id: UUID) -> int:
    """Return at which hour somebody's morning mail comes."""
    chosen: list[int] = db.values(_MORNING, person=person_id)
    return chosen[0] if chosen else quiet.MORNING


def choose_morning(db: Db, person_id: UUID, hour: int) -> None:
    """Have somebody's morning mail come at another hour."""
    quiet.check_morning(hour)
    before = morning(db, person_id)
    db.run(_CHOOSE, person=person_id, hour=hour)
    db.changed(f"people/{person_id}/mailMorning", before={"hour": before}, after={"hour": hour})


def shut(db: Db, calendar: Calendar, closed: Mapping[str, Collection[date]], at: datetime) -> Mapping[str, datetime]:
    """Return the agencies whose people are not written to now, each with when they are again.

    *closed* are agencies' own days.
    """
    known = {one.agency_id: OwnHours(one.opens, one.closes) for one in db.all(_OfAgency, _EVERY)}
    found = {
        agency: quiet.next_open(known.get(agency, OwnHours()), calendar, closed.get(agency, ()), at)
        for agency in known.keys() | closed.keys()
    }
    return {agency: moment for agency, moment in found.items() if moment > at}


def some_are_early(db: Db) -> bool:
    """Whether morning mail of those waits whose hour has come before eight."""
    return bool(db.value(_EARLY, at=db.at))


def bring_forward(db: Db) -> None:
    """Have the morning mail of those go whose hour has come before eight."""
    db.run(_BRING_FORWARD, at=db.at)


def put_off(db: Db, people: Sequence[UUID], shut_: Mapping[str, datetime]) -> None:
    """Put off what is due for *people* to the hour that they chose, and until one of their agencies is open."""
    db.run(_LATER, at=db.at, people=list(people))
    if shut_:
        db.run(_REST, at=db.at, people=list(people), agencies=list(shut_), moments=list(shut_.values()))


# So early whoever holds a role is asked for: some read their morning mail an hour before eight.
EARLY = timedelta(hours=quiet.MORNING - quiet.EARLIEST_MORNING)
