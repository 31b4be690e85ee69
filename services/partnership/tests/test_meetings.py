"""A meeting from its draft to its call: who may do what, what is told, what is frozen."""

from datetime import timedelta

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import events_pb2 as events
from cadre.partnership.v1 import meeting_service_pb2 as pb

from .conftest import (
    ALTERNATE,
    CHAIR,
    FIRST,
    ITEM,
    SECOND,
    SECRETARY,
    STATE,
    STRANGER,
    change,
    item,
    moment,
    new_id,
    reason_of,
)


def test_a_draft_is_nowhere_for_members_and_a_called_meeting_is_told_once_to_everybody_with_a_part(world, room):
    draft, member = room.draft(), world.by(FIRST)
    assert reason_of(room.get, draft, by=member) == "NOT_FOUND"
    listed = pb.ListMeetingsRequest(parent=room.body.name)
    assert not member.ListMeetings(listed).meetings
    assert [one.name for one in room.secretary.ListMeetings(listed).meetings] == [draft.name]

    called = room.step("CallMeeting", draft)
    assert called.state == STATE.CALLED
    assert [one.name for one in member.ListMeetings(listed).meetings] == [draft.name]
    assert [one.name for one in member.ListMyMeetings(pb.ListMyMeetingsRequest()).meetings] == [draft.name]
    (mine,) = member.ListBodies(body_pb.ListBodiesRequest(mine=True)).bodies
    assert (mine.next_meeting, mine.next_meeting_time) == (called.name, called.start_time)
    assert room.messages() == [("meeting.called", {CHAIR, SECRETARY, FIRST, SECOND, ALTERNATE})]
    (told,) = world.told(events.MeetingCalled)
    assert (told.meeting_id, told.start_time) == (called.name.rpartition("/")[2], called.start_time)


def test_only_who_runs_a_body_begins_and_calls_its_meetings_and_is_told_what_it_takes(world, room):
    draft = room.draft()
    for who in (world.by(FIRST), world.by(STRANGER)):
        reason, said = world.refused(room.draft, by=who)
        assert (reason, said) == ("PART_NEEDED", {"body": room.body.name, "parts": "CHAIR, DEPUTY, SECRETARY"})
    assert reason_of(room.step, "CallMeeting", draft, by=world.by(FIRST)) == "NOT_FOUND"
    called = room.step("CallMeeting", draft, by=world.convener)
    assert reason_of(room.step, "CancelMeeting", called, by=world.by(FIRST), reason="No") == "PART_NEEDED"


def test_a_meeting_that_is_called_later_than_the_rules_ask_needs_a_reason_and_cannot_be_moved_so_near(world, room):
    near = room.draft(days=2.9)
    reason, said = world.refused(room.step, "CallMeeting", near)
    assert (reason, said["hours"]) == ("NOTICE_TOO_SHORT", "72")
    assert room.step("CallMeeting", near, late_reason="The bill passed today").late_reason == "The bill passed today"

    far = room.called(days=3.1)
    assert far.late_reason == ""
    start = moment(far.start_time.ToDatetime() - timedelta(days=1))
    assert reason_of(room.secretary.UpdateMeeting, change(far, start_time=start)) == "NOTICE_TOO_SHORT"


def test_the_agenda_is_frozen_by_the_call_and_late_items_are_marked(world, room):
    empty = room.draft(items=[])
    assert reason_of(room.step, "CallMeeting", empty) == "AGENDA_EMPTY"
    draft = room.draft()
    first, second = draft.items
    agenda = [second, item("New"), first]
    changed = room.step("UpdateAgenda", draft, items=agenda)
    assert [one.title for one in changed.items] == ["The new course", "New", "Minutes of last time"]
    assert {first.id, second.id} < {one.id for one in changed.items}

    called = room.step("CallMeeting", changed)
    items = list(called.items)
    other = item("Another title", id=items[0].id)
    for wrong in ([], items[:2], [*reversed(items)], [other, *items[1:]], [item("First"), *items[1:]]):
        assert reason_of(room.step, "UpdateAgenda", called, items=wrong) == "AGENDA_FROZEN"
    late = room.step("UpdateAgenda", called, items=[*items, item("Urgent")])
    assert [(one.title, one.late) for one in late.items][2:] == [("Minutes of last time", False), ("Urgent", True)]
    foreign = item("Not ours", id=new_id())
    assert reason_of(room.step, "UpdateAgenda", late, items=[*late.items, foreign]) == "INVALID_FIELD"


def test_a_change_of_the_meeting_keeps_the_agenda_and_one_of_the_agenda_the_rest_and_each_is_told_once(world, room):
    called = room.called()
    before = len(room.messages())
    late = room.step("UpdateAgenda", called, items=[*called.items, item("Urgent")])
    assert (late.link, late.place, late.start_time) == (called.link, called.place, called.start_time)
    assert len(room.messages()) == before

    end = moment(late.end_time.ToDatetime() + timedelta(hours=1))
    request = change(late, place="Room 14", end_time=end, title="Another title", items=[])
    moved = room.secretary.UpdateMeeting(request)
    assert room.secretary.UpdateMeeting(request) == moved
    assert (moved.place, list(moved.items)) == ("Room 14", list(late.items))
    assert [kind for kind, _ in room.messages()[before:]] == ["meeting.moved"]
    assert len(world.told(events.MeetingMoved)) == 1
    room.secretary.UpdateMeeting(change(moved, title="A third title"))
    room.secretary.UpdateMeeting(change(room.get(moved), place="Room 15"))
    assert [kind for kind, _ in room.messages()[before:]] == ["meeting.moved", "meeting.moved"]
    assert len(world.told(events.MeetingMoved)) == 1


def test_a_meeting_begins_from_another_ones_agenda_and_one_that_is_cancelled_says_why(world, room):
    called = room.called()
    again = room.draft(like=called.name, items=[])
    assert [(one.title, one.kind, one.minutes, one.decides) for one in again.items] == [
        ("Minutes of last time", ITEM.CONSENT, 10, ""),
        ("The new course", ITEM.DECISION, 10, ""),
    ]
    before = len(room.messages())
    room.step("CancelMeeting", again, reason="Not needed")
    assert len(room.messages()) == before
    assert reason_of(room.get, again, by=world.by(FIRST)) == "NOT_FOUND"
    gone = room.step("CancelMeeting", called, reason="No quorum expected")
    assert (gone.state, gone.cancel_reason) == (STATE.CANCELLED, "No quorum expected")
    assert [kind for kind, _ in room.messages()[before:]] == ["meeting.cancelled"]
    reason, said = world.refused(room.step, "HoldMeeting", called)
    assert (reason, said["state"], said["needed"]) == ("MEETING_STATE", "CANCELLED", "CALLED")


def test_a_meeting_is_read_with_the_same_number_of_statements_however_much_is_in_it(world, room, statements):
    small = room.draft(items=[item("One")])
    big = room.called(items=[item(f"Item {number}") for number in range(60)])
    room.presence(big, *((who, minutes, minutes + 5) for who in (FIRST, SECOND) for minutes in range(0, 100, 10)))
    for _ in range(5):
        room.add(big)

    counts = []
    for meeting in (small, big):
        with statements() as seen:
            room.get(meeting)
        counts.append(len(seen))
    assert counts[0] == counts[1] > 3
