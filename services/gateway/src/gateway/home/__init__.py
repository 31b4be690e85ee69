"""What is to do today, for each role that a visitor has."""

from gateway.home import ahead, pages
from gateway.web.area import Area
from gateway.web.disclosed import views
from gateway.web.navigation import Item, Top, everybody

AREA = Area(
    routers=(pages.router, ahead.router),
    navigation=(
        Item(Top.HOME, "Home", "/home", offered=everybody),
        Item(Top.CHANGES, "Coming changes", "/{agency}/coming", at="readiness.read_agency"),
    ),
    discloses={
        "/home": views("home"),
        "/agencies/{agency_id}/coming": views("coming changes"),
    },
)
