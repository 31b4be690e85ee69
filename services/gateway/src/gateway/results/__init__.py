"""What staff say of courses."""

from gateway.results import pages
from gateway.web.area import Area
from gateway.web.navigation import AgencyItem, Item, Top

AREA = Area(
    routers=(pages.router,),
    navigation=(
        AgencyItem(
            "What our staff say", "What staff say", "/quality", Top.RESULTS, "readiness.read_agency", whole=True
        ),
        Item("Course quality", "/quality", Top.RESULTS, lambda rights: rights.state("quality.read")),
    ),
)
