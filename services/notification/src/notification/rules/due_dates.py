"""By when people must be ready and agencies must confirm, in business days of California, and in words."""

from dataclasses import dataclass
from datetime import date

from servicekit.calendar import add_business_days


@dataclass(frozen=True)
class DueRule:
    """So many business days before the notice takes effect, but never less than so many after issue or joining."""

    before_effective: int
    after_issue: int


def due_date(rule: DueRule, *, effective: date, issued: date) -> date:
    """Return the day by which those must be ready who are in the audience at issue."""
    planned = add_business_days(effective, -rule.before_effective)
    return max(planned, add_business_days(issued, rule.after_issue))


def joiner_due_date(due: date, joiner_business_days: int, joined: date) -> date:
    """Return the day for somebody who joined the audience, or came back from leave, on *joined*."""
    return max(due, add_business_days(joined, joiner_business_days))


def sentence(rule: DueRule, *, effective: date, due: date) -> str:
    """Say when it is due and why, and say so if the notice takes effect before training can be due."""
    if due == add_business_days(effective, -rule.before_effective):
        if rule.before_effective == 0:
            return f"due {_day(due)}, when it takes effect"
        return f"due {_day(due)}, {_days(rule.before_effective)} before it takes effect"
    words = f"due {_day(due)}, {_days(rule.after_issue)} after issue"
    if effective < due:
        words += f"; it takes effect before that, on {_day(effective)}"
    return words


def _day(day: date) -> str:
    return f"{day:%A, %B} {day.day}"


def _days(count: int) -> str:
    return "1 business day" if count == 1 else f"{count} business days"
