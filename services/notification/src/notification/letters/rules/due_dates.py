"""By when people must be ready and agencies must confirm, in business days of California, and in words."""

from dataclasses import dataclass
from datetime import date, datetime, time

from servicekit.calendar import Calendar

# When agencies' offices close: until then an urgent letter of the day is confirmed on the day.
_CLOSE = time(17)


@dataclass(frozen=True)
class DueRule:
    """So many business days before the notice takes effect, but never less than so many after issue or joining.

    *staff_release* is how many business days after the agencies the staff see it: their days count from then on.
    """

    before_effective: int
    after_issue: int
    staff_release: int = 0


def staff_release_date(rule: DueRule, calendar: Calendar, *, issued: date) -> date:
    """Return the day from which staff see a notice of *issued*: with their agencies, or some business days later."""
    return calendar.add(issued, rule.staff_release)


def due_date(rule: DueRule, calendar: Calendar, *, effective: date, issued: date) -> date:
    """Return the day by which those must be ready who are in the audience at issue.

    Also where it takes effect on the day of issue or took effect before: then all have the days after issue.
    """
    planned = calendar.add(effective, -rule.before_effective)
    return max(planned, calendar.add(staff_release_date(rule, calendar, issued=issued), rule.after_issue))


def urgent_agency_due_date(calendar: Calendar, *, issued: datetime) -> date:
    """Return the day on which agencies confirm an urgent notice of *issued*, a moment in California.

    The day of issue, by 5 p.m.; the morning of the next business day, if offices are closed by then.
    """
    day = issued.date()
    return day if issued.time() < _CLOSE and calendar.is_business_day(day) else calendar.add(day, 1)


def agency_due_date(calendar: Calendar, issued: datetime, business_days: int, *, urgent: bool) -> date:
    """Return the day by which agencies confirm a notice of *issued*, a moment in California."""
    return urgent_agency_due_date(calendar, issued=issued) if urgent else calendar.add(issued.date(), business_days)


def joiner_due_date(calendar: Calendar, due: date, joiner_business_days: int, joined: date) -> date:
    """Return the day for somebody who joined the audience, or came back from leave, on *joined*."""
    return max(due, calendar.add(joined, joiner_business_days))


def sentence(rule: DueRule, calendar: Calendar, *, effective: date, issued: date) -> str:
    """Say when it is due and why, and say plainly if the notice takes effect before training can be due."""
    due = due_date(rule, calendar, effective=effective, issued=issued)
    if due == calendar.add(effective, -rule.before_effective):
        if rule.before_effective == 0:
            return f"due {_day(due)}, when it takes effect"
        return f"due {_day(due)}, {_days(rule.before_effective)} before it takes effect"
    words = f"due {_day(due)}, {_after(rule)}"
    if effective >= due:
        return words
    if effective < issued:
        year = "" if effective.year == due.year else f", {effective.year}"
        since = "it took effect yesterday," if (issued - effective).days == 1 else "it has been in effect since"
        return f"{words}; {since} {_day(effective)}{year}"
    if effective == issued:
        return f"{words}; it takes effect on the day of issue"
    return f"{words}; it takes effect before that, on {_day(effective)}"


def _after(rule: DueRule) -> str:
    start = "staff see it" if rule.staff_release else "issue"
    if rule.after_issue == 0:
        return f"the day on which {start}" if rule.staff_release else "the day of issue"
    return f"{_days(rule.after_issue)} after {start}"


def _day(day: date) -> str:
    return f"{day:%A, %B} {day.day}"


def _days(count: int) -> str:
    return "1 business day" if count == 1 else f"{count} business days"
