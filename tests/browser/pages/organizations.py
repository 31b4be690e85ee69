"""Pages of organizations outside, and of who speaks for them."""

from datetime import UTC, datetime

from cadre.directory.v1 import organization_service_pb2 as pb
from cadre_cli.access import request_id
from servicekit import calendar

from .common import MANAGER, SPECIALIST

ROWS = [
    ("/organizations", MANAGER, "/organizations?do=add"),
    ("/organizations", SPECIALIST, "/organizations"),
    ("/organizations/{organization_id}", MANAGER, "/organizations/{association}"),
    ("/organizations/{organization_id}", MANAGER, "/organizations/{tribe}"),
    ("/organizations/{organization_id}", SPECIALIST, "/organizations/{association}"),
    (
        "/organizations/{organization_id}/affiliations/{affiliation_id}",
        MANAGER,
        "/organizations/{association}/affiliations/{affiliation}",
    ),
    (
        "/organizations/{organization_id}/people/{person_id}/sign-in",
        MANAGER,
        "/organizations/{association}/people/{outside}/sign-in",
    ),
]
# Other tests fetch these files.
DOWNLOADS = {"/organizations/list.csv"}


def outside(access, manager):
    """An association that is listed, with somebody who speaks for it; and a tribe that is not."""
    service = access.organizations
    made = {}
    for what, kind in (("association", pb.Organization.ASSOCIATION), ("tribe", pb.Organization.TRIBE)):
        said = pb.Organization(title=f"An {what} of the sweep", kind=kind, listed=what == "association")
        create = pb.CreateOrganizationRequest(organization=said, request_id=request_id("sweep", what))
        made[what] = access.ask(service.CreateOrganization, create, person=manager).name
    person = pb.OutsidePerson(
        given_name="Ines",
        family_name="Marlow",
        title="Chair of the training committee",
        start_date=calendar.pacific_date(datetime.now(UTC)).isoformat(),
    )
    add = pb.CreateOutsidePersonRequest(
        parent=made["association"], person=person, request_id=request_id("sweep", "outside")
    )
    added = access.ask(service.CreateOutsidePerson, add, person=manager)
    return {
        **{what: name.removeprefix("organizations/") for what, name in made.items()},
        "affiliation": added.affiliation.removeprefix("affiliations/"),
        "outside": added.name.removeprefix("people/"),
    }
