"""The packet of a meeting, and one paper of it, as a file to print: the same bytes as long as it says the same."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from fastapi import APIRouter

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as pb
from gateway.committees import phrases, shown, typesetting, votes
from gateway.committees.typesetting import Part, heading, said, small, strong
from gateway.web.visit import Answer, Number, Visit, Visitor
from gateway.words import sentences

router = APIRouter(prefix="/committees/{slug}/meetings/{meeting_id}")

# Days are said with their year: nobody knows in which a packet is read.
_NO_YEAR = date.min
_PARTS = ("CHAIR", "DEPUTY", "SECRETARY", "OBSERVER")
_SEATS = ("For", "Seat", "Votes", "Who", "Alternate")


@router.get("/packet.pdf")
def packet_file(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """What is read before the meeting, and kept of it: for those who read what is said there."""
    committee = shown.load(visit, slug)
    packet = visit.clients.meetings.GetPacket(pb.GetPacketRequest(name=f"{shown.name(slug)}/meetings/{meeting_id}"))
    meeting = packet.meeting
    day = phrases.begins(meeting).date().isoformat()
    people = shown.people(visit, committee, day)
    motions = votes.motions(visit, committee, meeting.name)
    parts = [
        *_about(visit, meeting),
        heading(2, "Agenda"),
        *_agenda(meeting, motions),
        *_last(packet),
        *_papers(visit, packet),
        heading(2, f"Who has a part in {committee.code}"),
        *_roll(committee, people, day),
    ]
    title = f"{committee.title}: {meeting.title}"
    content = typesetting.pdf(title, f"{committee.code}, {meeting.title}", parts, _as_of(packet))
    return visit.download(content, f"{committee.code}-packet-{day}.pdf", typesetting.MEDIA_TYPE)


@router.get("/papers/{paper_id}/paper.pdf")
def paper_file(visit: Visitor, slug: str, meeting_id: str, paper_id: str, edition: Number = 0) -> Answer:
    """One paper, such as the minutes: its newest edition, or the one that is asked for."""
    committee, meeting = shown.load(visit, slug), shown.meeting(visit, slug, meeting_id)
    asked = pb.GetDocumentRequest(name=f"{meeting.name}/documents/{paper_id}", edition=edition)
    document = visit.clients.meetings.GetDocument(asked)
    parts = [*said(f"{committee.title}: {meeting.title}, {_when(meeting)}"), *_paper(visit, document, 1, cut=False)]
    foot = f"{committee.code}, {document.title}, edition {document.edition}"
    content = typesetting.pdf(document.title, foot, parts, _moment(document))
    name = f"{committee.code}-{document.title}-{document.edition}.pdf"
    return visit.download(content, name, typesetting.MEDIA_TYPE)


def _about(visit: Visit, meeting: pb.Meeting) -> Iterator[Part]:
    yield strong(_when(meeting))
    called = f" {sentences.day_of(meeting.call_time, _NO_YEAR)}" if meeting.state == pb.Meeting.CALLED else ""
    stands = f"{phrases.state(meeting)}{called}"
    yield from said(stands, meeting.cancel_reason, f"Place: {meeting.place}" if meeting.place else "")
    if meeting.link:
        yield typesetting.link(meeting.link, f"Join online: {meeting.link}")
    page = f"{visit.ours}{shown.path(meeting.name)}"
    yield typesetting.link(page, f"The meeting in Cadre: {page}")


def _agenda(meeting: pb.Meeting, motions: dict[str, str]) -> Iterator[Part]:
    if not meeting.items:
        yield from said("Nothing is on the agenda yet.")
    for number, one in enumerate(meeting.items, start=1):
        yield heading(3, f"{number}. {one.title}{' (late item)' if one.late else ''}")
        about = (phrases.item_kind(one), sentences.count(one.minutes, "minute"), one.presenter)
        yield from said(" · ".join(part for part in about if part))
        if motion := motions.get(one.decides, ""):
            yield strong(f"To be decided: {motion}")
        elif one.decides:
            yield strong("There is a vote on this.")
        if one.outcome:
            yield strong(f"What came of it: {one.outcome}")
        yield from typesetting.blocks(one.notes, 3)


def _last(packet: pb.Packet) -> Iterator[Part]:
    yield heading(2, "Minutes of the last meeting")
    if not packet.HasField("last_minutes"):
        yield from said("There are none.")
        return
    yield from said(f"{packet.last_meeting.title}, {_when(packet.last_meeting)}")
    yield from _stands(packet.last_minutes)
    yield from typesetting.blocks(packet.last_minutes.text, 2)


def _papers(visit: Visit, packet: pb.Packet) -> Iterator[Part]:
    if not packet.papers:
        yield heading(2, "Papers")
        yield from said("There is no paper.")
    for number, (one, cut) in enumerate(zip(packet.papers, packet.cut, strict=True), start=1):
        yield heading(2, f"Paper {number}: {one.title}")
        yield from _paper(visit, one, 2, cut=cut)


def _paper(visit: Visit, document: pb.Document, below: int, *, cut: bool) -> Iterator[Part]:
    yield from _stands(document)
    address = f"{visit.ours}{shown.path(document.name)}"
    if document.link:
        yield typesetting.link(document.link, document.link)
    elif cut:
        yield typesetting.link(address, f"With it this would be too long to print. Read it at {address}")
    else:
        yield from typesetting.blocks(document.text, below)
    yield small(f"Fingerprint (SHA-256): {document.digest}")


def _stands(document: pb.Document) -> Iterator[Part]:
    day = sentences.day_of(document.publish_time, _NO_YEAR)
    approved = ", approved" if document.approved else ""
    yield from said(f"{phrases.paper(document)}, edition {document.edition}, {day}{approved}")


def _roll(committee: body_pb.Body, people: shown.People, day: str) -> Iterator[Part]:
    """Say who sits where on the day of the meeting."""
    rows = [
        (
            side.title,
            one.seat.title,
            "Yes" if one.seat.voting else "No",
            f"{people.name(one.holder.person)}, {people.place(one.holder)}" if one.holder else "Vacant",
            f"{people.name(one.alternate.person)}, {people.place(one.alternate)}" if one.alternate else "",
        )
        for side in shown.sittings(committee, people, day)
        for one in side.seats
    ]
    if rows:
        yield typesetting.table(_SEATS, rows)
    others = [*people.of_part(*_PARTS), *people.unseated]
    if others:
        each = (f"{phrases.part(one)}: {people.name(one.person)}, {people.place(one)}" for one in others)
        yield typesetting.listed(each)
    if not rows and not others:
        yield from said("Nobody has a part.")


def _as_of(packet: pb.Packet) -> datetime:
    """Return when something of a packet came last, or else when its meeting begins."""
    moments = [_moment(one) for one in packet.papers]
    if packet.meeting.HasField("call_time"):
        moments.append(packet.meeting.call_time.ToDatetime(UTC))
    return max(moments, default=packet.meeting.start_time.ToDatetime(UTC))


def _moment(document: pb.Document) -> datetime:
    return document.publish_time.ToDatetime(UTC)


def _when(meeting: pb.Meeting) -> str:
    return phrases.when(meeting, _NO_YEAR)
