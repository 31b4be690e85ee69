"""Where one person stands with one notice, and how they count. `readiness.py` says the same in SQL, for many."""

from dataclasses import astuple, dataclass
from datetime import datetime

from notification.letters.rules.letter import Asks


@dataclass(frozen=True)
class Standing:
    """A person of the audience under a notice that *asks* something of them."""

    asks: str
    read_at: datetime | None
    confirmed_at: datetime | None
    trained_at: datetime | None
    excused: bool
    on_leave: bool
    # Somebody recorded the confirmation for them, and they have not confirmed it themselves since.
    confirmed_for: bool = False

    @property
    def did_all(self) -> bool:
        """Whether every asked step is done."""
        match self.asks:
            case Asks.NOTHING:
                return True
            case Asks.READ:
                return self.read_at is not None
            case Asks.CONFIRM:
                return self.confirmed_at is not None
            case _:
                return self.confirmed_at is not None and self.trained_at is not None

    @property
    def did_nothing(self) -> bool:
        """Whether they did nothing under the notice at all: not opened, not confirmed, not trained."""
        return not (self.read_at or self.confirmed_at or self.trained_at)

    @property
    def ready(self) -> bool:
        """On today's list, not on leave, not excused, every asked step done."""
        return self.did_all and not self.excused and not self.on_leave

    def counts(self) -> "Counts":
        """Return what the person adds to a figure."""
        listed = not self.excused
        here = listed and not self.on_leave
        return Counts(
            listed=int(listed),
            ready=int(self.ready),
            not_started=int(here and not self.did_all and self.did_nothing),
            on_leave=int(listed and self.on_leave),
            read=int(here and self.read_at is not None),
            confirmed=int(here and self.confirmed_at is not None),
            trained=int(here and self.trained_at is not None),
            excused=int(self.excused),
        )


@dataclass(frozen=True)
class Counts:
    """A figure, or a change of one. Ready, not started and on leave are disjoint parts of *listed*.

    What was done counts of those who are at work, so that every share has one denominator: *listed* less *on leave*.
    """

    listed: int = 0
    ready: int = 0
    not_started: int = 0
    on_leave: int = 0
    read: int = 0
    confirmed: int = 0
    trained: int = 0
    excused: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(*(mine - its for mine, its in zip(astuple(self), astuple(other), strict=True)))

    def __bool__(self) -> bool:
        return any(astuple(self))
