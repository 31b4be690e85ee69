"""What is asked of partnership: one of each method, in a body of members where the person of the sweep is the chair."""

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb

from .common import NOBODY, day, fresh

CONVENES = {"bodies.read": ("self",), "bodies.convene": ("state",)}


def body_of():
    seats = [body_pb.Seat(id="first", title="The first seat", voting=True)]
    return body_pb.Body(
        title="A committee of the sweep",
        code=f"S{fresh()[:8].upper()}",
        kind=body_pb.Body.COMMITTEE,
        visibility=body_pb.Body.MEMBERS,
        newcomers_read_all=True,
        constituencies=[body_pb.Constituency(id="agencies", title="Agencies", seats=seats)],
    )


def creating():
    return body_pb.CreateBodyRequest(body_id=f"sweep-{fresh()}", body=body_of(), request_id=fresh())


def part(person, part_, **said):
    return membership_pb.Membership(person=person, organization="lake", part=part_, start_date=day(-30), **said)


def giving(body, membership):
    return membership_pb.CreateMembershipRequest(parent=body.name, membership=membership, request_id=fresh())


def give(w, body, membership):
    return w.call(w.access.memberships.CreateMembership, giving(body, membership), w.cast.analyst, CONVENES)


def body(w):
    """A body in which the person of the sweep is the chair."""
    made = w.call(w.access.bodies.CreateBody, creating(), w.cast.analyst, CONVENES)
    give(w, made, part(w.person, membership_pb.Membership.CHAIR))
    return made


def updating(w):
    made = body(w)
    made.title = "Another title"
    return body_pb.UpdateBodyRequest(body=made, reason="It has another name", request_id=fresh())


def ending(w):
    held = give(w, body(w), part(NOBODY, membership_pb.Membership.MEMBER, seat="first"))
    return membership_pb.EndMembershipRequest(
        name=held.name, end_date=day(0), reason="They moved", etag=held.etag, request_id=fresh()
    )


OWN = {"bodies.read": ("self",)}


def moment(hours):
    """So many hours from now."""
    stamp = Timestamp()
    stamp.FromDatetime(datetime.now(UTC) + timedelta(hours=hours))
    return stamp


def meeting_of(hours=-1):
    items = [meeting_pb.AgendaItem(title="The new course", kind=meeting_pb.AgendaItem.DECISION, minutes=10)]
    return meeting_pb.Meeting(
        title="A meeting of the sweep",
        start_time=moment(hours),
        end_time=moment(hours + 2),
        zone="America/Chicago",
        items=items,
    )


def beginning(made, hours=-1):
    return meeting_pb.CreateMeetingRequest(parent=made.name, meeting=meeting_of(hours), request_id=fresh())


def draft(w, made=None, hours=-1):
    """A draft in a body of its own, or in one that is there."""
    request = beginning(made or body(w), hours)
    return w.call(w.access.meetings.CreateMeeting, request, w.person, OWN)


def step(method, meeting, **said):
    """The request for a step of a meeting."""
    request = getattr(meeting_pb, f"{method}Request")
    return request(name=meeting.name, etag=meeting.etag, request_id=fresh(), **said)


def after(w, *steps, made=None):
    """A meeting after these steps."""
    meeting = draft(w, made)
    for method in steps:
        said = {"late_reason": "It is urgent"} if method == "CallMeeting" else {}
        meeting = w.call(getattr(w.access.meetings, method), step(method, meeting, **said), w.person, OWN)
    return meeting


CALLED, HELD, NOTED = ("CallMeeting",), ("CallMeeting", "HoldMeeting"), ("CallMeeting", "HoldMeeting", "PublishNotes")


def moving(w):
    meeting = draft(w)
    meeting.title = "Another title"
    return meeting_pb.UpdateMeetingRequest(meeting=meeting, request_id=fresh())


def approving(w):
    made = body(w)
    meeting = after(w, *NOTED, made=made)
    other = after(w, *HELD, made=made)
    named = meeting_pb.GetDocumentRequest(name=meeting.documents[0].name)
    digest = w.call(w.access.meetings.GetDocument, named, w.person, OWN).digest
    return step("ApproveMinutes", meeting, digest=digest, approving_meeting=other.name)


def adding(w):
    return meeting_pb.AddEditionRequest(
        parent=draft(w).name, kind=meeting_pb.Document.PAPER, title="A paper", text="It says this.", request_id=fresh()
    )


def doing(w):
    action = meeting_pb.Action(what="Ask the counties", owner=w.person, due_date=day(5))
    return meeting_pb.CreateActionRequest(parent=body(w).name, action=action, request_id=fresh())


def completing(w):
    given = w.call(w.access.meetings.CreateAction, doing(w), w.person, OWN)
    return meeting_pb.CompleteActionRequest(name=given.name, done=True, etag=given.etag, request_id=fresh())


REQUESTS = {
    "BodyService": {
        "ListBodies": lambda w: body_pb.ListBodiesRequest(),
        "GetBody": lambda w: body_pb.GetBodyRequest(name=body(w).name),
        "CreateBody": lambda w: creating(),
        "UpdateBody": updating,
        "CreateSeat": lambda w: body_pb.CreateSeatRequest(
            parent=body(w).name,
            constituency_id="agencies",
            seat=body_pb.Seat(id="second", title="The second seat", voting=True),
            request_id=fresh(),
        ),
        "EndSeat": lambda w: body_pb.EndSeatRequest(
            parent=body(w).name, seat_id="first", end_date=day(0), reason="No more", request_id=fresh()
        ),
    },
    "MembershipService": {
        "ListMemberships": lambda w: membership_pb.ListMembershipsRequest(parent=body(w).name),
        "CreateMembership": lambda w: giving(body(w), part(NOBODY, membership_pb.Membership.OBSERVER)),
        "EndMembership": ending,
        "ListMyMemberships": lambda w: membership_pb.ListMyMembershipsRequest(),
    },
    "MeetingService": {
        "ListMeetings": lambda w: meeting_pb.ListMeetingsRequest(parent=body(w).name),
        "GetMeeting": lambda w: meeting_pb.GetMeetingRequest(name=draft(w).name),
        "GetPacket": lambda w: meeting_pb.GetPacketRequest(name=draft(w).name),
        "ListMyMeetings": lambda w: meeting_pb.ListMyMeetingsRequest(),
        "CreateMeeting": lambda w: beginning(body(w)),
        "UpdateMeeting": moving,
        "UpdateAgenda": lambda w: step("UpdateAgenda", draft(w)),
        "CallMeeting": lambda w: step("CallMeeting", draft(w), late_reason="It is urgent"),
        "CancelMeeting": lambda w: step("CancelMeeting", draft(w), reason="Not needed"),
        "AnswerCall": lambda w: meeting_pb.AnswerCallRequest(
            name=after(w, *CALLED).name, comes=True, request_id=fresh()
        ),
        "RecordPresence": lambda w: step("RecordPresence", after(w, *CALLED)),
        "RecordItem": lambda w: step("RecordItem", made := after(w, *CALLED), item=made.items[0].id, notes="Said."),
        "HoldMeeting": lambda w: step("HoldMeeting", after(w, *CALLED)),
        "PublishNotes": lambda w: step("PublishNotes", after(w, *HELD)),
        "ApproveMinutes": approving,
        "AddEdition": adding,
        "GetDocument": lambda w: meeting_pb.GetDocumentRequest(name=after(w, *NOTED).documents[0].name),
        "ListActions": lambda w: meeting_pb.ListActionsRequest(parent=body(w).name),
        "CreateAction": doing,
        "CompleteAction": completing,
    },
}
