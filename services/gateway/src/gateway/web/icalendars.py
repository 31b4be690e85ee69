"""Calendars as programs read them (RFC 5545): what each of ours begins with."""

from icalendar import Calendar, Timezone

MEDIA_TYPE = "text/calendar"
# As in force since 2007. Written as rules and not as single days: some programs read only one of those.
_ZONE = """BEGIN:VTIMEZONE
TZID:America/Los_Angeles
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZNAME:PDT
TZOFFSETFROM:-0800
TZOFFSETTO:-0700
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZNAME:PST
TZOFFSETFROM:-0700
TZOFFSETTO:-0800
END:STANDARD
END:VTIMEZONE
"""


def empty(method: str) -> Calendar:
    """Return a calendar in which nothing is yet, with the zone that ours are in."""
    made = Calendar()
    made.add("prodid", "-//Cadre//Calendars and feeds//EN")
    made.add("version", "2.0")
    made.add("method", method)
    made.add_component(Timezone.from_ical(_ZONE))
    return made
