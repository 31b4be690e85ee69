"""The trail of disclosures: who looked at whose record, for those concerned, for their agency, and for the state."""

from gateway.disclosures import pages
from gateway.web.area import Area
from gateway.web.disclosed import OVERSIGHT, exports, views
from gateway.web.navigation import Item, Top, of_state

AREA = Area(
    routers=(pages.router,),
    navigation=(
        Item(
            Top.AGENCY, "Who looked at whose record", "/{agency}/looked-at", at="notices.confirm_for_agency", whole=True
        ),
        # Those who keep the state's calendar: training managers and operators.
        Item(Top.RESULTS, "Looks at records", "/looked-at", offered=of_state("calendar.write")),
    ),
    discloses={
        "/agencies/{agency_id}/looked-at": views("who looked at whose record", OVERSIGHT),
        "/agencies/{agency_id}/looked-at.csv": exports("who looked at whose record", OVERSIGHT),
    },
)
