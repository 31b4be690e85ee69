"""What people hear of a round. No message says on what, or what anybody said: the page does, to who may see it."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from curriculum.governance import ballots
from curriculum.rounds.tables import RoundRow
from servicekit.calendar import end_of_day
from servicekit.data import messages
from servicekit.data.db import Db

# Whoever rules may take their time; after that it is old news.
_FRESH = timedelta(days=7)


def opened(db: Db, row: RoundRow, people: Collection[UUID]) -> None:
    """Tell those who are asked that they can comment, and until when."""
    _want(db, row, "round.opened", people, end=row.due_on, due=row.due_on.isoformat())


def due(db: Db, row: RoundRow, people: Collection[UUID]) -> None:
    """Tell those who were asked and said nothing yet that the time for comments is over soon."""
    _want(db, row, "round.due", people, end=row.due_on, due=row.due_on.isoformat())


def answered(db: Db, row: RoundRow, people: Collection[UUID]) -> None:
    """Tell those who commented that they can look at the answers."""
    assert row.look_until is not None  # noqa: S101 - a constraint holds it
    _want(db, row, "round.answered", people, end=row.look_until, until=row.look_until.isoformat())


def to_rule(db: Db, row: RoundRow, people: Collection[UUID], comments: int, today: date) -> None:
    """Tell who rules how many comments wait for them."""
    _want(db, row, "round.to_rule", people, end=today + _FRESH, count=str(comments))


def _want(db: Db, row: RoundRow, kind: str, people: Collection[UUID], *, end: date, **facts: str) -> None:
    if people:
        messages.want(
            db,
            kind=kind,
            once=str(row.id),
            about=f"rounds/{row.id}",
            facts={"body": ballots.rules_of(db, row.body_id).code, **facts},
            people=people,
            fresh_until=end_of_day(end),
        )
