"""When a day ends in California, and until when the figures of a moment are those of its end."""

from datetime import date, datetime, timedelta

from servicekit.calendar import pacific_date

# So long before midnight a day's figures are taken: what the job finds then stands for the end of the day.
ENDING = timedelta(minutes=5)


def ending(now: datetime) -> date | None:
    """Return the day that ends now; None if none does."""
    today = pacific_date(now)
    return today if pacific_date(now + ENDING) > today else None
