"""What is asked of partnership: one of each method, in a body of members where the person of the sweep is the chair."""

from cadre.partnership.v1 import body_service_pb2 as body_pb
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
}
