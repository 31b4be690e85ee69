"""What members hear of a vote. No message says on what, or what anybody said: the page does, to who may see it."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from curriculum.governance.sheets import name_of
from curriculum.governance.tables import BallotRollRow, BallotRow, DecisionRow
from servicekit.data import messages
from servicekit.data.db import Db


def opened(db: Db, row: BallotRow, roll: Collection[BallotRollRow], code: str) -> None:
    """Tell everybody on the roll that they can vote."""
    closes = row.closes_at.isoformat() if row.closes_at and not row.meeting_id else ""
    messages.want(
        db,
        kind="ballot.opened",
        once=str(row.id),
        about=name_of(row.id),
        facts=_facts(row, code, closes=closes),
        people=_people(roll),
        fresh_until=row.closes_at,
    )


def closed(db: Db, row: BallotRow, roll: Collection[BallotRollRow], code: str, decision: DecisionRow | None) -> None:
    """Tell everybody on the roll how it ended; of one that never opened nobody heard."""
    if roll:
        messages.want(
            db,
            kind="ballot.closed",
            once=str(row.id),
            about=name_of(row.id),
            facts=_facts(row, code, outcome=row.state, number=decision.number if decision else ""),
            people=_people(roll),
        )


def recorded(db: Db, row: BallotRow, code: str, *, person: UUID, number: int, until: date) -> None:
    """Tell *person* that what they said in the room is written down."""
    messages.want(
        db,
        kind="position.recorded",
        once=f"{row.id}/{number}",
        about=name_of(row.id),
        facts=_facts(row, code, until=until.isoformat()),
        people=[person],
    )


def contested(db: Db, row: BallotRow, code: str, *, people: Collection[UUID], number: int, in_time: bool) -> None:
    """Tell those who run the body that somebody says that it is not what they said; neither who, nor what."""
    if people:
        messages.want(
            db,
            kind="position.contested",
            once=f"{row.id}/{number}",
            about=name_of(row.id),
            facts=_facts(row, code, open="yes" if in_time else "no"),
            people=people,
        )


def _facts(row: BallotRow, code: str, **more: str) -> dict[str, str]:
    return {"body": code, "committee": row.body_id} | {name: value for name, value in more.items() if value}


def _people(roll: Collection[BallotRollRow]) -> set[UUID]:
    holders = {line.holder_id for line in roll}
    return holders | {line.alternate_id for line in roll if line.alternate_id is not None}
