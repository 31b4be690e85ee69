"""What an agency may ask of whom beside those whom the state asks."""

from notification.letters.rules.letter import Asks
from servicekit.refusals import InvalidField, Kind, Refusal

MOST_UNITS = 100
MOST_AT_ONCE = 50
LONGEST_REASON = 500


class AsksNothing(Refusal):
    """The letter asks nobody of anything: there is nothing to ask of others either."""

    kind = Kind.PRECONDITION


class AudienceShared(Refusal):
    """Another letter that is out is for the same audience: whoever were added would have that one, too."""

    kind = Kind.PRECONDITION


class AudienceWidened(Refusal):
    """Another letter is for this audience, and agencies ask more people under one of the two: each needs its own."""

    kind = Kind.PRECONDITION


class UnitsAdded(Refusal):
    """The agency asks some of the units already; `units` says which."""

    kind = Kind.EXISTS


def check_asks(name: str, asks: str) -> None:
    """Refuse a letter that asks nothing."""
    if asks == Asks.NOTHING:
        raise AsksNothing("The letter asks nobody of anything.", notice=name)


def check_count(count: int) -> None:
    """Refuse more units than a page shows."""
    if count > MOST_UNITS:
        raise InvalidField("units", count, f"must be at most {MOST_UNITS} of an agency under a letter")
