"""Pages of committees."""

from datetime import timedelta

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from cadre_cli.access import request_id
from servicekit.calendar import pacific_date

from .common import MANAGER, SECRETARY, SPECIALIST

AT, SWEEP = "/committees/{slug}", "/committees/sweep"
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
]
# Other tests fetch these files.
DOWNLOADS = {AT + "/members.csv"}


def convened(access, by_part, lead, other_lead):
    """A committee with people."""
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
    return {"membership": last.name.rpartition("/")[2]}
