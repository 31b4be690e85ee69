"""A meeting from its draft to its approved minutes: who may do what, what is told, what never changes again."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from cadre.messages.v1 import messages_pb2 as messages
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import events_pb2 as events
from cadre.partnership.v1 import meeting_service_pb2 as pb
from servicekit.rpc.client import Refused

from .conftest import PART, new_id, person

STATE, ITEM = pb.Meeting.State, pb.AgendaItem
CHAIR, SECRETARY, FIRST, SECOND, ALTERNATE, STRANGER = (person(number) for number in range(11, 17))


def moment(at) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def item(title: str, kind: int = ITEM.DISCUSSION, **said: object) -> pb.AgendaItem:
    return ITEM(**({"title": title, "kind": kind, "minutes": 10} | said))


class Room:
    """A committee with its people, and what its secretary does with a meeting."""

    def __init__(self, world, **said: object) -> None:
        self.world = world
        self.body = world.body(**said)
        world.give(self.body, CHAIR, PART.CHAIR)
        world.give(self.body, SECRETARY, PART.SECRETARY)
        world.give(self.body, FIRST, PART.MEMBER, seat="state-1")
        world.give(self.body, SECOND, PART.MEMBER, seat="local-1")
        world.give(self.body, ALTERNATE, PART.ALTERNATE, seat="local-1")
        self.secretary, self.chair = world.by(SECRETARY), world.by(CHAIR)

    def said(self, days: float = 10, **said: object) -> pb.Meeting:
        start = self.world.clock.now + timedelta(days=days)
        fields = {
            "title": "Spring meeting",
            "start_time": moment(start),
            "end_time": moment(start + timedelta(hours=2)),
            "zone": "America/Chicago",
            "place": "Room 12",
            "link": "https://meet.example.org/spring",
            "items": [
                item("Minutes of last time", ITEM.CONSENT),
                item("The new course", ITEM.DECISION, decides=f"ballots/{new_id()}"),
            ],
        }
        return pb.Meeting(**(fields | said))

    def draft(self, days: float = 10, *, by=None, like: str = "", **said: object) -> pb.Meeting:
        request = pb.CreateMeetingRequest(
            parent=self.body.name, meeting=self.said(days, **said), like=like, request_id=new_id()
        )
        return (by or self.secretary).CreateMeeting(request)

    def step(self, name: str, meeting: pb.Meeting, *, by=None, etag: str = "", **said: object) -> pb.Meeting:
        request = getattr(pb, f"{name}Request")(
            name=meeting.name, etag=etag or self.get(meeting).etag, request_id=new_id(), **said
        )
        return getattr(by or self.secretary, name)(request)

    def called(self, days: float = 10, **said: object) -> pb.Meeting:
        return self.step("CallMeeting", self.draft(days, **said))

    def get(self, meeting: pb.Meeting, by=None) -> pb.Meeting:
        return (by or self.secretary).GetMeeting(pb.GetMeetingRequest(name=meeting.name))

    def presence(self, meeting: pb.Meeting, *came: tuple, by=None) -> pb.Meeting:
        """Who came and left so many minutes after the start; None = is still there."""
        start = meeting.start_time.ToDatetime()
        there = [
            pb.Presence(
                person=who,
                arrive_time=moment(start + timedelta(minutes=arrive)),
                leave_time=None if leave is None else moment(start + timedelta(minutes=leave)),
            )
            for who, arrive, leave in came
        ]
        return self.step("RecordPresence", meeting, by=by, presence=there)

    def record(self, meeting: pb.Meeting, number: int, minutes: int | None = None, **said: object) -> pb.Meeting:
        if minutes is not None:
            said["end_time"] = moment(meeting.start_time.ToDatetime() + timedelta(minutes=minutes))
        return self.step("RecordItem", meeting, item=self.get(meeting).items[number].id, **said)

    def held(self, **said: object) -> pb.Meeting:
        meeting = self.called(**said)
        self.world.pass_days(11)
        return self.step("HoldMeeting", meeting)

    def noted(self, **said: object) -> pb.Meeting:
        return self.step("PublishNotes", self.held(**said))

    def document(self, name: str, edition: int = 0, by=None) -> pb.Document:
        return (by or self.secretary).GetDocument(pb.GetDocumentRequest(name=name, edition=edition))

    def add(self, meeting: pb.Meeting, *, by=None, **said: object) -> pb.Document:
        fields = {"kind": pb.Document.PAPER, "title": "A paper", "text": "It says this."} | said
        return (by or self.secretary).AddEdition(
            pb.AddEditionRequest(parent=meeting.name, request_id=new_id(), **fields)
        )

    def messages(self) -> list[tuple[str, set[str]]]:
        """Kinds of messages that were wanted, and whom they go to."""
        return [
            (one.kind, {f"people/{id_}" for id_ in one.person_ids})
            for (payload,) in self.world.rows(
                "SELECT payload FROM outbox WHERE subject = 'cadre.partnership.message.wanted.v1' ORDER BY seq"
            )
            for one in [messages.MessageWanted.FromString(bytes(payload))]
        ]


@pytest.fixture
def room(world):
    return Room(world)


def reason_of(call, *arguments, **named) -> str:
    try:
        call(*arguments, **named)
    except Refused as refused:
        return refused.reason
    return ""


def change(meeting: pb.Meeting, **said: object) -> pb.UpdateMeetingRequest:
    """A change of these fields."""
    kept = {field.name: getattr(meeting, field.name) for field, _ in meeting.ListFields() if field.name not in said}
    return pb.UpdateMeetingRequest(meeting=pb.Meeting(**kept, **said), request_id=new_id())


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


def test_minutes_are_made_of_the_agenda_after_the_meeting_and_hold_no_names(world, room):
    called = room.called()
    assert reason_of(room.step, "HoldMeeting", called) == "MEETING_NOT_BEGUN"
    assert reason_of(room.step, "PublishNotes", called) == "MEETING_STATE"
    room.presence(called, (FIRST, 0, None), (ALTERNATE, 5, None))
    room.record(called, 1, 60, notes="Much was said.", outcome="The course is approved.")
    world.pass_days(11)
    assert reason_of(room.add, called, kind=pb.Document.MINUTES) == "INVALID_FIELD"
    room.step("HoldMeeting", called)
    assert len(world.told(events.MeetingHeld)) == 1
    before = len(room.messages())
    noted = room.step("PublishNotes", called)

    assert room.messages()[before:] == [("meeting.notes_out", {CHAIR, SECRETARY, FIRST, SECOND, ALTERNATE})]
    (minutes,) = noted.documents
    assert (minutes.kind, minutes.edition, minutes.approved) == (pb.Document.MINUTES, 1, False)
    text = room.document(minutes.name, by=world.by(FIRST)).text
    assert text == (
        "# Spring meeting\n\n"
        "Statewide Training Steering Committee. Saturday, March 20, 2027, 12:00 p.m. to 2:00 p.m. (America/Chicago)."
        " Place: Room 12.\n\n"
        "2 people were there, of: lake.\n\n"
        "## 1. Minutes of last time\n\n"
        "## 2. The new course\n\nMuch was said.\n\n**Outcome:** The course is approved.\n\n"
        "At its end, 1:00 p.m., 2 of 2 voting seats were in the room: a quorum.\n"
    )


def test_minutes_are_approved_by_the_chair_at_a_later_meeting_as_they_were_read(world, room):
    noted = room.noted()
    (minutes,) = noted.documents
    first = room.document(minutes.name)
    later = room.called(days=4)

    def approve(by, digest=first.digest, at=later):
        return room.step("ApproveMinutes", noted, by=by, digest=digest, approving_meeting=at.name)

    assert world.refused(approve, room.secretary)[1]["parts"] == "CHAIR, DEPUTY"
    assert reason_of(approve, world.convener) == "PART_NEEDED"
    assert reason_of(approve, room.chair) == "MEETING_NOT_HELD"
    assert reason_of(approve, room.chair, at=noted) == "MEETING_NOT_HELD"
    world.pass_days(5)
    room.step("HoldMeeting", later)
    second = room.add(noted, document=minutes.name, kind=pb.Document.MINUTES, title="Minutes", text="Mended.")
    assert (second.edition, list(second.editions)) == (2, [2, 1])
    reason, said = world.refused(approve, room.chair)
    assert (reason, said["digest"]) == ("DIGEST_CHANGED", second.digest)

    closed = approve(room.chair, second.digest)
    assert (closed.state, closed.approver, closed.approving_meeting) == (STATE.CLOSED, CHAIR, later.name)
    assert [room.document(minutes.name, edition).approved for edition in (0, 1, 2)] == [True, False, True]
    assert reason_of(room.add, noted, document=minutes.name, kind=0, title="Minutes", text="No") == "MEETING_STATE"


WRONGS = {
    "an item": "UPDATE agenda_item SET outcome = 'Another' WHERE id = %(item)s",
    "the roll": "DELETE FROM presence WHERE meeting_id = %(meeting)s",
    "the agenda": "DELETE FROM agenda_item WHERE id = %(item)s",
    "an edition": "UPDATE edition SET text = 'Another'",
    "a document": "DELETE FROM edition",
}


@pytest.mark.parametrize("wrong", WRONGS)
def test_once_the_notes_are_out_nothing_of_the_meeting_changes_not_even_by_sql(world, room, wrong):
    called = room.called()
    room.presence(called, (FIRST, 0, None))
    world.pass_days(11)
    room.step("HoldMeeting", called)
    noted = room.step("PublishNotes", called)
    for step, said in (
        ("RecordItem", {"item": noted.items[0].id, "outcome": "Another"}),
        ("RecordPresence", {}),
        ("UpdateAgenda", {}),
    ):
        assert reason_of(room.step, step, noted, **said) == "MEETING_STATE"

    ids = {"meeting": UUID(called.name.rpartition("/")[2]), "item": UUID(noted.items[0].id)}
    with world.running.connect() as connection, connection.transaction():
        connection.execute(
            "WITH entry AS (INSERT INTO audit (id, at, actor, method, resource)"
            " VALUES (gen_random_uuid(), now(), 'test', 'test', '') RETURNING id)"
            " SELECT set_config('cadre.audit', id::text, true) FROM entry"
        )
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation), connection.transaction():
            connection.execute(WRONGS[wrong], ids)


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


def doing(room, who: str, days: int = 5, what: str = "Ask the counties") -> pb.CreateActionRequest:
    action = pb.Action(what=what, owner=who, due_date=room.world.day(days))
    return pb.CreateActionRequest(parent=room.body.name, action=action, request_id=new_id())


def test_an_action_is_told_to_its_owner_and_done_by_them_or_who_runs_the_body(world, room):
    assert reason_of(room.secretary.CreateAction, doing(room, STRANGER)) == "NOT_OF_THE_BODY"
    assert reason_of(world.by(FIRST).CreateAction, doing(room, FIRST)) == "PART_NEEDED"
    late, soon, own = (
        room.secretary.CreateAction(doing(room, who, days)) for who, days in ((FIRST, 9), (SECOND, 2), (SECRETARY, 4))
    )
    assert room.messages() == [("meeting.action_given", {FIRST}), ("meeting.action_given", {SECOND})]

    def complete(by, action, *, done=True):
        listed = {
            one.name: one for one in room.secretary.ListActions(pb.ListActionsRequest(parent=room.body.name)).actions
        }
        request = pb.CompleteActionRequest(
            name=action.name, done=done, etag=listed[action.name].etag, request_id=new_id()
        )
        return by.CompleteAction(request)

    assert reason_of(complete, world.by(FIRST), soon) == "PART_NEEDED"
    assert complete(world.by(SECOND), soon).HasField("complete_time")

    def listed(by, **said):
        found, token = [], ""
        while True:
            answer = by.ListActions(pb.ListActionsRequest(page_size=2, page_token=token, **said))
            found += [one.name for one in answer.actions]
            token = answer.next_page_token
            if not token:
                return found

    assert listed(world.by(FIRST), parent=room.body.name) == [own.name, late.name, soon.name]
    assert listed(world.by(FIRST)) == [late.name]
    assert listed(world.by(STRANGER), parent=room.body.name) == []
    assert not complete(room.secretary, soon, done=False).HasField("complete_time")
    assert listed(room.secretary, parent=room.body.name) == [soon.name, own.name, late.name]


def test_an_edition_never_changes_and_the_address_is_the_newest_that_somebody_sees(world, room):
    called = room.called()
    paper = room.add(called, public=True)
    room.add(called, document=paper.name, title="A paper, mended", text="Mended.")
    stranger = world.by(STRANGER)

    newest = room.document(paper.name)
    assert (newest.edition, newest.text, list(newest.editions)) == (2, "Mended.", [2, 1])
    assert room.document(paper.name, 1).text == "It says this."
    seen = room.document(paper.name, by=stranger)
    assert (seen.edition, list(seen.editions)) == (1, [1])
    assert reason_of(room.document, paper.name, 2, by=stranger) == "NOT_FOUND"
    assert [(one.name, one.edition) for one in room.get(called, stranger).documents] == [(paper.name, 1)]
    for wrong in ({"kind": pb.Document.RECORDING}, {"kind": pb.Document.RECORDING, "text": "", "link": "http://a.b"}):
        assert reason_of(room.add, called, **wrong) == "INVALID_FIELD"
    recording = {"kind": pb.Document.RECORDING, "text": "", "link": "https://video.example.org/1"}
    assert reason_of(room.add, called, **recording) == "MEETING_STATE"
    assert reason_of(room.add, called, by=world.by(FIRST)) == "PART_NEEDED"


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
