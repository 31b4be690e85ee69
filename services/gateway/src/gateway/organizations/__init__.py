"""Organizations outside and who speaks for them: kept by training managers, seen by everybody once listed."""

from gateway.organizations import pages, people
from gateway.web.area import Area
from gateway.web.disclosed import ACCESS, views
from gateway.web.navigation import Item, Top, of_state

_REASONS = {
    "CONSENT_MISSING": "A tribe is listed with its consent alone. Say who gave it, and when.",
    "AFFILIATION_OVERLAPS": "This person speaks for this organization at that time already.",
    "AFFILIATION_ENDED": "That has ended already, and stays on record as it was. Are they back? Add them again.",
    "KEPT_BY_AGENCY": "This person is on our staff: their agency changes their name and e-mail. Change the title here.",
}
_DONE = {
    "organization-added": "The organization is added. Only training managers see it until it is listed.",
    "organization-saved": "What is said of the organization is saved.",
    "organization-listed": "The organization is listed: everybody who is signed in can see it.",
    "organization-unlisted": "The organization is listed no longer.",
    "outside-added": "The person is added. Next, issue an invitation, so that they can sign in.",
    "outside-saved": "Name, e-mail and title are saved.",
    "outside-ended": "Noted: this person speaks for the organization no longer from that day on.",
}

AREA = Area(
    routers=(pages.router, people.router),
    navigation=(Item(Top.AGENCY, "Organizations outside", "/organizations", offered=of_state("organizations.write")),),
    reasons=_REASONS,
    done=_DONE,
    discloses={
        "/organizations/{organization_id}": views("people of an organization", ACCESS),
        "/organizations/{organization_id}/affiliations/{affiliation_id}": views("people of an organization", ACCESS),
    },
)
