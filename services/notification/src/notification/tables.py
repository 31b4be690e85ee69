"""The service's tables. What must hold of a row is a rule and, here, a constraint.

Recipients, acknowledgements and readiness have no foreign keys: each row of a bulk insert would pay a look-up, and
each confirmation would lock the same notice row. They are written by the statements of this service only, which
select from the notice that they belong to.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, TSVECTOR
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.closed_days import CalendarYear
from servicekit.data.tables import moment, service_metadata
from servicekit.events.copies import CollectionOfCopy, Copy, MemberOfCopy, RevisionOfCopy

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of the service's rows."""


def _big(default: int | None = None) -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    return Field(default=default, sa_column=Column(BigInteger, nullable=False))


def _text() -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    return Field(default="", sa_column_kwargs={"server_default": ""})


class NoticeRow(Base, table=True):
    """A change notice. Once issued it does not change any more, but for its withdrawal: a trigger refuses it.

    A historic one was issued elsewhere or before Cadre: it has no author, no audience and no text of ours.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(
            "state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED', 'PUBLISHED', 'WITHDRAWN', 'HISTORIC')", name="state"
        ),
        CheckConstraint("(state IN ('PUBLISHED', 'WITHDRAWN')) = (published_at IS NOT NULL)", name="published_at"),
        CheckConstraint("(state = 'SCHEDULED') = (publish_at IS NOT NULL)", name="publish_at"),
        CheckConstraint("(state = 'WITHDRAWN') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        CheckConstraint("(state = 'WITHDRAWN') = (withdraw_reason <> '')", name="withdraw_reason"),
        CheckConstraint("(state = 'HISTORIC') = (author_id IS NULL)", name="historic"),
        CheckConstraint(
            "state NOT IN ('SCHEDULED', 'PUBLISHED', 'WITHDRAWN') OR approver_id <> ALL (writers)", name="four_eyes"
        ),
        # A number belongs to one letter from the moment somebody else is asked to approve it.
        Index(
            "uq_notice_series_number",
            "series",
            "number",
            unique=True,
            postgresql_where=text("state <> 'DRAFT' AND number <> ''"),
        ),
        Index("ix_notice_created_at_id", "created_at", "id"),
        Index("ix_notice_audience_id", "audience_id", postgresql_where=text("state IN ('PUBLISHED', 'WITHDRAWN')")),
        Index("ix_notice_publish_at", "publish_at", postgresql_where=text("state = 'SCHEDULED'")),
    )

    id: uuid.UUID = Field(primary_key=True)
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
    body: str
    effective_date: date | None
    audience_id: uuid.UUID | None
    asks: str
    course_id: str
    course_version: int
    business_days_before_effective: int
    business_days_after_issue: int
    agency_confirms_within: int
    demonstration: bool
    briefing_counts: bool
    contact_telephone: str = _text()
    replaces: str = _text()
    topic: str = _text()
    staff_release_days: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    author_id: uuid.UUID | None
    # Everybody who wrote on it, the author first: none of them can approve it.
    writers: list[uuid.UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    approver_id: uuid.UUID | None = None
    return_reason: str = ""
    # What was sent for approval, by hash and name: it is what is issued. Empty in a draft.
    pinned: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'"))
    )
    # Counts up with each change: the etag.
    revision: int = 1
    created_at: datetime = moment()
    submitted_at: datetime | None = moment(optional=True)
    published_at: datetime | None = moment(optional=True)
    # Set on issue.
    version: int = 0
    text_sha256: str = ""
    due_date: date | None = None
    agency_due_date: date | None = None
    audience_revision: int = _big(0)
    # From this day on staff see it, unless their agency releases it to them sooner.
    staff_release_date: date | None = None
    # When a scheduled one is to be issued.
    publish_at: datetime | None = moment(optional=True)
    withdrawn_at: datetime | None = moment(optional=True)
    withdrawn_by: uuid.UUID | None = None
    withdraw_reason: str = _text()
    # As printed on a historic one.
    issuer: str = _text()
    issued_on: str = _text()
    effective_printed: str = _text()
    source: str = _text()


class NoticeVersionRow(Base, table=True):
    """The text as issued, in the canonical form of which the hash was taken. Never changes: a trigger refuses it."""

    __tablename__ = "notice_version"

    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    version: int = Field(primary_key=True)
    canonical: str
    text_sha256: str
    published_at: datetime = moment()


class FileRow(Base, table=True):
    """The content of a file, once however many letters have it. Never changes: a trigger refuses it."""

    __tablename__ = "file"

    sha256: str = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class FileWordsRow(Base, table=True):
    """The words that a content is found by: the first, if all would be too many."""

    __tablename__ = "file_words"

    sha256: str = Field(primary_key=True, foreign_key="file.sha256", ondelete="CASCADE")
    words: str
    # Under which cutting into words (see rules/search.py).
    cut: int


class AttachmentRow(Base, table=True):
    """A file of a letter: the signed letter itself, or an attachment. Stays once the letter is no draft, by trigger."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("notice_id", "sha256"),
        CheckConstraint("kind IN ('LETTER', 'ATTACHMENT')", name="kind"),
        CheckConstraint("kind <> 'LETTER' OR media_type = 'application/pdf'", name="letter"),
        CheckConstraint("size_bytes > 0", name="size_bytes"),
        Index("uq_attachment_letter", "notice_id", unique=True, postgresql_where=text("kind = 'LETTER'")),
        Index("ix_attachment_sha256", "sha256"),
    )

    id: uuid.UUID = Field(primary_key=True)
    notice_id: uuid.UUID = Field(foreign_key="notice.id")
    # In the order in which they were added.
    place: int
    kind: str
    title: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str = Field(foreign_key="file.sha256")
    pages: int
    scan_note: str


class SeriesRow(Base, table=True):
    """A series of letters, and what a letter of it usually is."""

    __tablename__ = "series"

    series: str = Field(primary_key=True)
    title: str
    kind: str
    source: str


class NoticeSearchRow(Base, table=True):
    """What a letter is found by. Only letters that are out, or historic, have a row: a draft cannot be found."""

    __tablename__ = "notice_search"
    __table_args__ = (
        Index("ix_notice_search_words", "words", postgresql_using="gin"),
        Index("ix_notice_search_day_notice_id", "day", "notice_id"),
        Index("ix_notice_search_series_day_notice_id", "series", "day", "notice_id"),
    )

    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    series: str
    # The day of issue; for a historic one that has only a year printed, its January 1.
    year: int
    day: date
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))
    # Under which cutting into words (see rules/search.py).
    cut: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class AgencyRow(Base, table=True):
    """Copy of the directory's agencies: those that are not the state's get every letter until they end."""

    __tablename__ = "agency"

    agency_id: str = Field(primary_key=True)
    kind: str
    # The first day on which there is no such agency any more.
    end_date: date | None = None


class CalendarYearRow(CalendarYear, Base, table=True):
    """Copy of the directory's calendar: when the state's offices are closed in a year, besides weekends."""

    __tablename__ = "calendar_year"


class DeliveryRow(Base, table=True):
    """A letter at an agency, and the agency's confirmation."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
        CheckConstraint("(staff_released_at IS NULL) = (staff_released_by IS NULL)", name="staff_released"),
        Index("ix_delivery_agency_id", "agency_id"),
    )

    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    version: int = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    delivered_at: datetime = moment()
    due_date: date
    confirmed_at: datetime | None = moment(optional=True)
    confirmed_by: uuid.UUID | None = None
    lead: uuid.UUID | None = None
    problem: str = _text()
    # When the agency let its staff see the letter before the day that the letter names.
    staff_released_at: datetime | None = moment(optional=True)
    staff_released_by: uuid.UUID | None = None


class RecipientRow(Base, table=True):
    """A person under a notice. They are on its list while the audience has them; the row stays when they leave.

    Narrow, and with no index but its key: it is what issuing to 10,000 people writes.
    """

    __tablename__ = "recipient"

    notice_id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    due_date: date
    read_at: datetime | None = moment(optional=True)
    confirmed_at: datetime | None = moment(optional=True)
    trained_at: datetime | None = moment(optional=True)
    excused: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class AcknowledgementRow(Base, table=True):
    """Somebody read or confirmed a version, for themselves or (with an agency) for it. Append-only, by trigger."""

    __tablename__ = "acknowledgement"
    __table_args__ = (
        CheckConstraint("kind IN ('READ', 'CONFIRM', 'AGENCY')", name="kind"),
        CheckConstraint("(kind = 'AGENCY') = (agency_id <> '')", name="agency"),
    )

    notice_id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    text_sha256: str
    at: datetime = moment()


class ReadinessRow(Base, table=True):
    """Counts of a notice by agency ('' = the state, each person once) and due date.

    A figure is the sum of its slots: each call adds to one of several rows, so that calls that run at the same time
    do not wait for each other at the state's row. A slot alone may be negative.
    """

    __tablename__ = "readiness"
    # Counts are updated in place: room on the page keeps the versions of a row together.
    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)

    notice_id: uuid.UUID = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    due_date: date = Field(primary_key=True)
    slot: int = Field(primary_key=True)
    listed: int
    ready: int
    not_started: int
    on_leave: int
    read: int
    confirmed: int
    trained: int
    excused: int


class AudienceRow(CollectionOfCopy, Base, table=True):
    """An audience of which something was heard. Its row is the lock between issuing and changes of membership."""

    __tablename__ = "audience"

    audience_id: uuid.UUID = Field(primary_key=True)


class AudienceRevisionRow(RevisionOfCopy, Base, table=True):
    """A revision of an audience of which something was heard."""

    __tablename__ = "audience_revision"
    __table_args__ = (CheckConstraint("cardinality(chunks_seen) <= chunks", name="chunks_seen"),)

    audience_id: uuid.UUID = Field(primary_key=True)
    revision: int = Field(sa_column=Column(BigInteger, primary_key=True))


class AudienceChunkRow(Base, table=True):
    """What the release before noted, beside which this one starts: a trigger takes it over into `audience_revision`."""

    __tablename__ = "audience_chunk"

    audience_id: uuid.UUID = Field(primary_key=True)
    revision: int = Field(sa_column=Column(BigInteger, primary_key=True))
    chunk: int = Field(primary_key=True)
    chunks: int


class AudienceMemberRow(MemberOfCopy, Base, table=True):
    """Copy of the directory's memberships: one row per person and agency. Those who left stay, with *member* false."""

    __tablename__ = "audience_member"
    __table_args__ = (
        Index("ix_audience_member_audience_id_agency_id", "audience_id", "agency_id"),
        # A person's letters are those of their audiences.
        Index("ix_audience_member_person_id", "person_id"),
    )

    audience_id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    units: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False))


MEMBERSHIPS = Copy(collection="audience", member="person", group="agency", details="units")
