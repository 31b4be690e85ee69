"""A meeting in calendars: the same event in a file of its own and in the feed of somebody's dates."""

from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.exceptions import HTTPException
from icalendar import Event

from cadre.partnership.v1.meeting_service_pb2 import Meeting
from gateway.committees import phrases, shown
from gateway.web import icalendars
from gateway.web.visit import Answer, Visitor
from servicekit.calendar import PACIFIC

router = APIRouter(prefix="/committees/{slug}/meetings/{meeting_id}")


@router.get("/meeting.ics")
def meeting_file(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """The meeting for a calendar; once it is canceled, what takes it out of there."""
    meeting = shown.meeting(visit, slug, meeting_id)
    if not meeting.HasField("call_time"):
        raise HTTPException(404)
    name = f"{slug}-{phrases.begins(meeting).date().isoformat()}.ics"
    return visit.download(file_of(meeting, visit.ours), name, f"{icalendars.MEDIA_TYPE}; charset=utf-8")


def file_of(meeting: Meeting, address: str) -> bytes:
    """Write a calendar of one meeting, which is read at this *address* of ours."""
    made = icalendars.empty("CANCEL" if _canceled(meeting) else "PUBLISH")
    made.add_component(event(meeting, address))
    content: bytes = made.to_ical()
    return content


def event(meeting: Meeting, address: str) -> Event:
    """Write a meeting: at its moment in the zone of the calendar, with what its own clocks show said beside it.

    By its id and its number programs know that what they have was moved, or canceled.
    """
    made, begins = Event(), phrases.begins(meeting)
    page = f"{address}{shown.path(meeting.name)}"
    made.add("uid", f"meeting-{meeting.name.rpartition('/')[2]}@{urlsplit(address).hostname or 'localhost'}")
    made.add("sequence", meeting.sequence)
    made.add("dtstamp", phrases.at(meeting.call_time).replace(microsecond=0))
    made.add("dtstart", begins.astimezone(PACIFIC))
    made.add("dtend", phrases.ends(meeting).astimezone(PACIFIC))
    made.add("summary", meeting.title)
    if where := meeting.place or meeting.link:
        made.add("location", where)
    said = [phrases.when(meeting, begins.date()), meeting.cancel_reason, meeting.link, page]
    made.add("description", "\n\n".join(part for part in said if part))
    made.add("url", page)
    made.add("status", "CANCELLED" if _canceled(meeting) else "CONFIRMED")
    return made


def _canceled(meeting: Meeting) -> bool:
    return bool(meeting.state == Meeting.CANCELLED)
