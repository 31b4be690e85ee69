"""Committees and their meetings in words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from gateway.words import sentences
from servicekit.calendar import PACIFIC

KINDS: Mapping[str, str] = {
    "COMMITTEE": "Committee",
    "PARTNERSHIP": "Partnership",
    "PEER_GROUP": "Group of agencies alike",
    "WORK_GROUP": "Work group",
    "WORKSHOP": "Workshop",
}
VISIBILITIES: Mapping[str, str] = {
    "EVERYONE": "Everyone who signs in",
    "MEMBERS": "Its members, and who calls committees together",
}
PARTS: Mapping[str, str] = {
    "MEMBER": "Member",
    "ALTERNATE": "Alternate",
    "CHAIR": "Chair",
    "DEPUTY": "Deputy chair",
    "SECRETARY": "Secretary",
    "OBSERVER": "Observer",
}
# Who holds one of these runs the meetings.
RUNS = ("CHAIR", "DEPUTY", "SECRETARY")
ITEMS: Mapping[str, str] = {
    "DISCUSSION": "Discussion",
    "DECISION": "Decision",
    "CONSENT": "Decided together, unless somebody objects",
    "INFORMATION": "Information",
    "PRIORITY": "What comes first",
    "TALK": "Talk",
    "REPORT": "Report",
}
PAPERS: Mapping[str, str] = {
    "PAPER": "Paper",
    "RECORDING": "Recording",
    "TRANSCRIPT": "Transcript",
    "CHAT": "What was written beside the meeting",
}
_MINUTES = "Minutes"
STATES: Mapping[str, str] = {
    "DRAFT": "Draft",
    "CALLED": "Called",
    "HELD": "Took place, notes not out yet",
    "NOTES_OUT": "Notes are out",
    "CLOSED": "Minutes approved",
    "CANCELLED": "Canceled",
}
CLASSES: Mapping[str, str] = {
    "MAJOR": "Large decisions",
    "MINOR": "Small decisions",
    "EDITORIAL": "Changes of wording",
}
# As people name them; the abbreviations are wrong for half of the year, and some for all of it.
ZONES: Mapping[str, str] = {
    "America/Los_Angeles": "Pacific",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Chicago": "Central",
    "America/New_York": "Eastern",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
    "Pacific/Guam": "Guam",
    "America/Puerto_Rico": "Puerto Rico",
}
_NOON = 12
# Up to so many hours are said in hours, not in days.
_HOURS_SAID = 48
# Signs: some 200 words.
_LONG_NOTES = 1_200
# Who set the numbers, where no public source has them.
OURS = "These numbers are ours: no public source gives them."


# ---- times ----


def zone_named(zone: str) -> str:
    """`Central`."""
    return ZONES.get(zone) or zone.rpartition("/")[2].replace("_", " ")


def local(at: datetime, zone: str) -> datetime:
    """Return a moment as clocks in *zone* show it; in California where nobody knows the zone."""
    try:
        return at.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        return at.astimezone(PACIFIC)


def begins(meeting: meeting_pb.Meeting) -> datetime:
    """When a meeting begins, in its zone."""
    return local(meeting.start_time.ToDatetime(PACIFIC), meeting.zone)


def ends(meeting: meeting_pb.Meeting) -> datetime:
    """When a meeting ends, in its zone."""
    return local(meeting.end_time.ToDatetime(PACIFIC), meeting.zone)


def when(meeting: meeting_pb.Meeting, today: date) -> str:
    """`Thursday, August 24, 10 to 11 a.m. Central (8 to 9 a.m. Pacific)`."""
    start, end = begins(meeting), ends(meeting)
    said = f"{_span(start, end, today, day=True)} {zone_named(meeting.zone)}"
    if start.utcoffset() == start.astimezone(PACIFIC).utcoffset():
        return said
    at_home = start.astimezone(PACIFIC), end.astimezone(PACIFIC)
    other_day = at_home[0].date() != start.date()
    return f"{said} ({_span(*at_home, today, day=other_day)} Pacific)"


def clock_of(at: datetime, zone: str) -> str:
    """`10:05 a.m.` in the zone of a meeting."""
    return " ".join(part for part in _clock(local(at, zone)) if part)


def at(moment: Timestamp) -> datetime:
    """Return a moment of the contract."""
    return moment.ToDatetime(PACIFIC)


def stay(start: datetime, end: datetime | None, zone: str) -> str:
    """`since 10:05 a.m.`, `10:05 to 11 a.m.`: when somebody was in the room."""
    if end is None:
        return f"Since {clock_of(start, zone)}"
    return f"{clock_of(start, zone)} to {clock_of(end, zone)}"


def _span(start: datetime, end: datetime, today: date, *, day: bool) -> str:
    if start.date() != end.date():
        first, last = (f"{sentences.long_day(one.date(), today)}, {' '.join(_clock(one))}" for one in (start, end))
        return f"{first.strip()} to {last.strip()}"
    (begin, half), (over, last_half) = _clock(start), _clock(end)
    hours = f"{begin} to {over} {last_half}" if half == last_half else f"{begin} {half} to {over} {last_half}"
    hours = " ".join(hours.split())
    return f"{sentences.long_day(start.date(), today)}, {hours}" if day else hours


def _clock(at: datetime) -> tuple[str, str]:
    """`10:30` and `a.m.`; noon and midnight have no half of the day."""
    if not at.minute and at.hour in (0, _NOON):
        return ("noon" if at.hour else "midnight"), ""
    hour = at.hour % _NOON or _NOON
    return f"{hour}:{at:%M}" if at.minute else str(hour), "a.m." if at.hour < _NOON else "p.m."


def ahead(meeting: meeting_pb.Meeting, now: datetime) -> str:
    """`8 days`, `5 hours`: how long it is until a meeting begins; empty once it has begun."""
    left = begins(meeting) - now
    if left <= timedelta(0):
        return ""
    return hours(int(left.total_seconds() // 3600))


def hours(number: int) -> str:
    """`5 hours`, `8 days`."""
    return sentences.count(number // 24, "day") if number > _HOURS_SAID else sentences.count(number, "hour")


def is_late(meeting: meeting_pb.Meeting, rules: body_pb.BodyRules, now: datetime) -> bool:
    """Whether it is later than the committee's rules ask to call a meeting."""
    return begins(meeting) - now < timedelta(hours=rules.notice_hours)


# ---- what things are ----


def kind(committee: body_pb.Body | body_pb.BodySummary) -> str:
    """`Committee`."""
    return KINDS.get(body_pb.Body.Kind.Name(committee.kind), "Committee")


def state(meeting: meeting_pb.Meeting) -> str:
    """How far a meeting is."""
    return STATES.get(meeting_pb.Meeting.State.Name(meeting.state), "")


def item_kind(item: meeting_pb.AgendaItem) -> str:
    """What an item of an agenda is."""
    return ITEMS.get(meeting_pb.AgendaItem.Kind.Name(item.kind), "")


def is_long(item: meeting_pb.AgendaItem) -> bool:
    """Whether the notes of an item have a page of their own: an agenda is read at a glance."""
    return len(item.notes) > _LONG_NOTES


def paper(document: meeting_pb.Document | meeting_pb.DocumentSummary) -> str:
    """What a paper is."""
    return PAPERS.get(meeting_pb.Document.Kind.Name(document.kind), _MINUTES)


def part(membership: membership_pb.Membership) -> str:
    """`Member`."""
    return PARTS.get(membership_pb.Membership.Part.Name(membership.part), "")


def papers(meeting: meeting_pb.Meeting) -> dict[str, str]:
    """What may be added to a meeting: papers at any time, what came of it only once it took place."""
    took_place = meeting.state in (meeting_pb.Meeting.HELD, meeting_pb.Meeting.NOTES_OUT, meeting_pb.Meeting.CLOSED)
    return {key: title for key, title in PAPERS.items() if took_place or key == "PAPER"}


def is_written(document: meeting_pb.Document, meeting: meeting_pb.Meeting) -> bool:
    """Whether people can write its next edition: of minutes, between the notes and their approval."""
    return bool(document.kind != meeting_pb.Document.MINUTES or meeting.state == meeting_pb.Meeting.NOTES_OUT)


def parts(names: Iterable[str]) -> str:
    """`Chair and member`, of the names that the contract has."""
    said = [PARTS.get(name, name) for name in names]
    return sentences.listed([*said[:1], *(one[:1].lower() + one[1:] for one in said[1:])])


def seats(committee: body_pb.BodySummary) -> str:
    """`9 of 11 seats filled`."""
    if not committee.seats:
        return sentences.count(committee.people, "person", "people")
    return f"{committee.filled} of {sentences.count(committee.seats, 'seat')} filled"


# ---- rules ----


def share(given: body_pb.Fraction) -> str:
    """`two thirds`; `2/7` of a share that has no name."""
    if not given.denominator:
        return ""
    names = {
        Fraction(1): "all",
        Fraction(1, 2): "half",
        Fraction(2, 3): "two thirds",
        Fraction(3, 4): "three quarters",
        Fraction(1, 3): "a third",
        Fraction(1, 4): "a quarter",
    }
    return names.get(Fraction(given.numerator, given.denominator), f"{given.numerator}/{given.denominator}")


def is_ours(committee: body_pb.Body) -> bool:
    """Whether its numbers are ours, and no public source's."""
    return committee.source.casefold().startswith("ours")


def rules(given: body_pb.BodyRules) -> list[str]:
    """Say by which rules a committee decides, a sentence each."""
    said = [_quorum(given)]
    said += [_threshold(one) for one in given.thresholds]
    if given.override.denominator:
        said.append(
            f"An objection holds a vote until it is settled, or until {share(given.override)} of those without a"
            " conflict override it and say why."
        )
    said.append(
        f"A meeting is called at least {hours(given.notice_hours)} before it begins."
        if given.notice_hours
        else "A meeting may be called at any time before it begins."
    )
    said.append("Members may vote between meetings." if given.written_votes else "Votes are taken at meetings alone.")
    if given.conflict_text:
        said.append(f"Who has a conflict: {given.conflict_text}")
    return [one for one in said if one]


def _quorum(given: body_pb.BodyRules) -> str:
    each = given.quorum_of_each_constituency
    of_each = f"at least {_number(each)} of each constituency" if each else ""
    if not given.quorum.denominator:
        return f"At every meeting {of_each} must be there." if of_each else "No number has to be there."
    return f"More than {share(given.quorum)} of the filled seats must be there{f', and {of_each}' if of_each else ''}."


def _threshold(given: body_pb.Threshold) -> str:
    what = {"MAJOR": "A large decision", "MINOR": "A small decision", "EDITORIAL": "A change of wording"}
    needs = []
    if given.of_all.denominator:
        needs.append(f"{share(given.of_all)} of those for and against")
    if given.of_each_constituency.denominator:
        needs.append(f"more than {share(given.of_each_constituency)} in each constituency")
    if given.yes_of_each_constituency:
        needs.append(f"at least {_number(given.yes_of_each_constituency)} yes from each constituency")
    if not needs:
        return ""
    return f"{what.get(given.decision_class, given.decision_class)} needs {sentences.listed(needs)}."


def _number(number: int) -> str:
    names = ("none", "one", "two", "three", "four", "five")
    return names[number] if number < len(names) else str(number)


def quorum(meeting: meeting_pb.Meeting, titles: Mapping[str, str]) -> str:
    """`6 of 9 filled seats are in the room: that is a quorum.`; without one, what is missing."""
    are, is_ = ("are", "is") if meeting.state == meeting_pb.Meeting.CALLED else ("were", "was")
    said = f"{meeting.seats_present} of {sentences.count(meeting.seats_filled, 'filled seat')} {are} in the room"
    if meeting.quorum:
        return f"{said}: that {is_} a quorum."
    missing = [titles.get(one, one) for one in meeting.constituencies_missing]
    why = f" Too few of {sentences.listed(missing)} {are} there." if missing else ""
    return f"{said}: that {is_} no quorum.{why}"
