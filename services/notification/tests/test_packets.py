"""Packets of letters: each is confirmed under its own statement, by one press; nobody has others' letters."""

from hashlib import sha256

import pytest

from cadre.notification.v1 import acknowledgement_service_pb2 as acknowledgement_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import packet_service_pb2 as pb
from servicekit.rpc.client import Refused

from .amending import amend

STATEMENTS = ("I know the dress code.", "I have read the privacy policy.", "I keep my password to myself.")


def hash_of(text):
    return sha256(text.encode()).hexdigest()


def manager(cadre, agency="lake"):
    scope = f"agencies/{agency}" if agency else "state"
    return cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights={"packets.manage": [scope]})


def made(cadre, letters, agency="lake", **changes):
    parent = f"agencies/{agency}" if agency else "state"
    fields = {"title": "Policies of the department", "notices": [one.name for one in letters]} | changes
    return manager(cadre, agency).CreatePacket(
        pb.CreatePacketRequest(parent=parent, request_id=cadre.new_id(), **fields)
    )


def own(cadre, person, packet):
    return cadre.learner(person).GetOwnPacket(pb.GetOwnPacketRequest(name=packet.name))


def listed(cadre, person):
    return cadre.learner(person).ListOwnPackets(pb.ListOwnPacketsRequest()).packets


def ticks(*letters, **changes):
    return [
        pb.PacketConfirmation(
            **{
                "notice": one.name,
                "text_sha256": one.text_sha256,
                "statement_sha256": hash_of(one.statement),
            }
            | changes
        )
        for one in letters
    ]


def press(cadre, person, packet, confirmations, **changes):
    fields = {"name": packet.name, "confirmations": confirmations, "request_id": cadre.new_id()} | changes
    return cadre.learner(person).ConfirmPacket(pb.ConfirmPacketRequest(**fields))


def progress(cadre, packet, agency="lake"):
    parent = f"agencies/{agency}" if agency else "state"
    found = manager(cadre, agency).GetPacket(pb.GetPacketRequest(parent=parent, packet=packet.name))
    return found.done_count, found.people_count, [(one.confirmed_count, one.people_count) for one in found.letters]


def on_record(cadre, person):
    answer = cadre.learner(person).ListOwnAcknowledgements(acknowledgement_pb.ListOwnAcknowledgementsRequest())
    return answer.acknowledgements


def refusal(call, *arguments, **changes):
    with pytest.raises(Refused) as refused:
        call(*arguments, **changes)
    return refused.value


@pytest.fixture
def people(cadre):
    return cadre.people(3)


@pytest.fixture
def audience(cadre, people):
    return cadre.new_audience(*(cadre.at(one, "lake", "legal") for one in people))


@pytest.fixture
def letters(cadre, audience):
    return [cadre.issued(audience, statement=statement) for statement in STATEMENTS]


@pytest.fixture
def packet(cadre, letters):
    return made(cadre, letters)


def test_d30_letters_of_a_packet_are_confirmed_by_one_press_each_with_its_own_statement(cadre, people, letters, packet):
    ana = people[0]

    after = press(cadre, ana, packet, ticks(*letters))

    assert (after.letters, after.open) == (3, 0)
    rows = {one.notice: one for one in on_record(cadre, ana)}
    assert [rows[letter.name].statement for letter in letters] == list(STATEMENTS)
    assert {one.channel for one in rows.values()} == {acknowledgement_pb.Acknowledgement.PACKET}
    assert len({(one.time.seconds, one.time.nanos) for one in rows.values()}) == 1
    assert all(item.ready for item in cadre.inbox(ana))
    assert [cadre.agency(letter, "lake")["confirmed"] for letter in letters] == [1, 1, 1]


def test_what_is_not_ticked_stays_to_be_confirmed(cadre, people, letters, packet):
    ana = people[0]

    after = press(cadre, ana, packet, ticks(letters[2], letters[0]))

    assert [bool(item.confirm_time.seconds) for item in after.items] == [True, False, True]
    assert (after.letters, after.open) == (3, 1)
    assert [one.notice for one in cadre.inbox(ana, only_open=True)] == [after.items[1].notice]
    assert press(cadre, ana, packet, ticks(*letters)).open == 0
    assert len(on_record(cadre, ana)) == 3


def test_a_packet_keeps_its_order_and_its_letters_say_what_they_ask(cadre, people, letters, packet):
    shown = own(cadre, people[0], packet)

    assert shown.title == "Policies of the department"
    assert [item.notice.name for item in shown.items] == [letter.name for letter in letters]
    assert [item.notice.statement for item in shown.items] == list(STATEMENTS)
    assert [(one.name, one.letters, one.open) for one in listed(cadre, people[0])] == [(packet.name, 3, 3)]


def test_one_that_is_refused_refuses_all_of_them(cadre, people, letters, packet):
    ana = people[0]
    amended = amend(cadre, letters[1], statement="I have read the new privacy policy.")

    text = refusal(press, cadre, ana, packet, ticks(letters[0], letters[1]))
    words = refusal(
        press, cadre, ana, packet, [*ticks(letters[0]), *ticks(amended, statement_sha256=hash_of(STATEMENTS[1]))]
    )

    assert (text.reason, text.metadata["notice"]) == ("TEXT_CHANGED", letters[1].name)
    assert (words.reason, words.metadata["notice"]) == ("STATEMENT_CHANGED", letters[1].name)
    assert on_record(cadre, ana) == []
    assert own(cadre, ana, packet).open == 3
    assert press(cadre, ana, packet, ticks(letters[0], amended, letters[2])).open == 0


def test_a_letter_that_is_amended_is_open_again_and_says_which_version_was_confirmed(cadre, people, letters, packet):
    ana = people[0]
    press(cadre, ana, packet, ticks(*letters))

    amended = amend(cadre, letters[0], staff_action="Wear a tie.")

    item = own(cadre, ana, packet).items[0]
    assert (item.signed_version, item.notice.version, item.confirm_time.seconds) == (1, 2, 0)
    assert progress(cadre, packet)[2][0] == (0, 3)
    press(cadre, ana, packet, ticks(amended))
    assert own(cadre, ana, packet).items[0].signed_version == 2


def test_the_same_press_twice_is_one(cadre, people, letters, packet):
    request_id = cadre.new_id()

    answers = [press(cadre, people[0], packet, ticks(*letters), request_id=request_id) for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(on_record(cadre, people[0])) == 3


def test_nobody_has_letters_in_a_packet_that_are_not_for_them(cadre, people, letters):
    ben, cora = cadre.people(2)
    other = cadre.issued(cadre.new_audience(cadre.at(ben, "lake"), cadre.at(cora, "yolo")))
    packet = made(cadre, [*letters, other])

    assert [item.notice.name for item in own(cadre, ben, packet).items] == [other.name]
    assert [item.notice.name for item in own(cadre, people[0], packet).items] == [one.name for one in letters]
    assert refusal(press, cadre, ben, packet, ticks(letters[0])).reason == "NOT_FOUND"
    # An agency's packet is for those who work there.
    assert listed(cadre, cora) == []
    assert refusal(own, cadre, cora, packet).reason == "NOT_FOUND"
    assert refusal(own, cadre, cadre.new_id(), packet).reason == "NOT_FOUND"


def test_a_packet_of_the_state_is_for_everybody_who_is_asked_and_each_agency_sees_its_own_people(cadre):
    ana, cora = cadre.people(2)
    audience = cadre.new_audience(cadre.at(ana, "lake"), cadre.at(cora, "yolo"))
    letters = [cadre.issued(audience), cadre.issued(audience)]
    packet = made(cadre, letters, agency="")

    press(cadre, cora, packet, ticks(*letters))

    assert packet.name.startswith("state/packets/")
    assert progress(cadre, packet, "") == (1, 2, [(1, 2), (1, 2)])
    assert progress(cadre, packet, "yolo") == (1, 1, [(1, 1), (1, 1)])
    assert progress(cadre, packet, "lake") == (0, 1, [(0, 1), (0, 1)])
    at_lake = manager(cadre).ListPackets(pb.ListPacketsRequest(parent="agencies/lake")).packets
    assert [(one.name, one.people_count, one.done_count) for one in at_lake] == [(packet.name, 1, 0)]
    nobody = manager(cadre, "alameda").ListPackets(pb.ListPacketsRequest(parent="agencies/alameda")).packets
    assert list(nobody) == []


def test_a_coordinator_sees_how_many_are_through_and_who_is_not(cadre, people, letters, packet, audience):
    ana, ben, cora = people
    press(cadre, ana, packet, ticks(*letters))
    press(cadre, ben, packet, ticks(letters[0]))
    cadre.members(audience, cadre.at(cora, "lake", "legal", on_leave=True))

    assert progress(cadre, packet) == (1, 2, [(2, 2), (1, 2), (1, 2)])
    ask = pb.ListPacketPeopleRequest(parent="agencies/lake", packet=packet.name)
    rows = {one.person: one for one in manager(cadre).ListPacketPeople(ask).people}
    assert {name.removeprefix("people/"): (one.confirmed, one.letters) for name, one in rows.items()} == {
        ana: (3, 3),
        ben: (1, 3),
        cora: (0, 3),
    }
    assert rows[f"people/{cora}"].on_leave
    ask.only_to_go = True
    assert [one.person for one in manager(cadre).ListPacketPeople(ask).people] == [f"people/{ben}"]


def test_a_closed_packet_is_on_nobodys_list_and_its_letters_stay(cadre, people, letters, packet):
    stub = manager(cadre)

    first = stub.ClosePacket(pb.ClosePacketRequest(name=packet.name, request_id=cadre.new_id()))
    again = manager(cadre).ClosePacket(pb.ClosePacketRequest(name=packet.name, request_id=cadre.new_id()))

    assert first.close_time == again.close_time
    assert first.close_time.seconds
    assert listed(cadre, people[0]) == []
    assert refusal(press, cadre, people[0], packet, ticks(*letters)).reason == "PACKET_CLOSED"
    assert len(cadre.inbox(people[0], only_open=True)) == 3


def test_a_letter_that_is_withdrawn_leaves_the_packets_of_people(cadre, people, letters, packet):
    gone = letters[1]
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(name=gone.name, reason="A mistake", etag=gone.etag, request_id=cadre.new_id())
    )

    assert [item.notice.name for item in own(cadre, people[0], packet).items] == [letters[0].name, letters[2].name]
    found = manager(cadre).GetPacket(pb.GetPacketRequest(parent="agencies/lake", packet=packet.name))
    assert [one.withdrawn for one in found.letters] == [False, True, False]


def test_a_letter_that_staff_do_not_see_yet_is_in_nobodys_packet(cadre, people, audience, letters):
    later = cadre.issued(audience, staff_release_days=5)
    packet = made(cadre, [later, letters[0]])

    assert [item.notice.name for item in own(cadre, people[0], packet).items] == [letters[0].name]
    assert refusal(press, cadre, people[0], packet, ticks(later)).reason == "NOT_FOUND"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"title": " "}, "title"), ({"title": "x" * 121}, "title")],
)
def test_a_packet_has_a_name(cadre, letters, changes, field):
    assert list(refusal(made, cadre, letters, **changes).fields) == [field]


def test_a_packet_is_of_some_letters_that_hold_and_ask_to_be_confirmed(cadre, letters, audience):
    info = cadre.issued(audience, asks=notice_pb.READ)
    draft = cadre.draft(audience)

    assert list(refusal(made, cadre, letters[:1]).fields) == ["notices"]
    assert list(refusal(made, cadre, [letters[0], letters[0]]).fields) == ["notices"]
    assert refusal(made, cadre, [letters[0], info]).reason == "NOTHING_TO_CONFIRM"
    assert refusal(made, cadre, [letters[0], draft]).reason == "NOT_FOUND"


def test_an_agency_makes_no_packet_of_letters_that_it_does_not_have(cadre, letters):
    elsewhere = cadre.issued(
        cadre.new_audience(cadre.at(cadre.new_id(), "yolo")), receivers=["agencies/yolo"], number=""
    )

    assert refusal(made, cadre, [letters[0], elsewhere]).reason == "NOT_FOUND"
    assert (
        refusal(
            manager(cadre, "yolo").GetPacket,
            pb.GetPacketRequest(parent="agencies/yolo", packet=made(cadre, letters).name),
        ).reason
        == "NOT_FOUND"
    )


def test_pages_of_packets_go_on_after_a_key(cadre, people, letters):
    names = [made(cadre, letters, title=f"Packet {n}").name for n in range(3)]

    for stub, method, request in (
        (manager(cadre), "ListPackets", pb.ListPacketsRequest(parent="agencies/lake", page_size=2)),
        (cadre.learner(people[0]), "ListOwnPackets", pb.ListOwnPacketsRequest(page_size=2)),
    ):
        first = getattr(stub, method)(request)
        request.page_token = first.next_page_token
        second = getattr(stub, method)(request)
        assert [one.name for one in [*first.packets, *second.packets]] == names[::-1]
        assert second.next_page_token == ""
