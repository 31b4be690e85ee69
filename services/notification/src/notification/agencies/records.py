"""How far agencies are with a letter, as it is read. Each row stands beside its statement in `queries.py`."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from notification.letters.tables import Notice


class Delivery(NamedTuple):
    """A letter at an agency; of one that was never delivered there nothing is known."""

    delivered_at: datetime | None
    confirmed_at: datetime | None
    confirmed_by: UUID | None
    lead: UUID | None
    problem: str | None
    staff_released_at: datetime | None
    confirmation_overdue: bool
    asked_no_more: bool


class Figures(NamedTuple):
    """How many people stand where under a letter."""

    listed: int
    ready: int
    not_started: int
    on_leave: int
    read: int
    confirmed: int
    trained: int
    excused: int
    overdue: int

    @property
    def to_go(self) -> int:
        """How many still have something to do."""
        return self.listed - self.ready - self.on_leave


class AgencyReadiness(NamedTuple):
    """How far an agency is with a letter; the agency '' is the state."""

    notice_id: UUID
    agency_id: str
    staff_release_date: date | None
    delivery: Delivery
    figures: Figures


class AgencyNotice(NamedTuple):
    """A letter as it stands at an agency, and of all its letters how many wait."""

    notice: Notice
    item_id: UUID
    closed: bool
    newest: int
    unconfirmed_count: int
    to_go_count: int
    agency_id: str
    delivery: Delivery
    figures: Figures

    @property
    def readiness(self) -> AgencyReadiness:
        """How far the agency is."""
        release = self.notice.staff_release_date
        return AgencyReadiness(self.item_id, self.agency_id, release, self.delivery, self.figures)


class Standing(StrEnum):
    """How somebody stands under a letter, as lists are narrowed by it; the names are the contract's."""

    ANY = "STANDING_UNSPECIFIED"
    TO_GO = "TO_GO"
    NOT_STARTED = "NOT_STARTED"
    UNDER_WAY = "UNDER_WAY"
    READY = "READY"
    ON_LEAVE = "ON_LEAVE"
    EXCUSED = "EXCUSED"
    OVERDUE = "OVERDUE"
    UNTRAINED = "UNTRAINED"


class Wanted(NamedTuple):
    """Whose names are asked for: of a work unit ('' = any, `none` = those without), who stands so, among *people*."""

    unit: str
    standing: Standing
    people: Collection[UUID]


class UnitFigures(NamedTuple):
    """How far a work unit of an agency is; '' = those without one.

    *recorded*: for how many at work somebody else recorded the confirmation. Of all units that were looked at, each
    person once: the same in each row.
    """

    unit: str
    figures: Figures
    recorded: int


class Recipient(NamedTuple):
    """A person under a letter."""

    person_id: UUID
    units: list[str]
    due_date: date
    excused: bool
    on_leave: bool
    read_at: datetime | None
    confirmed_at: datetime | None
    trained_at: datetime | None
    confirmed_for: bool
    # Asked by their agency alone: no figure counts them.
    local: bool
    done: bool
    ready: bool
