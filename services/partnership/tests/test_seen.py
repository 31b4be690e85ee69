"""What somebody without a part sees of a body, and who left."""

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as pb

from .conftest import FIRST, PART, STRANGER, Room, doing, new_id, person, reason_of


def test_outsiders_see_what_was_made_public_and_newcomers_nothing_of_before_where_the_body_says_so(world):
    room = Room(world, newcomers_read_all=False)
    called = room.called(public=True)
    paper, secret = room.add(called, public=True), room.add(called, title="Not public")
    room.presence(called, (FIRST, 0, None))
    room.record(called, 0, 20, notes="Said inside.", outcome="Done.")
    world.pass_days(11)
    room.step("HoldMeeting", called)
    noted = room.step("PublishNotes", called)
    minutes = next(one for one in noted.documents if one.kind == pb.Document.MINUTES)
    newcomer = person(40)
    world.give(room.body, newcomer, PART.OBSERVER)
    later = room.called(days=4)
    outsiders = [world.by(STRANGER), world.by(newcomer)]

    for who in outsiders:
        seen = room.get(noted, who)
        assert (seen.title, seen.link, list(seen.presence), list(seen.answers)) == ("Spring meeting", "", [], [])
        assert next((one.title, one.notes, one.outcome) for one in seen.items) == ("Minutes of last time", "", "")
        assert [one.name for one in seen.documents] == [paper.name]
        assert room.document(paper.name, by=who).text == "It says this."
        for hidden in (secret, minutes):
            assert reason_of(room.document, hidden.name, by=who) == "NOT_FOUND"
    assert room.get(later, world.by(newcomer)).link
    assert not room.get(later, world.by(STRANGER)).link
    assert not room.get(later, world.by(STRANGER)).items
    assert next(one.notes for one in room.get(noted, world.by(FIRST)).items) == "Said inside."

    world.pass_days(5)
    room.step("HoldMeeting", later)
    digest = room.document(minutes.name).digest
    room.step("ApproveMinutes", noted, by=room.chair, digest=digest, approving_meeting=later.name)
    for who in outsiders:
        assert room.document(minutes.name, by=who).approved


def test_who_left_sees_nothing_of_a_body_of_members_by_any_way_from_that_day_on(world):
    room = Room(world, visibility=body_pb.Body.MEMBERS)
    leaver = person(50)
    membership = world.give(room.body, leaver, PART.OBSERVER)
    called = room.called(days=20)
    paper = room.add(called)
    action = room.secretary.CreateAction(doing(room, leaver))
    world.end(membership, 3)
    who = world.by(leaver)
    assert room.get(called, who).link
    world.pass_days(3)

    ways = [
        lambda: who.GetBody(body_pb.GetBodyRequest(name=room.body.name)),
        lambda: room.get(called, who),
        lambda: room.packet(called, who),
        lambda: room.document(paper.name, by=who),
        lambda: who.ListMeetings(pb.ListMeetingsRequest(parent=room.body.name)),
        lambda: who.ListActions(pb.ListActionsRequest(parent=room.body.name)),
        lambda: world.there(room.body, by=who),
        lambda: who.CompleteAction(
            pb.CompleteActionRequest(name=action.name, done=True, etag=action.etag, request_id=new_id())
        ),
        lambda: who.AnswerCall(pb.AnswerCallRequest(name=called.name, comes=True, request_id=new_id())),
    ]
    assert {reason_of(way) for way in ways} == {"NOT_FOUND"}
    assert not who.ListMyMeetings(pb.ListMyMeetingsRequest()).meetings
    assert not who.ListActions(pb.ListActionsRequest()).actions
    assert not who.ListBodies(body_pb.ListBodiesRequest()).bodies
