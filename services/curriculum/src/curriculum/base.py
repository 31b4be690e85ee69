"""What the rows of all areas stand on. What must hold of a row is a rule and, in its table, a constraint."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from servicekit.data.tables import service_metadata

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of this service's rows: its metadata is its own."""
