"""To have those told whom a step of a review concerns: whoever takes it asks for it here, and `steps.py` tells them."""

from uuid import UUID

from notification.reviews.rules.which import Which
from servicekit.background import tasks
from servicekit.data.db import Db

TASK = "tell-of-review"
OPENED, NAMED, ANSWERED = "opened", "named", "answered"
_ACTOR = "services/notification"


def tell_opened(db: Db, which: Which) -> None:
    """Have the agencies of a round told that they are asked."""
    tasks.defer(db, TASK, f"{OPENED}/{which.notice_id}/{which.number}/", actor=_ACTOR)


def tell_named(db: Db, which: Which, agency_id: str) -> None:
    """Have those told whom an agency just named."""
    tasks.defer(db, TASK, f"{NAMED}/{which.notice_id}/{which.number}/{agency_id}", actor=_ACTOR)


def tell_answered(db: Db, which: Which) -> None:
    """Have those told who commented that everything they said is answered."""
    tasks.defer(db, TASK, f"{ANSWERED}/{which.notice_id}/{which.number}/", actor=_ACTOR)


def told_of(key: str) -> tuple[str, Which, str]:
    """Return the step that a task is about, the round, and the agency where it is about one."""
    step, notice_id, number, agency_id = key.split("/")
    return step, Which(UUID(notice_id), int(number)), agency_id
