"""A designer's whole month by everybody's own pages: need, gates, review, answers, votes, a course that is read."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from servicekit.calendar import pacific_date

from .pages.votes import convene, known_to_vote
from .visitor import Person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# Who decides at the gates unless an installation says otherwise: these are nobody else's here.
STEERING, CONTENT = "stsc", "pcdrt"
WRONG, RIGHT = "All sources are searched within 90 days.", "All sources are searched within 75 days."


@dataclass
class Committee:
    """Who takes votes of either committee to their end, and the days on which things end."""

    secretary: Person
    voters: tuple[Person, ...]
    last_day: str


@pytest.fixture(scope="module")
def personas(cadre):
    """The personas by their part, once both committees sit and are known to who decides."""
    access = cadre.access
    found = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    by_part = {one.part: one for one in found}
    manager, secretary, member, chair = (
        by_part[part].person for part in ("training-manager", "committee-secretary", "committee-member", "approver")
    )

    def ask(method, request, person, *_):
        request.request_id = str(uuid4())
        return access.ask(method, request, person=person)

    part = membership_pb.Membership
    parts = (
        (part.SECRETARY, secretary, "dcss", ""),
        (part.MEMBER, member, "kern", "large"),
        (part.MEMBER, chair, "dcss", "policy"),
    )
    for slug in (STEERING, CONTENT):
        convene(ask, access, manager, slug, parts)
        known_to_vote(access, slug, (secretary, member, chair))
    return by_part


def test_a_need_becomes_a_course_that_a_worker_reads_by_the_pages_of_all_who_take_part(cadre, person, personas):
    title = f"Ask an employer {uuid4().hex[:8]}"
    designer, member = person().sign_in("Course designer"), person().sign_in("Committee member")
    last_day = (pacific_date(cadre.access.clock()) + timedelta(days=20)).isoformat()
    voters = (member, person().sign_in("Approver"))
    committee = Committee(person().sign_in("Committee secretary"), voters, last_day)

    work = begins(designer, title)
    says_the_need(designer)
    is_decided(designer, work, committee, "Accept the need for", on_its_page)
    goes_on(designer, work, "Design")

    course = writes_the_course(designer, title)
    says_the_design(designer, work, title, committee.last_day)
    traces(designer, work)
    is_decided(designer, work, committee, "Approve the design of", on_its_page)
    goes_on(designer, work, "Develop")

    is_tried_and_signed_off(designer, work)
    review = is_reviewed(designer, work)
    comments(member, title)
    answers(designer, review, course)
    looks_again(member, title)
    is_decided(designer, work, committee, "Approve the course", beside_the_vote)
    goes_on(designer, work, "Deliver")
    issues(designer, work)

    manager = person().sign_in("Training manager")
    hands_over(designer, work, personas["training-manager"].staff_number)
    lets_it_go_on(manager, title)
    learns(person().sign_in("Specialist, Lake"), title)
    for one in (designer, manager, committee.secretary, *committee.voters):
        assert one.complaints == []


def at(someone):
    """Where somebody is, without what was done last."""
    return someone.page.url.removeprefix(someone.url).partition("?")[0].partition("#")[0]


def begins(designer, title):
    """What is needed, and why; how much of it is missing is said."""
    designer.go("/works/new")
    designer.type("What it is called", title)
    designer.page.get_by_label("Where the need comes from").select_option(label="An agency asked for it")
    designer.type(re.compile("^Which letter, which release"), "Kern")
    designer.type("What is the need?", "Workers wait for the wages of the quarter.")
    designer.press("Begin it")
    designer.sees_heading(title)
    return at(designer)


def says_the_need(designer):
    """The need, from the line that misses it."""
    page = designer.page
    designer.press("That it is a problem which training can help with")
    page.get_by_label("What it turned out to be").select_option(label="Staff cannot do it yet: training can help")
    designer.type(re.compile("^How you know"), "Of 40 cases, 31 had one source.")
    page.get_by_label("What it serves").select_option(label="A duty by law")
    designer.type(re.compile("^Which duty by law"), "45 CFR 303.3")
    for label, number in (("Staff whom it is about", "120"), ("Agencies in which they work", "6")):
        designer.type(re.compile(f"^{label}"), number)
    page.get_by_label("How much it matters").select_option("4")
    page.get_by_label("How far staff are from it").select_option("3")
    designer.type(re.compile("^Days of work until it is done"), "10")
    designer.press("Save")
    designer.sees("Saved.")


def is_decided(designer, work, committee, motion, reads):
    """From the line that misses a decision: a vote is prepared, opened, held and closed. *reads*: how a voter does."""
    designer.go(work)
    designer.press("A decision on exactly this content")
    expect(designer.page.get_by_text("It is not ready for a vote")).to_have_count(0)
    designer.type(re.compile("^Last day to vote"), committee.last_day)
    designer.press("Prepare the vote")
    designer.sees("The vote is prepared.")
    designer.sees_heading(re.compile(f"^{motion}"))
    said = designer.page.get_by_role("heading", level=1).inner_text()

    # What is missing leads to this vote from now on, not to another one.
    ballot = at(designer)
    designer.go(work)
    designer.sees("A vote on exactly this is prepared.")
    designer.press("A decision on exactly this content")
    designer.sees_heading(said)
    assert at(designer) == ballot
    designer.go(f"{work}/change/need")
    designer.sees("that vote ends, and nothing said in it counts.")

    secretary = committee.secretary
    secretary.go("/committees")
    secretary.press(said)
    secretary.press("Open the vote…")
    secretary.press("Open it: 2 people are told")
    secretary.sees("The vote is open.")
    for voter in committee.voters:
        voter.go("/committees")
        voter.press(said)
        voter.sees_heading(said)
        reads(voter)
        voter.page.locator("label", has_text=re.compile("^Yes$")).click()
        voter.press("Vote")
        voter.sees("Your vote is recorded.")
    secretary.press("Close the vote…")
    secretary.press("Close it: 2 people are told")
    secretary.sees("The vote is closed.")


def on_its_page(voter):
    """A course under way is read on its own page, by members too."""
    vote = at(voter)
    voter.press("Read it on its own page")
    voter.sees("Workers wait for the wages of the quarter.")
    voter.go(vote)


def beside_the_vote(voter):
    """A course stands there itself, as it is voted on."""
    voter.page.get_by_text("1. Where to ask").click()
    voter.sees(RIGHT)


def goes_on(designer, work, step):
    """The gate is passed with the decision."""
    designer.go(work)
    designer.sees_heading("Everything is there")
    designer.press("Go on to the next step…")
    designer.press(f"Go on to {step}")
    designer.sees("It is in the next step now.")
    designer.sees(re.compile(rf"^Step \d of 5, {step}\."))


def writes_the_course(designer, title):
    """A draft of one section."""
    designer.go("/courses/new")
    designer.type("Title", title)
    designer.press("Begin the course")
    course = at(designer)
    designer.press("Add a section")
    designer.type("Title", "Where to ask")
    designer.type("Minutes", "6")
    designer.type("Text", f"A search begins when nobody has an address.\n\n{WRONG}")
    designer.press("Save")
    designer.sees("Saved.")
    return course


def says_the_design(designer, work, title, day):
    """The course is chosen, with how it is given and how one sees whether it helped."""
    designer.go(work)
    designer.press("The course that comes of it")
    page = designer.page
    page.get_by_label("The course that comes of it").select_option(label=title)
    page.locator("label", has_text="Online, at their own pace").first.click()
    designer.type("Why online, at their own pace (optional)", "They read it when they need it")
    page.get_by_label("How far it is looked at whether it helped").select_option("3")
    designer.type(re.compile("^Day on which it is looked at again"), day)
    designer.press("Save")
    designer.sees("Saved.")


def traces(designer, work):
    """A task of the work, and an objective for it with its questions."""
    page = designer.page
    designer.go(work)
    designer.press("A measure or a duty by law for each task")
    designer.press("a task of the work")
    designer.type("What the task is called", "Ask an employer")
    page.get_by_label("What it serves").select_option(label="A duty by law")
    designer.type(re.compile("^Which duty by law"), "45 CFR 303.3")
    designer.press("Save the task")
    designer.press("Add an objective")
    designer.type(re.compile("^Given"), "a case without an employer")
    designer.type(re.compile("^The worker"), "asks three sources and notes each")
    designer.type(re.compile("^How well"), "within 5 days")
    designer.type(re.compile("^How many questions are planned"), "2")
    page.locator("label", has_text="Ask an employer").click()
    page.locator("label", has_text="Where to ask").click()
    designer.press("Save the objective")
    designer.sees("The objectives are saved.")


def is_tried_and_signed_off(designer, work):
    """The trial, and who signed."""
    designer.go(work)
    designer.press("A trial with some people")
    for label, said in (
        ("How many people tried it", "8"),
        ("Minutes that it should take", "6"),
        ("Minutes that it took them", "9"),
        ("Who signed it off for policy", "Policy, in May"),
        ("Which counsel signed it off", "Counsel, in June"),
    ):
        designer.type(re.compile(f"^{label}"), said)
    designer.press("Save")
    designer.sees("Saved.")


def is_reviewed(designer, work):
    """The draft is put before the committee."""
    designer.go(work)
    designer.press("Reviews of its course")
    designer.press("Have it reviewed")
    designer.page.get_by_label("By which committee").select_option(CONTENT)
    designer.press("Go on")
    designer.press(f"Put it before {CONTENT.upper()}")
    designer.sees("The review is open.")
    return at(designer)


def comments(member, title):
    """What must be fixed is said of its passage."""
    page = member.page
    member.go("/committees")
    member.press(title)
    member.sees_heading(f"Review of {title}")
    page.locator(".passage", has_text=WRONG).get_by_role("link", name=re.compile("^Comment on this passage")).click()
    page.get_by_label("Kind").select_option("POLICY_ERROR")
    page.get_by_label("How serious").select_option("MUST")
    member.type("What is wrong, or what you ask", "It is 75 days.")
    member.type(re.compile("^Which rule says so"), "45 CFR 303.3(b)(3)")
    member.press("Keep the comment")
    member.press("Send my comment")
    member.sees("It is sent.")


def answers(designer, review, course):
    """It is accepted, and the draft says so."""
    designer.go(f"{review}/answers")
    designer.press("End the time for comments…")
    designer.press("End it now")
    designer.press(re.compile("^Accept"))
    designer.press("Send answers…")
    designer.press("Send 1 answer")
    designer.sees("The answers are sent.")
    designer.go(course)
    designer.press("Where to ask")
    designer.type("Text", f"A search begins when nobody has an address.\n\n{RIGHT}")
    designer.press("Save")
    designer.sees("Saved.")


def looks_again(member, title):
    """Whoever commented is satisfied."""
    member.go("/committees")
    member.press(title)
    member.press(re.compile("^Look again"))
    member.page.get_by_text("Yes, I am satisfied").click()
    member.press("Say so")
    member.sees("It is on record.")


def issues(designer, work):
    """The course goes out as it was decided on."""
    designer.go(work)
    designer.press("The course is issued")
    designer.press("Issue version 1…")
    designer.press("Issue version 1")
    designer.sees("The new version is issued.")


def hands_over(designer, work, staff_number):
    """Whoever manages training lets it go on from Deliver."""
    designer.go(f"{work}/gate")
    designer.sees("A training manager lets it go on from here.")
    designer.press("Hand it over")
    designer.type(re.compile("^Or the staff number of a person"), staff_number)
    designer.press("Hand it over")
    designer.sees("Handed over. They are told.")


def lets_it_go_on(manager, title):
    """It is among what waits for them."""
    manager.go("/works")
    manager.press(title)
    manager.press("Go on to the next step…")
    manager.press("Go on to Determine")
    manager.sees(re.compile(r"^Step 5 of 5, Determine\."))


def learns(worker, title):
    """Somebody at an agency finds it, reads what was answered, and sees who decided."""
    worker.go("/catalogue")
    worker.type("Title, provider or staff it is for (optional)", title)
    worker.press("Find")
    worker.press(title)
    worker.press("Version 1")
    worker.sees_heading("1. Where to ask")
    worker.sees(RIGHT)
    worker.sees(re.compile("^Decided by a vote on"))
