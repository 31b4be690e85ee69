"""Who sees what of a body, on the day of the call: said once, in SQL, for every read; and what somebody is there.

A body is seen by everyone who signs in, or by those with a part in it; whoever convenes bodies sees all. What is said
in it is for those with a part. Parts count by the day, so whoever leaves sees from that day on what everyone sees.
"""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import Kind, NotFound, Refusal
from servicekit.rpc.calls import Call
from servicekit.rpc.tokens import WHOLE
from servicekit.rpc.wire import caller, is_person

CONVENES = "bodies.convene"
# Who runs the meetings of a body and gives parts in it, and who says that it approved something.
RUNS = frozenset({"CHAIR", "DEPUTY", "SECRETARY"})
APPROVES = frozenset({"CHAIR", "DEPUTY"})


class PartNeeded(Refusal):
    """Only those with one of these parts in the body may do this, or who convenes bodies."""

    kind = Kind.DENIED


class Reader(NamedTuple):
    """Who asks, and on which day; None is a service."""

    person: UUID | None
    convenes: bool
    today: date


class Standing(NamedTuple):
    """What the caller is in a body today."""

    body_id: str
    parts: list[str]
    convenes: bool

    @property
    def runs(self) -> bool:
        """Whether they run its meetings."""
        return self.convenes or not RUNS.isdisjoint(self.parts)

    @property
    def takes_part(self) -> bool:
        """Whether they have any part in it."""
        return bool(self.parts)

    @property
    def approves(self) -> bool:
        """Whether they say what it approved."""
        return not APPROVES.isdisjoint(self.parts)

    def require_runs(self) -> None:
        """Refuse who does not run its meetings."""
        if not self.runs:
            raise self._needs(RUNS)

    def require_approves(self) -> None:
        """Refuse who does not speak for the body."""
        if not self.approves:
            raise self._needs(APPROVES)

    def _needs(self, parts: frozenset[str]) -> PartNeeded:
        return PartNeeded(
            "The caller has no such part in the body.", body=f"bodies/{self.body_id}", parts=", ".join(sorted(parts))
        )


def stands(m: str, day: str) -> str:
    """Return the condition that the membership *m* counts on *day*, as SQL.

    One that is over counts on where it carries over, until somebody follows in the seat (or as chair or deputy), or the
    same person has the same part anew. One that starts on the day it ends never counts.
    """
    return f"""(
  {m}.start_on <= {day} AND ({m}.end_on IS NULL OR {m}.end_on > {m}.start_on) AND (
    {m}.end_on IS NULL OR {day} < {m}.end_on OR ({m}.carries_over AND NOT EXISTS (
      SELECT FROM membership AS follower
      WHERE follower.body_id = {m}.body_id AND follower.part = {m}.part
        AND follower.start_on BETWEEN {m}.end_on AND {day} AND follower.end_on IS DISTINCT FROM follower.start_on
        AND (follower.seat_id IS NOT DISTINCT FROM {m}.seat_id OR follower.person_id = {m}.person_id)
    ))
  )
)"""  # noqa: S608 - made of constants


# To be joined to a body `b`: what the reader is there today, by the names of parts.
MINE = f"""
CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(DISTINCT m.part ORDER BY m.part), ARRAY[]::varchar[]) AS parts
  FROM membership AS m WHERE m.body_id = b.id AND m.person_id = %(reader)s AND {stands("m", "%(today)s")}
) AS mine
"""  # noqa: S608 - made of constants
# Of a body `b` with `mine`.
VISIBLE = "(b.visibility = 'EVERYONE' OR %(convenes)s OR cardinality(mine.parts) > 0)"
# Whoever runs the meetings of `b`.
RUNNING = "(%(convenes)s OR mine.parts && ARRAY['{}']::varchar[])".format("', '".join(sorted(RUNS)))
_STANDING = f"""
SELECT b.id AS body_id, mine.parts, %(convenes)s::boolean AS convenes FROM body AS b {MINE}
WHERE b.id = %(body)s AND {VISIBLE}
"""  # noqa: S608 - made of constants


def inside(day: str) -> str:
    """Return the condition that what was said in `b` on *day* is the reader's to read, as SQL; `mine` is joined.

    A newcomer reads what was said before they came only where the body says so; who runs it reads all. What is yet to
    come is for whoever has a part today.
    """
    return f"""(
  {RUNNING} OR (cardinality(mine.parts) > 0 AND (b.newcomers_read_all OR EXISTS (
    SELECT FROM membership AS own
    WHERE own.body_id = b.id AND own.person_id = %(reader)s AND {stands("own", f"least({day}, %(today)s::date)")}
  )))
)"""


def reader_of(call: Call) -> Reader:
    """Return who asks."""
    person = caller(call.principal) if is_person(call.principal) else None
    return Reader(person, WHOLE in call.principal.rights.get(CONVENES, ()), pacific_date(call.now))


def values(reader: Reader) -> dict[str, object]:
    """Return what the conditions are filled with."""
    return {"reader": reader.person, "convenes": reader.convenes, "today": reader.today}


def standing(db: Db, body_id: str, reader: Reader) -> Standing:
    """Return what *reader* is in a body; nothing tells those who do not see it that there is one."""
    found = db.maybe(Standing, _STANDING, body=body_id, **values(reader))
    if found is None:
        raise NotFound(f"bodies/{body_id}")
    return found
