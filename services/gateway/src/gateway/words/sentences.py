"""What the pages say: days, counts and refusals as sentences in the words of the field."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.notification.v1.readiness_service_pb2 import Counts
from servicekit.calendar import PACIFIC, Calendar, CalendarYearMissing, pacific_date
from servicekit.rpc.client import Refused

# From this many people on, a percentage says more than it hides.
LEAST_FOR_PERCENT = 20
# Business days to which a date far ahead is counted; beyond, the date alone says it.
_COUNTED_DAYS = 400
_MOST_FIGURES = 9


# ---- days and times ----


def as_date(value: str) -> date | None:
    """Read `YYYY-MM-DD`; None if it is empty or no date."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def as_time(value: str) -> time | None:
    """Read `HH:MM`; None if it is empty or no time."""
    try:
        return time.fromisoformat(value)
    except ValueError:
        return None


def as_number(value: str) -> int | None:
    """Read a whole number from 0 of at most nine figures, which every contract holds; None if it is none."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= _MOST_FIGURES else None


def long_day(value: str | date, today: date) -> str:
    """`Tuesday, December 29`, with the year unless it is this one."""
    day = as_date(value) if isinstance(value, str) else value
    if day is None:
        return "no date"
    year = "" if day.year == today.year else f", {day.year}"
    return f"{day:%A, %B} {day.day}{year}"


def short_day(value: str | date, today: date) -> str:
    """`Dec 29`, with the year unless it is this one; for tables."""
    day = as_date(value) if isinstance(value, str) else value
    if day is None:
        return "no date"
    year = "" if day.year == today.year else f", {day.year}"
    return f"{day:%b} {day.day}{year}"


def weekday(value: str) -> str:
    """`Tuesday, December 29`: a day of which the year is said beside it."""
    day = as_date(value)
    return "no date" if day is None else f"{day:%A, %B} {day.day}"


def business_days(count: int) -> str:
    """`1 business day`, `3 business days`."""
    return f"{count} business day{'' if count == 1 else 's'}"


def due(due_date: str, effective_date: str, today: date, calendar: Calendar) -> str:
    """`due Tuesday, December 29, 3 business days before it takes effect`."""
    return f"due {by(due_date, effective_date, today, calendar)}" if as_date(due_date) else "no due date"


def by(due_date: str, effective_date: str, today: date, calendar: Calendar) -> str:
    """`Tuesday, December 29, 3 business days before it takes effect`; the day alone where they cannot be counted."""
    day, effective = as_date(due_date), as_date(effective_date)
    said = long_day(due_date, today)
    if day is None or effective is None:
        return said
    takes = "takes" if effective >= today else "took"
    if effective == day:
        return f"{said}, the day it {takes} effect"
    before = _between(calendar, day, effective)
    if before is None:
        return said
    if before >= 0:
        return f"{said}, {business_days(before)} before it {takes} effect"
    return f"{said}, {business_days(-before)} after it {takes} effect"


def takes_effect(effective_date: str, today: date, calendar: Calendar) -> str:
    """`takes effect Monday, January 4, 2027, 28 business days from today`."""
    day = as_date(effective_date)
    if day is None:
        return "no effective date yet"
    if day == today:
        return "takes effect today"
    if day < today:
        return f"took effect {long_day(day, today)}"
    ahead = _between(calendar, today, day) if (day - today).days < _COUNTED_DAYS else None
    return f"takes effect {long_day(day, today)}{'' if ahead is None else f', {business_days(ahead)} from today'}"


def _between(calendar: Calendar, start: date, end: date) -> int | None:
    try:
        return calendar.between(start, end)
    except CalendarYearMissing:
        return None


def moment(at: Timestamp | datetime, today: date, *, seconds: bool = False) -> str:
    """`Nov 23, 9:12 a.m.` in California."""
    local = _local(at)
    return f"{short_day(local.date(), today)}, {clock(local, seconds=seconds)}"


def ahead(at: Timestamp | datetime, now: datetime) -> str:
    """`Nov 23, 9:12:04 a.m.` in California; `now` once that has come."""
    return moment(at, pacific_date(now), seconds=True) if _local(at) > now else "now"


def clock(at: Timestamp | datetime, *, seconds: bool = False) -> str:
    """`9:12 a.m.` in California."""
    local = _local(at)
    hour = local.hour % 12 or 12
    return f"{hour}:{local:%M}{f':{local:%S}' if seconds else ''} {'a.m.' if local.hour < 12 else 'p.m.'}"  # noqa: PLR2004


def zone(at: datetime) -> str:
    """`Pacific Standard Time (PST)`: the zone of every time on the pages."""
    short = at.astimezone(PACIFIC).tzname()
    return f"Pacific {'Daylight' if short == 'PDT' else 'Standard'} Time ({short})"


def day_of(at: Timestamp, today: date) -> str:
    """`Nov 23`: the day in California on which it happened; empty if it did not."""
    return short_day(pacific_date(_local(at)), today) if at.seconds else ""


def ago(seconds: float) -> str:
    """`4 seconds`, `2 minutes`, `3 hours`: a rough age."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(int(seconds // size), name)
    return count(int(seconds), "second")


def as_moment(value: str) -> datetime:
    """Read a moment in ISO form."""
    return datetime.fromisoformat(value)


def _local(at: Timestamp | datetime) -> datetime:
    if isinstance(at, Timestamp):
        at = at.ToDatetime(tzinfo=PACIFIC)
    return at.astimezone(PACIFIC)


# ---- counts ----


def count(number: int, one: str, many: str = "") -> str:
    """`1 agency`, `7,512 staff`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def of(part: int, whole: int) -> str:
    """`8 of 11`; from 20 people on with a percentage: `5,634 of 7,512 (75%)`."""
    said = f"{part:,} of {whole:,}"
    return f"{said} ({percent(part, whole)})" if whole >= LEAST_FOR_PERCENT else said


def ready_of(counts: Counts) -> str:
    """`8 of 11`, of those at work; where there is nobody to count, why."""
    if not counts.of:
        return "No one affected"
    return of(counts.ready, counts.at_work) if counts.at_work else "All on leave"


def percent(part: int, whole: int) -> str:
    """`75%`; neither 0% nor 100% unless it is so."""
    if not whole:
        return "0%"
    share = 100 * part / whole
    if 0 < share < 1:
        return "under 1%"
    if 99 < share < 100:  # noqa: PLR2004 - percent
        return "over 99%"
    return f"{share:.0f}%"


def staff_hours(people: int, minutes: int) -> str:
    """`about 2,500 staff hours`, rounded as a guess deserves."""
    hours = people * minutes / 60
    step = 100 if hours >= 1000 else 10 if hours >= 100 else 1  # noqa: PLR2004 - powers of ten
    return f"about {round(hours / step) * step:,} staff hours"


def hours(minutes: int) -> str:
    """`1 hour 25 minutes`."""
    whole, rest = divmod(minutes, 60)
    parts = [count(whole, "hour")] if whole else []
    if rest or not whole:
        parts.append(count(rest, "minute"))
    return " ".join(parts)


def listed(parts: Iterable[str]) -> str:
    """`a, b and c`."""
    items = list(parts)
    if len(items) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


# ---- refusals ----

_BY_REASON = {
    "INVALID_FIELD": "This {rule}.",
    "ALREADY_EXISTS": "There is one already: {resource}.",
    "NOT_FOUND": "This is not there, or not yours to see.",
    "NOT_SIGNED_IN": "You are not signed in any more. Sign in again.",
    "STALE": "Somebody changed this after you opened it. Look at it again, then save.",
    "REQUEST_ID_REUSED": "This form was sent before with other content. Check what is on the page, then send it again.",
    "PERMISSION_MISSING": "You may not do this. Ask your coordinator if you should.",
    "DEADLINE_PASSED": "The answer took too long. Nothing is lost: try again.",
    # notification
    "SELF_APPROVAL": "You wrote this letter. A second person must approve it.",
    "AUDIENCE_NOT_READY": "The list of staff is still being made. Wait a few seconds, then issue it again.",
    "APPROVAL_VOID": "This is not what was sent for approval: {differs} changed since. Return it to its author.",
    "NUMBER_TAKEN": "{series} {number} is taken by another letter. Choose the next free number.",
    "WRONG_STATE": "This letter was changed in the meantime. Open it again to see how it stands.",
    "TEXT_CHANGED": "This is not the text that was issued. Open the letter again, then confirm.",
    "ALREADY_CONFIRMED": "This was confirmed before. The first confirmation stands.",
    "FILE_EMPTY": "The file is empty. Choose another one.",
    "FILE_TOO_LARGE": "The file {rule}.",
    "FILE_TYPE_NOT_ALLOWED": "The file {rule}.",
    "FILE_DAMAGED": "The file {rule}. Save it again, then attach it.",
    "FILE_ENCRYPTED": "The file {rule}. Save it without one, then attach it.",
    "FILE_TOO_COMPLEX": "The file {rule}, and is not. Save it anew from the program that made it, or send it in parts.",
    "FILE_READERS_BUSY": "Other files are being checked at this moment. Choose it again in a few seconds.",
    "TOO_MANY_FILES": "The letter has {value} files. It cannot have more.",
    "FILE_ATTACHED_ALREADY": "The file {rule}.",
    "TEXT_UNREADABLE": "There is no text that could be checked ({where}). Look at the file and write what you saw.",
    "PERSONAL_NUMBERS_FOUND": "The file seems to hold personal numbers ({where}). Take them out, or write why they are"
    " none.",
    "NOTICE_WITHDRAWN": "This letter was withdrawn. There is nothing to do for it any more.",
    # enrollment
    "BRIEFING_DOES_NOT_COUNT": "For this letter a local briefing does not count. Record another kind of training.",
    "ASSIGNMENT_NOT_OPEN": "This training is not open: it is done, or it does not apply.",
    "ASSIGNMENT_NOT_WAIVED": "Nobody noted that this does not apply, so there is nothing to undo.",
    "COURSE_NOT_KNOWN": "The course is not known yet. Wait a few seconds, then try again.",
    "SECTION_OUT_OF_ORDER": "Finish the sections in order, from the first one on.",
    "TRAINING_IN_FUTURE": "The date lies ahead. Record training after it was given.",
    "TRAINING_BEFORE_NOTICE": "The date lies before the letter. Only training on this change counts.",
    "PEOPLE_NOT_OF_AGENCY": "Some of these people do not work at this agency.",
    "PEOPLE_EXCUSED": "To some of these people it does not apply.",
    # evaluation
    "ALREADY_SUBMITTED": "These answers were sent before. Start the test again to try once more.",
    # directory
    "JOB_OVERLAPS": "This person has a job here at that time already.",
    "LEAD_OVERLAPS": "This person leads this unit at that time already.",
    "LEAD_WITHOUT_JOB": "This person does not work here on that day, so they cannot begin to lead a unit on it.",
    "LEAD_ENDED": "That has ended already, and stays on record as it was.",
    "LEAVE_OVERLAPS": "A leave at this time is recorded already.",
    "NO_CURRENT_JOB": "This person does not work here on that day.",
    "TOO_MANY_GUESSES": (
        "Too many staff numbers of other agencies came with another name today, so nothing more is compared until"
        " tomorrow. Ask the person for their number, and for their name as the other agency writes it."
    ),
    "KEPT_ELSEWHERE": (
        "Another agency looks after the name, e-mail, telephone, leave and sign-ins of this person. Ask its training"
        " coordinator, who is named on its agency's page, to change this."
    ),
    "NOT_ON_LEAVE": "This person is not on leave on that day.",
    "NAME_MISSING": "Give at least one name.",
    "STAFF_NUMBER_TAKEN": "Somebody has the staff number {staff_number} already. It never changes, at any agency.",
    "STAFF_NUMBER_ALIKE": "Somebody has the staff number {staff_number}: were zeros at the front lost? Give it whole.",
    "EMAIL_TAKEN": "Somebody else has this e-mail address.",
    "NO_CURRENT_WORK": "This person has no job today, so there is nothing to sign in for.",
    "DEMONSTRATION_OFF": "This works in a demonstration only.",
    "CHUNK_MISSING": "The file did not arrive whole. Send it again.",
    "CHUNK_DIFFERS": "The file changed while it was sent. Send it again.",
    "ROSTER_IMPORT_CLOSED": "This file was read already. Send it again to read it once more.",
    "ROSTER_FILE_GONE": "The file was checked more than a day ago and is no longer kept. Send it again.",
    "PEOPLE_BEING_CHANGED": "Somebody else is changing these people just now. Nothing is lost: try again in a minute.",
    "EXPRESSION_FIXED": "Whom a letter is for does not change any more. Open the letter again to see how it stands.",
    "CALENDAR_YEAR_MISSING": "Days are counted in {year}, of which the state's holidays are not on record. Whoever"
    " keeps the state's calendar can begin that year.",
    "COUNTY_HAS_TWO_AGENCIES": "The county {fips} would belong to two agencies on some day, {agency} and {other}.",
    # courses and tests, for those who write them
    "COURSE_INCOMPLETE": "The course lacks something: {missing}.",
    "COURSE_UNCHANGED": "The draft is what the newest version holds.",
    "TEST_UNSOUND": "The test cannot be given like this: question {item} {rule}.",
    "TEST_UNCHANGED": "The draft is what the newest version holds.",
    # what learners say of a course
    "NOT_TAKEN_YET": "Take the test first, then say what you think of the course.",
    "TICKET_INVALID": "This form is out of date. Nothing is lost: look through it, then send it again.",
    # any service, for operators
    "DEAD_LETTER_SETTLED": "This event was replayed or discarded before.",
    "NO_SUBSCRIPTION": "Nothing handles this event any more. Discard it with a reason.",
    "JOB_PAUSED": "This job is paused: {reason}. Resume it first.",
    "JOB_NOT_PAUSED": "This job is not paused any more.",
    "PROJECTION_BEING_REBUILT": "This is being made anew already. Refresh to see how far it is.",
    "REPLAY_FAILED": "The handler failed again. The event stays here, with the new error.",
    "DATABASE_UNAVAILABLE": "A database does not answer right now. Nothing is lost: try again in a moment.",
}
_BY_CODE = {
    "NOT_FOUND": "This is not there, or not yours to see.",
    "PERMISSION_DENIED": "You may not do this. Ask your coordinator if you should.",
    "ALREADY_EXISTS": "There is one already.",
    "ABORTED": "Somebody changed this after you opened it. Look at it again, then save.",
    "UNAVAILABLE": "A part of Cadre does not answer right now. Nothing is lost: try again in a moment.",
    "CANCELLED": "A part of Cadre stopped while it answered. Nothing is lost: try again in a moment.",
    "DEADLINE_EXCEEDED": "The answer took too long. Nothing is lost: try again in a moment.",
}


def refusal(error: Refused) -> str:
    """Say why a service refused, to the person whose form it was."""
    said = _BY_REASON.get(error.reason) or _BY_CODE.get(error.code)
    if said is None:
        return f"Cadre could not do this ({error.reason or error.code})."
    known = {key: _in_page_words(value) for key, value in error.metadata.items()}
    try:
        return said.format(**known)
    except KeyError:
        return _BY_CODE.get(error.code, "This is not as it should be.")


def _in_page_words(rule: str) -> str:
    """Say a rule of a service with the pages' words."""
    return rule.replace("notice", "letter").replace("audience", "list").replace("assignment", "training")


def about_question(number: int, rule: str) -> str:
    """`Question 3 must have a right option.`; what is about the whole test begins with the test."""
    return f"{f'Question {number}' if number else 'The test'} {rule.replace('an item', 'a question')}."


def until_sunday(today: date) -> date:
    """The last day of this week."""
    return today + timedelta(days=6 - today.weekday())
