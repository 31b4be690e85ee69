"""What a packet of letters may be, and what it is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from notification.letters.rules.letter import Asks
from notification.letters.rules.lifecycle import State
from servicekit.refusals import InvalidField, Kind, Refusal

LONGEST_TITLE = 120
# Fewer are no packet; more are not read in one sitting.
FEWEST, MOST = 2, 20
_CONFIRMED = (Asks.CONFIRM, Asks.TRAIN)


class PacketClosed(Refusal):
    """The packet is closed: its letters are confirmed on their own pages."""

    kind = Kind.PRECONDITION


class NothingToConfirm(Refusal):
    """A letter of the packet does not ask to be confirmed, or does not hold."""


@dataclass(frozen=True)
class Which:
    """A packet of an owner: an agency, or '' for the state."""

    agency_id: str
    id: UUID

    @property
    def name(self) -> str:
        """Its resource name."""
        return f"{f'agencies/{self.agency_id}' if self.agency_id else 'state'}/packets/{self.id}"


def check(title: str, notices: Sequence[UUID]) -> None:
    """Refuse a packet without a name, of too few letters or too many, or with one of them twice."""
    if not 0 < len(title) <= LONGEST_TITLE:
        raise InvalidField("title", title, f"must have 1 to {LONGEST_TITLE} characters")
    if len(set(notices)) != len(notices):
        raise InvalidField("notices", len(notices), "must name each letter once")
    if not FEWEST <= len(notices) <= MOST:
        raise InvalidField("notices", len(notices), f"must be {FEWEST} to {MOST} letters")


def check_letter(name: str, state: str, asks: str) -> None:
    """Refuse a letter that does not hold, or that asks nobody to confirm it."""
    if state != State.PUBLISHED or asks not in _CONFIRMED:
        raise NothingToConfirm(
            "A packet is of letters that hold and ask to be confirmed.", field="notices", notice=name, asks=asks
        )
