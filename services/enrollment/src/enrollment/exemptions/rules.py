"""What exemptions are of, and what is refused of them."""

from dataclasses import dataclass
from uuid import UUID

from servicekit.refusals import Refusal


class UnitsExempt(Refusal):
    """It does not apply to some of the units already; `units` says to which."""


@dataclass(frozen=True)
class At:
    """A notice at an agency."""

    notice_id: UUID
    agency_id: str

    @property
    def name(self) -> str:
        """The resource name."""
        return f"agencies/{self.agency_id}/notices/{self.notice_id}"

    def exemption(self, unit: str) -> str:
        """The resource name of the exemption of a unit."""
        return f"{self.name}/exemptions/{unit}"
