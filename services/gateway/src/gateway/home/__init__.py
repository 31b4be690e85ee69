"""What is to do today, for each role that a visitor has."""

from gateway.home import pages
from gateway.web.area import Area

AREA = Area(
    routers=(pages.router,),
)
