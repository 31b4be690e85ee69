"""What must be zero of rounds, found by reading and counting them again."""

from typing import NamedTuple
from uuid import UUID

from curriculum.rounds import queries
from curriculum.rounds.people import Reader
from curriculum.rounds.rules import states
from servicekit.background.audits import Audit
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

# A comment stands on a passage of its round, or on none; where it was taken over, it is said what became of it. And
# what is not settled in a round is in the next one, if there is one.
_WITHOUT_PLACE = """
SELECT (
  SELECT count(*) FROM round_comment AS c JOIN round AS r ON r.id = c.round_id
  WHERE c.block IS DISTINCT FROM CASE WHEN c.place = 0 THEN '' ELSE r.passages -> (c.place - 1) ->> 'id' END
) + (
  SELECT count(*) FROM round_comment AS c JOIN round AS r ON r.id = c.round_id
  JOIN round AS later ON (later.subject, later.body_id) = (r.subject, r.body_id) AND later.number = r.number + 1
  LEFT JOIN round_comment AS n ON n.taken_from = c.id
  WHERE c.sent_at IS NOT NULL AND c.satisfied IS NOT TRUE AND c.ruled_stands IS NOT FALSE
    AND n.round_id IS DISTINCT FROM later.id
)
"""
_BATCH = "SELECT id FROM round WHERE id > %(after)s ORDER BY id LIMIT 100"


class _Id(NamedTuple):
    id: UUID


def without_place(db: Db) -> int:
    """Count comments of which it is not said where they stand."""
    found: int = db.value(_WITHOUT_PLACE)
    return found


def miscounted(db: Db) -> int:
    """Count rounds whose state or figures are not what the rules give of their comments, and comments likewise."""
    reader = Reader(None, whole=True, today=pacific_date(db.at))
    wrong, after = 0, UUID(int=0)
    while ids := db.all(_Id, _BATCH, after=after):
        wrong += sum(_wrong(db, one.id, reader) for one in ids)
        after = ids[-1].id
    return wrong


def _wrong(db: Db, round_id: UUID, reader: Reader) -> int:
    found, said = queries.get(db, round_id, reader), queries.all_sent(db, round_id, reader)
    open_ = [one for one in said if states.is_unsettled(one.said)]
    counted = (
        states.round_state(found.dates, [one.said for one in said], reader.today),
        len(said),
        sum(not one.said.answered for one in said),
        len(open_),
        sum(one.said.must for one in open_),
        *(sum(one.became == became for one in said) for became in ("CARRIED", "CHANGED", "GONE")),
    )
    figures = (
        found.state,
        found.comments,
        found.unanswered,
        found.unsettled,
        found.open_must,
        found.carried,
        found.changed,
        found.gone,
    )
    wrong = sum(one.where != states.comment_state(one.said, found.dates, reader.today) for one in said)
    return wrong + (counted != figures)


AUDITS = [
    Audit("rounds.without_place", "Comments of rounds of which it is not said where they stand", without_place),
    Audit("rounds.miscounted", "Rounds and comments whose state or figures a recount does not give", miscounted),
]
