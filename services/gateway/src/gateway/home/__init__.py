"""What is to do today, for each role that a visitor has."""

from gateway.home import pages
from gateway.web.area import Area
from gateway.web.disclosed import views
from gateway.web.navigation import Item, Top

AREA = Area(
    routers=(pages.router,),
    navigation=(Item(Top.HOME, "Home", "/home"),),
    discloses={
        "/home": views("home"),
    },
)
