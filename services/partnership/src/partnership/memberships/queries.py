"""Who has which part in a body on a day, and since when."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from partnership import events
from partnership.visibility import Reader, stands, values
from servicekit.data.db import Db
from servicekit.paging import Page

_MEMBERSHIP = """
m.id, m.body_id, m.person_id, m.organization_id, m.part, m.seat_id, m.start_on, m.end_on, m.carries_over, m.end_reason,
m.version
"""
# Officers, then seats in the order of the body's page, each with its holder before the alternate, then observers.
_RANK = """
CASE m.part WHEN 'CHAIR' THEN 0 WHEN 'DEPUTY' THEN 1 WHEN 'SECRETARY' THEN 2 WHEN 'OBSERVER' THEN 4 ELSE 3 END
"""
_PLACE = "coalesce(concat_ws(chr(1), c.title, c.id, s.title, s.id, (m.part = 'ALTERNATE')::int), '')"
_LISTED = f"""
SELECT * FROM (
  SELECT {_MEMBERSHIP}, {_RANK} AS rank, {_PLACE} AS place
  FROM membership AS m
  LEFT JOIN seat AS s ON s.body_id = m.body_id AND s.id = m.seat_id
  LEFT JOIN constituency AS c ON c.body_id = s.body_id AND c.id = s.constituency_id
  WHERE m.body_id = %(body)s AND {stands("m", "%(day)s")}
) AS there {{page}}
ORDER BY rank, place, id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_MINE = f"""
SELECT {_MEMBERSHIP} FROM membership AS m JOIN body AS b ON b.id = m.body_id
WHERE m.person_id = %(reader)s AND {stands("m", "%(today)s")}
ORDER BY b.sort_key, b.id, {_RANK}, m.id LIMIT 100
"""  # noqa: S608 - made of constants
_ONE = f"SELECT {_MEMBERSHIP} FROM membership AS m WHERE m.id = %(membership)s AND m.body_id = %(body)s"  # noqa: S608 - made of constants
_WHOLE = """
SELECT m.id, m.body_id, m.person_id, m.organization_id, m.part, m.seat_id,
  coalesce(s.constituency_id, '') AS constituency_id, coalesce(s.voting, false) AS voting, m.start_on, m.end_on,
  m.carries_over, m.version
FROM membership AS m LEFT JOIN seat AS s ON s.body_id = m.body_id AND s.id = m.seat_id
WHERE m.body_id = %(body)s AND (%(membership)s::uuid IS NULL OR m.id = %(membership)s)
ORDER BY m.created_at, m.id
"""


class Membership(NamedTuple):
    """A membership as it stands on record."""

    id: UUID
    body_id: str
    person_id: UUID
    organization_id: str
    part: str
    seat_id: str | None
    start_on: date
    end_on: date | None
    carries_over: bool
    end_reason: str
    version: int


class Listed(NamedTuple):
    """A membership in a list, and where it stands there."""

    membership: Membership
    rank: int
    place: str


def name_of(body_id: str, membership_id: UUID) -> str:
    """Return the resource name."""
    return f"bodies/{body_id}/memberships/{membership_id}"


def listed(db: Db, body_id: str, day: date, page: Page) -> Sequence[Listed]:
    """Return who has a part on a day, one more than the page holds."""
    after = page.after_sql("WHERE", ">", rank="int", place="text", id="uuid")
    return db.all(Listed, _LISTED.format(page=after), body=body_id, day=day, **page.values("rank", "place", "id"))


def mine(db: Db, reader: Reader) -> Sequence[Membership]:
    """Return the parts that *reader* has today."""
    return db.all(Membership, _MINE, **values(reader))


def one(db: Db, body_id: str, membership_id: UUID) -> Membership:
    """Return a membership of a body, which there is."""
    return db.one(Membership, _ONE, membership=membership_id, body=body_id)


def whole(db: Db, body_id: str, membership_id: UUID | None = None) -> Sequence[events.Membership]:
    """Return a membership of a body as others are told it, or all."""
    return db.all(events.Membership, _WHOLE, body=body_id, membership=membership_id)
