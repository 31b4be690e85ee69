"""Ballots and decisions as those see them who may: who has or had a part in the body, and who writes courses."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from uuid import UUID

from curriculum.governance import sheets
from curriculum.governance.rules.states import State
from curriculum.governance.sheets import RUNS, Sheet
from curriculum.governance.tables import BallotRow, DecisionRow
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound


class Waits(Enum):
    """Which ballots are asked for: all, those that wait for the reader's vote, or for whatever they have to do."""

    NOT_ASKED = 0
    TO_VOTE = 1
    TO_DO = 2


# Whoever had a part in body `b.body_id` on a day from `b.begun` to `b.over`. One that was prepared is for who runs it.
HAD_PART = """
EXISTS (
  SELECT FROM membership AS m
  WHERE m.body_id = b.body_id AND m.person_id = %(person)s
    AND m.start_date <= (coalesce(b.over, %(at)s) AT TIME ZONE 'America/Los_Angeles')::date
    AND (m.end_date IS NULL OR m.start_date < m.end_date)
    AND (
      m.end_date IS NULL OR m.end_date > (b.begun AT TIME ZONE 'America/Los_Angeles')::date
      OR m.carries_over AND NOT EXISTS (
        SELECT FROM membership AS f
        WHERE f.body_id = m.body_id AND f.seat_id = m.seat_id AND f.part = m.part AND f.id <> m.id
          AND (f.end_date IS NULL OR f.start_date < f.end_date)
          AND f.start_date > m.start_date AND f.start_date <= (b.begun AT TIME ZONE 'America/Los_Angeles')::date
      )
    )
    AND (b.prepared IS NOT TRUE OR m.part = ANY(%(runs)s))
)
"""
_SEES = f"(%(whole)s OR {HAD_PART})"
_BALLOTS = f"""
SELECT {{columns}} FROM (
  SELECT *, created_at AS begun, ended_at AS over, state = 'PREPARED' AS prepared FROM ballot
) AS b
WHERE {_SEES}
"""  # noqa: S608 - made of constants
_LISTED = """
SELECT ballot.* FROM ballot JOIN ({seen}) AS seen USING (id) WHERE true {page}
ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""
_IN_BODY = "AND b.body_id = %(body)s "
_IN_STATES = "AND b.state = ANY(%(states)s) "
# Of these each is looked at, in four statements: what is open or prepared in the bodies of one person, some ten.
_TO_VOTE = """(
  b.state = 'OPEN' AND (b.closes_at IS NULL OR b.closes_at > %(at)s) AND EXISTS (
    SELECT FROM membership AS w WHERE w.body_id = b.body_id AND w.person_id = %(person)s AND w.seat_id <> ''
  )
)"""
_TO_OPEN = """(
  b.prepared AND EXISTS (
    SELECT FROM membership AS w WHERE w.body_id = b.body_id AND w.person_id = %(person)s AND w.part = ANY(%(runs)s)
  )
)"""
_WAITS = {
    Waits.NOT_ASKED: "",
    Waits.TO_VOTE: f"AND {_TO_VOTE}",
    Waits.TO_DO: f"AND ({_TO_VOTE} OR {_TO_OPEN})",
}
_DECISIONS = f"""
SELECT id FROM (
  SELECT d.*, coalesce(v.created_at, d.decided_at) AS begun, d.decided_at AS over, false AS prepared
  FROM decision AS d LEFT JOIN ballot AS v ON v.id = d.ballot_id
) AS b
WHERE {_SEES}
"""  # noqa: S608 - made of constants
_DECIDED = """
SELECT decision.* FROM decision JOIN ({seen}) AS seen USING (id) WHERE true {page}
ORDER BY decided_at DESC, id DESC LIMIT %(limit)s
"""
_CORRECTED = "SELECT id FROM decision WHERE corrects = %(decision)s ORDER BY decided_at DESC LIMIT 1"
_OF_BALLOTS = "SELECT * FROM decision WHERE ballot_id = ANY(%(ballots)s) AND corrects IS NULL"
_PART = """
SELECT EXISTS (SELECT FROM membership WHERE body_id = %(body)s AND person_id = %(person)s AND start_date IS NOT NULL)
"""


@dataclass(frozen=True)
class Reader:
    """Who asks: a person, or a service that has nobody's parts; *whole* = who writes courses sees all."""

    person: UUID | None
    whole: bool


def get_ballot(db: Db, ballot: UUID, reader: Reader) -> Sheet:
    """Return a ballot that the reader may see, whole."""
    seen = _BALLOTS.format(columns="id") + " AND b.id = %(ballot)s"
    if not db.values(seen, ballot=ballot, **_who(db, reader)):
        raise NotFound(sheets.name_of(ballot))
    row = _get(db, ballot)
    return sheets.sheets(db, [row])[0]


def list_ballots(
    db: Db, page: Page, reader: Reader, *, body: str, waits: Waits, states: Collection[State] = ()
) -> Sequence[BallotRow]:
    """Return one ballot more than the page holds, the newest first; with *states* those in one of them alone.

    *waits*: those that are open, where the reader speaks for a seat that said nothing yet; and those that are prepared,
    where the reader runs the body. With *body* that body's alone, of which the reader has to see something.
    """
    if body:
        _require_part(db, body, reader)
    seen = _BALLOTS.format(columns="id") + (_IN_BODY if body else "") + (_IN_STATES if states else "") + _WAITS[waits]
    beyond = page.after_sql("AND", "<", created_at="timestamptz", id="uuid")
    params = {**_who(db, reader), "body": body, "states": list(states), **page.values("created_at", "id")}
    if waits is not Waits.NOT_ASKED:
        # Whether a seat is silent is read of the ballots themselves; the page is cut after that.
        params["limit"] = None
    rows = db.all(BallotRow, _LISTED.format(seen=seen, page=beyond), **params)
    return rows if waits is Waits.NOT_ASKED else _waiting(db, rows, reader)[: page.size + 1]


def _waiting(db: Db, rows: Sequence[BallotRow], reader: Reader) -> Sequence[BallotRow]:
    if reader.person is None:
        return ()
    day = pacific_date(db.at)
    found = sheets.sheets(db, rows)
    return [one.row for one in found if may_open(one, reader.person, day) or silent_seats(one, reader.person, day)]


def get_decision(db: Db, decision: UUID, reader: Reader) -> tuple[DecisionRow, UUID | None]:
    """Return a decision that the reader may see, and the one that corrects it."""
    if not db.values(_DECISIONS + " AND b.id = %(decision)s", decision=decision, **_who(db, reader)):
        raise NotFound(f"decisions/{decision}")
    row = db.get(DecisionRow, decision)
    assert row is not None  # noqa: S101 - it was just seen, and none is ever removed
    later: list[UUID] = db.values(_CORRECTED, decision=decision)
    return row, later[0] if later else None


def list_decisions(db: Db, page: Page, reader: Reader, *, body: str, subject: str) -> Sequence[DecisionRow]:
    """Return one decision more than the page holds, of a body or on a thing, the newest first.

    On a thing: those of bodies in which the reader had a part then. Nobody learns whether there are others.
    """
    if body:
        _require_part(db, body, reader)
    which = "AND b.body_id = %(of)s" if body else "AND b.subject = %(of)s"
    beyond = page.after_sql("AND", "<", decided_at="timestamptz", id="uuid")
    sql = _DECIDED.format(seen=_DECISIONS + which, page=beyond)
    return db.all(DecisionRow, sql, of=body or subject, **_who(db, reader), **page.values("decided_at", "id"))


def decisions_of(db: Db, ballots: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the decision of each of these ballots that passed."""
    found = db.all(DecisionRow, _OF_BALLOTS, ballots=list(ballots))
    return {row.ballot_id: row.id for row in found if row.ballot_id is not None}


def may_open(sheet: Sheet, person: UUID, day: date) -> bool:
    """Whether it is prepared, and *person* runs the body."""
    return State(sheet.row.state) is State.PREPARED and person in sheet.running(day)


def silent_seats(sheet: Sheet, person: UUID, day: date) -> list[str]:
    """Return the seats for which *person* may speak and that said nothing yet; in a meeting, nothing of their own."""
    if State(sheet.row.state) is not State.OPEN:
        return []
    own = {one.seat_id for one in sheet.positions if one.person_id == person}
    return [seat for seat in my_seats(sheet, person, day) if sheet.counting(seat) is None and seat not in own]


def my_seats(sheet: Sheet, person: UUID, day: date) -> list[str]:
    """Return the seats for which *person* may speak."""
    return [line.seat_id for line in sheet.roll if sheet.speaks_as(line, person, day)]


def _who(db: Db, reader: Reader) -> dict[str, object]:
    return {"person": reader.person, "whole": reader.whole, "at": db.at, "runs": sorted(RUNS)}


def had_part(db: Db, body: str, person: UUID | None) -> bool:
    """Whether somebody has or had a part in a body."""
    found: bool = db.value(_PART, body=body, person=person)
    return found


def _require_part(db: Db, body: str, reader: Reader) -> None:
    if not reader.whole and not had_part(db, body, reader.person):
        raise NotFound(f"bodies/{body}")


def _get(db: Db, ballot: UUID) -> BallotRow:
    row = db.get(BallotRow, ballot)
    assert row is not None  # noqa: S101 - it was just seen, and none is ever removed
    return row
