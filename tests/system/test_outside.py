"""People from outside: nothing of ours is theirs to see, and no list, count or page of ours has them."""

import re
import uuid
from contextlib import closing
from datetime import UTC, datetime
from html import unescape

import httpx
import pytest

from cadre.curriculum.v1 import round_service_pb2 as round_pb
from cadre.directory.v1 import organization_service_pb2 as pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.directory.v1.audience_service_pb2 import AudienceClause, AudienceExpression, PreviewAudienceRequest
from cadre.directory.v1.person_service_pb2 import ListPeopleRequest
from cadre.partnership.v1.membership_service_pb2 import CreateMembershipRequest, Membership
from gateway.areas import ROUTERS
from gateway.identity import sign_ins
from gateway.identity.places import PASSWORD, Place
from gateway.web.visit import COOKIE
from servicekit.data.db import Database
from servicekit.rpc.client import Refused
from servicekit.testing.unencrypted import NO_AUTHORITIES
from servicekit.testing.waiting import wait_until

from .asking import ballots, rounds
from .asking.common import HOME, day, fresh
from .asking.directory import people_of
from .asking.partnership import body
from .test_access import METHODS, REQUESTS, permission, rightful, stub_method, world  # noqa: F401 - a fixture
from .visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

READS = re.compile(r"(List|Get|BatchGet|Search|Find|Preview|Compare|Explain|Read|Count|Export)[A-Z]")
NAMED = "Outsidecanary"
# Organizations are where they are to be found; and a demonstration lets visitors try out one of them.
THEIRS = {"OrganizationService"}
IN_DEMONSTRATIONS = {"ListPersonas"}


@pytest.fixture(scope="module")
def manager(world):  # noqa: F811
    personas = world.access.ask(world.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    return next(one.person for one in personas if one.part == "training-manager")


def add(world, manager):  # noqa: F811
    """Somebody new who speaks for an organization of their own."""
    ask, service = world.access.ask, world.access.organizations
    said = pb.Organization(title=f"Guard {fresh()[:8]}", kind=pb.Organization.ASSOCIATION)
    create = pb.CreateOrganizationRequest(organization=said, request_id=fresh())
    organization = ask(service.CreateOrganization, create, person=manager)
    person = pb.OutsidePerson(
        given_name="Ines",
        family_name=NAMED,
        email=f"{fresh()[:8]}@outsidecanary.example.org",
        title="Member",
        start_date=day(-1),
    )
    request = pb.CreateOutsidePersonRequest(parent=organization.name, person=person, request_id=fresh())
    return ask(service.CreateOutsidePerson, request, person=manager)


@pytest.fixture(scope="module")
def outsider(world, manager):  # noqa: F811
    return add(world, manager)


def held_by(world, person):  # noqa: F811
    """What their own token lets them do, and nothing of the test's."""
    exchange = sign_in_pb.ExchangeSignInRequest(person=person)
    return world.access.ask(world.access.sign_ins.ExchangeSignIn, exchange).token


def test_every_method_refuses_somebody_from_outside_or_says_nothing_of_ours(world, outsider):  # noqa: F811
    token = held_by(world, outsider.name)
    ours = {*people_of(world), world.person, world.lead, world.cast.analyst, world.cast.approver}
    allowed, told = set(), []
    for method in METHODS:
        service = method.containing_service.name
        right = permission(method).right
        mine = right in ("self.read", "self.write", "organizations.read", "bodies.read")
        request = REQUESTS[service][method.name](world) if mine else method.input_type._concrete_class()
        try:
            answer = str(stub_method(world.access, method)(request, metadata=(("authorization", f"Bearer {token}"),)))
        except Refused as refused:
            if not mine and refused.reason != "PERMISSION_MISSING":
                told.append((service, method.name, refused.reason))
            continue
        allowed.add(method.name)
        told += [(service, method.name, one) for one in ours if one in answer]
        if not mine or HOME in answer:
            told.append((service, method.name, "answered"))

    assert told == []
    assert {"GetMe", "BatchGetPeople", "ListOrganizations"} <= allowed


def answers(world, requests):  # noqa: F811
    """What each method that only reads says, by the rightful caller and by everybody who reads for the state."""
    found = {}
    for method, request in requests.items():
        person, rights = rightful(method, world)
        for who, held in (("rightful", rights), ("state", {permission(method).right: ("state", "self")})):
            try:
                answer = world.call(stub_method(world.access, method), request, person, held)
            except Refused as refused:
                found[method.full_name, who] = refused.reason
            else:
                found[method.full_name, who] = str(answer)
    return found


def test_no_list_search_or_count_of_ours_has_somebody_from_outside(world, manager):  # noqa: F811
    requests = {
        method: REQUESTS[method.containing_service.name][method.name](world)
        for method in METHODS
        if READS.match(method.name)
        and method.containing_service.name not in THEIRS
        and method.name not in IN_DEMONSTRATIONS
    }
    first, before = answers(world, requests), answers(world, requests)

    outsider = add(world, manager)
    after = answers(world, requests)

    traces = (outsider.name.removeprefix("people/"), outsider.number, NAMED, outsider.email)
    assert [(key, trace) for key, said in after.items() for trace in traces if trace in said] == []
    # What moves by itself, such as when something was looked at, is not compared; of people nothing does.
    still = {key for key in before if first[key] == before[key] and ".directory." in key[0]}
    assert [key for key in still if after[key] != before[key]] == []
    assert len(still) > 40
    assert len(requests) > 90


def test_an_audience_that_names_somebody_from_outside_is_for_nobody(world, outsider):  # noqa: F811
    expression = AudienceExpression(include=[AudienceClause(people=[outsider.name])])
    request = PreviewAudienceRequest(expression=expression)
    assert world.rightly(world.access.audiences.PreviewAudience, request, "audiences.read").people == 0


def signed_in(cadre, person):
    """The cookie of somebody who has just signed in with password and code."""
    database = Database(cadre.supervisor.site.database_urls["gateway"], pool_size=1)
    cookie = sign_ins.begin(database, person, datetime.now(UTC), place=Place(PASSWORD, "127.0.0.1", "A browser"))
    database.dispose()
    return cookie


def test_somebody_from_outside_signs_in_and_no_page_fails_them_or_shows_them_our_people(world, outsider):  # noqa: F811
    url = world.cadre.supervisor.gateway_url
    pages = sorted({route.path for router in ROUTERS for route in router.routes if "GET" in route.methods})
    nobody = str(uuid.UUID(int=1))
    cookies = {COOKIE: signed_in(world.cadre, outsider.name)}
    with httpx.Client(verify=NO_AUTHORITIES, base_url=url, timeout=60, cookies=cookies) as client:
        home = client.get("/home").text
        seen, wrong, opened = set(re.findall(r'(?:href|action)="(/[^"#?]*)', home)), [], {}
        for path in pages:
            filled = re.sub(
                r"\{(\w+)(?::\w+)?\}",
                lambda found: {"agency_id": "lake", "person_id": world.person.removeprefix("people/")}.get(
                    found[1], {"number": "1", "section": "1", "piece": "1"}.get(found[1], nobody)
                ),
                path,
            )
            answer = client.get(filled)
            opened[filled] = answer.status_code
            if answer.status_code >= 500:
                wrong.append((filled, answer.status_code))
            if answer.status_code == 200 and any(f"/{one}" in answer.text for one in people_of(world)):
                wrong.append((filled, "shows our people"))
        dead = [
            to
            for to in seen
            if to != "/sign-out" and not to.startswith("/static") and client.get(to).status_code != 200
        ]

    assert wrong == []
    assert dead == []
    assert "You speak for" in home
    menu = re.search(r'<nav aria-label="Menu">(.*?)</nav>', home, re.DOTALL)[1]
    assert re.findall(r'href="([^"]+)"', menu) == ["/home", "/committees"]
    assert opened["/home"] == opened["/my-sign-ins"] == opened["/messages"] == 200


def test_a_training_manager_adds_an_organization_and_its_people_and_invites_only_outsiders(world):  # noqa: F811
    visitor = Visitor(world.cadre, "training-manager")

    def send(page, to, **typed):
        answer = visitor.client.post(to, data=visitor.proof(page) | typed)
        return answer.headers.get("location", "").partition("?")[0], answer.text

    title = f"Walk {fresh()[:8]}"
    with closing(visitor.client):
        organization, _ = send("/organizations", "/organizations", title=title, kind="ASSOCIATION")
        assert visitor.text("/organizations").count(title) == 1
        new = {"position": "Chair", "start_date": day(-3)}
        affiliation, _ = send(organization, f"{organization}/people", given_name="Ines", family_name="Walker", **new)
        person = re.search(r"/people/[\w-]+/sign-in", visitor.page(affiliation).text)[0]
        assert "/sign-in/invitation/" in send(organization + person, f"{organization}{person}/invite")[1]

        staff = world.rightly(world.access.people.ListPeople, ListPeopleRequest(parent=HOME), "people.read").people[0]
        ours, _ = send(organization, f"{organization}/people", staff_number=staff.staff_number, **new)
        assert "on our staff too" in visitor.text(ours)
        theirs = f"{organization}/{staff.name}/sign-in"
        assert "looks after their sign-ins" in visitor.text(theirs)
        assert visitor.client.post(f"{theirs}/invite", data=visitor.proof(organization)).status_code == 404

        ended, _ = send(affiliation, f"{affiliation}/end", end_date=day(0), reason="Another chair")
        assert "Another chair" in visitor.text(ended)
        assert visitor.client.get(organization + person).status_code == 404
        send(ours, f"{ours}/end", end_date=day(0), reason="The end of the test")
        assert visitor.text(organization).count("Ended") == 2


def test_somebody_from_outside_reads_the_names_of_a_committee_in_which_they_have_a_part_and_of_no_other(world, manager):  # noqa: F811
    outsider = add(world, manager)
    theirs, other = body(world), body(world)
    slug = outsider.organization.removeprefix("organizations/")
    membership = Membership(person=outsider.name, organization=slug, part=Membership.OBSERVER, start_date=day(-1))
    asked = CreateMembershipRequest(parent=theirs.name, membership=membership, request_id=fresh())
    world.access.ask(world.access.memberships.CreateMembership, asked, person=manager)
    (chair,) = (
        one.display_name
        for one in world.rightly(
            world.access.people.ListPeople, ListPeopleRequest(parent=HOME, page_size=100), "people.read"
        ).people
        if one.name == world.person
    )

    url = world.cadre.supervisor.gateway_url
    with httpx.Client(
        verify=NO_AUTHORITIES, base_url=url, cookies={COOKIE: signed_in(world.cadre, outsider.name)}
    ) as client:
        page = client.get(f"/committees/{theirs.name.removeprefix('bodies/')}")
        assert page.status_code == 200
        assert chair in unescape(page.text)
        assert outsider.display_name in page.text
        assert theirs.title in client.get("/home").text
        assert client.get(f"/committees/{other.name.removeprefix('bodies/')}").status_code == 404

    # So does one of ours who sees nobody's name at that agency, once they sit there too.
    colleague, slug = world.cast.leads["alameda"], theirs.name.removeprefix("bodies/")
    membership = Membership(person=colleague, organization="alameda", part=Membership.OBSERVER, start_date=day(-1))
    asked = CreateMembershipRequest(parent=theirs.name, membership=membership, request_id=fresh())
    world.access.ask(world.access.memberships.CreateMembership, asked, person=manager)
    with httpx.Client(
        verify=NO_AUTHORITIES, base_url=url, cookies={COOKIE: signed_in(world.cadre, colleague)}
    ) as client:
        assert chair in unescape(client.get(f"/committees/{slug}").text)


def test_somebody_from_outside_with_a_part_in_a_committee_reviews_with_it_and_others_find_nothing(world, manager):  # noqa: F811
    outsider, other, made = add(world, manager), add(world, manager), ballots.convene(world)
    slug = outsider.organization.removeprefix("organizations/")
    part = Membership(
        person=outsider.name, organization=slug, part=Membership.ALTERNATE, seat="first", start_date=day(-1)
    )
    asked = CreateMembershipRequest(parent=made.name, membership=part, request_id=fresh())
    world.access.ask(world.access.memberships.CreateMembership, asked, person=manager)

    def ask(person, method, request):
        token = held_by(world, person.name)
        return getattr(world.access.rounds, method)(request, metadata=(("authorization", f"Bearer {token}"),))

    def reviewed():
        """A round that they read; what the committee is and who is in it arrives by events."""
        opening = rounds.opening(world)
        opening.round.body = made.name
        try:
            opened = rounds.by_writer(world, "OpenRound", opening)
            return ask(outsider, "GetRound", round_pb.GetRoundRequest(name=opened.name))
        except Refused as refused:
            if refused.reason not in {"BODY_NOT_KNOWN", "NOT_FOUND"}:
                raise
            return None

    found = wait_until(reviewed, made.name)
    assert found.may_comment
    ask(outsider, "AddRoundComment", rounds.adding(world, found))
    ask(outsider, "SendRoundComments", round_pb.SendRoundCommentsRequest(parent=found.name, request_id=fresh()))
    closing = round_pb.CloseRoundRequest(name=found.name, request_id=fresh())
    assert rounds.by_writer(world, "CloseRound", closing).comment_count == 1
    with pytest.raises(Refused) as refused:
        ask(other, "GetRound", round_pb.GetRoundRequest(name=found.name))
    assert refused.value.reason == "NOT_FOUND"

    url = world.cadre.supervisor.gateway_url
    for person, status in ((outsider, 200), (other, 404)):
        cookies = {COOKIE: signed_in(world.cadre, person.name)}
        with httpx.Client(verify=NO_AUTHORITIES, base_url=url, cookies=cookies) as client:
            pages = [client.get(f"/{found.name}{page}") for page in ("", "/answers", "/answers.csv")]
            assert [page.status_code for page in pages] == [status] * 3
            assert (found.title in client.get("/rounds").text) == (person is outsider)
