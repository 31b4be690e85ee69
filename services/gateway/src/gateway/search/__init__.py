"""One search for everything that somebody may see."""

from gateway.search import pages
from gateway.web.area import Area
from gateway.web.disclosed import views

AREA = Area(
    routers=(pages.router,),
    discloses={
        "/search": views("search"),
    },
)
