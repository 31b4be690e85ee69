"""Who reads, and what she sees that others do not see (yet)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Reader:
    """Whoever asks for a letter, today.

    *drafts*: she works for the state on letters, and sees those that are not issued. *before_staff*: she also sees a
    letter before the staff of her agency do, since she prepares it there. *person_id* is None for a service.
    """

    person_id: UUID | None
    today: date
    drafts: bool = False
    before_staff: bool = False
