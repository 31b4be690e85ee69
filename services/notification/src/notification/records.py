"""A letter as it is read: its columns, and with whatever stands beside them in a statement."""

from datetime import date, datetime
from typing import NamedTuple, Self
from uuid import UUID

from notification.tables import NoticeRow


class Notice(NamedTuple):
    """What a notice says and what became of it; in lists its body is left out."""

    id: UUID
    state: str
    kind: str
    series: str
    number: str
    addressees: str
    subject: str
    reason: str
    references: str
    supersedes: str
    contact: str
    change: str
    before: str
    after: str
    staff_action: str
    until_then: str
    effective_date: date | None
    audience_id: UUID | None
    asks: str
    course_id: str
    course_version: int
    business_days_before_effective: int
    business_days_after_issue: int
    agency_confirms_within: int
    demonstration: bool
    briefing_counts: bool
    contact_telephone: str
    replaces: str
    topic: str
    staff_release_days: int
    author_id: UUID | None
    approver_id: UUID | None
    return_reason: str
    revision: int
    created_at: datetime
    submitted_at: datetime | None
    published_at: datetime | None
    version: int
    text_sha256: str
    due_date: date | None
    agency_due_date: date | None
    audience_revision: int
    staff_release_date: date | None
    publish_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: UUID | None
    withdraw_reason: str
    issuer: str
    issued_on: str
    effective_printed: str
    source: str
    body: str

    @classmethod
    def of(cls, row: NoticeRow) -> Self:
        """Return what a row that is being written says."""
        return cls._make(getattr(row, name) for name in cls._fields)


# To be read `FROM notice AS n`.
NOTICE = ", ".join(f'n."{name}"' for name in Notice._fields)
# For lists, and for what is answered to each of many: a body may have 100,000 characters.
NOTICE_WITHOUT_BODY = NOTICE.replace('n."body"', "'' AS body")


class Attachment(NamedTuple):
    """A file of a letter, without its content."""

    id: UUID
    notice_id: UUID
    kind: str
    title: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    pages: int
    scan_note: str
    place: int


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
        return AgencyReadiness(self.agency_id, self.notice.staff_release_date, self.delivery, self.figures)


class UnitFigures(NamedTuple):
    """How far a work unit of an agency is; '' = those without one."""

    unit: str
    figures: Figures


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
    done: bool
    ready: bool


class InboxRow(NamedTuple):
    """A letter as it stands for a person, and how many letters of all pages are open."""

    notice: Notice
    item_id: UUID
    own_due_date: date
    read_at: datetime | None
    confirmed_at: datetime | None
    trained_at: datetime | None
    excused: bool
    on_leave: bool
    closed: bool
    newest: int
    due: int
    open_count: int
