"""Days of effect and due days as a calendar (RFC 5545) that programs subscribe to."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from icalendar import Event

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from cadre.partnership.v1.meeting_service_pb2 import Meeting
from gateway.committees import dating
from gateway.feeds import told
from gateway.feeds.told import Site
from gateway.letters import letters
from gateway.web import icalendars
from gateway.words import sentences
from servicekit.calendar import PACIFIC, pacific_date

MEDIA_TYPE = icalendars.MEDIA_TYPE
# How long what was withdrawn is still said to be.
_CANCELLED_FOR = timedelta(days=60)
_CLOSE, _OPEN, _NOON = time(17), time(8), time(12)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Date:
    """Something that takes place on a day, or at a time of it, and what is said of it.

    *id* never changes. *sequence* grows with each change that programs must notice, and *changed_at* is when it came.
    """

    id: str
    letter: pb.Notice
    title: str
    begins: date | datetime
    ends: date | datetime | None
    sequence: int
    changed_at: datetime


def of_person(items: Iterable[inbox_pb.InboxItem], today: date) -> Iterator[Date]:
    """Give the days of effect of somebody's letters, and the days by which they have still something to do."""
    for item in items:
        letter, due = item.notice, sentences.as_date(item.due_date)
        if _past(letter, today):
            continue
        yield from _effect(letter)
        asked = letter.asks not in (pb.NOTHING, pb.ASKS_UNSPECIFIED)
        if due and asked and not (item.ready or item.excused or item.on_leave):
            # A day of one's own only ever moves away: whoever comes later, or comes back, has longer.
            moved = (due - (sentences.as_date(letter.due_date) or due)).days
            sequence = moved + told.changes(letter)
            yield Date("due", letter, "Due", due, due + _DAY, sequence, told.changed_at(letter))


def of_agency(agency: str, items: Iterable[agency_pb.AgencyNotice], today: date) -> Iterator[Date]:
    """Give the days of effect of an agency's letters, and the times by which it confirms them."""
    for item in items:
        letter, stands = item.notice, item.readiness
        if _past(letter, today):
            continue
        yield from _effect(letter)
        day = sentences.as_date(letter.agency_due_date)
        if not day or not stands.HasField("deliver_time") or stands.asked_no_more:
            continue
        confirmed = stands.HasField("confirm_time")
        changed = max(told.changed_at(letter), told.moment(stands.confirm_time))
        sequence = int(confirmed) + 2 * told.changes(letter)
        name = f"confirm-{agency.removeprefix('agencies/')}"
        if letters.in_the_morning(letter):
            begins, ends, title = _at(day, _OPEN), _at(day, _NOON), "Confirm this morning"
        else:
            begins, ends, title = _at(day, _CLOSE), None, "Confirm by 5 p.m."
        yield Date(name, letter, "Confirmed" if confirmed else title, begins, ends, sequence, changed)


def calendar(site: Site, title: str, dates: Iterable[Date], meetings: Iterable[Meeting] = ()) -> bytes:
    """Write *dates* and *meetings* as a calendar."""
    made = icalendars.empty("PUBLISH")
    # Beside RFC 5545, and widely read: what it is called.
    made.add("x-wr-calname", told.plain(title))
    for one in dates:
        made.add_component(_event(site, one))
    for meeting in meetings:
        made.add_component(dating.event(meeting, site.address))
    content: bytes = made.to_ical()
    return content


def _event(site: Site, one: Date) -> Event:
    letter, made = one.letter, Event()
    said = "Withdrawn" if told.withdrawn(letter) else one.title
    made.add("uid", f"{told.id_of(letter)}-{one.id}@{site.host}")
    made.add("dtstamp", one.changed_at)
    made.add("sequence", one.sequence)
    made.add("dtstart", one.begins)
    if one.ends:
        made.add("dtend", one.ends)
    made.add("summary", f"{said}: {told.named(letter)}")
    made.add("description", f"{told.sentence(letter)}\n\n{site.page(letter)}")
    made.add("url", site.page(letter))
    if letter.series:
        made.add("categories", [letter.series])
    made.add("status", "CANCELLED" if told.withdrawn(letter) else "CONFIRMED")
    # Nobody is busy because something takes effect, or is due.
    made.add("transp", "TRANSPARENT")
    return made


def _effect(letter: pb.Notice) -> Iterator[Date]:
    day = sentences.as_date(letter.effective_date)
    if day:
        sequence = told.changes(letter)
        yield Date("effect", letter, "Takes effect", day, day + _DAY, sequence, told.changed_at(letter))
        for one in letter.section_dates:
            later = date.fromisoformat(one.effective_date)
            # A part is the same one as long as it has its name, whatever day it is moved to.
            named = f"effect-{hashlib.sha256(one.section.casefold().encode()).hexdigest()[:12]}"
            title = f"{told.plain(one.section)} takes effect"
            yield Date(named, letter, title, later, later + _DAY, sequence, told.changed_at(letter))


def _past(letter: pb.Notice, today: date) -> bool:
    """Whether it was withdrawn so long ago that nobody has to be told any more."""
    return told.withdrawn(letter) and pacific_date(told.changed_at(letter)) + _CANCELLED_FOR < today


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, PACIFIC)
