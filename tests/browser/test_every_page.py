"""Every page, in its states: nothing that axe finds, on a large and on a small screen, light, and printable.

What is swept is declared by area below `pages`: its rows, and what makes the things that they name.
"""

import importlib
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import review_service_pb2 as review_pb
from cadre_cli.access import request_id
from cadre_demo import letters as walk
from cadre_demo.content import Amendment
from gateway.areas import ROUTERS
from servicekit.testing.unencrypted import NO_AUTHORITIES
from servicekit.testing.waiting import wait_until

from .pages.committees import convened
from .pages.common import ANALYST, APPROVER, BIG, BIG_COORDINATOR, COORDINATOR, LAKE, LETTER, MANAGER
from .pages.connections import connected
from .pages.courses import begun
from .pages.evidence import proven
from .pages.learning import chosen
from .pages.letters import listed
from .pages.materials import given_with
from .pages.messages import caught_mail
from .pages.organizations import outside
from .pages.packets import packed
from .pages.people import checked_roster
from .pages.questions import asked
from .pages.releases import released
from .pages.reviews import reviewed
from .pages.rounds import in_review, over
from .pages.sign_in import invited
from .pages.votes import voted
from .pages.works import under_way

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

NAMES = sorted(file.stem for file in (Path(__file__).parent / "pages").glob("*.py") if file.stem != "common")
AREAS = [importlib.import_module(f".pages.{name}", __package__) for name in NAMES]
# Route of the gateway -> who looks, at which address. A route may stand several times, once for each of its states.
SWEEP = [row for area in AREAS for row in area.ROWS]
# Routes that answer with a file.
DOWNLOADS = {route for area in AREAS for route in getattr(area, "DOWNLOADS", ())}


@pytest.fixture(scope="module")
def things(cadre, letter, letters, issued):
    """What the addresses name: a letter in each state; a test not passed, passed and open; a roster file."""
    access, notice = cadre.access, f"notices/{letter}"
    ask = access.ask
    out = ask(access.notices.GetNotice, notice_pb.GetNoticeRequest(name=notice), person=cadre.cast.analyst)
    made = dict(letters) | {"amended": issued("A letter that is amended")}
    model = notice_pb.Notice(name=f"notices/{made['amended']}")
    for amendment in (Amendment("A word.", after="The same, in other words."), Amendment("Days.", after="In 5 days.")):
        model = walk.amend(access, cadre.cast, model, amendment)
    made["amendment"] = walk.begin_amendment(access, cadre.cast, model).name.removeprefix("notices/")
    personas = ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    by_part = {persona.part: persona.person for persona in personas}
    person, worker = by_part["large-coordinator"], by_part["learner"]
    confirm = inbox_pb.ConfirmNoticeRequest(notice=notice, text_sha256=out.text_sha256, request_id=request_id("sweep"))
    ask(access.inbox.ConfirmNotice, confirm, person=person)
    own = ask(access.assignments.GetAssignment, assignment_pb.GetAssignmentRequest(name=notice), person=person)
    course = ask(
        access.courses.GetCourseVersion,
        course_pb.GetCourseVersionRequest(name=own.course_version),
        person=person,
    )
    for state, right in (("failed", False), ("passed", True), ("open", None)):
        again = request_id("sweep", state)
        start = sitting_pb.StartSittingRequest(test_version=course.test_version, request_id=again)
        sitting = ask(access.sittings.StartSitting, start, person=person)
        if right is not None:
            answers = [
                sitting_pb.Answer(options=chosen(question, right=right)) for question in cadre.content.test.question
            ]
            send = sitting_pb.SubmitSittingRequest(name=sitting.name, answers=answers, request_id=again)
            ask(access.sittings.SubmitSitting, send, person=person)
        made[state] = sitting.name.removeprefix("sittings/")
    made |= invited(cadre, worker, by_part["coordinator"])
    made |= begun(access, by_part["training-manager"])
    lead = cadre.cast.leads["lake"]
    create = roster_pb.CreateRosterImportRequest(
        parent="agencies/lake", dry_run=True, request_id=request_id("sweep", "roster")
    )
    roster = ask(access.rosters.CreateRosterImport, create, person=lead)
    made["checked"] = checked_roster(access, lead)
    made["mail"] = caught_mail(access)
    made |= outside(access, by_part["training-manager"])
    made |= connected(access, by_part["coordinator"])
    made |= reviewed(access, cadre.cast, by_part)
    listed(access, notice, by_part["coordinator"])
    made |= {"release": released(access, cadre.cast), "decided": released(access, cadre.cast, decided=True)}
    made |= proven(cadre, notice, by_part["coordinator"])
    made["question"] = asked(cadre, notice, by_part["coordinator"])
    made |= packed(access, by_part, [notice, f"notices/{made['amended']}"])
    made |= convened(access, by_part, cadre.cast.leads["imperial"], cadre.cast.leads["kern"])
    made |= in_review(access, by_part, cadre.cast.leads["imperial"])
    made |= under_way(access, by_part)
    made |= given_with(access, by_part, made["objective"])
    made |= voted(access, by_part, cadre.cast.leads["imperial"])
    yield made | {
        "course": own.course_version.split("/")[1],
        "test": course.test_version.split("/")[1],
        "letter": letter,
        "worker": worker.removeprefix("people/"),
        "imported": roster.name.removeprefix("rosterImports/"),
    }
    # What it left on lists is off them.
    close = review_pb.CloseReviewRequest(
        name=f"notices/{made['reviewed']}/reviews/1", reason="Looked at", request_id=request_id("sweep", "over")
    )
    ask(access.reviews.CloseReview, close, person=cadre.cast.analyst)
    over(access, by_part, cadre.cast.leads["imperial"], made)


def test_the_sweep_knows_every_page():
    routes = {route.path for router in ROUTERS for route in router.routes if "GET" in route.methods}

    assert routes - {"/"} - DOWNLOADS == {route for route, _, _ in SWEEP}


@pytest.mark.parametrize(("who", "path"), [(who, path) for _, who, path in SWEEP])
def test_a_page_has_no_fault_that_axe_finds_fits_every_screen_and_enter_does_nothing_for_good(
    signed_in, things, who, path
):
    visitor = signed_in(who)

    assert visitor.go(path.format(**things)).status == 200
    visitor.check_page()
    sent = visitor.sent_by_enter()
    assert [(field, button) for field, button in sent if button is None or "data-for-good" in button] == []


def test_enter_sends_a_form_from_each_of_its_fields(signed_in):
    visitor = signed_in(COORDINATOR)
    visitor.go("/agencies/lake/people/new")

    assert {"staff_number", "given_name", "family_name"} <= {field for field, _ in visitor.sent_by_enter()}


@pytest.mark.parametrize(
    ("who", "path", "button"),
    [
        (COORDINATOR, "/calendars-and-feeds", "Make the address"),
        (COORDINATOR, "/agencies/lake/people/new", "Add the person"),
        (COORDINATOR, "/agencies/lake/people/numbers", "Look them up"),
        (COORDINATOR, LAKE + "/briefing?select=none", "Check who was there"),
        (COORDINATOR, LAKE + "/briefing/file", "Read the file"),
        (BIG_COORDINATOR, "/training/{letter}/test/{open}", "Send my answers"),
        (APPROVER, "/letters/{waiting}", "Return with a reason"),
        (APPROVER, "/letters/{letter}/withdraw", "Withdraw the letter"),
        (ANALYST, "/letters/{draft}/files", "Add the file"),
        (MANAGER, "/calendar?year=2027", "Add the holiday"),
        (COORDINATOR, "/agencies/lake/calendar?year=2027", "Add the day"),
        (COORDINATOR, "/agencies/lake/roster", "Check the file"),
        (MANAGER, "/courses/new", "Begin the course"),
        (MANAGER, "/tests/new", "Begin the test"),
        (MANAGER, "/tests/{test}/try", "Show the result"),
    ],
)
def test_a_refused_form_has_no_fault_that_axe_finds(signed_in, things, who, path, button):
    visitor = signed_in(who)
    visitor.go(path.format(**things))
    visitor.press(button)

    visitor.sees_heading("Not yet: please look at")
    visitor.check_page()


def test_an_address_that_was_just_made_fits_every_screen(signed_in):
    visitor = signed_in(COORDINATOR)
    visitor.go("/calendars-and-feeds")
    visitor.page.get_by_label("Name").fill("Outlook at work")
    visitor.press("Make the address")

    visitor.sees_heading("The address, shown only now")
    visitor.check_page()


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (BIG_COORDINATOR, BIG + "/sign-in-sheet"),
        (BIG_COORDINATOR, BIG),
        (BIG_COORDINATOR, "/training/{letter}/letter"),
        (ANALYST, "/letters/{letter}"),
        (ANALYST, "/letters/{letter}/map"),
        (ANALYST, "/letters/{letter}/print"),
    ],
)
def test_what_is_printed_says_demonstration_and_has_no_menus(signed_in, things, who, path):
    """Demand D67: what is printed is in the axe run too."""
    visitor = signed_in(who)
    visitor.go(path.format(**things))
    visitor.page.emulate_media(media="print")

    visitor.sees("DEMONSTRATION, not issued by DCSS")
    expect(visitor.page.get_by_role("navigation")).to_have_count(0)
    assert visitor.violations() == []
    visitor.page.emulate_media(media="screen")


@pytest.fixture(scope="module")
def unconfirmed(cadre, issued):
    """A letter that no agency confirmed: who did is named on its page, which is a call."""
    return issued("As many calls", notice_pb.TRAIN, course_version=cadre.course_version)


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("/agencies/{agency_id}/people", "/people?unit=all"),
        (LETTER, "/letters/{letter}?unit=all"),
        (LETTER + "/sign-in-sheet", "/letters/{letter}/sign-in-sheet"),
    ],
)
def test_a_page_makes_as_many_calls_for_a_hundred_people_as_for_twelve(signed_in, cadre, unconfirmed, route, path):
    def figures():
        """How often the page was answered so far, and the calls made for it."""
        rows = [
            row
            for row in httpx.get(cadre.gateway_metrics, verify=NO_AUTHORITIES).text.splitlines()
            if f'route="{route}"' in row
        ]
        return tuple(
            sum(float(row.rpartition(" ")[2]) for row in rows if row.startswith(f"cadre_page_calls_{what}"))
            for what in ("count", "sum")
        )

    def calls(who, agency):
        visitor, made = signed_in(who), []
        # What is asked once for a sign-in is asked the first time. What is kept for seconds may have to be asked again
        # on any of them, but not on each.
        for _ in range(4):
            pages_before, calls_before = figures()
            assert visitor.go(f"/agencies/{agency}{path}".format(letter=unconfirmed)).status == 200
            # A page is counted just after it was answered.
            wait_until(lambda: figures()[0] > pages_before, "the page is counted")  # noqa: B023 - of this turn
            made.append(figures()[1] - calls_before)
        return min(made)

    assert calls(COORDINATOR, "lake") == calls(BIG_COORDINATOR, "los-angeles") > 1
