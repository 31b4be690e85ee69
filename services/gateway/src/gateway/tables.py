"""Rows of the gateway's own database: who is signed in at a browser."""

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.tables import service_metadata

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Rows of this service alone: another service's tables may stand in the same process."""


class SignInRow(Base, table=True):
    """A browser's sign-in. The cookie itself is held nowhere, so that a copy of this table opens nothing."""

    __tablename__ = "sign_in"

    cookie_sha256: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class SignInActivityRow(Base, table=True):
    """When the sign-in was last used, and a form that came too late.

    A table of its own, because it changes with every page and says nothing that an audit trail should hold.
    """

    __tablename__ = "sign_in_activity"

    cookie_sha256: bytes = Field(primary_key=True, sa_type=LargeBinary, foreign_key="sign_in.cookie_sha256")
    seen_at: datetime = Field(sa_type=DateTime(timezone=True))
    kept_path: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    # JSON: a list of [name, value] in the order of the form.
    kept_fields: str = Field(default="[]", sa_type=Text, sa_column_kwargs={"server_default": "[]"})
