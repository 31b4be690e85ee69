"""Which day an agency may give its own people."""

from datetime import date

from servicekit.refusals import InvalidField


def check_day(day: date, *, state: date, today: date, seen: date | None) -> None:
    """Refuse a day that is not earlier than the *state*'s, has passed, or on which staff have not *seen* the letter."""
    if day >= state:
        raise InvalidField("due_date", day, f"must lie before the state's day, {state}")
    earliest = max(today, seen or today)
    if day < earliest:
        raise InvalidField(
            "due_date", day, f"must not lie before {earliest}, the first day on which staff can be asked"
        )
