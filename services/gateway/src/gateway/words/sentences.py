"""What the pages say: days and counts as sentences in the words of the field."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.notification.v1.notice_service_pb2 import Notice
from cadre.notification.v1.readiness_service_pb2 import Counts
from servicekit.calendar import PACIFIC, Calendar, CalendarYearMissing, pacific_date

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


def printed(value: str, today: date) -> str:
    """Return a day as a source prints it, which may be a year only; one in digits as pages say days: `March 2017`."""
    month = as_date(f"{value}-01") if len(value) == len("2017-03") else None
    return short_day(value, today) if as_date(value) else f"{month:%B %Y}" if month else value


def weekday(value: str) -> str:
    """`Tuesday, December 29`: a day of which the year is said beside it."""
    day = as_date(value)
    return "no date" if day is None else f"{day:%A, %B} {day.day}"


def named_day(day: date, today: date) -> str:
    """`Friday, Dec 11`, with the year unless it is this one; for rows of a list by day."""
    return f"{day:%A}, {short_day(day, today)}"


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
    """`takes effect Monday, January 4, 2027, 28 business days from today`, or since when it has.

    What took effect yesterday is said so: whoever reads an urgent letter must not have to count.
    """
    day = as_date(effective_date)
    if day is None:
        return "no effective date yet"
    if day == today:
        return "takes effect today"
    if day < today:
        return f"took effect {'yesterday, ' if (today - day).days == 1 else ''}{long_day(day, today)}"
    ahead = business_days_to(effective_date, today, calendar)
    return f"takes effect {long_day(day, today)}{'' if ahead is None else f', {business_days(ahead)} from today'}"


def business_days_to(effective_date: str, today: date, calendar: Calendar) -> int | None:
    """How many business days are left until it takes effect; None once it has, or where they cannot be counted."""
    day = as_date(effective_date)
    if day is None or day < today or (day - today).days >= _COUNTED_DAYS:
        return None
    return _between(calendar, today, day)


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


def letter(notice: Notice) -> str:
    """`CSSP 26-04`; a draft may have no number yet."""
    return f"{notice.series} {notice.number}".strip() or "Letter without number"


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


def length(milliseconds: int) -> str:
    """How long a film is: `2:40`, `1:02:05`."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours_, minutes = divmod(minutes, 60)
    return f"{hours_}:{minutes:02}:{seconds:02}" if hours_ else f"{minutes}:{seconds:02}"


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


def about_question(number: int, rule: str) -> str:
    """`Question 3 must have a right option.`; what is about the whole test begins with the test."""
    return f"{f'Question {number}' if number else 'The test'} {rule.replace('an item', 'a question')}."


def until_sunday(today: date) -> date:
    """The last day of this week."""
    return today + timedelta(days=6 - today.weekday())
