"""An agency's list of people, as its table shows it and as a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cadre.directory.v1 import person_service_pb2 as pb
from gateway.web import sheets
from gateway.web.table import Asked, Column, Filter, Options, Table
from gateway.words import sentences

# Above so many people a list opens by unit.
BY_UNIT_ABOVE = 50
# As many as the directory lists or names in one call.
A_CALL = 1_000
ALL, NO_UNIT = "all", "none"
PEOPLE = Table(
    rows=("person", "people"),
    columns=(
        Column("Name", "name"),
        Column("Staff number", "staff_number"),
        Column("Title"),
        Column("Units"),
        Column("Since", "start_date", down=True),
        Column("Now"),
    ),
    by="name",
    stands="by family name, A to Z",
    search="Name or staff number",
    keeps=("do",),
)
# What the list can be narrowed to, and what it is then called.
SHOWN = (
    ("", "Everyone"),
    ("leave", "On leave"),
    ("new", "New in the last 90 days"),
    ("upcoming", "Start on a later day"),
    ("left", "Left in the last 90 days"),
    ("unconfirmed", "E-mail not confirmed"),
)
_COLUMNS = ("Name", "Staff number", "Title", "Units", "Since", "Now")


@dataclass(frozen=True)
class Line:
    """A person of the list with their job here; *now* says how they stand today, and *at_work* if that is all."""

    person: pb.Person
    job: pb.Job
    units: str
    now: str
    at_work: bool


def filters(units: Options, *, by_unit: bool, errand: bool) -> list[Filter]:
    """Return by what the list can be narrowed; with an *errand*, by unit alone."""
    every = (ALL if by_unit else "", "All units")
    found = [Filter("unit", "Unit", [every, *units])]
    return found if errand else [*found, Filter("only", "Show", SHOWN)]


def request(parent: str, asked: Asked, *, size: int, pages: bool) -> pb.ListPeopleRequest:
    """Return what the directory is asked for the list; a search finds those too who begin later."""
    only, unit = asked.text("only"), asked.text("unit")
    return pb.ListPeopleRequest(
        parent=parent,
        page_size=size,
        page_token=asked.page,
        query=asked.query,
        unit="" if unit == ALL else unit,
        only_on_leave=only == "leave",
        only_new=only == "new",
        only_left=only == "left",
        only_unconfirmed=only == "unconfirmed",
        only_upcoming=only == "upcoming",
        with_upcoming=not only and bool(asked.query),
        order_by=asked.order_by,
        with_pages=pages,
    )


def lines(people: Iterable[pb.Person], agency: str, units: Mapping[str, str], today: date) -> list[Line]:
    """Return the lines of the list, which keep their order."""
    return [_line(person, agency, units, today) for person in people]


def as_file(lines: Sequence[Line]) -> bytes:
    """Return the list as a file for spreadsheet programs."""
    return sheets.file_of(
        _COLUMNS,
        [
            [
                line.person.display_name,
                line.person.staff_number,
                line.job.local_title,
                line.units,
                line.job.start_date,
                line.now,
            ]
            for line in lines
        ],
    )


def _line(person: pb.Person, agency: str, units: Mapping[str, str], today: date) -> Line:
    job = _job(person, agency, today.isoformat())
    now = _now(person, job, today)
    return Line(
        person=person,
        job=job,
        units=", ".join(units.get(slug, slug) for slug in job.units) or "None recorded",
        now=now or "At work",
        at_work=not now,
    )


def _job(person: pb.Person, agency: str, today: str) -> pb.Job:
    """Return the job here that goes on today, else the next one, else the last one."""
    here = sorted((job for job in person.jobs if job.agency == agency), key=lambda job: job.start_date)
    on = [job for job in here if not job.end_date or job.end_date > max(today, job.start_date)]
    return on[0] if on else here[-1] if here else pb.Job()


def _now(person: pb.Person, job: pb.Job, today: date) -> str:
    """Say what is not usual of somebody today; '' for who is at work."""
    day = today.isoformat()
    if job.start_date > day:
        return f"Starts {sentences.short_day(job.start_date, today)}"
    if job.end_date and job.end_date <= day:
        return f"Left {sentences.short_day(job.end_date, today)}"
    if person.on_leave:
        last = next((one.end_date for one in person.leaves if one.start_date <= day <= (one.end_date or day)), "")
        return f"On leave until {sentences.short_day(last, today)}" if last else "On leave"
    return f"Leaves {sentences.short_day(job.end_date, today)}" if job.end_date else ""
