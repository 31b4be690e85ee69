"""Pages of committees and their meetings, in each of their states."""

from datetime import timedelta

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from cadre_cli.access import request_id
from servicekit.calendar import pacific_date

from .common import APPROVER, MANAGER, SECRETARY, SPECIALIST

AT, SWEEP = "/committees/{slug}", "/committees/sweep"
MEETING = AT + "/meetings/{meeting_id}"
DRAFT, CALLED, HELD, OUT = (f"{SWEEP}/meetings/{{{one}}}" for one in ("drafted", "called", "held", "out"))
ROWS = [
    ("/committees", SECRETARY, "/committees"),
    ("/committees", SPECIALIST, "/committees"),
    ("/committees", MANAGER, "/committees"),
    ("/committees/new", MANAGER, "/committees/new"),
    (AT, SECRETARY, SWEEP),
    (AT, SPECIALIST, SWEEP + "?day=2024-02-29"),
    (AT + "/change", MANAGER, SWEEP + "/change"),
    (AT + "/seats", MANAGER, SWEEP + "/seats"),
    (AT + "/seats/{seat_id}/end", MANAGER, SWEEP + "/seats/policy/end"),
    (AT + "/parts/new", SECRETARY, SWEEP + "/parts/new?seat=small"),
    (AT + "/parts/{part_id}/end", SECRETARY, SWEEP + "/parts/{membership}/end"),
    (AT + "/actions/new", SECRETARY, SWEEP + "/actions/new"),
    (AT + "/meetings/new", SECRETARY, SWEEP + "/meetings/new"),
    (MEETING, SECRETARY, DRAFT),
    (MEETING, SECRETARY, CALLED),
    (MEETING, SPECIALIST, CALLED),
    (MEETING, SECRETARY, HELD),
    (MEETING, APPROVER, OUT),
    (MEETING + "/print", SECRETARY, OUT + "/print"),
    (MEETING + "/change", SECRETARY, CALLED + "/change"),
    (MEETING + "/agenda", SECRETARY, DRAFT + "/agenda"),
    (MEETING + "/agenda", SECRETARY, CALLED + "/agenda"),
    (MEETING + "/call", SECRETARY, DRAFT + "/call"),
    (MEETING + "/cancel", SECRETARY, CALLED + "/cancel"),
    (MEETING + "/held", SECRETARY, CALLED + "/held"),
    (MEETING + "/items/{item_id}", SECRETARY, HELD + "/items/{item}"),
    (MEETING + "/items/{item_id}/notes", SECRETARY, HELD + "/items/{item}/notes"),
    (MEETING + "/notes", SECRETARY, HELD + "/notes"),
    (MEETING + "/approve", APPROVER, OUT + "/approve"),
    (MEETING + "/papers/new", SECRETARY, CALLED + "/papers/new"),
    (MEETING + "/papers/{paper_id}", SPECIALIST, CALLED + "/papers/{paper}"),
    (MEETING + "/papers/{paper_id}/edition", SECRETARY, CALLED + "/papers/{paper}/edition"),
]
# Other tests fetch these files.
DOWNLOADS = {
    AT + "/members.csv",
    *(MEETING + file for file in ("/attendance.csv", "/meeting.ics", "/packet.pdf", "/papers/{paper_id}/paper.pdf")),
}


def convened(access, by_part, lead, other_lead):
    """A committee with a meeting in each state. Who could be asked something by it has answered: no list grows."""
    manager, secretary, chair = (by_part[one] for one in ("training-manager", "committee-secretary", "approver"))

    def ask(method, request, person, *what):
        request.request_id = request_id("sweep", "committee", *what)
        return access.ask(method, request, person=person)

    half = body_pb.Fraction(numerator=1, denominator=2)
    seats = {"dcss": ("DCSS", ["policy"]), "local": ("Local agencies", ["small", "large"])}
    body = body_pb.Body(
        title="Committee that is looked at",
        code="SWEEP",
        kind=body_pb.Body.COMMITTEE,
        visibility=body_pb.Body.EVERYONE,
        purpose="Its pages are looked at.",
        source="Ours: no public source gives these numbers.",
        rules=body_pb.BodyRules(quorum=half, quorum_of_each_constituency=1, notice_hours=72),
        constituencies=[
            body_pb.Constituency(
                id=side, title=title, seats=[body_pb.Seat(id=one, title=one.title(), voting=True) for one in ids]
            )
            for side, (title, ids) in seats.items()
        ],
    )
    ask(access.bodies.CreateBody, body_pb.CreateBodyRequest(body_id="sweep", body=body), manager, "body")
    since = (pacific_date(access.clock()) - timedelta(days=90)).isoformat()
    part = membership_pb.Membership
    for kind, person, organization, seat in (
        (part.SECRETARY, secretary, "dcss", ""),
        (part.CHAIR, chair, "dcss", ""),
        (part.MEMBER, chair, "dcss", "policy"),
        (part.MEMBER, lead, "imperial", "large"),
        (part.ALTERNATE, other_lead, "kern", "large"),
    ):
        given = part(part=kind, person=person, organization=organization, seat=seat, start_date=since)
        create = membership_pb.CreateMembershipRequest(parent="bodies/sweep", membership=given)
        last = ask(access.memberships.CreateMembership, create, manager, "part", kind, person)
    made = {"membership": last.name.rpartition("/")[2]}
    for name, days in (("drafted", 20), ("called", 30), ("held", -3), ("out", -9)):
        meeting = _met(ask, access, secretary, name, days)
        if name == "drafted":
            made[name] = meeting.name.rpartition("/")[2]
            continue
        call = meeting_pb.CallMeetingRequest(name=meeting.name, late_reason="Looked at", etag=meeting.etag)
        meeting = ask(access.meetings.CallMeeting, call, secretary, name, "call")
        for person in (secretary, chair):
            answer = meeting_pb.AnswerCallRequest(name=meeting.name, comes=True)
            if name == "called":
                meeting = ask(access.meetings.AnswerCall, answer, person, name, "answer", person)
        made |= _afterwards(ask, access, (secretary, lead), name, meeting)
    return made


def _met(ask, access, secretary, name, days):
    """A meeting in draft with two items."""
    start = access.clock() + timedelta(days=days)
    meeting = meeting_pb.Meeting(
        title=f"Meeting, {name}", zone="America/Chicago", place="Room 2", link="https://meet.example.org/2", public=True
    )
    meeting.start_time.FromDatetime(start)
    meeting.end_time.FromDatetime(start + timedelta(hours=1))
    create = meeting_pb.CreateMeetingRequest(parent="bodies/sweep", meeting=meeting)
    meeting = ask(access.meetings.CreateMeeting, create, secretary, name, "create")
    items = [
        meeting_pb.AgendaItem(title=title, kind=meeting_pb.AgendaItem.DISCUSSION, minutes=20, presenter="Chair")
        for title in ("What comes first", "What comes next")
    ]
    agenda = meeting_pb.UpdateAgendaRequest(name=meeting.name, items=items, etag=meeting.etag)
    return ask(access.meetings.UpdateAgenda, agenda, secretary, name, "agenda")


def _afterwards(ask, access, people, name, meeting):
    """What was written of a meeting once it was called, as far as its name says."""
    secretary, lead = people
    made = {name: meeting.name.rpartition("/")[2]}
    if name == "called":
        paper = meeting_pb.AddEditionRequest(
            parent=meeting.name,
            kind=meeting_pb.Document.PAPER,
            title="A paper",
            text="# Read this\n\nWords.",
            public=True,
        )
        document = ask(access.meetings.AddEdition, paper, secretary, "paper")
        return made | {"paper": document.name.rpartition("/")[2]}
    presence = meeting_pb.Presence(person=lead)
    presence.arrive_time.CopyFrom(meeting.start_time)
    rolled = meeting_pb.RecordPresenceRequest(name=meeting.name, presence=[presence], etag=meeting.etag)
    meeting = ask(access.meetings.RecordPresence, rolled, secretary, name, "roll")
    item = meeting_pb.RecordItemRequest(
        name=meeting.name,
        item=meeting.items[0].id,
        notes="It was *said*.",
        outcome="It comes first.",
        etag=meeting.etag,
    )
    item.end_time.CopyFrom(meeting.end_time)
    meeting = ask(access.meetings.RecordItem, item, secretary, name, "item")
    action = meeting_pb.Action(
        what=f"Write it down, {name}",
        owner=lead,
        due_date=pacific_date(access.clock() + timedelta(days=30)).isoformat(),
        meeting=meeting.name,
        item=meeting.items[0].id,
    )
    ask(
        access.meetings.CreateAction,
        meeting_pb.CreateActionRequest(parent="bodies/sweep", action=action),
        secretary,
        name,
    )
    meeting = ask(
        access.meetings.HoldMeeting,
        meeting_pb.HoldMeetingRequest(name=meeting.name, etag=meeting.etag),
        secretary,
        name,
        "hold",
    )
    if name == "out":
        publish = meeting_pb.PublishNotesRequest(name=meeting.name, etag=meeting.etag)
        ask(access.meetings.PublishNotes, publish, secretary, name, "notes")
        return made
    return made | {"item": meeting.items[0].id}
