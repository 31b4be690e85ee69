"""An association of the field and, made up, two people who speak for it; what happened before is found."""

from cadre.directory.v1 import organization_service_pb2 as pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre_cli.access import Access, request_id
from servicekit import calendar
from servicekit.rpc.client import Refused

_ASSOCIATION = pb.Organization(
    title="Child Support Directors Association of California",
    short_title="CSDA",
    kind=pb.Organization.ASSOCIATION,
    listed=True,
    source="its public site; its people here are made up",
)
# Nobody of these exists.
_PEOPLE = (
    ("Noemi", "Castellane", "Member of the statewide training steering committee"),
    ("Aldous", "Brimley", "Deputy member of the statewide training steering committee"),
)


def tell(access: Access) -> int:
    """Record the association and who speaks for it; return how many."""
    personas = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    manager = next(one.person for one in personas if one.part == "training-manager")
    service = access.organizations
    create = pb.CreateOrganizationRequest(organization=_ASSOCIATION, request_id=request_id("outside", "csda"))
    try:
        name = access.ask(service.CreateOrganization, create, person=manager).name
    except Refused as error:
        if error.reason != "ALREADY_EXISTS":
            raise
        name = error.metadata["resource"]
    known = access.ask(service.ListOutsidePeople, pb.ListOutsidePeopleRequest(parent=name), person=manager).people
    there = {(one.given_name, one.family_name) for one in known}
    for given, family, title in _PEOPLE:
        if (given, family) in there:
            continue
        person = pb.OutsidePerson(
            given_name=given,
            family_name=family,
            title=title,
            email=f"{given}.{family}@csda.synthetic.example.org".lower(),
            start_date=calendar.pacific_date(access.clock()).isoformat(),
        )
        add = pb.CreateOutsidePersonRequest(parent=name, person=person, request_id=request_id("outside", given, family))
        access.ask(service.CreateOutsidePerson, add, person=manager)
    return len(_PEOPLE)
