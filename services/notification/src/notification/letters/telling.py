"""To have those told who are new under a letter: whoever issues one, or changes whom it is for, asks for it here.

It is done after the transaction, by `messages`: issuing a letter to ten thousand waits for none of it.
"""

from collections.abc import Iterable
from uuid import UUID

from servicekit.background import tasks
from servicekit.data.db import Db

TASK = "tell-of-letter"
_JOINED = "joined"
# What is told to many is as many rows as their training, which is opened at the same moment: it begins when that
# stands, since staff look at their list at once, and no mail goes in the next second.
_AFTER_SECONDS = 1.0


def tell_issued(db: Db, notice_id: UUID, *, actor: str, many: bool) -> None:
    """Have those told whom a letter is for that is being issued, if the transaction commits."""
    tasks.defer(db, TASK, str(notice_id), actor=actor, after=pause(many=many))


def pause(*, many: bool) -> float:
    """Return for how many seconds telling of a letter lets others go first."""
    return _AFTER_SECONDS if many else 0.0


def tell_joined(db: Db, notices: Iterable[UUID], *, actor: str) -> None:
    """Have those told who came under these letters after they were issued, if the transaction commits."""
    tasks.defer_each(db, TASK, [f"{notice_id}/{_JOINED}" for notice_id in notices], actor=actor)


def told_of(key: str) -> tuple[UUID, bool]:
    """Return the letter that a task is about, and whether it is about those who came later."""
    notice_id, _, joined = key.partition("/")
    return UUID(notice_id), joined == _JOINED
