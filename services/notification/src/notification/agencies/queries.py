"""How far agencies are. A figure costs the same however many people it counts; lists go on after a key."""

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from notification.agencies.records import (
    AgencyNotice,
    AgencyReadiness,
    Figures,
    Recipient,
    Standing,
    UnitFigures,
    Wanted,
)
from notification.inbox.readiness import COUNTED, DID_ALL, STARTED_AT
from notification.inbox.rules import Counts
from notification.letters.queries import NEWEST, NOTICE, NOTICE_WITHOUT_BODY, ONLY, PART_COMES, URGENT
from notification.letters.rows import name_of
from notification.letters.tables import Notice
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

STATE = ""
# Which of an agency's letters: conditions on what the list says of each. All others are WITHDRAWN or out.
_STILL_TO_DO = "unconfirmed OR to_go"
_COMES = f"(n.effective_date > %(today)s OR {PART_COMES})"
WHICH = {
    "STILL_TO_DO": f"AND ({_STILL_TO_DO})",
    "COMING": f"AND ({_STILL_TO_DO} OR n.state = 'PUBLISHED' AND {_COMES})",
    "WITHDRAWN_ONLY": "AND n.state = 'WITHDRAWN'",
}
NO_UNIT = "none"
MOST_NAMES = 10_000

_SUMS = ",\n  ".join(f"sum({field.name})::int AS {field.name}" for field in fields(Counts))
# Late is a read: those whose day has passed and who are neither ready nor on leave. Of a withdrawn notice it is read as
# it was on the day of the withdrawal: `counted.on_day`. An agency reads it by its own clock, the state by its own: who
# is due before the state's day is so by their agency alone.
_LATE = """
SELECT notice_id, agency_id,
  {sums},
  coalesce(sum(listed - ready - on_leave) FILTER (WHERE {due} < counted.on_day), 0)::int AS overdue
FROM readiness
"""
_FIGURES = _LATE.format(sums=_SUMS, due="readiness.due_date")
_STATES_FIGURES = _LATE.format(sums=_SUMS, due="greatest(readiness.due_date, counted.due_date)")
_COUNTED_ON = "least(%(today)s, (n.withdrawn_at AT TIME ZONE 'America/Los_Angeles')::date)"
# A condition on a delivery `d`: the agency is asked to confirm it, on a day. One that has ended is no longer asked.
_WAITS = """
(d.confirmed_at IS NULL AND NOT EXISTS (SELECT FROM agency WHERE agency_id = d.agency_id AND end_date <= {day}))
"""
WAITS = _WAITS.format(day="counted.on_day")
_DELIVERY = f"""
  d.delivered_at, d.confirmed_at, d.confirmed_by, d.lead, d.problem, d.staff_released_at,
  coalesce({WAITS} AND d.due_date < counted.on_day, false) AS confirmation_overdue,
  coalesce(d.confirmed_at IS NULL AND NOT {WAITS}, false) AS asked_no_more
"""
_COUNT_NAMES = ", ".join(f"coalesce(f.{name}, 0) AS {name}" for name in Figures._fields)
_READINESS = f"""
WITH counted AS (
  SELECT n.id AS notice_id, n.version, n.staff_release_date, n.due_date, {_COUNTED_ON} AS on_day FROM notice AS n
  WHERE n.id = ANY(%(notices)s) AND n.state IN ('PUBLISHED', 'WITHDRAWN')
)
SELECT notice_id, agency_id, counted.staff_release_date, {_DELIVERY}, {_COUNT_NAMES}
FROM (
  SELECT delivery.* FROM delivery JOIN counted USING (notice_id, version)
) AS d
FULL JOIN (
  {_STATES_FIGURES} JOIN counted USING (notice_id) GROUP BY notice_id, agency_id
) AS f USING (notice_id, agency_id)
JOIN counted USING (notice_id)
WHERE d.delivered_at IS NOT NULL OR agency_id = '' OR f.listed + f.excused > 0
ORDER BY notice_id, agency_id
"""  # noqa: S608 - made of constants
_AT_DELIVERY = "d.notice_id = n.id AND d.version = n.version AND d.agency_id = %(agency)s"
# The order is found by what is open alone; whole figures are counted for the letters of the page.
_AGENCY_NOTICES = f"""
WITH at_agency AS (
  SELECT n.id AS item_id, NOT unconfirmed AND NOT to_go AS closed,
    {NEWEST} - ({URGENT} AND (unconfirmed OR to_go))::int * 100000000000000000 AS newest,
    (count(*) FILTER (WHERE unconfirmed) OVER ())::int AS unconfirmed_count,
    (count(*) FILTER (WHERE to_go) OVER ())::int AS to_go_count
  FROM notice AS n
  LEFT JOIN delivery AS d ON {_AT_DELIVERY}
  CROSS JOIN LATERAL (
    SELECT sum(listed + excused) AS here, sum(listed - ready - on_leave) AS left FROM readiness
    WHERE notice_id = n.id AND agency_id = %(agency)s
  ) AS f
  CROSS JOIN LATERAL (
    SELECT n.state = 'PUBLISHED' AND d.delivered_at IS NOT NULL AND {_WAITS.format(day="%(today)s")} AS unconfirmed,
      n.state = 'PUBLISHED' AND coalesce(f.left, 0) > 0 AS to_go
  ) AS waits
  WHERE n.state IN ('PUBLISHED', 'WITHDRAWN') AND (d.delivered_at IS NOT NULL OR f.here > 0) {{which}}
), shown AS (
  SELECT * FROM at_agency {{page}} ORDER BY closed, newest, item_id LIMIT %(limit)s
)
SELECT {{columns}}, shown.*, %(agency)s::text AS agency_id, {_DELIVERY}, {_COUNT_NAMES}
FROM shown
JOIN notice AS n ON n.id = shown.item_id
CROSS JOIN LATERAL (SELECT {_COUNTED_ON} AS on_day) AS counted
LEFT JOIN delivery AS d ON {_AT_DELIVERY}
LEFT JOIN LATERAL (
  {_FIGURES} WHERE notice_id = n.id AND agency_id = %(agency)s GROUP BY notice_id, agency_id
) AS f ON true
ORDER BY closed, newest, item_id
"""  # noqa: S608 - made of constants
# Who is under a notice at an agency, led by the agency's part of the audience: others' people are not looked at. Leave
# is a person's, so their row at this agency says it too.
_AT_AGENCY = f"""
SELECT n.id AS notice_id, r.person_id, m.units, r.due_date, NOT r.excused AS listed, r.excused, m.on_leave,
  r.read_at, r.confirmed_at, r.trained_at, r.confirmed_for, m.local, {DID_ALL} AS did_all
FROM notice AS n
JOIN audience_member AS m ON m.audience_id = n.audience_id AND m.agency_id = %(agency)s AND m.member
JOIN recipient AS r ON r.notice_id = n.id AND r.person_id = m.person_id
WHERE n.id = ANY(%(notices)s) AND n.state IN ('PUBLISHED', 'WITHDRAWN')
  AND (%(units)s::text[] IS NULL OR m.units && %(units)s::text[])
"""  # noqa: S608 - made of constants
_EACH_UNIT = """
  CROSS JOIN LATERAL unnest(CASE WHEN here.units = '{}' THEN '{""}' ELSE here.units END) AS unit
"""
_UNITS = f"""
SELECT unit, {COUNTED},
  (count(*) FILTER (WHERE listed AND NOT on_leave AND NOT did_all AND due_date < %(today)s))::int AS overdue,
  max(recorded) AS recorded
FROM (
  SELECT units, due_date, listed AND NOT local AS listed, excused AND NOT local AS excused, on_leave,
    read_at, confirmed_at, trained_at, did_all,
    (count(*) FILTER (WHERE confirmed_for AND listed AND NOT on_leave AND NOT local) OVER ())::int AS recorded
  FROM ({_AT_AGENCY}) AS everybody
) AS here {_EACH_UNIT}
WHERE %(units)s::text[] IS NULL OR unit = ANY(%(units)s::text[])
GROUP BY unit ORDER BY unit
"""  # noqa: S608 - made of constants
_LEFT = f"""
SELECT notice_id, person_id FROM ({_AT_AGENCY}) AS here
WHERE listed AND NOT on_leave AND NOT did_all AND NOT local
ORDER BY notice_id, due_date, person_id
"""  # noqa: S608 - made of constants
_SHOWN = """
SELECT person_id, units, due_date, excused, on_leave, read_at, confirmed_at, trained_at, confirmed_for, local, done,
  listed AND NOT on_leave AND did_all AS ready
FROM (SELECT *, NOT listed OR on_leave OR did_all OR %(withdrawn)s AS done FROM ({rows}) AS here) AS shown
WHERE true {{people}} {{to_go}} {{page}}
ORDER BY {order} LIMIT %(limit)s
"""
_RECIPIENTS = _SHOWN.format(rows=f"{_AT_AGENCY} {{unit}}", order="done, due_date, person_id")
# The state's list is walked by its key, so that a page of a million people costs no more than one of a hundred.
_EVERYBODY = _SHOWN.format(
    rows=f"""
  SELECT r.person_id, r.due_date, NOT r.excused AS listed, r.excused, everywhere.on_leave,
    r.read_at, r.confirmed_at, r.trained_at, r.confirmed_for, everywhere.local, {DID_ALL} AS did_all, ARRAY(
      SELECT DISTINCT unit FROM audience_member AS m, unnest(m.units) AS unit
      WHERE m.audience_id = n.audience_id AND m.person_id = r.person_id AND m.member ORDER BY unit
    ) AS units
  FROM recipient AS r
  JOIN notice AS n ON n.id = %(notice)s AND n.state IN ('PUBLISHED', 'WITHDRAWN')
  CROSS JOIN LATERAL (
    SELECT bool_or(m.on_leave) AS on_leave, bool_and(m.local) AS local FROM audience_member AS m
    WHERE m.audience_id = n.audience_id AND m.person_id = r.person_id AND m.member {{unit}}
    HAVING count(*) > 0
  ) AS everywhere
  WHERE r.notice_id = %(notice)s
""",  # noqa: S608 - made of constants
    order="person_id",
)

_OPEN = "listed AND NOT on_leave AND NOT did_all"
_STANDINGS = {
    Standing.TO_GO: _OPEN,
    Standing.NOT_STARTED: f"{_OPEN} AND {STARTED_AT} IS NULL",
    Standing.UNDER_WAY: f"{_OPEN} AND {STARTED_AT} IS NOT NULL",
    Standing.READY: "listed AND NOT on_leave AND did_all",
    Standing.ON_LEAVE: "listed AND on_leave",
    Standing.EXCUSED: "excused",
    Standing.OVERDUE: f"{_OPEN} AND due_date < %(on_day)s",
    Standing.UNTRAINED: "listed AND trained_at IS NULL",
}
_NAMES = f"""
SELECT person_id FROM ({_AT_AGENCY} {{unit}}) AS here
WHERE {{standing}} {{people}} ORDER BY person_id LIMIT %(most)s
"""  # noqa: S608 - made of constants
_ONLY_THESE = "AND person_id = ANY(%(people)s)"


class _Left(NamedTuple):
    notice_id: UUID
    person_id: UUID


def readiness(db: Db, notice_ids: Sequence[UUID], today: date) -> list[AgencyReadiness]:
    """Return figures and deliveries of those of the notices that were issued.

    Of each the state's (agency '') first, then agencies A-Z.
    """
    return db.all(AgencyReadiness, _READINESS, notices=list(notice_ids), today=today)


def figures(db: Db, issued: Notice, agency_id: str, today: date) -> Figures:
    """Return the figures of an issued notice at an agency that has it, or of the state ('')."""
    found = {row.agency_id: row.figures for row in readiness(db, [issued.id], today)}
    if agency_id and agency_id not in found:
        raise NotFound(f"agencies/{agency_id}/{name_of(issued.id)}")
    return found.get(agency_id, Figures(*(0 for _ in Figures._fields)))


def agency_notice(db: Db, agency_id: str, notice_id: UUID, today: date) -> AgencyNotice:
    """Return an issued notice as it stands at an agency."""
    sql = _AGENCY_NOTICES.format(columns=NOTICE, which="AND n.id = %(notice)s", page="")
    found = db.maybe(AgencyNotice, sql, agency=agency_id, notice=notice_id, today=today, limit=1)
    if found is None:
        raise NotFound(f"agencies/{agency_id}/{name_of(notice_id)}")
    return found


def agency_notices(
    db: Db, agency_id: str, page: Page, today: date, notice_ids: Sequence[UUID] = (), which: str = ""
) -> list[AgencyNotice]:
    """Return an agency's letters, without body: first those it has not confirmed or whose people are not all ready.

    Of these the urgent ones, then the newest. Narrowed to *notice_ids* if there are any, and to *which*, a key of
    `WHICH`, or not. Each row says of all pages how many letters the agency has still to confirm, and under how many
    somebody is still to go.
    """
    after = page.after_sql("WHERE", ">", closed="bool", newest="bigint", item_id="uuid")
    only = f"{ONLY if notice_ids else ''} {WHICH.get(which, '')}"
    sql = _AGENCY_NOTICES.format(columns=NOTICE_WITHOUT_BODY, which=only, page=after)
    values = page.values("closed", "newest", "item_id")
    return db.all(AgencyNotice, sql, agency=agency_id, today=today, notices=list(notice_ids), **values)


def units(
    db: Db, issued: Notice, agency_id: str, today: date, only: Collection[str] | None = None
) -> list[UnitFigures]:
    """Return counts by work unit of an agency ('' = none recorded); who is in two units counts in both.

    A unit of which the agency alone asks people is there with nobody: figures are of those whom the state asks.
    With *only*, of these units alone.
    """
    values = {"notices": [issued.id], "agency": agency_id, "today": today}
    return db.all(UnitFigures, _UNITS, units=_listed(only), **values)


def left(
    db: Db, notice_ids: Sequence[UUID], agency_id: str, only: Collection[str] | None = None
) -> dict[UUID, list[UUID]]:
    """Return who is still to go at an agency, under each of a few notices that ask something of few people there.

    With *only*, who is in one of these units.
    """
    found: dict[UUID, list[UUID]] = {}
    values = {"notices": list(notice_ids), "agency": agency_id, "units": _listed(only)}
    for one in db.all(_Left, _LEFT, **values) if notice_ids else ():
        found.setdefault(one.notice_id, []).append(one.person_id)
    return found


def recipients(
    db: Db,
    issued: Notice,
    agency_id: str,
    *,
    only_to_go: bool,
    unit: str,
    page: Page,
    people: Collection[UUID] = (),
    only: Collection[str] | None = None,
) -> list[Recipient]:
    """Return the people under a notice at an agency: still to go first, then due date and id; of the state ('') by id.

    To go are those neither ready nor excused nor on leave. *unit* narrows to one work unit, `none` to those without,
    *people* to these; with *only*, nobody is shown who is in none of these units.
    """
    keys = {"done": "bool", "due_date": "date", "person_id": "uuid"}
    if not agency_id:
        keys = {"person_id": "uuid"}
        page = replace(page, after=page.after and page.after[-1:])
    sql = (_RECIPIENTS if agency_id else _EVERYBODY).format(
        unit=_in_unit(unit),
        people=_ONLY_THESE if people else "",
        to_go="AND NOT done" if only_to_go else "",
        page=page.after_sql("AND", ">", **keys),
    )
    return db.all(
        Recipient,
        sql,
        notice=issued.id,
        notices=[issued.id],
        agency=agency_id,
        unit=unit,
        people=list(people),
        units=_listed(only),
        withdrawn=issued.withdrawn_at is not None,
        **page.values(*keys),
    )


def names_of(
    db: Db, issued: Notice, agency_id: str, wanted: Wanted, *, today: date, only: Collection[str] | None = None
) -> list[UUID]:
    """Return who stands so under a notice at an agency, by id; with *only*, of these units alone."""
    sql = _NAMES.format(
        unit=_in_unit(wanted.unit),
        standing=_STANDINGS.get(wanted.standing, "true"),
        people=_ONLY_THESE if wanted.people else "",
    )
    found: list[UUID] = db.values(
        sql,
        notices=[issued.id],
        agency=agency_id,
        unit=wanted.unit,
        people=list(wanted.people),
        units=_listed(only),
        on_day=min(today, pacific_date(issued.withdrawn_at)) if issued.withdrawn_at else today,
        most=MOST_NAMES,
    )
    return found


def _in_unit(unit: str) -> str:
    return {"": "", NO_UNIT: "AND m.units = '{}'"}.get(unit, "AND %(unit)s = ANY(m.units)")


def _listed(only: Collection[str] | None) -> list[str] | None:
    return None if only is None else sorted(only)
