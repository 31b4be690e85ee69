"""The packet of a meeting: its papers as they are now, the last minutes, and for whom it is."""

from cadre.partnership.v1 import meeting_service_pb2 as pb

from .conftest import FIRST, PART, STRANGER, Room, person, reason_of


def test_a_packet_has_the_papers_as_they_are_now_and_the_minutes_of_the_meeting_before(room):
    (minutes,) = room.noted(title="Winter meeting").documents
    room.add(later := room.draft(days=40), text="Of a later meeting.")
    meeting = room.called(days=20)
    paper = room.add(meeting, text="First.")
    room.add(meeting, document=paper.name, title="The cost", text="Second.")

    packet = room.packet(meeting)

    assert packet.meeting == room.get(meeting)
    assert [(one.name, one.edition, one.title, one.text) for one in packet.papers] == [
        (paper.name, 2, "The cost", "Second.")
    ]
    assert list(packet.cut) == [False]
    said = room.document(minutes.name)
    assert (packet.last_minutes.text, packet.last_minutes.digest) == (said.text, said.digest)
    assert (packet.last_meeting.title, packet.last_minutes.approved) == ("Winter meeting", False)
    # Of what comes after it, and is not noted, there is nothing.
    assert room.packet(later).last_minutes == packet.last_minutes


def test_a_packet_is_for_those_who_read_what_is_said_there(world):
    room = Room(world, newcomers_read_all=False)
    before, draft = room.noted(public=True), room.draft(public=True)
    newcomer = person(41)
    world.give(room.body, newcomer, PART.OBSERVER)

    def asked(meeting: pb.Meeting) -> list[str]:
        return [reason_of(room.packet, meeting, world.by(who)) for who in (FIRST, newcomer, STRANGER)]

    assert asked(draft) == ["NOT_FOUND"] * 3
    room.step("CallMeeting", draft)
    assert asked(draft) == ["", "", "NOT_FOUND"]
    assert asked(before) == ["", "NOT_FOUND", "NOT_FOUND"]
    assert [room.get(before, world.by(who)).reads for who in (FIRST, newcomer, STRANGER)] == [True, False, False]
    assert room.packet(draft, world.by(FIRST)).HasField("last_minutes")
    assert not room.packet(draft, world.by(newcomer)).HasField("last_minutes")


def test_a_packet_names_the_papers_that_would_be_too_much_and_takes_the_same_statements_for_many(room, statements):
    short, long = room.called(), room.called(days=11)
    room.add(short)
    for number in range(3):
        room.add(long, title=f"Paper {number}", text="w" * 200_000)

    with statements() as few:
        room.packet(short)
    with statements() as many:
        packet = room.packet(long)

    assert list(packet.cut) == [False, False, True]
    assert [len(one.text) for one in packet.papers] == [200_000, 200_000, 0]
    assert len(many) == len(few)


def test_notes_and_papers_may_be_as_long_as_they_say(room):
    meeting = room.called()
    room.record(meeting, 0, written=pb.AgendaItem(notes="n" * 10_000))
    assert len(room.get(meeting).items[0].notes) == 10_000
    too_long = pb.AgendaItem(notes="n" * 10_001)
    assert reason_of(room.record, meeting, 0, written=too_long) == "INVALID_FIELD"
    assert len(room.document(room.add(meeting, text="w" * 200_000).name).text) == 200_000
