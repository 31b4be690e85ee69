"""What names a round of review, and a comment in it; and who asks."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


class Which(NamedTuple):
    """A round of a letter."""

    notice_id: UUID
    number: int

    @property
    def name(self) -> str:
        """Its resource name."""
        return f"notices/{self.notice_id}/reviews/{self.number}"

    def of(self, agency_id: str) -> str:
        """Return the resource name of the round at an agency."""
        return f"{self.name}/agencies/{agency_id}"

    def comment(self, comment_id: UUID) -> str:
        """Return the resource name of a comment in it."""
        return f"{self.name}/comments/{comment_id}"


@dataclass(frozen=True)
class Caller:
    """Whoever asks. *drafts*: they see every draft, for the state; *confirms*: the agencies that they confirm for."""

    person_id: UUID
    drafts: bool
    confirms: frozenset[str]
