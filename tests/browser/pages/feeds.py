"""Pages of calendars and feeds."""

from .common import COORDINATOR, SPECIALIST

ROWS = [
    ("/calendars-and-feeds", SPECIALIST, "/calendars-and-feeds"),
    ("/calendars-and-feeds", COORDINATOR, "/calendars-and-feeds"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/feeds/{token}/dates.ics",
    "/feeds/{token}/letters.atom",
}
