"""A member's evening on a phone: a vote that objects, the change of mind; and a secretary's morning before it."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import round_service_pb2 as round_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from servicekit.calendar import pacific_date

from .pages.votes import convene, known_to_vote, prepare

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PHONE = {"width": 400, "height": 850}


@pytest.fixture(scope="module")
def opened(cadre):
    """An open vote of two seats: one is of somebody whom one can sign in as."""
    access, slug = cadre.access, f"evening-{uuid4().hex[:8]}"
    personas = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    manager, secretary, member = (
        next(one.person for one in personas if one.part == part)
        for part in ("training-manager", "committee-secretary", "committee-member")
    )

    def ask(method, request, person, *_):
        request.request_id = str(uuid4())
        return access.ask(method, request, person=person)

    part, other = membership_pb.Membership, cadre.cast.leads["imperial"]
    parts = (
        (part.SECRETARY, secretary, "dcss", ""),
        (part.MEMBER, member, "kern", "policy"),
        (part.MEMBER, other, "imperial", "large"),
    )
    convene(ask, access, manager, slug, parts)
    known_to_vote(access, slug, (secretary, member, other))
    prepared = prepare(ask, access, manager, slug, "first")
    return ask(access.ballots.OpenBallot, pb.OpenBallotRequest(name=prepared.name), secretary)


def test_a_member_objects_on_a_phone_changes_it_and_sees_what_is_still_needed(person, opened):
    member = person().sign_in("Committee member")
    page = member.page
    page.set_viewport_size(PHONE)
    member.go("/committees")
    page.get_by_role("link", name=re.compile(f"^{opened.motion}$")).first.click()
    member.sees_heading(opened.motion)
    member.sees("You have not voted yet.")
    member.sees("Nothing was issued before: all of it is new.")

    objection = page.get_by_role("radio", name="I object until this is settled")
    member.keys.tab_to(page.get_by_role("radio", name="Yes"))
    page.keyboard.press("Space")
    expect(page.get_by_label(re.compile("^What would settle it"))).to_be_hidden()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(objection).to_be_checked()
    member.keys.press("button", "Vote")
    # What is missing is said, and nothing that was chosen is lost.
    member.sees("Say what you object to.")
    expect(objection).to_be_checked()
    page.get_by_label(re.compile("^What it is, in your words")).fill("It has no example.")
    page.get_by_label(re.compile("^What would settle it")).fill("Add one.")
    member.press("Vote")
    member.sees("Your vote is recorded.")
    member.sees("1 open objection")
    member.sees(re.compile(r"Held by .* \(Policy\)"))
    member.sees("You may change it until")
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{over} pixels too wide"

    page.locator("label", has_text=re.compile("^Yes$")).click()
    member.press("Change my vote")
    member.sees("Your vote is recorded.")
    expect(page.get_by_text("open objection")).to_have_count(0)
    member.sees("One more yes from anybody.")
    member.go("/committees")
    member.sees("Nothing to vote on.")
    member.complaints.clear()


def test_who_runs_a_committee_prepares_a_vote_on_what_it_reviewed_and_finds_it_among_all_votes(cadre, person, opened):
    access, body = cadre.access, opened.body
    personas = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    manager = next(one.person for one in personas if one.part == "training-manager")
    title, day = f"Read by them {uuid4().hex[:6]}", pacific_date(access.clock()) + timedelta(days=9)
    section = course_pb.Section(title="One", minutes=5, markdown="Only its readers know this.")
    new = course_pb.CreateCourseRequest(
        course_id=title.lower().replace(" ", "-"),
        course=course_pb.Course(title=title, sections=[section], demonstration=True),
        request_id=str(uuid4()),
    )
    course = access.ask(access.courses.CreateCourse, new, person=manager)
    review = round_pb.Round(subject=course.name, digest=course.content_sha256, body=body, due_date=day.isoformat())
    review.reviewers.add(person=cadre.cast.leads["imperial"])
    asked = round_pb.OpenRoundRequest(round=review, request_id=str(uuid4()))
    access.ask(access.rounds.OpenRound, asked, person=manager)

    secretary = person().sign_in("Committee secretary")
    secretary.go(f"/committees/{body.partition('/')[2]}")
    secretary.press("Prepare a vote")
    secretary.press(f"Prepare a vote on {title}")
    secretary.sees_heading(re.compile("^Prepare a vote of"))
    secretary.sees("as it was read in review 1")
    secretary.type(re.compile("^Last day to vote"), day.isoformat())
    secretary.press("Prepare the vote")
    secretary.sees("The vote is prepared.")

    secretary.go(f"/ballots?committee={body.partition('/')[2]}&state=PREPARED")
    secretary.sees_heading("What I have to do")
    secretary.sees(f"Approve the course “{title}”")
    file = secretary.page.context.request.get(f"{secretary.url}/ballots/ballots.csv?state=PREPARED")
    assert f"Approve the course “{title}”" in file.body().decode("utf-8-sig")
    # They read of the draft what the committee reads, and prepare nothing on what is not before it.
    assert secretary.page.context.request.get(f"{secretary.url}/{course.name}/edit").status in (403, 404)
    elsewhere = f"{secretary.url}/ballots/new?committee={body.partition('/')[2]}&course={course.name.partition('/')[2]}"
    assert secretary.page.context.request.get(elsewhere).status == 403
