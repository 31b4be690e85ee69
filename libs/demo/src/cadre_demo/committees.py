"""The demonstration's committees: who sits there, a meeting with approved minutes, one that is called, one in draft.

What has happened before is found: a committee by its id, a part by its person, a meeting and an action by their words.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from cadre_cli.access import Access, request_id
from cadre_cli.datafiles import Note, Slug, Text, data_root, read_document
from cadre_demo import deciding, whom
from cadre_demo.content import Flag, Minutes
from cadre_demo.pacing import day_in
from cadre_demo.whom import Who
from servicekit import calendar

_EXACT = ConfigDict(extra="forbid")
# Who has a part in the demonstration has it for so long.
_SINCE_DAYS = 200
_FRIDAY = 5
_CONVENER = "persona:training-manager"
_PART = membership_pb.Membership


@dataclass(frozen=True, config=_EXACT)
class Seat:
    """A seat, with who holds it and who stands for them."""

    title: Text
    wanted: Note = ""
    who: Who | None = None
    alternate: Who | None = None


@dataclass(frozen=True, config=_EXACT)
class Constituency:
    """Seats of one side."""

    title: Text
    seat: tuple[Seat, ...]


@dataclass(frozen=True, config=_EXACT)
class Action:
    """Something to be done, so many days from the day on which it is told."""

    what: Text
    who: Who
    days: int


@dataclass(frozen=True, config=_EXACT)
class Item:
    """An item of an agenda, with what came of it."""

    title: Text
    kind: Literal["decision", "consent", "discussion", "information", "priority", "talk", "report"]
    minutes: Minutes
    presenter: Note
    notes: Note = ""
    outcome: Note = ""
    action: Action | None = None


@dataclass(frozen=True, config=_EXACT)
class Meeting:
    """A meeting, so many days from the day on which it is told."""

    title: Text
    days: int
    hour: Annotated[int, Field(ge=0, le=23)]
    minutes: Minutes
    place: Note
    fate: Literal["draft", "called", "held"]
    item: tuple[Item, ...]
    link: Note = ""
    # At which meeting, by its title, its minutes were approved.
    approved_at: Note = ""
    away: tuple[Who, ...] = ()


@dataclass(frozen=True, config=_EXACT)
class Committee:
    """A committee."""

    flag: Flag
    id: Slug
    title: Text
    code: Text
    purpose: Text
    source: Text
    conflict: Text
    notice_hours: int
    secretary: Who
    chair: Who
    deputy: Who
    constituency: tuple[Constituency, ...]
    meeting: tuple[Meeting, ...]
    action: tuple[Action, ...] = ()
    # Where meetings are under an open-meeting law, members may not decide between them.
    written_votes: bool = False


@dataclass(frozen=True)
class People:
    """Whom the words of the files mean: resource names of people, and where each works."""

    convener: str
    named: Mapping[str, str]
    agencies: Mapping[str, str]


def read() -> list[Committee]:
    """Read the committees."""
    return [read_document(path, Committee) for path in sorted((data_root() / "demo" / "committees").glob("*.toml"))]


def tell(access: Access, leads: Mapping[str, str]) -> int:
    """Take the committees as far as the demonstration goes, and return how many there are."""
    told = read()
    people = people_of(access, leads, told)
    for committee in told:
        name = _begun(access, people, committee)
        _seat(access, people, committee, name)
        met = {one.title: _tell_meeting(access, people, committee, name, one) for one in committee.meeting}
        for meeting in committee.meeting:
            if meeting.approved_at:
                _approve(access, people.named[committee.chair], met[meeting.title], met[meeting.approved_at])
        for action in committee.action:
            _act(access, people, committee, name, action)
    return len(told)


def _words(committee: Committee) -> Iterator[str]:
    """Give every word that means somebody."""
    yield from (committee.secretary, committee.chair, committee.deputy)
    for side in committee.constituency:
        for seat in side.seat:
            yield from filter(None, (seat.who, seat.alternate))
    for meeting in committee.meeting:
        yield from meeting.away
        yield from (item.action.who for item in meeting.item if item.action)
    yield from (action.who for action in committee.action)


def people_of(access: Access, leads: Mapping[str, str], told: list[Committee]) -> People:
    """Return whom the words of *told* mean."""
    known = whom.find(access, leads, [_CONVENER, *(word for committee in told for word in _words(committee))])
    agencies: dict[str, str] = {}
    for word, found in known.items():
        own = f"agencies/{word.partition(':')[2]}"
        places = [*found.agencies, *found.organizations]
        agencies[found.person] = (own if own in places else places[0]).partition("/")[2]
    named = {word: found.person for word, found in known.items()}
    return People(named[_CONVENER], named, agencies)


def _begun(access: Access, people: People, told: Committee) -> str:
    """Return the committee; begin it if it is not there."""
    name = f"bodies/{told.id}"
    listed = access.every(access.bodies.ListBodies, body_pb.ListBodiesRequest(), "bodies", person=people.convener)
    if name in {one.name for one in listed}:
        return name
    half, most = body_pb.Fraction(numerator=1, denominator=2), body_pb.Fraction(numerator=2, denominator=3)
    rules = body_pb.BodyRules(
        quorum=half,
        quorum_of_each_constituency=1,
        thresholds=[
            body_pb.Threshold(
                decision_class="MAJOR", of_all=most, of_each_constituency=half, yes_of_each_constituency=1
            ),
            body_pb.Threshold(decision_class="MINOR", of_all=half),
            body_pb.Threshold(decision_class="EDITORIAL", of_all=half),
        ],
        notice_hours=told.notice_hours,
        written_votes=told.written_votes,
        override=most,
        conflict_text=told.conflict,
    )
    body = body_pb.Body(
        title=told.title,
        code=told.code,
        kind=body_pb.Body.COMMITTEE,
        visibility=body_pb.Body.EVERYONE,
        purpose=told.purpose,
        newcomers_read_all=True,
        rules=rules,
        source=told.source,
        constituencies=[
            body_pb.Constituency(
                id=_slug(side.title),
                title=side.title,
                seats=[
                    body_pb.Seat(id=_seat_id(side, seat), title=seat.title, voting=True, wanted=seat.wanted)
                    for seat in side.seat
                ],
            )
            for side in told.constituency
        ],
    )
    create = body_pb.CreateBodyRequest(body_id=told.id, body=body, request_id=request_id("committee", told.id))
    return access.ask(access.bodies.CreateBody, create, person=people.convener).name


def _seat(access: Access, people: People, told: Committee, name: str) -> None:
    """Give everybody their part; nobody gives one to themselves, so who convenes gets theirs from the secretary."""
    asked = membership_pb.ListMembershipsRequest(parent=name)
    listed = access.every(access.memberships.ListMemberships, asked, "memberships", person=people.convener)
    known = {(one.person, one.part, one.seat) for one in listed}
    since = day_in(access, -_SINCE_DAYS).isoformat()
    for part, word, seat in parts_of(told):
        person = people.named[word]
        if (person, part, seat) in known:
            continue
        membership = _PART(person=person, organization=people.agencies[person], part=part, seat=seat, start_date=since)
        create = membership_pb.CreateMembershipRequest(
            parent=name,
            membership=membership,
            request_id=request_id(name, "part", person, _PART.Part.Name(part), seat, since),
        )
        giver = people.convener if person != people.convener else people.named[told.secretary]
        access.ask(access.memberships.CreateMembership, create, person=giver)


def parts_of(told: Committee) -> Iterator[tuple[_PART.Part.ValueType, str, str]]:
    """Give each part with whose it is and its seat, the secretary's first."""
    yield _PART.SECRETARY, told.secretary, ""
    yield _PART.CHAIR, told.chair, ""
    yield _PART.DEPUTY, told.deputy, ""
    for side in told.constituency:
        for seat in side.seat:
            for part, who in ((_PART.MEMBER, seat.who), (_PART.ALTERNATE, seat.alternate)):
                if who:
                    yield part, who, _seat_id(side, seat)


def _tell_meeting(access: Access, people: People, told: Committee, name: str, meeting: Meeting) -> str:
    """Take a meeting as far as its notes, and return it."""
    secretary = people.named[told.secretary]
    found = _meeting(access, secretary, name, meeting)
    if found.state == pb.Meeting.DRAFT and meeting.fate != "draft":
        call = pb.CallMeetingRequest(
            name=found.name,
            late_reason=deciding.LATE if meeting.fate == "held" else "",
            etag=found.etag,
            request_id=request_id(found.name, "call"),
        )
        found = access.ask(access.meetings.CallMeeting, call, person=secretary)
    if meeting.fate == "held" and found.state in (pb.Meeting.CALLED, pb.Meeting.HELD):
        _hold(access, people, told, found, meeting)
    return found.name


def _meeting(access: Access, secretary: str, name: str, told: Meeting) -> pb.Meeting:
    """Return the meeting as it is; begin it with its agenda if it is not there."""
    asked = pb.ListMeetingsRequest(parent=name)
    listed = access.every(access.meetings.ListMeetings, asked, "meetings", person=secretary)
    found = next((one for one in listed if one.title == told.title), None)
    if found is None:
        begun = pb.Meeting(title=told.title, zone="America/Los_Angeles", place=told.place, link=told.link, public=True)
        start = _start(access, told)
        begun.start_time.FromDatetime(start)
        begun.end_time.FromDatetime(start + timedelta(minutes=told.minutes))
        create = pb.CreateMeetingRequest(
            parent=name, meeting=begun, request_id=request_id(name, told.title, start.isoformat())
        )
        found = access.ask(access.meetings.CreateMeeting, create, person=secretary)
    found = access.ask(access.meetings.GetMeeting, pb.GetMeetingRequest(name=found.name), person=secretary)
    if not found.items:
        agenda = pb.UpdateAgendaRequest(
            name=found.name,
            items=[
                pb.AgendaItem(
                    title=one.title,
                    kind=pb.AgendaItem.Kind.Value(one.kind.upper()),
                    presenter=one.presenter,
                    minutes=one.minutes,
                )
                for one in told.item
            ],
            etag=found.etag,
            request_id=request_id(found.name, "agenda"),
        )
        found = access.ask(access.meetings.UpdateAgenda, agenda, person=secretary)
    return found


def _start(access: Access, told: Meeting) -> datetime:
    """Return when a meeting begins: never on a weekend."""
    day = day_in(access, told.days)
    if day.isoweekday() > _FRIDAY:
        day += timedelta(days=8 - day.isoweekday() if told.days > 0 else _FRIDAY - day.isoweekday())
    return datetime.combine(day, time(told.hour), calendar.PACIFIC)


def _hold(access: Access, people: People, told: Committee, meeting: pb.Meeting, said: Meeting) -> None:
    """Hold a meeting that was called: who was there, what was said, what is to be done; notes out."""
    secretary = people.named[told.secretary]
    start = meeting.start_time.ToDatetime(UTC)
    if meeting.state == pb.Meeting.CALLED:
        meeting = _roll(access, people, told, meeting, said)
        over = start
        for item, one in zip(meeting.items, said.item, strict=True):
            over += timedelta(minutes=one.minutes)
            record = pb.RecordItemRequest(
                name=meeting.name,
                item=item.id,
                notes=one.notes,
                outcome=one.outcome,
                etag=meeting.etag,
                request_id=request_id(meeting.name, "item", item.id),
            )
            record.end_time.FromDatetime(over)
            meeting = access.ask(access.meetings.RecordItem, record, person=secretary)
            if one.action:
                _act(access, people, told, meeting.name.partition("/meetings/")[0], one.action, meeting.name, item.id)
        hold = pb.HoldMeetingRequest(name=meeting.name, etag=meeting.etag, request_id=request_id(meeting.name, "hold"))
        meeting = access.ask(access.meetings.HoldMeeting, hold, person=secretary)
    if meeting.state == pb.Meeting.HELD:
        publish = pb.PublishNotesRequest(
            name=meeting.name, etag=meeting.etag, request_id=request_id(meeting.name, "notes")
        )
        access.ask(access.meetings.PublishNotes, publish, person=secretary)


def _approve(access: Access, chair: str, name: str, at: str) -> None:
    """Have the chair say that the committee approved the minutes of a meeting at a later one, if it was not said."""
    meeting = access.ask(access.meetings.GetMeeting, pb.GetMeetingRequest(name=name), person=chair)
    if meeting.state != pb.Meeting.NOTES_OUT:
        return
    minutes = next(one for one in meeting.documents if one.kind == pb.Document.MINUTES)
    document = access.ask(access.meetings.GetDocument, pb.GetDocumentRequest(name=minutes.name), person=chair)
    approve = pb.ApproveMinutesRequest(
        name=name,
        digest=document.digest,
        approving_meeting=at,
        etag=meeting.etag,
        request_id=request_id(name, "approve"),
    )
    access.ask(access.meetings.ApproveMinutes, approve, person=chair)


def _roll(access: Access, people: People, told: Committee, meeting: pb.Meeting, said: Meeting) -> pb.Meeting:
    """Note who was there: everybody with a seat but those who were away."""
    away = {people.named[one] for one in said.away}
    there = {people.named[word] for part, word, _ in parts_of(told) if part != _PART.ALTERNATE} - away
    return deciding.note_who_was_there(access, people.named[told.secretary], meeting, there)


def _act(
    access: Access, people: People, told: Committee, name: str, action: Action, meeting: str = "", item: str = ""
) -> None:
    """Put on the list what is to be done, if it is not there."""
    secretary = people.named[told.secretary]
    listed = access.every(access.meetings.ListActions, pb.ListActionsRequest(parent=name), "actions", person=secretary)
    if any(one.what == action.what for one in listed):
        return
    due = day_in(access, action.days)
    made = pb.Action(
        what=action.what, owner=people.named[action.who], due_date=due.isoformat(), meeting=meeting, item=item
    )
    create = pb.CreateActionRequest(
        parent=name, action=made, request_id=request_id(name, "action", action.what, due.isoformat())
    )
    access.ask(access.meetings.CreateAction, create, person=secretary)


def _seat_id(side: Constituency, seat: Seat) -> str:
    """Return the short name of a seat: with its side, as two sides may have seats of one title."""
    return f"{_slug(side.title)}-{_slug(seat.title)}"


def _slug(title: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in title.casefold()).split())
