"""Who comes to a meeting, who came, and the quorum they make."""

from datetime import timedelta

from cadre.partnership.v1 import events_pb2 as events
from cadre.partnership.v1 import meeting_service_pb2 as pb

from .conftest import ALTERNATE, CHAIR, FIRST, PART, SECOND, STRANGER, change, moment, new_id, person, reason_of


def test_who_cannot_come_has_their_alternate_told_and_says_why_to_who_runs_it(world, room):
    called = room.called()
    before = len(room.messages())

    def answer(who, **said):
        request = pb.AnswerCallRequest(name=called.name, request_id=new_id(), **said)
        return world.by(who).AnswerCall(request)

    def own(who):
        (one,) = world.by(who).ListMyMeetings(pb.ListMyMeetingsRequest()).meetings
        return [(one.person, one.comes, one.reason) for one in one.answers]

    answer(FIRST, comes=True)
    answer(SECOND, comes=False, reason="On leave")
    assert [own(who) for who in (FIRST, SECOND, CHAIR)] == [[(FIRST, True, "")], [(SECOND, False, "On leave")], []]
    assert room.messages()[before:] == [("meeting.alternate", {ALTERNATE})]
    assert reason_of(answer, STRANGER, comes=True) == "NOT_OF_THE_BODY"

    def seen(by):
        return [(one.person, one.comes, one.reason) for one in room.get(called, by).answers]

    assert seen(room.secretary) == [(FIRST, True, ""), (SECOND, False, "On leave")]
    assert seen(world.by(FIRST)) == [(FIRST, True, ""), (SECOND, False, "")]
    assert seen(world.by(SECOND)) == seen(room.secretary)
    answer(SECOND, comes=True)
    assert seen(room.secretary)[1] == (SECOND, True, "")


def test_who_was_there_as_an_item_ended_is_counted_and_told_and_again_when_it_is_corrected(world, room):
    called = room.called()
    room.presence(called, (FIRST, 0, None), (ALTERNATE, 5, 30), (CHAIR, 0, None))
    room.record(called, 0, 20, notes="As sent.", outcome="Approved.")
    noted = room.record(called, 1, 40, outcome="Put off.")
    assert [(one.seats_present, one.quorum) for one in noted.items] == [(2, True), (1, False)]
    assert noted.items[0].outcome == "Approved."

    told = world.told(events.PresenceRecorded)
    assert [(one.item_id, set(one.person_ids), one.version) for one in told] == [
        (noted.items[0].id, {FIRST[7:], ALTERNATE[7:], CHAIR[7:]}, 1),
        (noted.items[1].id, {FIRST[7:], CHAIR[7:]}, 1),
    ]
    assert told[1].decides == noted.items[1].decides
    corrected = room.presence(called, (FIRST, 0, None), (ALTERNATE, 5, 50), (SECOND, 35, None))
    assert [(one.seats_present, one.quorum) for one in corrected.items] == [(2, True), (2, True)]
    again = world.told(events.PresenceRecorded)[2:]
    assert [(set(one.person_ids), one.version) for one in again] == [
        ({FIRST[7:], ALTERNATE[7:]}, 2),
        ({FIRST[7:], ALTERNATE[7:], SECOND[7:]}, 2),
    ]
    assert again[1].person_ids == sorted(again[1].person_ids)
    world.tell_again("presence-copies")
    assert world.told(events.PresenceRecorded)[4:] == again


def test_only_those_with_a_part_on_the_meetings_day_are_on_the_roll_and_its_times_stay_once_somebody_came(world, room):
    called = room.called()
    reason, said = world.refused(room.presence, called, (STRANGER, 0, None))
    assert (reason, said) == ("NOT_OF_THE_BODY", {"body": room.body.name, "person": STRANGER})
    later = world.give(room.body, person(30), PART.OBSERVER, start=10)
    room.presence(called, (later.person, 0, None))
    start = moment(called.start_time.ToDatetime() + timedelta(minutes=30))
    assert reason_of(room.secretary.UpdateMeeting, change(room.get(called), start_time=start)) == "MEETING_BEGUN"


def test_the_quorum_of_a_meeting_names_the_constituencies_of_which_too_few_are_there(world, room):
    called = room.called()
    there = room.presence(called, (FIRST, -30, None), (CHAIR, 0, None))
    assert (there.seats_filled, there.seats_present, there.quorum) == (2, 0, False)
    world.clock.now = called.start_time.ToDatetime(world.clock.now.tzinfo) + timedelta(minutes=1)
    now = room.get(called)
    assert (now.seats_present, now.quorum, list(now.constituencies_missing)) == (1, False, ["local"])
    full = room.presence(called, (FIRST, -30, None), (ALTERNATE, 0, None))
    assert (full.seats_present, full.quorum, list(full.constituencies_missing)) == (2, True, [])
