"""A committee's secretary takes a meeting from its call to its minutes, which the chair approves."""

import re
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from gateway.committees.phrases import ZONES
from servicekit.calendar import pacific_date

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SLUG = f"minutes-{uuid4().hex[:8]}"
# A form says one day: a zone where it is neither early nor late, whenever the test runs.
EARLIEST, LATEST = 3, 20


@pytest.fixture(scope="module")
def people(cadre):
    """Secretary and chair, who can sign in, and a member of an agency."""
    found = cadre.access.ask(cadre.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    by_part = {one.part: one.person for one in found}
    parts = {"secretary": "committee-secretary", "chair": "approver", "manager": "training-manager"}
    return {name: by_part[part] for name, part in parts.items()} | {"member": cadre.cast.leads["kern"]}


@pytest.fixture(scope="module")
def committee(cadre, people):
    """A committee of two seats, and a later meeting of it that took place."""
    access = cadre.access

    def ask(method, request, person):
        request.request_id = str(uuid4())
        return access.ask(method, request, person=person)

    seats = [body_pb.Seat(id=one, title=one.title(), voting=True) for one in ("program", "valley")]
    body = body_pb.Body(
        title="Committee with minutes",
        code=SLUG.upper(),
        kind=body_pb.Body.COMMITTEE,
        visibility=body_pb.Body.MEMBERS,
        source="Ours.",
        rules=body_pb.BodyRules(quorum=body_pb.Fraction(numerator=1, denominator=2), notice_hours=72),
        constituencies=[body_pb.Constituency(id="all", title="All", seats=seats)],
    )
    name = ask(access.bodies.CreateBody, body_pb.CreateBodyRequest(body_id=SLUG, body=body), people["manager"]).name
    since = (pacific_date(access.clock()) - timedelta(days=30)).isoformat()
    part = membership_pb.Membership
    for kind, who, organization, seat in (
        (part.SECRETARY, "secretary", "dcss", ""),
        (part.CHAIR, "chair", "dcss", ""),
        (part.MEMBER, "chair", "dcss", "program"),
        (part.MEMBER, "member", "kern", "valley"),
    ):
        given = part(part=kind, person=people[who], organization=organization, seat=seat, start_date=since)
        create = membership_pb.CreateMembershipRequest(parent=name, membership=given)
        ask(access.memberships.CreateMembership, create, people["manager"])
    later = meeting_pb.Meeting(title="The meeting after it", zone="America/Los_Angeles")
    later.start_time.FromDatetime(access.clock() - timedelta(minutes=5))
    later.end_time.FromDatetime(access.clock() + timedelta(minutes=5))
    later.items.add(title="Minutes of the meeting before", kind=meeting_pb.AgendaItem.CONSENT, minutes=5)
    create = meeting_pb.CreateMeetingRequest(parent=name, meeting=later)
    meeting = ask(access.meetings.CreateMeeting, create, people["secretary"])
    call = meeting_pb.CallMeetingRequest(name=meeting.name, late_reason="A test", etag=meeting.etag)
    meeting = ask(access.meetings.CallMeeting, call, people["secretary"])
    hold = meeting_pb.HoldMeetingRequest(name=meeting.name, etag=meeting.etag)
    ask(access.meetings.HoldMeeting, hold, people["secretary"])
    return f"/committees/{SLUG}"


def test_a_secretary_takes_a_meeting_from_its_call_to_its_minutes_and_the_chair_approves_them(cadre, person, committee):
    now = cadre.access.clock()
    zone = next(one for one in ZONES if EARLIEST <= now.astimezone(ZoneInfo(one)).hour <= LATEST)
    at = now.astimezone(ZoneInfo(zone))
    secretary, chair = person().sign_in("Committee secretary"), person().sign_in("Approver")
    secretary.go(committee)
    begin(secretary, at - timedelta(minutes=40), zone)
    meeting = secretary.page.url.partition("?")[0].removeprefix(cadre.url)
    call(secretary)
    files(secretary, meeting)
    chair.go("/home")
    chair.sees("A meeting with minutes: do you come?")
    chair.go(meeting)
    chair.press("I come")
    chair.sees("You said that you come.")
    secretary.go(meeting)
    keep_the_roll(secretary)
    write_down(secretary, at)
    secretary.go(meeting)
    put_out(secretary)
    chair.go(meeting)
    approve(chair)

    outsider = person().sign_in("Specialist, Lake")
    assert outsider.go(meeting).status == 404
    assert outsider.page.request.get(f"{cadre.url}{meeting}/packet.pdf").status == 404
    for one in (secretary, chair, outsider):
        one.complaints.clear()


def begin(secretary, begins, zone):
    """A draft with an item on its agenda."""
    page = secretary.page
    page.get_by_role("link", name="New meeting").click()
    page.get_by_label("Name of the meeting").fill("A meeting with minutes")
    page.get_by_label("Day").fill(begins.date().isoformat())
    page.get_by_label("Begins at").fill(f"{begins:%H:%M}")
    page.get_by_label("Ends at").fill(f"{begins + timedelta(minutes=60):%H:%M}")
    page.get_by_label("In the time of").select_option(zone)
    secretary.press("Save the draft")
    secretary.sees("The meeting is a draft.")
    page.get_by_label("What it is about").first.fill("What comes first")
    secretary.press("Save the agenda")
    secretary.sees("The agenda is saved.")


def call(secretary):
    """Called so late that it asks why; the first press does nothing."""
    secretary.page.get_by_role("link", name="Call it…").click()
    secretary.sees("3 people will be told")
    secretary.press("Call it: 3 people are told")
    secretary.sees("Say why it is called so late. Members read it.")
    secretary.page.get_by_label("Why it is called so late").fill("The room was free at once.")
    secretary.press("Call it: 3 people are told")
    secretary.sees("The meeting is called. Everybody with a part is told.")


def files(secretary, meeting):
    """What is read before, on paper, and the meeting for a calendar."""
    url = secretary.page.url.partition("/committees/")[0] + meeting
    packet = secretary.page.request.get(f"{url}/packet.pdf")
    assert packet.headers["content-type"] == "application/pdf"
    assert packet.body().startswith(b"%PDF-")
    assert packet.body() == secretary.page.request.get(f"{url}/packet.pdf").body()
    assert "SUMMARY:A meeting with minutes" in secretary.page.request.get(f"{url}/meeting.ics").text()


def keep_the_roll(secretary):
    """Who said that they come, then the others: the sentence says when they are enough."""
    secretary.press("All who said they come are present")
    secretary.sees("1 of 2 filled seats are in the room: that is no quorum.")
    for _ in range(2):
        secretary.page.get_by_role("button", name=re.compile("^Present")).first.click()
        secretary.sees("The roll is saved.")
    secretary.sees("2 of 2 filled seats are in the room: that is a quorum.")


def write_down(secretary, at):
    """What came of the item, and what is to be done; and that it is done."""
    page = secretary.page
    page.get_by_role("link", name="Write notes").click()
    page.get_by_label("What came of it").fill("Locate comes first.")
    page.get_by_label("Over at").fill(f"{at:%H:%M}")
    secretary.press("Save the notes")
    secretary.sees("Locate comes first.")
    page.get_by_role("link", name="Add something that is to be done").click()
    page.get_by_label("What is to be done").fill("Write it down")
    page.get_by_label("Who does it").select_option(index=1)
    page.get_by_label("By", exact=True).fill((pacific_date(at) + timedelta(days=7)).isoformat())
    secretary.press("Add it")
    secretary.sees("It is on the list of what is to be done.")
    page.get_by_role("button", name="It is done").click()
    secretary.sees("Nothing is to be done.")


def put_out(secretary):
    """It took place, and its notes are read; the secretary does not approve them."""
    page = secretary.page
    page.get_by_role("link", name="It took place…").click()
    secretary.press("It took place")
    secretary.sees("Notes are not out yet.")
    page.get_by_role("link", name="Put the notes out…").click()
    secretary.press("Put the notes out")
    secretary.sees("The notes are out.")
    expect(page.get_by_role("link", name="Approve the minutes…")).to_have_count(0)


def approve(chair):
    """At a later meeting, which has to be named."""
    chair.page.get_by_role("link", name="Approve the minutes…").click()
    chair.press("Approve edition 1")
    chair.sees("Choose the meeting at which they were approved.")
    chair.page.get_by_label("At which meeting were they approved?").select_option(index=1)
    chair.press("Approve edition 1")
    chair.sees("The minutes are approved, and the meeting is closed.")
