"""The access sweep: every method of every contract, by the rightful caller and by those who must be refused.

For each method there is one request, in `asking/` by its service. The rightful caller succeeds with it first, so that a
refusal of the others cannot have another reason; a method without a request fails the sweep.
"""

import importlib
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.options.v1 import options_pb2
from cadre_cli.access import Access
from cadre_demo import story
from servicekit import paging
from servicekit.rpc.client import Refused
from servicekit.rpc.tokens import Signer
from servicekit.tree import back_ends

from .asking.common import ELSEWHERE, HOME, NOBODY
from .asking.directory import people_of
from .asking.letters import draft, submitted
from .asking.messages import connection

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]

# What operators ask is answered by every service, in the same way.
REQUESTS = {
    service: requests
    for name in (*back_ends(), "operations")
    for service, requests in importlib.import_module(f".asking.{name}", __package__).REQUESTS.items()
}
PROTOS = Path(__file__).parents[2] / "proto"
CONTRACTS = [
    str(path.relative_to(PROTOS).with_suffix("")).replace("/", ".") for path in sorted(PROTOS.rglob("*_service.proto"))
]
METHODS = [
    method
    for contract in CONTRACTS
    for service in importlib.import_module(f"{contract}_pb2").DESCRIPTOR.services_by_name.values()
    for method in service.methods
]
# What anybody who is signed in may ask, about themselves or about what is public in the program.
FOR_EVERYBODY = {
    *("ListAgencies", "GetAgency", "ListVocabulary", "GetMe", "BatchGetPeople", "ListCourses", "GetCourseVersion"),
    *("ListCalendars", "GetAgencyCalendar", "ListOrganizations", "GetOrganization"),
    *("GetCatalogueEntry", "ListCourseVersions", "BatchGetCourseVersions"),
    *("GetTestVersion", "StartSitting", "ListSittings", "ListToDo", "GetNotice", "GetAttachment", "ListInbox"),
    *("ListSeries", "SearchNotices", "GetMedia", "ListOwnReviews"),
    *("ListInForce", "ListTopics", "GetTimeline", "GetChain"),
    *("ListVersions", "GetVersion", "CompareVersions", "ListOwnAcknowledgements", "CompareCourseVersions"),
    "ListOwnPackets",
    *("AskQuestion", "ListQuestions", "ListClarifications", "ListSupplements"),
    *("GetRelease", "ListReleases", "ListChangeItems", "FindFreezeWindows", "FindReleaseOfNotice"),
    *("ListBodies", "ListMyMemberships", "ListMyMeetings"),
    *("ListMessages", "OpenMessages", "GetMailChoices", "ChooseMail", "ChooseMorning"),
    # Asked without a name: those who took the test may answer.
    *("GetReactionForm", "SendReaction"),
}
# Answers with nothing rather than with a refusal: whether the person exists is not told.
EMPTY_ELSEWHERE = {"ListCompletions", "ListWorks"}
NOT_FOUND_AT_BEST = {"ReplayDeadLetter", "DiscardDeadLetter", "RetryTask", "GetCaughtMail", "DecideAtOnce"}


@pytest.fixture(scope="session")
def world(cadre):
    """One of everything that a request can name, at Lake; and a maker of tokens for any caller."""
    access, cast = cadre.access, cadre.cast
    signer = Signer(cadre.supervisor.site.keys_dir, "directory")
    world = SimpleNamespace(access=access, cadre=cadre, cast=cast, lead=cast.leads["lake"])

    def call(stub_method, request, person, rights):
        held = {right: frozenset(scopes) for right, scopes in rights.items()}
        token = signer.mint(person, held, now=datetime.now(UTC))
        return stub_method(request, metadata=(("authorization", f"Bearer {token}"),))

    world.call = call
    world.rightly = lambda method, request, right: call(method, request, cast.analyst, {right: ("state",)})
    issued = story.issue_letter(access, cast, cadre.content, cadre.course_version).notice
    world.issued = issued.name
    world.text_sha256 = issued.text_sha256
    world.audience = issued.audience
    # Arrived for certain; a newer one, which other methods here make, may still be under way.
    world.audience_revision = issued.audience_revision
    recipients = story.choose_learners(access, cast, issued, 300).to_go
    own = [person for person in people_of(world) if person in recipients]
    world.person, world.waived, world.leaver, world.on_leave, world.learner = own[:5]
    world.connections = 0
    world.connection = connection(world)
    world.draft = draft(world, "A draft")
    world.submitted = submitted(world, "A letter to return")
    world.to_publish = submitted(world, "A letter to issue")
    return world


def stub_method(access: Access, method):
    service = method.containing_service
    owner = service.full_name.split(".")[1]
    stubs = importlib.import_module(f"{service.file.name.removesuffix('.proto').replace('/', '.')}_pb2_grpc")
    # Everybody answers this one.
    channel = access.channels["notification" if owner == "operations" else owner]
    return getattr(channel.stub(getattr(stubs, f"{service.name}Stub")), method.name)


def permission(method):
    return method.GetOptions().Extensions[options_pb2.permission]


def rightful(method, world):
    """The least that must be enough: who may call, and with which reach."""
    reach = {
        options_pb2.STATE: "state",
        options_pb2.AGENCY: HOME,
        options_pb2.UNIT: HOME,
        options_pb2.PERSON: HOME,
        options_pb2.SELF: "self",
    }[permission(method).scope]
    person = (
        world.person
        if reach == "self"
        else world.cast.approver
        if "approve" in permission(method).right
        else world.lead
    )
    if method.name in ("UpdateNotice", "DeleteNotice", "SubmitNotice", "RecallNotice", "CreateNotice"):
        person = world.cast.analyst
    return person, {permission(method).right: (reach,)}


def test_every_method_has_a_request_in_the_sweep():
    asked = {(service, method) for service, methods in REQUESTS.items() for method in methods}
    assert asked == {(method.containing_service.name, method.name) for method in METHODS}
    assert len(METHODS) > 60


@pytest.mark.parametrize("method", METHODS, ids=lambda method: f"{method.containing_service.name}.{method.name}")
def test_only_the_rightful_caller_is_answered(world, method):
    request = REQUESTS[method.containing_service.name][method.name](world)
    ask = stub_method(world.access, method)
    person, rights = rightful(method, world)

    if method.name in NOT_FOUND_AT_BEST:
        with pytest.raises(Refused) as refused:
            world.call(ask, request, person, rights)
        assert refused.value.reason == "NOT_FOUND"
    else:
        world.call(ask, request, person, rights)

    with pytest.raises(Refused) as refused:
        ask(request, metadata=(("authorization", "Bearer none"),))
    assert (refused.value.code, refused.value.reason) == ("UNAUTHENTICATED", "NOT_SIGNED_IN")

    every_other = {permission(other).right: ("state", HOME, "self") for other in METHODS}
    del every_other[permission(method).right]
    with pytest.raises(Refused) as refused:
        world.call(ask, request, person, every_other)
    assert (refused.value.code, refused.value.reason) == ("PERMISSION_DENIED", "PERMISSION_MISSING")
    assert refused.value.metadata["right"] == permission(method).right

    if method.name in FOR_EVERYBODY:
        return
    right = permission(method).right
    if permission(method).scope == options_pb2.UNIT:
        # For one unit of the agency: answered, of that unit alone (each service's tests); not for a unit elsewhere.
        world.call(ask, request, person, {right: (f"{HOME}/units/legal",)})
        with pytest.raises(Refused) as refused:
            world.call(ask, request, person, {right: (f"{ELSEWHERE}/units/legal",)})
        assert refused.value.reason == "PERMISSION_MISSING"
    elif permission(method).scope == options_pb2.AGENCY and permission(method).field:
        with pytest.raises(Refused) as refused:
            world.call(ask, request, person, {right: (f"{HOME}/units/legal",)})
        assert refused.value.reason == "PERMISSION_MISSING"
    foreign = {right: ("self",)} if "self" in rights[right] else {right: (ELSEWHERE,)}
    stranger = NOBODY if "self" in rights[right] else world.cast.leads["alameda"]
    if method.name in EMPTY_ELSEWHERE:
        assert not any(value for _, value in world.call(ask, request, stranger, foreign).ListFields())
        return
    with pytest.raises(Refused) as refused:
        world.call(ask, request, stranger, foreign)
    assert refused.value.code in {"PERMISSION_DENIED", "NOT_FOUND"}


def test_a_coordinator_elsewhere_gets_no_names_of_our_people(world):
    request = person_pb.BatchGetPeopleRequest(names=people_of(world))
    elsewhere = {"self.read": ("self",), "people.read": (ELSEWHERE,)}

    at_home = world.call(
        world.access.people.BatchGetPeople, request, world.lead, {"self.read": ("self",), "people.read": (HOME,)}
    ).people
    foreign = world.call(world.access.people.BatchGetPeople, request, world.cast.leads["alameda"], elsewhere).people

    assert len(at_home) == len(request.names) > 4
    # Coordinators and directors are contacts, whom everybody may call; and somebody may work at both.
    allowed = {contact.person for contact in contacts(world)} | set(people_of(world, ELSEWHERE))
    assert {person.name for person in foreign} <= allowed
    assert len(foreign) < len(at_home)


def contacts(world):
    request = agency_pb.GetAgencyRequest(name=HOME)
    return world.call(world.access.agencies.GetAgency, request, world.lead, {"agencies.read": ("self",)}).contacts


def test_the_whole_state_is_listed_for_nobody_but_those_who_hold_the_right_for_the_state(world):
    request = assignment_pb.ListAssignmentsRequest(parent="agencies/-")
    with pytest.raises(Refused) as refused:
        world.call(world.access.assignments.ListAssignments, request, world.lead, {"assignments.read": (HOME,)})
    assert refused.value.reason == "PERMISSION_MISSING"


PAGED = [method for method in METHODS if "page_token" in method.input_type.fields_by_name]


def test_every_list_refuses_a_page_token_that_it_did_not_give(world):
    """Also one that is right but for its seal: whoever writes tokens would choose what a query compares with."""
    answered = []
    for method in PAGED:
        request = REQUESTS[method.containing_service.name][method.name](world)
        person, rights = rightful(method, world)
        request.page_size = 1
        _, unsealed = paging.page_of(request, b"a key of their own").cut([0, 0], lambda _: ["\x00", {}, None])
        given = world.call(stub_method(world.access, method), request, person, rights).next_page_token
        for token in (unsealed, "x", "\u00e9", unsealed[:-8], f"{given}A" if given else "A", "A" * 4_000):
            request.page_token = token
            try:
                world.call(stub_method(world.access, method), request, person, rights)
                answered.append((method.name, token, "OK"))
            except Refused as refused:
                if (refused.code, [*refused.fields]) != ("INVALID_ARGUMENT", ["page_token"]):
                    answered.append((method.name, token, refused.code))
    assert answered == []
    assert len(PAGED) > 20


def test_no_list_of_another_agency_can_be_had_by_a_token_of_that_page(world):
    """A page token carries no right: with another parent it is refused."""
    first = world.call(
        world.access.people.ListPeople,
        person_pb.ListPeopleRequest(parent=HOME, page_size=1),
        world.lead,
        {"people.read": (HOME,)},
    )
    stolen = person_pb.ListPeopleRequest(parent=ELSEWHERE, page_size=1, page_token=first.next_page_token)
    with pytest.raises(Refused) as refused:
        world.call(world.access.people.ListPeople, stolen, world.cast.leads["alameda"], {"people.read": (ELSEWHERE,)})
    assert refused.value.fields.keys() == {"page_token"}
