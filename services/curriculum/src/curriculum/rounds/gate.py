"""No body votes on what is still under review: what may be voted on names what of its newest rounds is open."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from curriculum.governance.subjects import Subject
from curriculum.rounds import queries
from curriculum.rounds.people import Reader
from curriculum.rounds.rules.states import State, is_unsettled
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

_MOST_LINES = 20
_NEWEST = """
SELECT DISTINCT ON (body_id) id, body_id, number FROM round WHERE subject = %(subject)s
ORDER BY body_id, number DESC
"""


class _Newest(NamedTuple):
    id: UUID
    body_id: str
    number: int


def reviewed(kind: Subject) -> Subject:
    """Return a kind of thing on which no body votes while a review of it is open."""

    def lines(db: Db, name: str) -> Sequence[str]:
        return [*kind.open_lines(db, name), *open_lines(db, name)]

    return replace(kind, open_lines=lines)


def open_lines(db: Db, subject: str) -> list[str]:
    """Return what is open in the newest round of each body: the round itself, or each comment that must be fixed.

    Of a comment it says where it stands, and not its words: another body votes, perhaps.
    """
    reader = Reader(None, whole=True, today=pacific_date(db.at))
    lines: list[str] = []
    for newest in db.all(_Newest, _NEWEST, subject=subject):
        found = queries.get(db, newest.id, reader)
        which = f"round {newest.number} of {newest.body_id}"
        if found.state == State.OPEN:
            lines.append(f"{which}: comments until {found.due_on}")
        elif found.state == State.CLOSED:
            lines.append(f"{which}: answers not sent, {found.unanswered} of {found.comments} comments without one")
        elif found.open_must:
            lines += [f"{which}: must be fixed, {where}" for where in _musts(db, found, reader)]
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[:_MOST_LINES], f"{more} more"]


def _musts(db: Db, found: queries.Round, reader: Reader) -> list[str]:
    return [
        f"passage {one.place}" if one.place else "the whole"
        for one in queries.all_sent(db, found.id, reader)
        if one.said.must and is_unsettled(one.said)
    ]
