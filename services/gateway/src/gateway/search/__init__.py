"""One search for everything that somebody may see."""

from gateway.search import pages
from gateway.web.area import Area

AREA = Area(
    routers=(pages.router,),
)
