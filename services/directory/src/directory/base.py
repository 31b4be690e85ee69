"""What all rows of the directory stand on."""

from typing import Any

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.data.tables import service_metadata

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of the directory's rows. What must hold of one is a rule and, in its table, a constraint."""


def words() -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    """Return a column of words, none by default."""
    return Field(sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
