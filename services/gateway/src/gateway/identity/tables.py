"""Rows of the gateway's own database: who is at a browser, what those without a provider sign in with, and feeds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, LargeBinary, Text, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.data.tables import moment, service_metadata

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Rows of this service alone: another service's tables may stand in the same process."""


class SignInRow(Base, table=True):
    """A browser's sign-in. The cookie itself is held nowhere, so that a copy of this table opens nothing."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person_created_at", "person", "created_at"),)

    cookie_sha256: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person: str = Field(sa_type=Text)
    created_at: datetime = moment()
    ended_at: datetime | None = moment(optional=True)
    # `demonstration`, `password`, or an issuer's slug after `issuer/`.
    way: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    # From where: an address, and what the browser calls itself in a few words.
    address: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    browser: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


class SignInActivityRow(Base, table=True):
    """When the sign-in was last used, and a form that came too late.

    A table of its own, because it changes with every page and says nothing that an audit trail should hold.
    """

    __tablename__ = "sign_in_activity"

    cookie_sha256: bytes = Field(primary_key=True, sa_type=LargeBinary, foreign_key="sign_in.cookie_sha256")
    seen_at: datetime = moment()
    kept_path: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    # JSON: a list of [name, value] in the order of the form.
    kept_fields: str = Field(default="[]", sa_type=Text, sa_column_kwargs={"server_default": "[]"})
    # By what its forms are known; inherited from the sign-in before of the same person at the same browser.
    form_key: bytes | None = Field(default=None, sa_type=LargeBinary)


class FormAnswerRow(Base, table=True):
    """What a form was answered with: a page, sealed for the browser that sent it; or where an empty form led.

    Not in the audit trail: nothing is done by it, and it goes with the sign-in.
    """

    __tablename__ = "form_answer"
    __table_args__ = (Index("ix_form_answer_at", "at"),)

    cookie_sha256: bytes = Field(primary_key=True, sa_type=LargeBinary, foreign_key="sign_in.cookie_sha256")
    id: UUID = Field(primary_key=True)
    at: datetime = moment()
    status: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    sealed: bytes = Field(sa_type=LargeBinary)
    path: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


class SignInAttemptRow(Base, table=True):
    """A browser that was sent to a provider and is not back yet: gone when it is, so that each answer counts once.

    Not in the audit trail: nobody is known yet.
    """

    __tablename__ = "sign_in_attempt"

    state_sha256: bytes = Field(primary_key=True, sa_type=LargeBinary)
    browser_sha256: bytes = Field(sa_type=LargeBinary)
    issuer: str = Field(sa_type=Text)
    nonce: str = Field(sa_type=Text)
    verifier: str = Field(sa_type=Text)
    return_path: str = Field(sa_type=Text)
    expires_at: datetime = moment()


class SignInTriesRow(Base, table=True):
    """How often a staff number, or an address, was tried without success since a moment.

    Not in the audit trail: whoever tries may be anybody.
    """

    __tablename__ = "sign_in_tries"

    key_sha256: bytes = Field(primary_key=True, sa_type=LargeBinary)
    since: datetime = moment()
    tries: int


class InvitationRow(Base, table=True):
    """A link by which one person may choose a password, once. The link itself is held nowhere."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_person_issued_at", "person", "issued_at"),)

    id: UUID = Field(primary_key=True)
    token_sha256: bytes = Field(sa_type=LargeBinary, unique=True)
    person: str = Field(sa_type=Text)
    staff_number: str = Field(sa_type=Text)
    issued_by: str = Field(sa_type=Text)
    issued_at: datetime = moment()
    expires_at: datetime = moment()
    # The secret of the codes, sealed: shown with the link, kept when it is used.
    secret_sealed: bytes = Field(sa_type=LargeBinary)
    ended_at: datetime | None = moment(optional=True)
    # Empty, `used`, `revoked`, or `replaced` by a later one.
    outcome: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    # The agency that vouches for the person with it; empty: an operator did.
    vouching: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


class CredentialRow(Base, table=True):
    """What a person without a provider signs in with: the password's hash, and the sealed secret of their codes."""

    __tablename__ = "credential"

    person: str = Field(primary_key=True, sa_type=Text)
    staff_number: str = Field(sa_type=Text, unique=True)
    password_hash: str = Field(sa_type=Text)
    secret_sealed: bytes = Field(sa_type=LargeBinary)
    # The half minute of the last code that was used: none counts twice.
    last_step: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    created_at: datetime = moment()
    # As of the invitation by which it was made.
    vouching: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


class RecoveryCodeRow(Base, table=True):
    """A code on paper, for when the telephone is lost; each is good once."""

    __tablename__ = "recovery_code"

    code_sha256: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person: str = Field(sa_type=Text, foreign_key="credential.person", index=True)
    used_at: datetime | None = moment(optional=True)


class FeedRow(Base, table=True):
    """An address by which programs read letters or dates for a person. The address itself is held nowhere."""

    __tablename__ = "feed"
    __table_args__ = (CheckConstraint("kind IN ('DATES', 'LETTERS')", name="kind"),)

    id: UUID = Field(primary_key=True)
    token_sha256: bytes = Field(sa_type=LargeBinary, unique=True)
    person: str = Field(sa_type=Text, index=True)
    kind: str = Field(sa_type=Text)
    # `agencies/{slug}`; empty = the person's own dates, or letters wherever they went.
    agency: str = Field(sa_type=Text)
    # Of letters: by which words they are found; empty = any.
    topic: str = Field(sa_type=Text)
    # What its owner calls it.
    title: str = Field(sa_type=Text)
    created_at: datetime = moment()
    ended_at: datetime | None = moment(optional=True)


class FeedUseRow(Base, table=True):
    """How often a feed was read: ever, and *lately*, since a moment.

    A table of its own, because it changes with every reading and says nothing that an audit trail should hold.
    """

    __tablename__ = "feed_use"

    feed_id: UUID = Field(primary_key=True, foreign_key="feed.id")
    uses: int = Field(sa_type=BigInteger)
    used_at: datetime | None = moment(optional=True)
    since: datetime = moment()
    lately: int


class DisclosureRow(Base, table=True):
    """Somebody looked at the record of somebody else, or at names of an agency's people, or took them along.

    Append-only, by trigger; not in the audit trail, which is of writes. It says whose, how many and by which filters,
    and nothing of what was shown.
    """

    __tablename__ = "disclosure"
    __table_args__ = (
        CheckConstraint("way IN ('VIEW', 'EXPORT', 'PRINT')", name="way"),
        CheckConstraint("person <> actor", name="others"),
        Index("ix_disclosure_person_id", "person", "id", postgresql_where=text("person <> ''")),
        Index("ix_disclosure_agency_id", "agency", "id"),
        Index("ix_disclosure_at", "at"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    at: datetime = moment()
    actor: str = Field(sa_type=Text)
    # As what they worked then: the role that reaches that far, '' = none.
    role: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    what: str = Field(sa_type=Text)
    way: str = Field(sa_type=Text)
    # Whose: one person, or names of an agency's people.
    person: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    agency: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    people: int
    filters: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    purpose: str = Field(sa_type=Text)
