"""What the rows of all areas stand on. What must hold of a row is a rule and, in its table, a constraint."""

from typing import Any

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.data.tables import service_metadata

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of the service's rows."""


def plain() -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    """Return a column of text, empty where nothing is said."""
    return Field(default="", sa_column_kwargs={"server_default": ""})
