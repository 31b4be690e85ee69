"""A meeting while it is held and afterwards: the roll, what was said of each item, notes, minutes."""

from datetime import UTC
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.partnership.v1 import meeting_service_pb2 as pb
from gateway.committees import forms, meetings, phrases, roll, shown
from gateway.committees.meetings import Room
from gateway.web.forms import Form
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/committees/{slug}/meetings/{meeting_id}")

_LOOKED_AT = 100
_TOOK_PLACE = (pb.Meeting.HELD, pb.Meeting.NOTES_OUT, pb.Meeting.CLOSED)


@router.post("/roll")
def keep_roll(visit: Visitor, slug: str, meeting_id: str, form: Sent) -> Answer:
    """Note that somebody came, went or came back; or that all who said they come are there."""
    meeting = shown.meeting(visit, slug, meeting_id)
    at = forms.moment(form, "at", meeting, visit.now)
    what, _, person = form.text("do").partition(" ")
    if at is not None and not form.errors:
        after = roll.changed(meeting, what, person, at)
        if roll.same(meeting.presence, after):
            return visit.go(f"{shown.path(meeting.name)}#roll")
        try:
            visit.clients.meetings.RecordPresence(
                pb.RecordPresenceRequest(
                    name=meeting.name, presence=after, etag=meeting.etag, request_id=form.request_id
                )
            )
        except Refused as error:
            form.refuse(error, dict.fromkeys(("arrive_time", "leave_time"), "at"))
        else:
            return visit.go(f"{shown.path(meeting.name)}#roll", done="roll-saved")
    return meetings.show(visit, slug, meeting_id, form)


@router.get("/items/{item_id}")
def item_page(visit: Visitor, slug: str, meeting_id: str, item_id: str) -> Answer:
    """What was said of an item, what came of it and when it was over."""
    meeting = shown.meeting(visit, slug, meeting_id)
    only(meeting.can_run)
    item = _item_of(meeting, item_id)
    over = phrases.local(item.end_time.ToDatetime(UTC), meeting.zone) if item.HasField("end_time") else None
    values = {"notes": item.notes, "outcome": item.outcome, "over": f"{over:%H:%M}" if over else ""}
    return _item(visit, "item", slug, meeting, item, Form.of({**values, "etag": meeting.etag}))


@router.get("/items/{item_id}/notes")
def item_notes(visit: Visitor, slug: str, meeting_id: str, item_id: str) -> Answer:
    """What was said of an item, where it is too long to stand on the page of the meeting."""
    meeting = shown.meeting(visit, slug, meeting_id)
    return _item(visit, "item_notes", slug, meeting, _item_of(meeting, item_id), Form())


@router.post("/items/{item_id}")
def save_item(visit: Visitor, slug: str, meeting_id: str, item_id: str, form: Sent) -> Answer:
    """Save it."""
    meeting = shown.meeting(visit, slug, meeting_id)
    item = _item_of(meeting, item_id)
    asked = pb.RecordItemRequest(
        name=meeting.name,
        item=item_id,
        outcome=form.text("outcome"),
        etag=form.text("etag"),
        request_id=form.request_id,
    )
    shown.write(asked, "notes", form.block("notes"))
    if form.text("over"):
        at = forms.moment(form, "over", meeting, visit.now)
        if at is not None:
            asked.end_time.FromDatetime(at)
    if form.accepted(visit.clients.meetings.RecordItem, asked):
        return visit.go(f"{shown.path(meeting.name)}#agenda", done="notes-saved")
    form.values["etag"] = [meeting.etag]
    return _item(visit, "item", slug, meeting, item, form)


@router.get("/held")
def held_page(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """What saying that it took place does."""
    return _step(visit, "held", meetings.load(visit, slug, meeting_id), Form())


@router.post("/held")
def held(visit: Visitor, slug: str, meeting_id: str, form: Sent) -> Answer:
    """Say that it took place."""
    name = f"{shown.name(slug)}/meetings/{meeting_id}"
    asked = pb.HoldMeetingRequest(name=name, etag=form.text("etag"), request_id=form.request_id)
    if form.accepted(visit.clients.meetings.HoldMeeting, asked):
        return visit.go(shown.path(name), done="meeting-held")
    return _step(visit, "held", meetings.load(visit, slug, meeting_id), form)


@router.get("/notes")
def notes_page(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """What putting the notes out does."""
    return _step(visit, "notes", meetings.load(visit, slug, meeting_id), Form())


@router.post("/notes")
def put_out(visit: Visitor, slug: str, meeting_id: str, form: Sent) -> Answer:
    """Put the notes out to the members."""
    name = f"{shown.name(slug)}/meetings/{meeting_id}"
    asked = pb.PublishNotesRequest(name=name, etag=form.text("etag"), request_id=form.request_id)
    if form.accepted(visit.clients.meetings.PublishNotes, asked):
        return visit.go(shown.path(name), done="notes-out")
    return _step(visit, "notes", meetings.load(visit, slug, meeting_id), form)


@router.get("/approve")
def approve_page(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """The minutes as they would be approved."""
    return _approve(visit, slug, meeting_id, Form.of({"approving": ""}))


@router.post("/approve")
def approve(visit: Visitor, slug: str, meeting_id: str, form: Sent) -> Answer:
    """Say that the committee approved them, and at which meeting."""
    approving = form.needs("approving", "Choose the meeting at which they were approved.")
    asked = pb.ApproveMinutesRequest(
        name=f"{shown.name(slug)}/meetings/{meeting_id}",
        digest=form.text("digest"),
        approving_meeting=f"{shown.name(slug)}/meetings/{approving}",
        etag=form.text("etag"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.meetings.ApproveMinutes, asked):
        return visit.go(f"/committees/{slug}/meetings/{meeting_id}", done="minutes-approved")
    return _approve(visit, slug, meeting_id, form)


def _item_of(meeting: pb.Meeting, item_id: str) -> pb.AgendaItem:
    found = next((one for one in meeting.items if one.id == item_id), None)
    if found is None:
        raise HTTPException(404)
    return found


def _item(visit: Visit, page: str, slug: str, meeting: pb.Meeting, item: pb.AgendaItem, form: Form) -> Answer:
    committee = shown.load(visit, slug)
    return visit.page(
        f"committees/{page}.html",
        status=400 if form.errors else 200,
        committee=committee,
        meeting=meeting,
        item=item,
        form=form,
        phrases=phrases,
        base=shown.path(meeting.name),
        back=shown.path(committee.name),
    )


def _step(visit: Visit, step: str, room: Room, form: Form, **values: Any) -> Answer:  # noqa: ANN401 - as `Visit.page`
    only(room.meeting.can_run or room.meeting.can_approve)
    return visit.page(
        f"committees/{step}.html",
        status=400 if form.errors else 200,
        committee=room.committee,
        meeting=room.meeting,
        form=form,
        told=len(room.people.each),
        people=room.people,
        without=[one.title for one in room.meeting.items if not one.notes and not one.outcome],
        titles=shown.titles(room.committee),
        phrases=phrases,
        base=room.base,
        back=shown.path(room.committee.name),
        **values,
    )


def _approve(visit: Visit, slug: str, meeting_id: str, form: Form) -> Answer:
    room = meetings.load(visit, slug, meeting_id)
    only(room.meeting.can_approve)
    summary = next((one for one in room.meeting.documents if one.kind == pb.Document.MINUTES), None)
    minutes = visit.clients.meetings.GetDocument(pb.GetDocumentRequest(name=summary.name)) if summary else None
    asked = pb.ListMeetingsRequest(parent=room.committee.name, page_size=_LOOKED_AT)
    listed = visit.clients.meetings.ListMeetings(asked).meetings
    offered = [
        (one.name.rpartition("/")[2], f"{one.title}, {phrases.when(one, visit.today)}")
        for one in listed
        if one.state in _TOOK_PLACE
        and one.name != room.meeting.name
        and one.start_time.seconds >= room.meeting.start_time.seconds
    ]
    return _step(visit, "approve", room, form, minutes=minutes, offered=[("", "Choose one"), *offered])
