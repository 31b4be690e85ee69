"""Packets as who makes them sees them: make one, see how many are through and who is not, close it."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import packet_service_pb2 as pb
from gateway.letters import letters
from gateway.web import sheets
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/packets/{owner}")

_STATE = "state"
_ROWS, _PEOPLE, _OFFERED, _A_CALL = 25, 50, 100, 1_000
_ASK = (notice_pb.CONFIRM, notice_pb.TRAIN)
_COLUMNS = ("Packet", "Name", "Staff number", "Letters", "Confirmed", "On leave")


@router.get("")
def packets(visit: Visitor, owner: str, page: str = "") -> Answer:
    """The packets of an agency with the state's that its people have, or the state's own."""
    request = pb.ListPacketsRequest(parent=_parent(owner), page_size=_ROWS, page_token=page)
    listed = visit.clients.packets.ListPackets(request)
    return _page(visit, owner, "packets", packets=listed.packets, next_page=listed.next_page_token, page=page)


@router.get("/new")
def new(visit: Visitor, owner: str) -> Answer:
    """An empty form, with the letters that can be in a packet."""
    return _form(visit, owner, Form.of({"title": ""}))


@router.post("/new")
def make(visit: Visitor, owner: str, form: Sent) -> Answer:
    """Make a packet of the letters that have a place, in the order of their places."""
    title, chosen = form.needs("title", "Give the packet a name by which staff know it."), _chosen(form)
    if len(chosen) < 2 and not form.errors:  # noqa: PLR2004 - one letter is no packet
        form.errors["letters"] = "Give a place to two letters or more."
    if not form.errors:
        request = pb.CreatePacketRequest(
            parent=_parent(owner),
            title=title,
            notices=[f"notices/{one}" for one in chosen],
            request_id=form.request_id,
        )
        try:
            made = visit.clients.packets.CreatePacket(request)
            return visit.go(_path(owner, made.name), done="packet-made")
        except Refused as error:
            form.refuse(error, {"notices": "letters"})
    return _form(visit, owner, form)


@router.get("/{of}/{packet_id}")
def packet(visit: Visitor, owner: str, of: str, packet_id: str, page: str = "") -> Answer:
    """A packet: how many confirmed all of it, letter by letter, and who of the agency has still to."""
    return _one(visit, owner, of, packet_id, page)


@router.get("/{of}/{packet_id}/people.csv")
def people_file(visit: Visitor, owner: str, of: str, packet_id: str) -> Answer:
    """Everybody of the agency who has the packet, as a file."""
    found = _load(visit, owner, of, packet_id)
    people = _people(visit, owner, found.name)
    known: dict[str, person_pb.Person] = {}
    for start in range(0, len(people), _A_CALL):
        known |= visit.people([one.person for one in people[start : start + _A_CALL]])
    lines = [
        [
            found.title,
            known[one.person].display_name if one.person in known else "Not at this agency now",
            known[one.person].staff_number if one.person in known else "",
            one.letters,
            one.confirmed,
            "Yes" if one.on_leave else "No",
        ]
        for one in people
    ]
    name = f"packet-{owner}-{visit.today.isoformat()}.csv"
    return visit.download(sheets.file_of(_COLUMNS, lines), name, sheets.MEDIA_TYPE)


@router.get("/{of}/{packet_id}/close")
def close_form(visit: Visitor, owner: str, of: str, packet_id: str) -> Answer:
    """What closing does, in numbers."""
    return _page(visit, owner, "close", form=Form(), packet=_load(visit, owner, of, packet_id), of=of)


@router.post("/{of}/{packet_id}/close")
def close(visit: Visitor, owner: str, of: str, packet_id: str, form: Sent) -> Answer:
    """Close a packet."""
    if form.errors:
        return _page(visit, owner, "close", form=form, packet=_load(visit, owner, of, packet_id), of=of)
    name = _name(of, packet_id)
    visit.clients.packets.ClosePacket(pb.ClosePacketRequest(name=name, request_id=form.request_id))
    return visit.go(_path(owner, name), done="packet-closed")


def _one(visit: Visit, owner: str, of: str, packet_id: str, page: str) -> Answer:
    found = _load(visit, owner, of, packet_id)
    people = pb.ListPacketPeopleResponse()
    if owner != _STATE:
        request = pb.ListPacketPeopleRequest(
            parent=_parent(owner), packet=found.name, page_size=_PEOPLE, page_token=page, only_to_go=True
        )
        people = visit.clients.packets.ListPacketPeople(request)
    names = visit.names([one.person for one in people.people])
    rows = sorted(people.people, key=lambda one: names.get(one.person, "").casefold())
    return _page(
        visit,
        owner,
        "managed",
        packet=found,
        of=of,
        rows=rows,
        names=names,
        next_page=people.next_page_token,
        page=page,
        may_remind=owner != _STATE and visit.rights.at("reminders.send", _parent(owner)),
    )


def _form(visit: Visit, owner: str, form: Form) -> Answer:
    return _page(visit, owner, "new", form=form, offered=_offered(visit, owner))


def _offered(visit: Visit, owner: str) -> Sequence[notice_pb.Notice]:
    """Return the letters that can be in a packet: those that hold and ask to be confirmed, the newest first."""
    if owner == _STATE:
        asked = notice_pb.ListNoticesRequest(page_size=_OFFERED, states=[notice_pb.Notice.PUBLISHED])
        found = list(visit.clients.notices.ListNotices(asked).notices)
    else:
        request = agency_notice_pb.ListAgencyNoticesRequest(parent=_parent(owner), page_size=_OFFERED)
        found = [one.notice for one in visit.clients.agency_notices.ListAgencyNotices(request).notices]
    return [one for one in found if one.asks in _ASK and one.state == notice_pb.Notice.PUBLISHED]


def _chosen(form: Form) -> list[str]:
    """Return the letters that were given a place, in the order of their places."""
    places = [(name.removeprefix("place-"), form.text(name)) for name in form.values if name.startswith("place-")]
    found = []
    for letter, place in places:
        if place and not (place.isascii() and place.isdecimal() and int(place) > 0):
            form.errors["letters"] = "A place is a whole number: 1 for the letter that is read first."
        elif place:
            found.append((int(place), letter))
    if len({place for place, _ in found}) < len(found):
        form.errors["letters"] = "Two letters have the same place. Give each its own."
    return [letter for _, letter in sorted(found)]


def _people(visit: Visit, owner: str, packet: str) -> list[pb.PacketPerson]:
    request = pb.ListPacketPeopleRequest(parent=_parent(owner), packet=packet, page_size=_A_CALL)
    found: list[pb.PacketPerson] = []
    while True:
        answer = visit.clients.packets.ListPacketPeople(request)
        found += answer.people
        request.page_token = answer.next_page_token
        if not answer.next_page_token:
            return found


def _load(visit: Visit, owner: str, of: str, packet_id: str) -> pb.Packet:
    return visit.clients.packets.GetPacket(pb.GetPacketRequest(parent=_parent(owner), packet=_name(of, packet_id)))


def _page(visit: Visit, owner: str, template: str, **values: Any) -> Answer:  # noqa: ANN401 - as `Visit.page`
    form = values.get("form")
    return visit.page(
        f"packets/{template}.html",
        status=400 if isinstance(form, Form) and form.errors else 200,
        owner=owner,
        agency=None if owner == _STATE else visit.agency(_parent(owner)),
        base=f"/packets/{owner}",
        path=lambda name: _path(owner, name),
        letters=letters,
        **values,
    )


def _parent(owner: str) -> str:
    return _STATE if owner == _STATE else f"agencies/{owner}"


def _name(of: str, packet_id: str) -> str:
    return f"{_parent(of)}/packets/{packet_id}"


def _path(owner: str, name: str) -> str:
    """Return the address of a packet, as its name says it, on the pages of an owner."""
    of, _, packet_id = name.partition("/packets/")
    return f"/packets/{owner}/{of.removeprefix('agencies/')}/{packet_id}"
