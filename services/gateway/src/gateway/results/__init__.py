"""What staff say of courses."""

from gateway.results import pages
from gateway.web.area import Area
from gateway.web.navigation import Item, Top, of_state

AREA = Area(
    routers=(pages.router,),
    navigation=(
        Item(Top.RESULTS, "Course quality", "/quality", offered=of_state("quality.read")),
        Item(Top.RESULTS, "What our staff say", "/{agency}/quality", at="readiness.read_agency", whole=True),
    ),
)
