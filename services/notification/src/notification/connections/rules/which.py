"""The names of connections."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Which:
    """A connection of an owner: an agency, or '' for the state."""

    agency_id: str
    id: UUID

    @property
    def name(self) -> str:
        """Its resource name."""
        return f"{f'agencies/{self.agency_id}' if self.agency_id else 'state'}/connections/{self.id}"
