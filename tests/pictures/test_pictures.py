"""The pictures of README and guides: a letter's two weeks are told by a clock, then pages are opened and drawn.

Not a test of anything: `make pictures` runs it and writes `docs/images/`, a folder for each width.
"""

import io
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.evaluation.v1 import quality_service_pb2 as quality_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.operations.v1 import operations_service_pb2 as operations_pb
from cadre_cli import past_letters
from cadre_cli.access import request_id
from cadre_demo import content, letters, story
from cadre_demo.pacing import in_parallel
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
WIDE, PHONE = 1280, 400
# A page is drawn at least so high, and of a long one no more than this.
LEAST, MOST = 500, 1600


@dataclass(frozen=True)
class Picture:
    """A page as a persona of the demonstration sees it: *widths* in pixels, the boxes of these names *ticked*."""

    name: str
    who: str
    path: str
    widths: tuple[int, ...] = (WIDE, PHONE)
    ticked: tuple[str, ...] = ()


PICTURES = (
    Picture("home-coordinator", "coordinator", "/home"),
    Picture("letter-agency", "coordinator", "/agencies/lake/letters/{letter}", (WIDE,)),
    Picture(
        "briefing",
        "large-coordinator",
        "/agencies/los-angeles/letters/{letter}/briefing",
        (WIDE,),
        ticked=("Legal and court", "Review and adjustment"),
    ),
    Picture("record", "coordinator", "/agencies/lake/people/{trained}/record", (WIDE,)),
    Picture("home-learner", "learner", "/home", (PHONE,)),
    Picture("letter-staff", "learner", "/training/{letter}", (PHONE,)),
    Picture("course", "learner", "/training/{letter}/course/1"),
    Picture("home-state", "analyst", "/home"),
    Picture("composer", "analyst", "/letters/{draft}/edit/who"),
    Picture("letter-state", "analyst", "/letters/{letter}"),
    Picture("letter-map", "analyst", "/letters/{letter}/map"),
    Picture("home-approver", "approver", "/home", (WIDE,)),
    Picture("approve", "approver", "/letters/{waiting}", (WIDE,)),
    Picture("home-training-manager", "training-manager", "/home", (WIDE,)),
    Picture("course-editor", "training-manager", "/courses/{course}/edit", (WIDE,)),
    Picture("quality", "training-manager", "/quality/{course}", (WIDE,)),
    Picture("home-operator", "operator", "/home", (WIDE,)),
    Picture("operations", "operator", "/operations", (WIDE,)),
)


def test_pictures_of_the_pages_are_drawn(by_clock):
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    today = pacific_date(utc())
    begun = utc() - (today - state_calendar().add(today, -BUSINESS_DAYS))
    with by_clock(begun, STAFF) as product:
        pages = _tell(product)
        for width in (WIDE, PHONE):
            folder = IMAGES / str(width)
            folder.mkdir(exist_ok=True)
            for drawn_before in folder.glob("*.png"):
                drawn_before.unlink()
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
                if letter != issued:
                    _confirm_for_staff(access, cast, letter)
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
    # Jobs on a timer go by the database's clock, which nobody put forward.
    tell = operations_pb.RunJobRequest(name="jobs/release_reactions", request_id=request_id("pictures", "tell"))
    operator = _persona(access, "operator").person
    access.ask(access.operations["evaluation"].RunJob, tell, person=operator)
    said = quality_pb.GetCourseQualityRequest(name=product.course_version.partition("/versions/")[0])
    writer = _persona(access, "training-manager").person
    wait_until(
        lambda: access.ask(access.quality.GetCourseQuality, said, person=writer).ratings,
        "what staff say of the course is told",
    )
    model = access.ask(access.notices.GetNotice, notice_pb.GetNoticeRequest(name=issued.name), person=cast.analyst)
    draft = notice_pb.Notice(subject="Interviews that gather income facts", demonstration=True)
    for name in ("kind", "series", "addressees", "reason", "contact", "change", "effective_date", "audience", "asks"):
        setattr(draft, name, getattr(model, name))
    create = notice_pb.CreateNoticeRequest(notice=draft, request_id=request_id("pictures", "draft"))
    made = access.ask(access.notices.CreateNotice, create, person=cast.analyst)
    course = course_pb.Course(title="Interviews that gather income facts", audience="Intake", demonstration=True)
    begin = course_pb.CreateCourseRequest(
        course_id="income-interviews", course=course, request_id=request_id("pictures", "course")
    )
    access.ask(access.courses.CreateCourse, begin)
    ids = {
        "letter": issued.name,
        "draft": made.name,
        "waiting": next(one.name for one in others if one.state == notice_pb.Notice.IN_APPROVAL),
        "course": product.course_version,
        "trained": next(person for person, agency in took.items() if agency == story.LAKE),
    }
    return {what: name.split("/")[1] for what, name in ids.items()}


def _confirm_for_staff(access, cast, letter):
    """Have staff confirm that they read a letter; the personas, and one agency that is behind, have it still to do."""

    def confirm(person):
        request = inbox_pb.ConfirmNoticeRequest(
            notice=letter.name, text_sha256=letter.text_sha256, request_id=request_id(letter.name, person, "confirm")
        )
        access.ask(access.inbox.ConfirmNotice, request, person=person)

    to_confirm = set()
    for agency in cast.leads.keys() - {story.TROUBLED}:
        lead = cast.leads[agency]
        listed = agency_notice_pb.ListRecipientsRequest(parent=f"agencies/{agency}", notice=letter.name, page_size=1000)
        rows = access.every(access.agency_notices.ListRecipients, listed, "recipients", person=lead)
        to_confirm |= {row.person for row in rows if not row.on_leave and not row.ready}
    in_parallel(confirm, to_confirm - cast.personas, _nothing)


def _persona(access, part):
    personas = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    return next(persona for persona in personas if persona.part == part)


def _draw(browser, product, who, pages):
    """Sign in as *who* and draw their pictures."""
    title = _persona(product.reach(), who).title
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(f"{product.url}/sign-in")
    page.get_by_role("button", name=title).click()
    for picture in (picture for picture in PICTURES if picture.who == who):
        for width in picture.widths:
            page.set_viewport_size({"width": width, "height": LEAST})
            answer = page.goto(product.url + picture.path.format(**pages))
            assert answer.ok, f"{picture.path}: {answer.status}"
            for box in picture.ticked:
                page.get_by_role("checkbox", name=box).press("Space")
            page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
            height = min(page.evaluate("document.documentElement.scrollHeight"), MOST)
            # Parts that stay on the screen stay where they are.
            page.set_viewport_size({"width": width, "height": height})
            _keep(page.screenshot(), IMAGES / str(width) / f"{picture.name}.png")
    context.close()


def _keep(drawn, path):
    """Write a picture with 256 colors at most: a page has hardly more, and it is less than half as large."""
    with Image.open(io.BytesIO(drawn)) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def _nothing(done, total):
    """Show no progress."""
