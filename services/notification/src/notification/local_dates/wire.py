"""Between the contract's messages and earlier days of agencies."""

from datetime import date

from cadre.notification.v1 import local_date_service_pb2 as pb
from notification.letters.rows import name_of
from notification.letters.wire import person
from notification.local_dates import local_dates
from notification.local_dates.queries import Dates
from servicekit import names
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.rpc.wire import day_text, timestamp


def agency_id(name: str) -> str:
    """Read `agencies/{agency}`."""
    return names.one("agencies/{agency}", name, field="parent")


def day(request: pb.SetLocalDateRequest) -> date | None:
    """Read the day; None = the state's again."""
    return day_of("due_date", request.due_date, YEARS_OF_DOCUMENTS) if request.due_date else None


def local_date(row: Dates) -> pb.LocalDate:
    """Write the days of a letter at an agency."""
    return pb.LocalDate(
        notice=name_of(row.notice_id),
        agency=f"agencies/{row.agency_id}",
        due_date=day_text(row.day),
        state_due_date=day_text(row.state_day),
        setter=person(row.set_by),
        set_time=timestamp(row.set_at),
        etag=local_dates.etag_of(row.number),
    )
