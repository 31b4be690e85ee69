"""The pictures of README and guides: a letter's two weeks are told by a clock, then pages are opened and drawn.

Not a test of anything: `make pictures` runs it and writes `docs/images/`.
"""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre_cli import past_letters
from cadre_cli.access import request_id
from cadre_demo import content, letters, story
from servicekit.calendar import pacific_date
from servicekit.clock import utc
from servicekit.testing.offices import state_calendar
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.pictures, pytest.mark.timeout(3600)]

IMAGES = Path(__file__).parents[2] / "docs" / "images"
STAFF = 7500
LEARNERS = 900
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# The letter was issued so many business days ago, and people took the course on each of them but the last.
BUSINESS_DAYS = 12
WIDTHS = (1280, 400)


@dataclass(frozen=True)
class Picture:
    """A page as one of the demonstration's personas sees it; *most* is how much of a long one is drawn, in pixels."""

    name: str
    who: str
    path: str
    most: int = 1600


PICTURES = (
    Picture("home-coordinator", "coordinator", "/home"),
    Picture("home-state", "analyst", "/home"),
    Picture("home-approver", "approver", "/home"),
    Picture("home-operator", "operator", "/home"),
    Picture("home-learner", "learner", "/home"),
    Picture("home-training-manager", "training-manager", "/home"),
    Picture("letter-state", "analyst", "/letters/{letter}"),
    Picture("letter-map", "analyst", "/letters/{letter}/map"),
    Picture("letter-agency", "coordinator", "/agencies/lake/letters/{letter}"),
    Picture("letter-staff", "learner", "/training/{letter}"),
    Picture("people-large", "large-coordinator", "/agencies/los-angeles/people"),
    Picture("briefing-large", "large-coordinator", "/agencies/los-angeles/letters/{letter}/briefing"),
    Picture("composer", "analyst", "/letters/{draft}/edit/who"),
    Picture("approve", "approver", "/letters/{waiting}"),
    Picture("course-editor", "training-manager", "/courses/{course}/edit"),
    Picture("course", "learner", "/training/{letter}/course/1"),
    Picture("record", "learner", "/record"),
    Picture("results", "large-coordinator", "/agencies/los-angeles/quality"),
    Picture("operations", "operator", "/operations"),
)


def test_pictures_of_the_pages_are_drawn(by_clock):
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    today = pacific_date(utc())
    begun = utc() - (today - state_calendar().add(today, -BUSINESS_DAYS))
    with by_clock(begun, STAFF) as product:
        pages = _tell(product)
        IMAGES.mkdir(exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            for who in dict.fromkeys(picture.who for picture in PICTURES):
                _draw(browser, product, who, pages)
            browser.close()


def _tell(product):
    """Tell the story day by day until today; return the ids that addresses of pages need."""
    access, cast, told = product.access, product.cast, content.load()
    past_letters.load(access, past_letters.read(past_letters.files()))
    issued = story.issue_letter(access, cast, told, product.course_version).notice
    others = [letters.tell(access, cast, letter, product.course_version) for letter in told.others]
    wait_until(access.quiet, access.wrong)
    chosen = story.choose_learners(access, cast, issued, LEARNERS)
    to_brief = list(chosen.to_brief.items())
    for day in range(1, BUSINESS_DAYS):
        product.days.to(state_calendar().add(product.days.today, 1))
        access = product.reach()
        if day == 1:
            for letter in (issued, *(other for other in others if other.state == notice_pb.Notice.PUBLISHED)):
                story.confirm_for_agencies(access, cast, letter, _nothing)
        story.train(access, issued, chosen.to_go[day - 1 :: BUSINESS_DAYS], told, _nothing)
        story.brief(access, cast, issued, dict(to_brief[day - 1 :: BUSINESS_DAYS]), _nothing)
    to_go = set(chosen.to_go[BUSINESS_DAYS - 1 :: BUSINESS_DAYS])
    took = {person: agency for person, agency in chosen.everybody.items() if person not in to_go}
    story.react(access, issued, replace(chosen, everybody=took), _nothing)
    product.days.to(state_calendar().add(product.days.today, 1))
    access = product.reach()
    wait_until(access.quiet, access.wrong)
    past = readiness_pb.ListReadinessDaysRequest(notice=issued.name)
    wait_until(
        lambda: len(access.ask(access.readiness.ListReadinessDays, past, person=cast.analyst).days) >= BUSINESS_DAYS,
        "the days that ended are kept",
    )
    model = access.ask(access.notices.GetNotice, notice_pb.GetNoticeRequest(name=issued.name), person=cast.analyst)
    draft = notice_pb.Notice(subject="Interviews that gather income facts", demonstration=True)
    for name in ("kind", "series", "addressees", "reason", "contact", "change", "effective_date", "audience", "asks"):
        setattr(draft, name, getattr(model, name))
    create = notice_pb.CreateNoticeRequest(notice=draft, request_id=request_id("pictures", "draft"))
    made = access.ask(access.notices.CreateNotice, create, person=cast.analyst)
    waiting = next(one for one in others if one.state == notice_pb.Notice.IN_APPROVAL)
    ids = {"letter": issued.name, "draft": made.name, "waiting": waiting.name, "course": product.course_version}
    return {what: name.split("/")[1] for what, name in ids.items()}


def _draw(browser, product, who, pages):
    """Sign in as *who* and draw their pictures, each at both widths."""
    access = product.reach()
    personas = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    title = next(persona.title for persona in personas if persona.part == who)
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(f"{product.url}/sign-in")
    page.get_by_role("button", name=title).click()
    for picture in (picture for picture in PICTURES if picture.who == who):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(product.url + picture.path.format(**pages))
            assert answer.ok, f"{picture.path}: {answer.status}"
            height = min(page.evaluate("document.documentElement.scrollHeight"), picture.most)
            page.screenshot(
                path=IMAGES / f"{picture.name}-{width}.png",
                full_page=True,
                clip={"x": 0, "y": 0, "width": width, "height": height},
            )
    context.close()


def _nothing(done, total):
    """Show no progress."""
