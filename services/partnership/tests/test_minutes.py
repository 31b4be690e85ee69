"""Minutes: made of the agenda, approved as they were read, and never changed again."""

from uuid import UUID

import psycopg
import pytest

from cadre.partnership.v1 import events_pb2 as events
from cadre.partnership.v1 import meeting_service_pb2 as pb

from .conftest import ALTERNATE, CHAIR, FIRST, SECOND, SECRETARY, STATE, STRANGER, reason_of


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
