"""The next round takes over what is not settled in the one before: each comment, with what became of its passage."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from curriculum.rounds.rules.passages import Following, Passage, Spoken, shown
from curriculum.rounds.tables import RoundRow
from servicekit.data.db import Db

_OPEN = """
SELECT c.id, c.block, c.quote, c.quote_before, c.quote_after, c.became, c.words_then, c.placed_by IS NOT NULL AS placed
FROM round_comment AS c LEFT JOIN round_comment AS n ON n.taken_from = c.id
WHERE c.round_id = %(round)s AND c.sent_at IS NOT NULL AND n.id IS NULL AND c.satisfied IS NOT TRUE
  AND c.ruled_stands IS NOT FALSE
ORDER BY c.place, c.created_at, c.id
"""
_TAKE = """
INSERT INTO round_comment (id, round_id, author_id, seat_id, created_at, sent_at, place, block, quote, quote_before,
  quote_after, kind, severity, text, wording, basis, basis_key, resources, performance, policy, taken_from, became,
  words_then)
SELECT new.id, %(round)s, c.author_id, c.seat_id, c.created_at, %(at)s, new.place, new.block, new.quote, new.before,
  new.after, c.kind, c.severity, c.text, c.wording, c.basis, c.basis_key, c.resources, c.performance, c.policy, c.id,
  new.became, new.words_then
FROM unnest(%(ids)s::uuid[], %(taken)s::uuid[], %(places)s::int[], %(blocks)s::text[], %(quotes)s::text[],
  %(befores)s::text[], %(afters)s::text[], %(becames)s::text[], %(words)s::text[])
  AS new (id, taken, place, block, quote, before, after, became, words_then)
JOIN round_comment AS c ON c.id = new.taken
"""


class _Open(NamedTuple):
    id: UUID
    block: str
    quote: str
    quote_before: str
    quote_after: str
    became: str
    words_then: str
    placed: bool

    @property
    def spoken(self) -> Spoken:
        return Spoken(
            self.block, self.quote, self.quote_before, self.quote_after, self.became, self.words_then, self.placed
        )


def take_over(db: Db, before: RoundRow, new: RoundRow, at: datetime) -> Sequence[UUID]:
    """Have round *new* go on with every comment that is not settled in the one before; return the comments there."""
    found = db.all(_Open, _OPEN, round=before.id)
    if not found:
        return []
    now = shown(new.passages)
    following = Following(before.digest, shown(before.passages), now)
    followed = [following.follow(one.spoken) for one in found]
    places = _places(now)
    db.run(
        _TAKE,
        round=new.id,
        at=at,
        ids=[uuid4() for _ in found],
        taken=[one.id for one in found],
        places=[places.get(one.block, 0) for one in followed],
        blocks=[one.block for one in followed],
        quotes=[one.quote for one in followed],
        befores=[one.before for one in followed],
        afters=[one.after for one in followed],
        becames=[one.became for one in followed],
        words=[one.words_then for one in followed],
    )
    return [one.id for one in found]


def _places(now: Sequence[Passage]) -> dict[str, int]:
    return {one.id: place for place, one in enumerate(now, 1)}
