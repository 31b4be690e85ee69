"""The forms of a committee, its rules and a meeting, declared once."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo

from google.protobuf.message import Message

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from gateway.committees import phrases
from gateway.web.declared import Box, Field, Line, Lines, Named
from gateway.web.forms import Form
from gateway.words import sentences
from servicekit.calendar import YEARS_OF_DOCUMENTS

_SHARE = re.compile(r"([1-9]\d{0,2}) ?/ ?([1-9]\d{0,2})")
_A_SHARE = "Give a share such as 2/3, or leave it empty."


@dataclass(frozen=True)
class Number(Field):
    """A whole number from 0."""

    control: ClassVar[str] = "number"

    def read(self, form: Form, message: Message) -> None:
        """Take over the number, if it is one; nothing is 0."""
        self.put(message, form.number(self.name) if form.text(self.name) else 0)


@dataclass(frozen=True)
class Share(Field):
    """A share, such as 2/3."""

    size: str = "small"

    def shown(self, message: Message) -> str:
        """`2/3`; empty where none is asked for."""
        given = self.value(message)
        return f"{given.numerator}/{given.denominator}" if given.denominator else ""

    def read(self, form: Form, message: Message) -> None:
        """Take over the share, if it is one that is not more than all."""
        typed = form.text(self.name)
        found = _SHARE.fullmatch(typed)
        *outer, last = self._path
        holder = message
        for part in outer:
            holder = getattr(holder, part)
        holder.ClearField(last)
        if found is not None and int(found[1]) <= int(found[2]):
            share = getattr(holder, last)
            share.numerator, share.denominator = int(found[1]), int(found[2])
        elif typed:
            form.errors[self.name] = _A_SHARE


COMMITTEE = (
    Line("committee_title", "Name", of="title", needed=True, most=120),
    Line(
        "committee_code",
        "Short name, in capitals",
        "Meetings and decisions are numbered by it, such as STSC",
        of="code",
        needed=True,
        most=20,
        size="small",
    ),
    Named("committee_kind", "Kind", of="kind", values=phrases.KINDS, enum=body_pb.Body.Kind, needed=True),
    Lines("purpose", "What it is for", "One or two sentences", needed=True, most=1_000),
    Named(
        "visibility",
        "Who sees that it exists, who sits there and when it meets",
        values=phrases.VISIBILITIES,
        enum=body_pb.Body.Visibility,
        needed=True,
    ),
    Box("newcomers_read_all", "Who comes new reads what was written before"),
    Box("open_meetings", "Its meetings are under an open-meeting law"),
)
RULES = (
    Share(
        "quorum",
        "More than this share of the filled seats must be there",
        "Such as 1/2",
        of="rules.quorum",
    ),
    Number(
        "quorum_of_each",
        "And at least so many of each constituency",
        of="rules.quorum_of_each_constituency",
    ),
    Number("call_hours", "Hours before a meeting by which it is called", of="rules.notice_hours"),
    Box("written_votes", "Members may vote between meetings", of="rules.written_votes"),
    Share(
        "override",
        "Share of those without a conflict that can override an objection",
        "Empty: an objection holds until it is settled",
        of="rules.override",
    ),
    Lines("conflict_text", "What is asked of who has a conflict", of="rules.conflict_text", most=2_000),
    Lines(
        "rules_source",
        "Where these numbers are from",
        "A document with its date. Where no public source gives them, begin with “Ours”.",
        of="source",
        needed=True,
        most=500,
    ),
)
# What a class of decisions needs: how a field is called, what stands above it, what it is of a threshold.
NEEDS = (
    ("of_all", "At least this share of those for and against"),
    ("of_each_constituency", "More than this share in each constituency"),
    ("yes_of_each_constituency", "At least so many yes from each constituency"),
)
MEETING = (
    Line("meeting_title", "Name of the meeting", of="title", needed=True, most=200),
    Lines("meeting_place", "Where", "A room with its address; empty if it is online alone", of="place", most=200),
    Line("meeting_link", "Link to join", "Begins with https://. Only who has a part sees it.", of="link", most=500),
    Box("meeting_public", "Whoever sees the committee reads agenda and approved minutes", of="public"),
)
_NAMES_OF_TIME = ("meeting_day", "meeting_begins", "meeting_ends", "meeting_zone")


def thresholds_shown(given: body_pb.BodyRules) -> dict[str, str]:
    """Return the fields of what each class of decisions needs, as they are opened."""
    known = {one.decision_class: one for one in given.thresholds}
    values: dict[str, str] = {}
    for decision_class in phrases.CLASSES:
        one = known.get(decision_class, body_pb.Threshold())
        for field, _ in NEEDS:
            value = getattr(one, field)
            said = str(value or "") if isinstance(value, int) else Share(field, "").shown(one)
            values[f"{field}-{decision_class.lower()}"] = said
    return values


def read_thresholds(form: Form, given: body_pb.BodyRules) -> None:
    """Take over what each class of decisions needs; a class that needs nothing is not said."""
    del given.thresholds[:]
    for decision_class in phrases.CLASSES:
        one = body_pb.Threshold(decision_class=decision_class)
        end = decision_class.lower()
        for field, _ in NEEDS[:2]:
            name = f"{field}-{end}"
            Share(name, "", of=field).read(form, one)
        Number(f"yes_of_each_constituency-{end}", "", of="yes_of_each_constituency").read(form, one)
        if one.of_all.denominator or one.of_each_constituency.denominator or one.yes_of_each_constituency:
            given.thresholds.append(one)


def time_shown(meeting: meeting_pb.Meeting) -> dict[str, str]:
    """Return the fields of when a meeting is, as they are opened: in its zone, California's where it has none."""
    if not meeting.start_time.seconds:
        return dict.fromkeys(_NAMES_OF_TIME[:3], "") | {"meeting_zone": meeting.zone or "America/Los_Angeles"}
    start, end = phrases.begins(meeting), phrases.ends(meeting)
    said = (start.date().isoformat(), f"{start:%H:%M}", f"{end:%H:%M}", meeting.zone)
    return dict(zip(_NAMES_OF_TIME, said, strict=True))


def read_time(form: Form, meeting: meeting_pb.Meeting) -> None:
    """Take over when a meeting is; what is wrong with it is said at its field."""
    day = form.day("meeting_day", YEARS_OF_DOCUMENTS, "Say on which day it is.")
    zone = form.text("meeting_zone")
    if zone not in phrases.ZONES and zone != meeting.zone:
        form.errors["meeting_zone"] = "Choose one of these."
    times = [_time(form, name) for name in ("meeting_begins", "meeting_ends")]
    if day is None or None in times or "meeting_zone" in form.errors:
        return
    start, end = (datetime.combine(day, at, ZoneInfo(zone)) for at in times if at is not None)
    for name, at in (("meeting_begins", start), ("meeting_ends", end)):
        if not _exists(at):
            form.errors[name] = "There is no such time on that day: the clocks change."
    if end.timestamp() <= start.timestamp():
        form.errors["meeting_ends"] = "It ends after it begins."
    if not form.errors:
        meeting.start_time.FromDatetime(start)
        meeting.end_time.FromDatetime(end)
        meeting.zone = zone


def zones(meeting: meeting_pb.Meeting) -> list[tuple[str, str]]:
    """Return the zones that can be chosen, with that of the meeting."""
    known = dict(phrases.ZONES)
    if meeting.zone:
        known.setdefault(meeting.zone, phrases.zone_named(meeting.zone))
    return list(known.items())


def moment(form: Form, name: str, meeting: meeting_pb.Meeting, now: datetime) -> datetime | None:
    """Read a time on the day of a meeting, in its zone; now where nothing is typed. None where it is none."""
    if not form.text(name):
        return now
    at = _time(form, name)
    start = phrases.begins(meeting)
    if at is None:
        return None
    return datetime.combine(start.date(), at, start.tzinfo)


def moment_shown(meeting: meeting_pb.Meeting, now: datetime) -> str:
    """Return what stands in such a field at first: nothing on the day of the meeting, when it begins on others."""
    start = phrases.begins(meeting)
    return "" if phrases.local(now, meeting.zone).date() == start.date() else f"{start:%H:%M}"


def _time(form: Form, name: str) -> time | None:
    at = sentences.as_time(form.text(name))
    if at is None:
        form.errors[name] = "Give a time, such as 09:30."
    return at


def _exists(at: datetime) -> bool:
    """Whether clocks of its zone ever show it."""
    back = datetime.fromtimestamp(at.timestamp(), at.tzinfo)
    return back.replace(tzinfo=None, fold=0) == at.replace(tzinfo=None, fold=0)
