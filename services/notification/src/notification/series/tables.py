"""The series of letters."""

from sqlalchemy import text
from sqlmodel import Field

from notification.base import Base


class SeriesRow(Base, table=True):
    """A series of letters, and what a letter of it usually is."""

    __tablename__ = "series"

    series: str = Field(primary_key=True)
    title: str
    kind: str
    source: str
    # Nobody issues letters of it any more, or not here.
    past: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
