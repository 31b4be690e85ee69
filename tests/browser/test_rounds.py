"""A committee reviews a course: a member comments by keyboard on a phone, is answered, and looks a second time."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import round_service_pb2 as pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from servicekit.calendar import pacific_date
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SLUG = f"reads-{uuid4().hex[:8]}"
COMMITTEE, CODE = f"Committee that reads {SLUG[6:]}", SLUG.upper()
WRONG = "All sources are searched within 90 days."
TEXTS = ("A search begins when nobody has an address.", WRONG)


@pytest.fixture(scope="module")
def course(cadre):
    """A draft course, and a committee that is known where courses are; the author has no part in it."""
    access = cadre.access
    found = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    people = {one.part: one.person for one in found}
    manager = people["training-manager"]

    def ask(method, request):
        request.request_id = str(uuid4())
        return access.ask(method, request, person=manager)

    body = body_pb.Body(
        title=COMMITTEE,
        code=CODE,
        kind=body_pb.Body.COMMITTEE,
        visibility=body_pb.Body.EVERYONE,
        source="Ours.",
        rules=body_pb.BodyRules(quorum=body_pb.Fraction(numerator=1, denominator=2), notice_hours=72),
        constituencies=[
            body_pb.Constituency(
                id="all", title="All", seats=[body_pb.Seat(id="small", title="A small agency", voting=True)]
            )
        ],
    )
    name = ask(access.bodies.CreateBody, body_pb.CreateBodyRequest(body_id=SLUG, body=body)).name
    since = (pacific_date(access.clock()) - timedelta(days=30)).isoformat()
    part = membership_pb.Membership
    for kind, who, organization, seat in (
        (part.CHAIR, "approver", "dcss", ""),
        (part.MEMBER, "coordinator", "lake", "small"),
    ):
        given = part(part=kind, person=people[who], organization=organization, seat=seat, start_date=since)
        create = membership_pb.CreateMembershipRequest(parent=name, membership=given)
        ask(access.memberships.CreateMembership, create)
    draft = course_pb.Course(
        title=f"Locate, {SLUG}",
        sections=[course_pb.Section(title="Where to look", minutes=5, markdown="\n\n".join(TEXTS))],
    )
    ask(access.courses.CreateCourse, course_pb.CreateCourseRequest(course_id=SLUG, course=draft))
    known = pb.ProposeReviewersRequest(body=name, subject=f"courses/{SLUG}")
    wait_until(
        lambda: len(access.ask(access.rounds.ProposeReviewers, known, person=manager).proposals) == len(("a", "b")),
        "the committee is known where courses are",
    )
    return draft.title


def test_a_member_comments_by_keyboard_the_author_answers_and_the_member_looks_a_second_time(cadre, person, course):
    author, chair = person().sign_in("Training manager"), person().sign_in("Approver")
    member = person(width=400).sign_in("Coordinator, Lake")
    review = has_it_reviewed(author, cadre.url)
    comments(member, course)
    answers(author, review)
    looks_again(member, course)
    chair.go("/committees")
    chair.sees_heading("To rule on")
    expect(chair.page.get_by_text("Nothing to do.", exact=True)).to_have_count(0)
    rules(chair, course)

    author.go(review)
    author.sees("Settled")
    author.sees("Ruled: need not be fixed")


def has_it_reviewed(author, url):
    """From the course's page: which committee, then until when and who; two are proposed, each with why."""
    author.go(f"/courses/{SLUG}/edit")
    author.press("Reviews by committees")
    author.press("Have it reviewed")
    author.page.get_by_label("By which committee").select_option(COMMITTEE)
    author.press("Go on")
    expect(author.page.get_by_text("Why: has reviewed nothing yet")).to_have_count(2)
    author.press(f"Put it before {CODE}")
    author.sees("The review is open.")
    return author.page.url.partition("?")[0].removeprefix(url)


def comments(member, course):
    """On a phone, with the keyboard alone: a rule has to be named; nothing is anybody else's before it is sent."""
    keys, page = member.keys, member.page
    member.go("/committees")
    member.sees_heading("To comment")
    keys.press("link", course)
    member.sees_heading(f"Review of {course}")
    passage = page.locator(".passage", has_text=WRONG).get_by_role("link", name=re.compile("^Comment on this passage"))
    keys.tab_to(passage)
    page.keyboard.press("Enter")
    member.sees(WRONG)
    keys.pick("Kind", "Against a rule")
    keys.type("What is wrong, or what you ask", "It is 75 days.")
    keys.press("button", "Keep the comment")
    member.sees("Say which rule it is against.")
    keys.type(re.compile("^Which rule says so"), "45 CFR 303.3(b)(3)")
    keys.press("button", "Keep the comment")
    member.sees("Your comment is kept.")
    keys.press("button", "Send my comment")
    member.sees("It is sent.")
    expect(page.get_by_text("Comment on this passage")).to_have_count(0)


def answers(author, review):
    """The time ends, each comment is answered, and the answers go out once their numbers are read."""
    author.go(f"{review}/answers")
    author.sees("It is 75 days.")
    author.press("End the time for comments…")
    author.sees("1 comment is there to be answered.")
    author.press("End it now")
    author.press(re.compile("^Not accepted…"))
    author.press("Save the answer")
    author.sees("Say why, or in which part.")
    author.type(re.compile("^What you say to it"), "Ninety was agreed with the court.")
    author.press("Save the answer")
    author.sees("The answer is saved.")
    author.press("Send answers…")
    author.sees("1 answer goes to 1 person: not accepted 1.")
    author.press("Send 1 answer")
    author.sees("The answers are sent.")


def looks_again(member, course):
    """It is among what waits in committees; who is not satisfied says why."""
    keys = member.keys
    member.go("/committees")
    member.sees_heading("Second look")
    keys.press("link", course)
    keys.press("link", re.compile("^Look again"))
    keys.choose("Does the answer settle your comment?", ["No, because…"])
    keys.press("button", "Say so")
    member.sees("Say what is still wrong.")
    keys.type(re.compile("^What is still wrong"), "A court does not change the rule.")
    keys.press("button", "Say so")
    member.sees("It is on record.")


def rules(chair, course):
    """The chair ends what the writer did not."""
    chair.press(course)
    chair.press(re.compile("^Rule on it"))
    chair.page.get_by_text("It need not be fixed").click()
    chair.type("Why", "The next version names both.")
    chair.press("Rule so")
    chair.sees("The ruling is on record.")
