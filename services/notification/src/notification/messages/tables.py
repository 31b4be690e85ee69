"""Messages, to whom they go, and the mail that carries them.

No foreign keys: a message may go to ten thousand people in one statement, each of which would pay a look-up.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from notification.base import Base, big, plain
from servicekit.data.tables import moment


def facts() -> dict[str, str]:
    """Return a column of facts: ids, days, numbers and titles; never a person's name or address."""
    column = Column(JSONB, nullable=False, server_default=text("'{}'"))
    made: dict[str, str] = Field(default_factory=dict, sa_column=column)
    return made


class MessageRow(Base, table=True):
    """Something that people should hear, once: *once* names the occasion, so that it is said one time."""

    __tablename__ = "message"
    __table_args__ = (
        Index("uq_message_once", "once", unique=True),
        Index("ix_message_about", "about"),
        Index("ix_message_kind_wanted_at", "kind", "wanted_at"),
    )

    id: uuid.UUID = Field(primary_key=True)
    once: str
    kind: str
    # The service that wants it said.
    producer: str
    # A resource name, and the letter's id where it is one.
    about: str
    notice_id: uuid.UUID | None = None
    facts: dict[str, str] = facts()
    urgent: bool
    # Who sent it, where somebody did.
    sender_id: uuid.UUID | None = None
    wanted_at: datetime = moment()
    goes_at: datetime = moment()
    # After that it is old news.
    fresh_until: datetime | None = moment(optional=True)


class MessageTargetRow(Base, table=True):
    """Whoever holds a role for a scope hears a message. The directory knows who that is, when it is to go."""

    __tablename__ = "message_target"
    __table_args__ = (
        Index("ix_message_target_open", "message_id", postgresql_where=text("resolved_at IS NULL")),
        Index("ix_message_target_nobody", "message_id", postgresql_where=text("holders = 0")),
        CheckConstraint("(resolved_at IS NULL) = (holders IS NULL)", name="resolved"),
    )

    message_id: uuid.UUID = Field(primary_key=True)
    role: str = Field(primary_key=True)
    # As the directory says it: `state`, `agencies/{slug}`, `agencies/{slug}/units/{slug}`.
    scope: str = Field(primary_key=True)
    facts: dict[str, str] = facts()
    resolved_at: datetime | None = moment(optional=True)
    # How many there were.
    holders: int | None = None


class MessageToRow(Base, table=True):
    """The ledger: a message to a person, and what became of it by mail. On their page it is at once."""

    __tablename__ = "message_to"
    __table_args__ = (
        CheckConstraint("state IN ('WANTED', 'MAILED', 'SENT', 'HELD_BACK', 'FAILED', 'BOUNCED')", name="state"),
        CheckConstraint("(state = 'HELD_BACK') = (cause <> '')", name="cause"),
        CheckConstraint("state IN ('WANTED', 'HELD_BACK') OR mail_id IS NOT NULL", name="mail"),
        Index("ix_message_to_person_id_at", "person_id", "at", "message_id"),
        Index("ix_message_to_goes_at", "goes_at", postgresql_where=text("state = 'WANTED'")),
        # When the next of a message goes, from the index alone.
        Index("ix_message_to_waits", "message_id", "goes_at", postgresql_where=text("state = 'WANTED'")),
        Index("ix_message_to_mail_id", "mail_id"),
    )

    message_id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    # For which they hear it, where that is for a role; else empty.
    scope: str = Field(primary_key=True)
    facts: dict[str, str] = facts()
    # Their own due day, where it is not the letter's.
    due_date: date | None = None
    at: datetime = moment()
    goes_at: datetime = moment()
    state: str
    cause: str = plain()
    mail_id: uuid.UUID | None = None
    changed_at: datetime = moment()
    opened_at: datetime | None = moment(optional=True)


class MessageCountRow(Base, table=True):
    """People by rule, day on which it was wanted, and what became of it: how many more, or fewer, by one statement.

    A trigger writes it beside each change of the ledger, so that nothing has to count the ledger, nor waits for a row
    that others count in; `counts.py` sums up what is there now and then.
    """

    __tablename__ = "message_count"
    __table_args__ = (Index("ix_message_count_day", "day"),)

    id: int = Field(sa_column=Column(BigInteger, Identity(), primary_key=True))
    kind: str
    day: date
    state: str
    cause: str
    people: int = big()
    # When the last of them came to stand so.
    last_at: datetime | None = moment(optional=True)


class MailServerRow(Base, table=True):
    """How the mail server took what it was handed last: the one row by which all processes know it."""

    __tablename__ = "mail_server"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    # How mail leaves, and how much of it in a minute.
    way: str
    a_minute: int
    # Runs in a row that ended with trouble, and what it was.
    failures: int
    trouble: str
    changed_at: datetime = moment()
    # Until then it is left alone.
    closed_until: datetime | None = moment(optional=True)


class MailCanaryRow(Base, table=True):
    """The mail of a rule that goes to an address where somebody looks whether it arrives."""

    __tablename__ = "mail_canary"

    kind: str = Field(primary_key=True)
    # Since when one is to go; none while nothing is due.
    due_at: datetime | None = moment(optional=True)
    # The last that went, and the id that is in its Message-ID.
    sent_at: datetime | None = moment(optional=True)
    mail_id: uuid.UUID | None = None
    # Since when that one was due: how long it took.
    was_due_at: datetime | None = moment(optional=True)


class MailRow(Base, table=True):
    """One mail: all that goes to a person at one moment. Its id is in its Message-ID, so that a repeat is known."""

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint("state IN ('READY', 'SENDING', 'SENT', 'FAILED', 'DROPPED', 'BOUNCED')", name="state"),
        CheckConstraint("(state = 'SENDING') = (claimed_at IS NOT NULL)", name="claimed"),
        CheckConstraint("(state IN ('SENT', 'BOUNCED')) = (sent_at IS NOT NULL)", name="sent"),
        Index("uq_mail_person_id_goes_at", "person_id", "goes_at", unique=True),
        Index("ix_mail_next_try", "next_try", postgresql_where=text("state IN ('READY', 'SENDING')")),
        Index("ix_mail_created_at_id", "created_at", "id"),
        Index("ix_mail_sent_at", "sent_at"),
    )

    id: uuid.UUID = Field(primary_key=True)
    person_id: uuid.UUID
    goes_at: datetime = moment()
    urgent: bool
    state: str
    tries: int
    next_try: datetime = moment()
    claimed_at: datetime | None = moment(optional=True)
    created_at: datetime = moment()
    sent_at: datetime | None = moment(optional=True)
    # What the server said when it did not take it.
    error: str = plain()


class MailChoiceRow(Base, table=True):
    """A person said whether they want mail of a kind of message."""

    __tablename__ = "mail_choice"

    person_id: uuid.UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    wanted: bool


class MailHoursRow(Base, table=True):
    """Hours in which an agency's people are written to, where they are not those of all."""

    __tablename__ = "mail_hours"
    __table_args__ = (CheckConstraint("7 <= opens AND opens < closes AND closes <= 18", name="hours"),)

    agency_id: str = Field(primary_key=True)
    opens: int
    closes: int
    revision: int


class MailMorningRow(Base, table=True):
    """The hour of a person's morning mail, where they chose one."""

    __tablename__ = "mail_morning"
    __table_args__ = (CheckConstraint("hour BETWEEN 7 AND 12", name="hour"),)

    person_id: uuid.UUID = Field(primary_key=True)
    hour: int


class LadderRow(Base, table=True):
    """What was last said of the ladder of the state, a series or a letter."""

    __tablename__ = "ladder"
    __table_args__ = (
        CheckConstraint("(owner LIKE 'notices/%') = (notice_id IS NOT NULL)", name="notice"),
        Index("ix_ladder_notice_id", "notice_id"),
    )

    # `state`, `series/CSSP`, `notices/{uuid}`
    owner: str = Field(primary_key=True)
    # A draft that is deleted takes its ladder with it.
    notice_id: uuid.UUID | None = Field(default=None, foreign_key="notice.id", ondelete="CASCADE")
    # None: as the level above.
    rungs: list[dict[str, object]] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    revision: int
    changed_on: date


class FailingAddressRow(Base, table=True):
    """A mail server said for good that there is no such address; the address itself stays in the directory."""

    __tablename__ = "failing_address"

    person_id: uuid.UUID = Field(primary_key=True)
    # Another address is another hash, and is written to.
    address_sha256: str = Field(primary_key=True)
    error: str
    since: datetime = moment()


class CaughtMailRow(Base, table=True):
    """In a demonstration: a mail that would have gone out."""

    __tablename__ = "caught_mail"
    __table_args__ = (Index("ix_caught_mail_at_id", "at", "id"),)

    # That of the mail: what is sent twice is here once.
    id: uuid.UUID = Field(primary_key=True)
    at: datetime = moment()
    to: str
    subject: str
    text: str
    html: str
