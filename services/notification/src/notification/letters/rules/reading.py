"""Who reads, and what they see that others do not see (yet)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Reader:
    """Whoever asks for a letter, today.

    *drafts*: they work for the state on letters, and see those that are not issued. *before_staff*: they also see a
    letter before the staff of their agency do, since they prepare it there. *person_id* is None for a service.
    """

    person_id: UUID | None
    today: date
    drafts: bool = False
    before_staff: bool = False
