"""Between the contract's messages and meetings, their papers, and what is to be done."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.partnership.v1 import meeting_service_pb2 as pb
from partnership.bodies.wire import day
from partnership.meetings import actions, papers, queries
from partnership.meetings.packets import Packet
from partnership.meetings.queries import Answer, ItemRow, Meeting
from partnership.meetings.rules.agenda import Item
from partnership.meetings.rules.meetings import Said
from partnership.meetings.rules.quorum import Interval, Quorum
from partnership.visibility import Reader
from servicekit import names, text
from servicekit.calendar import YEARS_OF_DOCUMENTS, moment_of
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import day_text, timestamp

_MEETING = "bodies/{body}/meetings/{meeting}"
_DOCUMENT = "bodies/{body}/meetings/{meeting}/documents/{document}"
_ACTION = "bodies/{body}/actions/{action}"


class Room(NamedTuple):
    """What is in a meeting."""

    items: Sequence[ItemRow]
    presence: Sequence[Interval]
    answers: Sequence[Answer]
    documents: Sequence[papers.Summary]
    quorum: Quorum


def meeting_of(name: str, field: str = "name") -> tuple[str, UUID]:
    """Read body and meeting in a name."""
    body, meeting = names.parse(_MEETING, name, field=field).values()
    return names.slug(body, field=field), names.as_uuid(meeting, field=field)


def meeting_in(body_id: str, name: str, field: str) -> UUID:
    """Read the name of a meeting of a body."""
    body, meeting = meeting_of(name, field)
    if body != body_id:
        raise InvalidField(field, name, f"must be a meeting of bodies/{body_id}")
    return meeting


def document_of(name: str, field: str = "name") -> tuple[str, UUID, UUID]:
    """Read body, meeting and document in a name."""
    body, meeting, document = names.parse(_DOCUMENT, name, field=field).values()
    return names.slug(body, field=field), names.as_uuid(meeting, field=field), names.as_uuid(document, field=field)


def action_of(name: str, field: str = "name") -> tuple[str, UUID]:
    """Read body and action in a name."""
    body, action = names.parse(_ACTION, name, field=field).values()
    return names.slug(body, field=field), names.as_uuid(action, field=field)


def said(given: pb.Meeting) -> Said:
    """Read what a meeting says of itself; what is only set by the service is ignored."""
    return Said(
        title=text.line(given.title),
        start=moment("meeting.start_time", given.start_time),
        end=moment("meeting.end_time", given.end_time),
        zone=given.zone,
        place=text.line(given.place),
        link=given.link.strip(),
        public=given.public,
    )


def moment(field: str, given: Timestamp) -> datetime:
    """Read a moment that must be said."""
    return moment_of(field, given, YEARS_OF_DOCUMENTS)


def item(given: pb.AgendaItem) -> Item:
    """Read an item of an agenda; what came of it is recorded otherwise."""
    return Item(
        id=names.as_uuid(given.id, field="items.id") if given.id else None,
        title=text.line(given.title),
        kind=_enum(pb.AgendaItem.Kind, given.kind),
        presenter=text.line(given.presenter),
        minutes=given.minutes,
        decides=given.decides.strip(),
    )


def interval(given: pb.Presence) -> Interval:
    """Read when somebody came and went."""
    return Interval(
        person=names.uuid_in("people/{person}", given.person, field="presence.person"),
        arrive=moment("presence.arrive_time", given.arrive_time),
        leave=moment("presence.leave_time", given.leave_time) if given.HasField("leave_time") else None,
    )


def new_edition(request: pb.AddEditionRequest) -> tuple[str, UUID, papers.New]:
    """Read an edition that is to be added, and to which meeting."""
    body_id, meeting_id = meeting_of(request.parent, "parent")
    document = None
    if request.document:
        named = document_of(request.document, "document")
        if named[:2] != (body_id, meeting_id):
            raise InvalidField("document", request.document, f"must be one of {request.parent}")
        document = named[2]
    new = papers.New(
        document=document,
        kind=_enum(pb.Document.Kind, request.kind),
        title=text.line(request.title),
        text=text.block(request.text or request.written.text),
        link=request.link.strip(),
        public=request.public,
    )
    return body_id, meeting_id, new


def new_action(body_id: str, given: pb.Action) -> actions.New:
    """Read what somebody is to be given to do."""
    return actions.New(
        what=text.line(given.what),
        owner=names.uuid_in("people/{person}", given.owner, field="action.owner"),
        due=day(given.due_date, "action.due_date"),
        meeting=meeting_in(body_id, given.meeting, "action.meeting") if given.meeting else None,
        item=names.as_uuid(given.item, field="action.item") if given.item else None,
    )


def summary(row: Meeting) -> pb.Meeting:
    """Write a meeting without what is in it; where to come to is for those inside."""
    return pb.Meeting(
        name=row.name,
        title=row.title,
        state=pb.Meeting.State.Value(row.state),
        start_time=timestamp(row.start_at),
        end_time=timestamp(row.end_at),
        zone=row.zone,
        place=row.place,
        link=row.link if row.inside else "",
        public=row.public,
        call_time=timestamp(row.called_at),
        late_reason=row.late_reason,
        cancel_reason=row.cancel_reason,
        can_run=row.runs,
        can_approve=row.approves,
        takes_part=bool(row.parts),
        approving_meeting=queries.name_of(row.body_id, row.approving_meeting_id) if row.approving_meeting_id else "",
        approver=f"people/{row.approver}" if row.approver else "",
        etag=str(row.revision),
        reads=row.inside,
        sequence=row.revision,
    )


def own(row: Meeting, said: Answer | None) -> pb.Meeting:
    """Write a meeting that somebody is called to, with what they said to that."""
    answer = summary(row)
    if said is not None:
        answer.answers.add(person=f"people/{said.person_id}", comes=said.comes, reason=said.reason)
    return answer


def meeting(row: Meeting, room: Room, reader: Reader) -> pb.Meeting:
    """Write a meeting with what *reader* sees in it."""
    answer = summary(row)
    answer.documents.extend(_document(row, one) for one in room.documents)
    if row.inside or row.public:
        answer.items.extend(_item(one, inside=row.inside) for one in room.items)
    if not row.inside:
        return answer
    answer.presence.extend(map(_presence, room.presence))
    for one in room.answers:
        concerned = row.runs or one.person_id == reader.person
        answer.answers.add(person=f"people/{one.person_id}", comes=one.comes, reason=one.reason if concerned else "")
    answer.seats_filled, answer.seats_present = room.quorum.filled, room.quorum.present
    answer.quorum = room.quorum.reached
    answer.constituencies_missing.extend(room.quorum.missing)
    return answer


def document(body_id: str, meeting_id: UUID, row: papers.Edition) -> pb.Document:
    """Write an edition, whole."""
    return pb.Document(
        name=papers.name_of(body_id, meeting_id, row.of.id),
        kind=pb.Document.Kind.Value(row.of.kind),
        title=row.of.title,
        edition=row.of.number,
        text=row.text,
        link=row.link,
        digest=row.of.digest,
        approved=row.of.approved,
        public=row.of.public,
        publish_time=timestamp(row.of.published_at),
        editions=row.editions,
    )


def packet(shown: pb.Meeting, found: Packet) -> pb.Packet:
    """Write the packet of a meeting, which is *shown* in it."""
    body_id, meeting_id = meeting_of(shown.name)
    made = pb.Packet(meeting=shown)
    for one in found.papers:
        made.papers.append(document(body_id, meeting_id, one.said))
        made.cut.append(one.cut)
    if found.last is not None and found.minutes:
        made.last_meeting.CopyFrom(summary(found.last))
        made.last_minutes.CopyFrom(document(body_id, found.last.id, found.minutes[0].said))
    return made


def action(row: actions.Action) -> pb.Action:
    """Write something that is to be done."""
    return pb.Action(
        name=actions.name_of(row.body_id, row.id),
        what=row.what,
        owner=f"people/{row.owner}",
        due_date=day_text(row.due_on),
        meeting=queries.name_of(row.body_id, row.meeting_id) if row.meeting_id else "",
        item=str(row.item_id or ""),
        complete_time=timestamp(row.done_at),
        etag=str(row.revision),
    )


def _item(row: ItemRow, *, inside: bool) -> pb.AgendaItem:
    """Write an item; what was said of it is for those inside."""
    written = pb.AgendaItem(
        id=str(row.id),
        title=row.title,
        kind=pb.AgendaItem.Kind.Value(row.kind),
        presenter=row.presenter,
        minutes=row.minutes,
        decides=row.decides,
        late=row.late,
    )
    if inside:
        written.notes, written.outcome = row.notes, row.outcome
        if row.end_at is not None:
            written.end_time.FromDatetime(row.end_at.astimezone(UTC))
            written.seats_present, written.quorum = row.seats_present or 0, bool(row.quorum)
    return written


def _presence(one: Interval) -> pb.Presence:
    return pb.Presence(
        person=f"people/{one.person}", arrive_time=timestamp(one.arrive), leave_time=timestamp(one.leave)
    )


def _document(meeting_row: Meeting, row: papers.Summary) -> pb.DocumentSummary:
    return pb.DocumentSummary(
        name=papers.name_of(meeting_row.body_id, meeting_row.id, row.id),
        kind=pb.Document.Kind.Value(row.kind),
        title=row.title,
        edition=row.number,
        approved=row.approved,
        public=row.public,
        publish_time=timestamp(row.published_at),
    )


def _enum(kinds: Any, value: int) -> str:  # noqa: ANN401 - generated enums share no class
    """Return the name of a value, '' for none and for one that nobody knows."""
    return str(kinds.Name(value)) if value and value in kinds.values() else ""
