"""What the audit trail says of a resource: it is written with each change, and never changes."""

from datetime import datetime
from typing import NamedTuple

from servicekit.data.db import Db

_LAST = "SELECT at, actor FROM audit WHERE resource = ANY(%(resources)s) ORDER BY at DESC, id DESC LIMIT 1"


class Saved(NamedTuple):
    """Who changed something last, and when."""

    at: datetime
    actor: str


def saved(db: Db, *resources: str) -> Saved | None:
    """Return who changed one of the resources last; None where nobody did."""
    return db.maybe(Saved, _LAST, resources=list(resources))
