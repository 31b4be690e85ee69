"""Letters, their texts as issued, and who read or confirmed them.

An acknowledgement has no foreign key: each confirmation would lock the same notice row.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlmodel import Field, SQLModel

from notification.base import Base, big, plain
from notification.letters.rules import statements
from servicekit.data.tables import moment


class Notice(SQLModel):
    """A change notice: what it says, and what became of it.

    Once issued it does not change any more, but for its withdrawal and its next version: a trigger refuses it.

    A historic one was issued elsewhere or before Cadre: it has no author, no audience and no text of ours.
    """

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
    # Parts that take effect later (see letters/rules/parts.py).
    section_dates: list[dict[str, str]] = Field(
        default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'"), "nullable": False}
    )
    audience_id: uuid.UUID | None
    receivers: list[str] = Field(
        default_factory=list, sa_type=ARRAY(TEXT), sa_column_kwargs={"server_default": text("'{}'")}
    )
    asks: str
    course_id: str
    course_version: int
    business_days_before_effective: int
    business_days_after_issue: int
    agency_confirms_within: int
    demonstration: bool
    briefing_counts: bool
    contact_telephone: str = plain()
    replaces: str = plain()
    topic: str = plain()
    urgent_reason: str = plain()
    # What who confirms it says by that: a person, and who confirms for an agency.
    statement: str = Field(default=statements.OWN, sa_column_kwargs={"server_default": statements.OWN})
    agency_statement: str = Field(
        default=statements.FOR_AGENCY, sa_column_kwargs={"server_default": statements.FOR_AGENCY}
    )
    # Of an amendment, what it changes and why; of a letter that was amended, what its newest version said so.
    what_changed: str = plain()
    # Of an amendment, what counts as changed in substance by its author's word (see versions/rules/changes.py).
    substantive: list[str] = Field(
        default_factory=list, sa_type=ARRAY(TEXT), sa_column_kwargs={"server_default": text("'{}'")}
    )
    staff_release_days: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    credit_months: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    author_id: uuid.UUID | None
    approver_id: uuid.UUID | None = None
    return_reason: str = ""
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
    audience_revision: int = big(0)
    # From this day on staff see it, unless their agency releases it to them sooner.
    staff_release_date: date | None = None
    # When a scheduled one is to be issued.
    publish_at: datetime | None = moment(optional=True)
    withdrawn_at: datetime | None = moment(optional=True)
    withdrawn_by: uuid.UUID | None = None
    withdraw_reason: str = plain()
    # Of an amendment: the letter that it amends, and its number. It has none of its own.
    amends: uuid.UUID | None = Field(default=None, foreign_key="notice.id")
    amended_number: str = plain()
    # Of a letter that was amended: when its newest version was issued, and the amendment, which has its files.
    amended_at: datetime | None = moment(optional=True)
    files_of: uuid.UUID | None = Field(default=None, foreign_key="notice.id")
    # As printed on a historic one.
    issuer: str = plain()
    issued_on: str = plain()
    effective_printed: str = plain()
    source: str = plain()


class NoticeRow(Notice, Base, table=True):
    """A change notice as it is kept, with who wrote on it and what was sent for approval."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(
            "state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED', 'PUBLISHED', 'WITHDRAWN', 'HISTORIC', 'MERGED')",
            name="state",
        ),
        CheckConstraint("(state IN ('PUBLISHED', 'WITHDRAWN')) = (published_at IS NOT NULL)", name="published_at"),
        CheckConstraint("(state = 'SCHEDULED') = (publish_at IS NOT NULL)", name="publish_at"),
        CheckConstraint("(state = 'WITHDRAWN') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        CheckConstraint("(state = 'WITHDRAWN') = (withdraw_reason <> '')", name="withdraw_reason"),
        CheckConstraint("(state = 'HISTORIC') = (author_id IS NULL)", name="historic"),
        CheckConstraint(
            "state NOT IN ('SCHEDULED', 'PUBLISHED', 'WITHDRAWN', 'MERGED') OR approver_id <> ALL (writers)",
            name="four_eyes",
        ),
        CheckConstraint("(state = 'MERGED' AND amends IS NULL) IS NOT true", name="amends"),
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
        Index("ix_notice_before_issue", "id", postgresql_where=text("state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED')")),
        # A letter has one amendment at a time that is not out.
        Index(
            "uq_notice_amends",
            "amends",
            unique=True,
            postgresql_where=text("state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED')"),
        ),
        Index("ix_notice_publish_at", "publish_at", postgresql_where=text("state = 'SCHEDULED'")),
    )

    # Everybody who wrote on it, the author first: none of them can approve it.
    writers: list[uuid.UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    # What was sent for approval, by hash and name: it is what is issued. Empty in a draft.
    pinned: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'"))
    )


class NoticeVersionRow(Base, table=True):
    """The text as issued, in the canonical form of which the hash was taken. Never changes: a trigger refuses it.

    Who wrote and approved the first version stands with the letter.
    """

    __tablename__ = "notice_version"
    __table_args__ = (
        CheckConstraint("change IN ('', 'EDITORIAL', 'MOVED', 'SUBSTANTIVE')", name="change"),
        CheckConstraint("(version = 1) = (change = '') AND (version = 1) = (files_of IS NULL)", name="amended"),
    )

    notice_id: uuid.UUID = Field(primary_key=True, foreign_key="notice.id")
    version: int = Field(primary_key=True)
    canonical: str
    text_sha256: str
    published_at: datetime = moment()
    # Of a later version: what it meant for confirmations and said of itself, the amendment that became it, and whose.
    change: str = plain()
    what_changed: str = plain()
    files_of: uuid.UUID | None = None
    author_id: uuid.UUID | None = None
    approver_id: uuid.UUID | None = None


class StatementRow(Base, table=True):
    """A text to which confirmations agree, by its hash. Append-only, by trigger."""

    __tablename__ = "statement"

    sha256: str = Field(primary_key=True)
    text: str
    language: str


class AcknowledgementRow(Base, table=True):
    """Somebody read or confirmed a version, for themselves or (with an agency) for it. Append-only, by trigger.

    Of a confirmation `statement_sha256` is what they agreed to; `assumed` says that it is what the pages showed then,
    and nobody wrote it down. One that was recorded for a person says by whom, and why.
    """

    __tablename__ = "acknowledgement"
    __table_args__ = (
        CheckConstraint("kind IN ('READ', 'CONFIRM', 'AGENCY', 'RECORDED')", name="kind"),
        CheckConstraint("(kind = 'AGENCY') = (agency_id <> '')", name="agency"),
        CheckConstraint("(kind = 'READ') = (statement_sha256 = '')", name="statement"),
        CheckConstraint("channel IN ('API', 'PAGE', 'MAIL_LINK', 'PACKET', 'ON_BEHALF')", name="channel"),
        CheckConstraint(
            "(kind = 'RECORDED') = (channel = 'ON_BEHALF') AND (kind = 'RECORDED') = (recorded_by IS NOT NULL)"
            " AND (kind = 'RECORDED') = (reason <> '')",
            name="recorded",
        ),
    )

    notice_id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    text_sha256: str
    at: datetime = moment()
    statement_sha256: str = plain()
    channel: str = Field(default="PAGE", sa_column_kwargs={"server_default": "PAGE"})
    assumed: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    recorded_by: uuid.UUID | None = None
    reason: str = plain()
    # Where they worked then, as far as the letter's audience says: they may work elsewhere later, or nowhere.
    agencies: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(TEXT), nullable=False, server_default=text("'{}'"))
    )
    # Those of them whose word alone had put them under it: the state counts nobody there.
    local_agencies: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(TEXT), nullable=False, server_default=text("'{}'"))
    )
