"""What all tables of enrollment stand on: each area has its own, in one schema."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from servicekit.data.tables import service_metadata

metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of this service's rows: its metadata is its own."""
