"""Between the contract's messages and packets of letters."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from cadre.notification.v1 import packet_service_pb2 as pb
from notification.inbox.queries import InboxRow
from notification.inbox.steps import Step
from notification.inbox.wire import inbox_row
from notification.letters import wire as letters
from notification.letters.rules.lifecycle import State
from notification.letters.rules.reading import Reader
from notification.letters.wire import person
from notification.packets.queries import Letter, Own, Packet, Person
from notification.packets.rules.packets import Which
from servicekit import names
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import timestamp


def owner(name: str, *, field: str = "parent") -> str:
    """Read `agencies/{slug}`, or `state` as ''."""
    return "" if name == "state" else names.one("agencies/{agency}", name, field=field)


def agency_id(name: str) -> str:
    """Read `agencies/{slug}`."""
    return names.one("agencies/{agency}", name, field="parent")


def which(name: str, *, field: str = "name") -> Which:
    """Read the name of a packet."""
    of, found, rest = name.partition("/packets/")
    if not found:
        raise InvalidField(field, name, "must have the form {owner}/packets/{packet}")
    return Which(owner(of, field=field), names.as_uuid(rest, field=field))


def steps(request: pb.ConfirmPacketRequest, person_id: UUID, reader: Reader) -> list[Step]:
    """Read which letters are confirmed, under which words."""
    return [
        Step(
            letters.notice_id(one.notice, "confirmations.notice"),
            person_id,
            reader,
            one.text_sha256,
            one.statement_sha256,
            "PACKET",
        )
        for one in request.confirmations
    ]


def packet(row: Packet, of: Iterable[Letter]) -> pb.Packet:
    """Write a packet, with those of the letters *of* packets that are its own."""
    return pb.Packet(
        name=row.which.name,
        title=row.title,
        letters=[
            pb.PacketLetter(
                notice=f"notices/{one.notice_id}",
                series=one.series,
                number=one.number,
                subject=one.subject,
                people_count=one.people,
                confirmed_count=one.confirmed,
                withdrawn=one.state == State.WITHDRAWN,
            )
            for one in of
            if one.packet_id == row.id
        ],
        create_time=timestamp(row.created_at),
        creator=person(row.created_by),
        close_time=timestamp(row.closed_at),
        people_count=row.people,
        done_count=row.done,
    )


def packet_person(row: Person) -> pb.PacketPerson:
    """Write somebody who has a packet: the id, never the name."""
    return pb.PacketPerson(
        person=person(row.person_id), letters=row.letters, confirmed=row.confirmed, on_leave=row.on_leave
    )


def own(row: Own) -> pb.OwnPacket:
    """Write a packet of the reader, without its letters."""
    return pb.OwnPacket(name=Which(row.agency_id, row.id).name, title=row.title, letters=row.letters, open=row.open)


def own_whole(row: Own, items: Iterable[InboxRow], signed: Mapping[UUID, int]) -> pb.OwnPacket:
    """Write it with its letters, and which version of each the reader confirmed themselves."""
    answer = own(row)
    for one in items:
        item = inbox_row(one)
        item.signed_version = signed.get(one.item_id, 0)
        answer.items.append(item)
    return answer
