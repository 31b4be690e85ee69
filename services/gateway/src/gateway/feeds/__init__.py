"""Letters and dates for programs that show feeds and calendars."""

from gateway.feeds import pages, reading
from gateway.web.area import Area
from gateway.web.navigation import Item, Top

AREA = Area(
    routers=(pages.router, reading.router),
    navigation=(
        Item(
            Top.AGENCY,
            "Calendars and feeds",
            "/calendars-and-feeds",
            offered=lambda rights: bool(rights.agencies("readiness.read_agency")),
        ),
    ),
    done={"feed-revoked": "The address is revoked: programs that ask for it get nothing any more."},
)
