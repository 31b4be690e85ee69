"""To have those told whom a question concerns: whoever does something asks for it here, and `steps.py` tells them."""

from uuid import UUID

from servicekit.background import tasks
from servicekit.data.db import Db

TASK = "tell-of-question"
ASKED, ANSWERED, CLARIFIED = "asked", "answered", "clarified"
_ACTOR = "services/notification"


def tell_asked(db: Db, question_id: UUID) -> None:
    """Have those told who wrote the letter."""
    tasks.defer(db, TASK, f"{ASKED}/{question_id}", actor=_ACTOR)


def tell_answered(db: Db, answer_id: UUID) -> None:
    """Have the one told who asked."""
    tasks.defer(db, TASK, f"{ANSWERED}/{answer_id}", actor=_ACTOR)


def tell_clarified(db: Db, clarification_id: UUID) -> None:
    """Have those told who asked about the letter."""
    tasks.defer(db, TASK, f"{CLARIFIED}/{clarification_id}", actor=_ACTOR)


def told_of(key: str) -> tuple[str, UUID]:
    """Return what was done, and the question, answer or clarification that it is about."""
    step, id_ = key.split("/")
    return step, UUID(id_)
