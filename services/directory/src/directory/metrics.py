"""What operators see of people and audiences: how many, never who."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from directory.agencies.rules import KINDS
from directory.rules.roles import CONTACT_ROLES
from servicekit.background.measures import Figure, Measure, Reading
from servicekit.calendar import pacific_date
from servicekit.data.db import Db, count

PEOPLE = Figure("cadre_people", "People with a job today, by whether they are on leave", ("standing",))
AGENCIES = Figure("cadre_agencies", "Agencies by kind", ("kind",))
UNATTENDED = Figure("cadre_unattended_agencies", "Local agencies without a coordinator or director who could confirm")
AUDIENCES = Figure("cadre_audiences", "Audiences")
MEMBERSHIPS = Figure("cadre_audience_people", "People in all audiences, once for each audience")
ROSTERS = Figure("cadre_running_rosters", "Roster files that are being taken in")

_PEOPLE = """
SELECT count(*) AS people, count(*) FILTER (WHERE EXISTS (
  SELECT FROM leave WHERE leave.person_id = employed.person_id
    AND start_date <= %(today)s AND (end_date IS NULL OR end_date >= %(today)s)
)) AS on_leave
FROM (
  SELECT DISTINCT person_id FROM job WHERE start_date <= %(today)s AND (end_date IS NULL OR end_date > %(today)s)
) AS employed
"""
_AGENCIES = """
SELECT kind, count(*) AS agencies FROM agency WHERE until IS NULL OR until > %(today)s GROUP BY kind
"""
_UNATTENDED = """
SELECT count(*) AS agencies FROM agency
WHERE kind <> 'state' AND (agency.until IS NULL OR agency.until > %(today)s) AND NOT EXISTS (
  SELECT FROM role_grant
  JOIN job ON job.person_id = role_grant.person_id AND job.agency_id = agency.id
    AND job.start_date <= %(today)s AND (job.end_date IS NULL OR job.end_date > %(today)s)
  WHERE scope = agency.id AND role = ANY(%(roles)s) AND revoked_at IS NULL
)
"""
_AUDIENCES = "SELECT count(*) AS audiences, coalesce(sum(people), 0)::bigint AS people FROM audience"
_ROSTERS = "SELECT count(*) AS running FROM roster_import WHERE state = 'RUNNING'"


class _People(NamedTuple):
    people: int
    on_leave: int


class _OfKind(NamedTuple):
    kind: str
    agencies: int


class _Audiences(NamedTuple):
    audiences: int
    people: int


def _read(db: Db) -> Iterable[Reading]:
    today = pacific_date(db.at)
    people = db.one(_People, _PEOPLE, today=today)
    yield PEOPLE.of(people.people - people.on_leave, "at work")
    yield PEOPLE.of(people.on_leave, "on leave")
    agencies = dict(db.all(_OfKind, _AGENCIES, today=today))
    for kind in KINDS:
        yield AGENCIES.of(agencies.get(kind, 0), kind)
    yield UNATTENDED.of(count(db, _UNATTENDED, today=today, roles=list(CONTACT_ROLES)))
    audiences = db.one(_Audiences, _AUDIENCES)
    yield AUDIENCES.of(audiences.audiences)
    yield MEMBERSHIPS.of(audiences.people)
    yield ROSTERS.of(count(db, _ROSTERS))


MEASURES = (
    Measure("people", timedelta(seconds=30), (PEOPLE, AGENCIES, UNATTENDED, AUDIENCES, MEMBERSHIPS, ROSTERS), _read),
)
