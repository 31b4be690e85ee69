"""Bodies: made with their seats and rules, changed, found by those who may see them."""

import json

from google.protobuf import json_format

from cadre.partnership.v1 import body_service_pb2 as pb
from cadre.partnership.v1 import events_pb2 as events
from servicekit.rpc.client import Refused

from .conftest import PART, RULES, committee, new_id, person, seat


def listed(stub, **request):
    return [one.name for one in stub.ListBodies(pb.ListBodiesRequest(**request)).bodies]


def get(stub, body):
    return stub.GetBody(pb.GetBodyRequest(name=body.name))


def found(stub, body):
    """What they get; who does not is told that there is none."""
    try:
        return get(stub, body).name
    except Refused as refused:
        return refused.reason


def test_a_body_is_read_as_it_was_made_and_its_rules_are_told_whole(world):
    body = world.body(code="STSC")

    assert [(one.id, [each.id for each in one.seats]) for one in body.constituencies] == [
        ("local", ["local-1", "local-2"]),
        ("state", ["state-1", "state-2"]),
    ]
    assert body.rules == RULES
    (told,) = world.told(events.BodyRuled)
    assert (told.body_id, told.code, told.version) == (body.name.removeprefix("bodies/"), "STSC", 1)
    assert json_format.Parse(told.rules_json, pb.BodyRules()) == RULES
    assert json.loads(told.rules_json)["noticeHours"] == 72


def test_a_change_needs_what_was_last_read_and_a_reason_and_is_told_with_the_next_version(world):
    body = world.body()
    body.title, body.rules.notice_hours = "Another title", 24
    request = pb.UpdateBodyRequest(body=body, reason="The charter says so", request_id=new_id())
    changed = world.convener.UpdateBody(request)

    assert (changed.title, changed.rules.notice_hours) == ("Another title", 24)
    assert [one.version for one in world.told(events.BodyRuled)] == [1, 2]
    assert world.convener.UpdateBody(request) == changed
    request.request_id = new_id()
    assert world.refused(world.convener.UpdateBody, request)[0] == "STALE"
    without_reason = pb.UpdateBodyRequest(body=changed, request_id=new_id())
    assert world.refused(world.convener.UpdateBody, without_reason)[0] == "INVALID_FIELD"


def test_two_bodies_have_neither_one_id_nor_one_code(world):
    body = world.body(code="PCDRT")
    again = pb.CreateBodyRequest(body_id=body.name[7:], body=committee(), request_id=new_id())
    coded = pb.CreateBodyRequest(body_id="another", body=committee(code="PCDRT"), request_id=new_id())

    assert world.refused(world.convener.CreateBody, again)[0] == "ALREADY_EXISTS"
    assert world.refused(world.convener.CreateBody, coded) == ("CODE_TAKEN", {"code": "PCDRT"})


def test_a_body_of_members_is_nowhere_for_others_and_for_a_member_from_their_first_to_their_last_day(world):
    body = world.body(visibility=pb.Body.MEMBERS)
    stranger, member = world.by(person(7)), world.by(person(8))
    membership = world.give(body, person(8), PART.OBSERVER, start=1)

    def sees(who):
        return body.name in listed(who), found(who, body)

    unseen = (False, "NOT_FOUND")
    assert (sees(stranger), sees(member), sees(world.convener)) == (
        unseen,
        unseen,
        (True, body.name),
    )
    world.pass_days(1)
    assert (sees(stranger), sees(member)) == (unseen, (True, body.name))
    assert list(get(member, body).my_parts) == ["OBSERVER"]
    assert listed(member, mine=True) == [body.name]
    world.end(membership, 2)
    world.pass_days(2)
    assert sees(member) == unseen


def test_a_list_says_how_many_seats_are_filled_today_and_goes_on_page_by_page(world):
    made = {world.body(title=f"Committee {letter}").name for letter in "CAB"}
    body = world.body(title="Committee 0")
    world.give(body, person(2), PART.MEMBER, seat="state-1")
    world.give(body, person(3), PART.ALTERNATE, seat="state-1")
    world.give(body, person(2), PART.CHAIR)
    world.give(body, person(4), PART.MEMBER, seat="local-1", start=3)

    found, token = [], ""
    while True:
        answer = world.convener.ListBodies(pb.ListBodiesRequest(page_size=2, page_token=token))
        found += answer.bodies
        token = answer.next_page_token
        if not token:
            break

    assert [one.title for one in found] == ["Committee 0", "Committee A", "Committee B", "Committee C"]
    assert {one.name for one in found} == made | {body.name}
    assert (found[0].seats, found[0].filled, found[0].people) == (4, 1, 2)


def test_a_seat_is_added_and_ends_only_when_nobody_has_it_then(world):
    body = world.body()
    create = pb.CreateSeatRequest(
        parent=body.name,
        constituency_id="tribes",
        constituency_title="Tribes",
        seat=seat("tribe-1"),
        request_id=new_id(),
    )
    assert "tribes" in [one.id for one in world.convener.CreateSeat(create).constituencies]
    membership = world.give(body, person(2), PART.MEMBER, seat="tribe-1", end_date=world.day(30), carries_over=True)

    def end(day):
        return pb.EndSeatRequest(
            parent=body.name, seat_id="tribe-1", end_date=world.day(day), reason="No more", request_id=new_id()
        )

    reason, said = world.refused(world.convener.EndSeat, end(60))
    assert (reason, said["person"]) == ("SEAT_TAKEN", person(2))
    world.end(membership, 40)
    ended = world.convener.EndSeat(end(60))
    assert [s.end_date for one in ended.constituencies for s in one.seats if s.id == "tribe-1"] == [world.day(60)]
    refused = world.refused(world.give, body, person(3), PART.MEMBER, seat="tribe-1", start=50)
    assert (refused[0], refused[1]["end_date"]) == ("SEAT_ENDED", world.day(60))
    world.give(body, person(3), PART.MEMBER, seat="tribe-1", start=50, end_date=world.day(60))
