"""Pages of the calendar."""

from .common import COORDINATOR, MANAGER, SPECIALIST

ROWS = [
    ("/calendar", MANAGER, "/calendar?year=2027"),
    ("/calendar", MANAGER, "/calendar?year=2036"),
    ("/calendar", SPECIALIST, "/calendar?year=2028"),
    ("/calendar/{day}", MANAGER, "/calendar/2027-11-11"),
    ("/agencies/{agency_id}/calendar", COORDINATOR, "/agencies/lake/calendar?year=2027"),
]
