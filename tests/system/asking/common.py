"""Places, days and numbers that requests name."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

from servicekit import calendar

HOME, ELSEWHERE = "agencies/lake", "agencies/alameda"
NOBODY = f"people/{uuid.UUID(int=0)}"


def fresh():
    return str(uuid.uuid4())


def day(offset):
    """So many days from today in California."""
    return (calendar.pacific_date(datetime.now(UTC)) + timedelta(days=offset)).isoformat()


# Downwards: what is suggested to other tests on this Cadre follows the highest, and never meets these.
_numbers = itertools.count(8999, -1)


def number():
    """A number of a letter of this year that no other test takes."""
    return f"{day(0)[2:4]}-{next(_numbers)}"
