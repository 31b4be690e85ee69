"""What staff say of courses."""

from gateway.results import pages
from gateway.web.area import Area

AREA = Area(
    routers=(pages.router,),
)
