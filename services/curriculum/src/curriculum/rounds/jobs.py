"""What rounds do on a timer: remind those who said nothing, and tell when a day went by. States need no timer."""

from datetime import datetime, timedelta
from uuid import UUID

from curriculum.rounds import queries, rounds, telling
from curriculum.rounds.people import Reader
from curriculum.rounds.rules.states import State
from servicekit.background.jobs import Job, each_alone
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db

_EVERY = timedelta(minutes=2)
_DUE = """
SELECT id FROM round
WHERE settled_at IS NULL AND (
  remind_on <= %(today)s AND reminded_at IS NULL AND due_on >= %(today)s
  OR due_on < %(today)s AND answered_at IS NULL
    AND NOT EXISTS (SELECT FROM round_comment AS c WHERE c.round_id = round.id AND c.sent_at IS NOT NULL)
  OR look_until < %(today)s AND rule_told_at IS NULL
)
ORDER BY id
"""
_SILENT = """
SELECT person_id FROM round_reviewer
WHERE round_id = %(round)s AND asked AND sent_at IS NULL AND declined_at IS NULL ORDER BY 1
"""


def tell_rounds(database: Database, now: datetime) -> None:
    """Remind those who sent no comments, and tell chairs what waits for them. One that fails holds up no other.

    Raises:
        ExceptionGroup: some failed; they are tried again next time.
    """
    with database.read(now) as db:
        due: list[UUID] = db.values(_DUE, today=pacific_date(now))
    each_alone(
        database,
        due,
        _tell,
        actor="services/curriculum",
        method="jobs/tell-rounds",
        at=now,
        failure="rounds were not told of",
    )


def _tell(db: Db, round_id: UUID) -> None:
    today = pacific_date(db.at)
    found = rounds.locked(db, round_id, Reader(None, whole=True, today=today))
    row = rounds.row_of(db, round_id)
    if found.state == State.OPEN and row.remind_on and row.remind_on <= today and row.reminded_at is None:
        row.reminded_at = db.at
        db.add(row)
        telling.due(db, row, db.values(_SILENT, round=round_id))
    rounds.follow_up(db, round_id)
    if row.look_until and row.look_until < today:
        # Nothing comes to wait for a ruling any more.
        row.rule_told_at = row.rule_told_at or db.at
        db.add(row)
    db.changed(queries.name_of(round_id))


JOBS = [Job("tell-rounds", _EVERY, tell_rounds)]
