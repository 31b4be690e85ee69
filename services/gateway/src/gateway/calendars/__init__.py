"""The days on which offices are closed, of the state and of an agency."""

from gateway.calendars import pages
from gateway.web.area import Area
from gateway.web.navigation import Item, Top, of_state

_REASONS = {
    "CALENDAR_YEAR_MISSING": "Days are counted in {year}, of which the state's holidays are not on record. Whoever"
    " keeps the state's calendar can begin that year.",
}
_DONE = {
    "calendar": "The calendar is saved. What is issued from now on is due by it; what is out stays due on its day.",
    "agency-calendar": "Saved. No due date is changed by it.",
}

AREA = Area(
    routers=(pages.router,),
    navigation=(
        Item(Top.CHANGES, "State holidays", "/calendar", offered=of_state("calendar.write")),
        Item(Top.AGENCY, "Own days", "/{agency}/calendar", at="calendar.write_agency"),
    ),
    reasons=_REASONS,
    done=_DONE,
)
