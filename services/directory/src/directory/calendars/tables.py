"""The tables of calendars: the state's by year, and where agencies differ from it."""

from datetime import date

from sqlmodel import Field

from directory.base import Base


class CalendarYearRow(Base, table=True):
    """A year of which the state's holidays are on record, and how often they were changed."""

    __tablename__ = "calendar_year"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    revision: int


class HolidayRow(Base, table=True):
    """A holiday of the state, and the weekday on which its offices are closed for it, if they are."""

    __tablename__ = "holiday"

    day: date = Field(primary_key=True)
    year: int = Field(foreign_key="calendar_year.year", index=True)
    title: str
    closed_on: date | None


class AgencyCalendarRow(Base, table=True):
    """A year in which an agency said where it differs from the state's calendar, and how often."""

    __tablename__ = "agency_calendar"

    agency_id: str = Field(foreign_key="agency.id", primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    revision: int


class AgencyDayRow(Base, table=True):
    """A day on which an agency is closed while the state is not, or open on a holiday."""

    __tablename__ = "agency_day"

    agency_id: str = Field(foreign_key="agency.id", primary_key=True)
    day: date = Field(primary_key=True)
    year: int
    closed: bool
    title: str
