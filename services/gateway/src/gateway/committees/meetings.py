"""A meeting as its members see it, and as who runs it writes it, calls it and cancels it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as pb
from gateway.committees import agenda, forms, phrases, roll, shown, votes
from gateway.web import declared, sheets
from gateway.web.forms import Form
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/committees/{slug}/meetings")

_NAMES = {
    **declared.names(forms.MEETING),
    "start_time": "meeting_begins",
    "end_time": "meeting_ends",
    "zone": "meeting_zone",
    "items": "agenda",
}
_COLUMNS = ("Meeting", "Day", "Name", "Staff number", "Agency", "Part", "Said", "Reason", "Came", "Left")

# Nobody is noted as present so long before a meeting begins.
_ROLL_OPENS = timedelta(hours=4)


@dataclass(frozen=True)
class Room:
    """A meeting with its committee and with who has a part there on its day."""

    committee: body_pb.Body
    meeting: pb.Meeting
    people: shown.People

    @property
    def base(self) -> str:
        """The address of the meeting."""
        return shown.path(self.meeting.name)


@router.get("/new")
def new_meeting(visit: Visitor, slug: str, like: str = "") -> Answer:
    """Begin a meeting; from the agenda of another one, if that is named."""
    committee = shown.load(visit, slug)
    only(shown.runs(visit, committee))
    before = shown.meeting(visit, slug, like) if like else pb.Meeting(title=f"Meeting of {committee.code}")
    begun = pb.Meeting(title=before.title, zone=before.zone, place=before.place, link=before.link)
    begun.public = before.public
    return _form(visit, committee, None, Form.of({**_opened(begun), "like": like}), begun)


@router.post("/new")
def create_meeting(visit: Visitor, slug: str, form: Sent) -> Answer:
    """Save it as a draft."""
    committee, said, like = shown.load(visit, slug), pb.Meeting(), form.text("like")
    _read(form, said)
    if not form.errors:
        asked = pb.CreateMeetingRequest(
            parent=committee.name,
            meeting=said,
            like=f"{committee.name}/meetings/{like}" if like else "",
            request_id=form.request_id,
        )
        try:
            made = visit.clients.meetings.CreateMeeting(asked)
        except Refused as error:
            form.refuse(error, _NAMES)
        else:
            return visit.go(f"{shown.path(made.name)}/agenda", done="meeting-begun")
    return _form(visit, committee, None, form, said)


@router.get("/{meeting_id}")
def meeting_page(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """One meeting: when, where, its agenda and papers, and afterwards what came of it."""
    return show(visit, slug, meeting_id, Form())


@router.get("/{meeting_id}/print")
def meeting_print(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """The meeting on paper."""
    room = load(visit, slug, meeting_id)
    return visit.page("committees/meeting_print.html", **_values(visit, room))


@router.get("/{meeting_id}/change")
def change_page(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """Change when and where it is."""
    meeting = shown.meeting(visit, slug, meeting_id)
    only(meeting.can_run)
    values = {**_opened(meeting), "etag": meeting.etag}
    return _form(visit, shown.load(visit, slug), meeting, Form.of(values), meeting)


@router.post("/{meeting_id}/change")
def change(visit: Visitor, slug: str, meeting_id: str, form: Sent) -> Answer:
    """Save it."""
    meeting, said = shown.meeting(visit, slug, meeting_id), pb.Meeting()
    said.CopyFrom(meeting)
    said.etag = form.text("etag")
    _read(form, said)
    asked = pb.UpdateMeetingRequest(meeting=said, request_id=form.request_id)
    if not form.errors:
        try:
            visit.clients.meetings.UpdateMeeting(asked)
        except Refused as error:
            form.refuse(error, _NAMES)
            form.values["etag"] = [meeting.etag]
        else:
            return visit.go(shown.path(meeting.name), done="meeting-saved")
    return _form(visit, shown.load(visit, slug), meeting, form, said)


@router.get("/{meeting_id}/agenda")
def agenda_page(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """Order the agenda, add to it, take from it."""
    room = load(visit, slug, meeting_id)
    return _agenda(visit, room, Form.of({**agenda.opened(room.meeting), "etag": room.meeting.etag}))


@router.post("/{meeting_id}/agenda")
def save_agenda(visit: Visitor, slug: str, meeting_id: str, form: Sent) -> Answer:
    """Save the agenda."""
    room = load(visit, slug, meeting_id)
    asked = pb.UpdateAgendaRequest(
        name=room.meeting.name,
        items=agenda.read(form, room.meeting),
        etag=form.text("etag"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.meetings.UpdateAgenda, asked):
        more = form.text("action") == "more"
        return visit.go(f"{room.base}/agenda" if more else room.base, done="agenda-saved")
    form.values["etag"] = [room.meeting.etag]
    return _agenda(visit, room, form)


@router.get("/{meeting_id}/call")
def call_page(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """What calling the meeting does: how many are told, and how long before."""
    return _call(visit, load(visit, slug, meeting_id), Form.of({"late_reason": ""}))


@router.post("/{meeting_id}/call")
def call(visit: Visitor, slug: str, meeting_id: str, form: Sent) -> Answer:
    """Call it."""
    committee, meeting = shown.load(visit, slug), shown.meeting(visit, slug, meeting_id)
    if phrases.is_late(meeting, committee.rules, visit.now):
        form.needs("late_reason", "Say why it is called so late. Members read it.")
    asked = pb.CallMeetingRequest(
        name=meeting.name,
        late_reason=form.block("late_reason"),
        etag=form.text("etag"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.meetings.CallMeeting, asked):
        return visit.go(shown.path(meeting.name), done="meeting-called")
    return _call(visit, load(visit, slug, meeting_id), form)


@router.get("/{meeting_id}/cancel")
def cancel_page(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """What canceling does."""
    return _before(visit, "cancel", load(visit, slug, meeting_id), Form.of({"reason": ""}))


@router.post("/{meeting_id}/cancel")
def cancel(visit: Visitor, slug: str, meeting_id: str, form: Sent) -> Answer:
    """Say that it does not take place."""
    form.needs("reason", "Say why. Members read it.")
    asked = pb.CancelMeetingRequest(
        name=f"{shown.name(slug)}/meetings/{meeting_id}",
        reason=form.block("reason"),
        etag=form.text("etag"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.meetings.CancelMeeting, asked):
        return visit.go(f"/committees/{slug}/meetings/{meeting_id}", done="meeting-cancelled")
    return _before(visit, "cancel", load(visit, slug, meeting_id), form)


@router.post("/{meeting_id}/answer")
def answer(visit: Visitor, slug: str, meeting_id: str, form: Sent) -> Answer:
    """Say that the visitor comes, or that they cannot and their alternate is asked."""
    comes = form.text("comes") == "yes"
    asked = pb.AnswerCallRequest(
        name=f"{shown.name(slug)}/meetings/{meeting_id}",
        comes=comes,
        reason="" if comes else form.text("reason"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.meetings.AnswerCall, asked):
        return visit.go(
            f"/committees/{slug}/meetings/{meeting_id}", done="coming" if comes else _not_coming(visit, slug)
        )
    return show(visit, slug, meeting_id, form)


def _not_coming(visit: Visit, slug: str) -> str:
    people = shown.people(visit, shown.load(visit, slug))
    return "not-coming" if people.has_alternate(visit.person) else "not-coming-alone"


@router.get("/{meeting_id}/attendance.csv")
def attendance_file(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """Who said that they come, and who was there from when until when; for who runs the meeting."""
    room = load(visit, slug, meeting_id)
    meeting, people = room.meeting, room.people
    only(meeting.can_run)
    numbers = {one: person.staff_number for one, person in visit.people([m.person for m in people.each]).items()}
    answers = {one.person: one for one in meeting.answers}
    lines = []
    for row in roll.rows(meeting, people):
        said = answers.get(row.person)
        came = "; ".join(phrases.clock_of(one.start, meeting.zone) for one in row.stays)
        left = "; ".join(phrases.clock_of(one.end, meeting.zone) for one in row.stays if one.end)
        how = "" if said is None else "Comes" if said.comes else "Cannot come"
        lines.append(
            [
                meeting.title,
                phrases.begins(meeting).date().isoformat(),
                row.name,
                numbers.get(row.person, ""),
                row.place,
                row.part,
                how,
                said.reason if said else "",
                came,
                left,
            ]
        )
    name = f"{room.committee.code}-attendance-{phrases.begins(meeting).date().isoformat()}.csv"
    return visit.download(sheets.file_of(_COLUMNS, lines), name, sheets.MEDIA_TYPE)


def load(visit: Visit, slug: str, meeting_id: str, others: Sequence[str] = ()) -> Room:
    """Return a meeting that the visitor sees, with who has a part there on its day."""
    committee, meeting = shown.load(visit, slug), shown.meeting(visit, slug, meeting_id)
    there = [*(one.person for one in meeting.presence), *(one.person for one in meeting.answers)]
    day = phrases.begins(meeting).date().isoformat()
    return Room(committee, meeting, shown.people(visit, committee, day, [*there, meeting.approver, *others]))


def show(visit: Visit, slug: str, meeting_id: str, form: Form) -> Answer:
    """Show a meeting, with what is wrong with a form of its page."""
    room = load(visit, slug, meeting_id)
    form.values.setdefault("reason", [""])
    form.values.setdefault("at", [forms.moment_shown(room.meeting, visit.now)])
    return visit.page(
        "committees/meeting.html",
        status=400 if form.errors else 200,
        form=form,
        on_no_item=_on_no_item(visit, room),
        **_values(visit, room),
    )


def _on_no_item(visit: Visit, room: Room) -> list[tuple[str, str]]:
    """Return the votes that whoever runs a meeting has to put on its agenda, while they can."""
    if not room.meeting.can_run or room.meeting.state not in (pb.Meeting.DRAFT, pb.Meeting.CALLED):
        return []
    return votes.on_no_item(votes.in_meeting(visit, room.committee, room.meeting.name), room.meeting)


def _values(visit: Visit, room: Room) -> Mapping[str, Any]:
    """Return what the page of a meeting and its print show."""
    committee, meeting, people = room.committee, room.meeting, room.people
    inside = meeting.takes_part or meeting.can_run
    every = shown.actions(visit, committee.name) if inside else []
    to_do = [one for one in every if one.meeting == meeting.name]
    answered = {one.person: one for one in meeting.answers}
    return {
        "committee": committee,
        "meeting": meeting,
        "people": people,
        "rows": roll.rows(meeting, people),
        "coming": sum(one.comes for one in meeting.answers),
        "mine": answered.get(visit.person),
        "answers": answered,
        "inside": inside,
        "to_do": to_do,
        "minutes": next((one for one in meeting.documents if one.kind == pb.Document.MINUTES), None),
        "papers": [one for one in meeting.documents if one.kind != pb.Document.MINUTES],
        "is_over": phrases.ends(meeting) < visit.now,
        "has_begun": phrases.begins(meeting) <= visit.now,
        "is_near": phrases.begins(meeting) - _ROLL_OPENS <= visit.now,
        "titles": shown.titles(committee),
        "phrases": phrases,
        "path": shown.path,
        "base": room.base,
    }


def _opened(meeting: pb.Meeting) -> dict[str, Any]:
    return {**declared.shown(forms.MEETING, meeting), **forms.time_shown(meeting)}


def _read(form: Form, said: pb.Meeting) -> None:
    declared.read(forms.MEETING, form, said)
    forms.read_time(form, said)
    for one in declared.missing(forms.MEETING, said):
        form.errors.setdefault(one.name, "Fill this in.")


def _form(visit: Visit, committee: body_pb.Body, meeting: pb.Meeting | None, form: Form, said: pb.Meeting) -> Answer:
    return visit.page(
        "committees/meeting_form.html",
        status=400 if form.errors else 200,
        committee=committee,
        meeting=meeting,
        form=form,
        fields=forms.MEETING,
        zones=forms.zones(said),
        base=shown.path(meeting.name) if meeting else shown.path(committee.name),
        back=shown.path(committee.name),
    )


def _agenda(visit: Visit, room: Room, form: Form) -> Answer:
    return _before(
        visit,
        "agenda",
        room,
        form,
        rows=agenda.rows(form, room.meeting),
        kinds=list(phrases.ITEMS.items()),
        decides=votes.in_meeting(visit, room.committee, room.meeting.name),
    )


def _call(visit: Visit, room: Room, form: Form) -> Answer:
    late = phrases.is_late(room.meeting, room.committee.rules, visit.now)
    return _before(visit, "call", room, form, late=late, minutes=sum(one.minutes for one in room.meeting.items))


def _before(visit: Visit, step: str, room: Room, form: Form, **values: Any) -> Answer:  # noqa: ANN401 - as `Visit.page`
    """Show to who runs a meeting what is done with it before it takes place."""
    only(room.meeting.can_run)
    return visit.page(
        f"committees/{step}.html",
        status=400 if form.errors else 200,
        committee=room.committee,
        meeting=room.meeting,
        form=form,
        told=len(room.people.each),
        phrases=phrases,
        base=room.base,
        back=shown.path(room.committee.name),
        **values,
    )
