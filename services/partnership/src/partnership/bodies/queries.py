"""Bodies as those see them who may."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from partnership.bodies.rules.bodies import Constituency, Seat
from partnership.visibility import MINE, VISIBLE, Reader, stands, values
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

_BODY = """
b.id, b.title, b.code, b.kind, b.visibility, b.purpose, b.newcomers_read_all, b.open_meetings, b.rules, b.source,
b.revision, b.created_at
"""
_ONE = f"SELECT {_BODY}, mine.parts FROM body AS b {MINE} WHERE b.id = %(body)s AND {VISIBLE}"  # noqa: S608 - made of constants
_SEATS = """
SELECT c.id AS constituency_id, c.title AS constituency_title, s.id, s.title, s.voting, s.wanted, s.end_on
FROM constituency AS c LEFT JOIN seat AS s ON s.body_id = c.body_id AND s.constituency_id = c.id
WHERE c.body_id = %(body)s ORDER BY c.title, c.id, s.title, s.id
"""
# Of each body on the page, never of all.
_LISTED = f"""
WITH page AS (
  SELECT b.id, b.sort_key, mine.parts FROM body AS b {MINE}
  WHERE {VISIBLE} AND (NOT %(mine)s OR cardinality(mine.parts) > 0) {{page}} ORDER BY b.sort_key, b.id LIMIT %(limit)s
)
SELECT b.id, b.sort_key, b.title, b.code, b.kind, b.visibility, b.purpose, seats.number AS seats,
  here.filled, here.people, page.parts, coming.meeting_id, coming.start_at
FROM page JOIN body AS b USING (id)
CROSS JOIN LATERAL (
  SELECT count(*)::int AS number FROM seat
  WHERE seat.body_id = b.id AND (seat.end_on IS NULL OR seat.end_on > %(today)s)
) AS seats
CROSS JOIN LATERAL (
  SELECT count(DISTINCT m.seat_id) FILTER (WHERE m.part = 'MEMBER')::int AS filled,
    count(DISTINCT m.person_id)::int AS people
  FROM membership AS m WHERE m.body_id = b.id AND {stands("m", "%(today)s")}
) AS here
LEFT JOIN LATERAL (
  SELECT id AS meeting_id, start_at FROM meeting
  WHERE meeting.body_id = b.id AND meeting.state = 'CALLED' AND meeting.end_at > %(now)s
  ORDER BY start_at, id LIMIT 1
) AS coming ON true
ORDER BY b.sort_key, b.id
"""  # noqa: S608 - made of constants


class Body(NamedTuple):
    """A body, and what the reader is there today."""

    id: str
    title: str
    code: str
    kind: str
    visibility: str
    purpose: str
    newcomers_read_all: bool
    open_meetings: bool
    rules: dict[str, Any]
    source: str
    revision: int
    created_at: datetime
    parts: list[str]


class Summary(NamedTuple):
    """A body in a list: its seats today, those that are filled, and how many people have a part."""

    id: str
    sort_key: str
    title: str
    code: str
    kind: str
    visibility: str
    purpose: str
    seats: int
    filled: int
    people: int
    parts: list[str]
    meeting_id: UUID | None
    start_at: datetime | None


class _SeatRow(NamedTuple):
    constituency_id: str
    constituency_title: str
    id: str | None
    title: str | None
    voting: bool | None
    wanted: str | None
    end_on: date | None


def name_of(body_id: str) -> str:
    """Return the resource name."""
    return f"bodies/{body_id}"


def one(db: Db, body_id: str, reader: Reader) -> Body:
    """Return a body that *reader* sees."""
    found = db.maybe(Body, _ONE, body=body_id, **values(reader))
    if found is None:
        raise NotFound(name_of(body_id))
    return found


def constituencies(db: Db, body_id: str) -> list[Constituency]:
    """Return the constituencies of a body with their seats, in the order of their titles."""
    found: dict[tuple[str, str], list[Seat]] = {}
    for row in db.all(_SeatRow, _SEATS, body=body_id):
        seats = found.setdefault((row.constituency_id, row.constituency_title), [])
        if row.id is not None:
            seats.append(Seat(row.id, row.title or "", bool(row.voting), row.wanted or "", row.end_on))
    return [Constituency(id_, title, tuple(seats)) for (id_, title), seats in found.items()]


def listed(db: Db, reader: Reader, page: Page, *, mine: bool) -> Sequence[Summary]:
    """Return bodies that *reader* sees, one more than the page holds; only those where they have a part, if *mine*."""
    after = page.after_sql("AND", ">", sort_key="text", id="text").replace("(sort_key, id)", "(b.sort_key, b.id)")
    sql = _LISTED.format(page=after)
    return db.all(Summary, sql, mine=mine, now=db.at, **values(reader), **page.values("sort_key", "id"))
