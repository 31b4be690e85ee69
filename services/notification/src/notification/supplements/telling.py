"""To have an agency's staff told that it added something: who adds it asks for it here, and `steps.py` tells them."""

from uuid import UUID

from servicekit.background import tasks
from servicekit.data.db import Db

TASK = "tell-of-supplement"
_ACTOR = "services/notification"


def tell_later(db: Db, notice_id: UUID, agency_id: str, number: int) -> None:
    """Have those told whom it concerns."""
    tasks.defer(db, TASK, f"{notice_id}/{number}/{agency_id}", actor=_ACTOR)


def told_of(key: str) -> tuple[UUID, str, int]:
    """Return of which letter, agency and version is to be told."""
    notice, number, agency_id = key.split("/", 2)
    return UUID(notice), agency_id, int(number)
