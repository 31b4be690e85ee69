"""What time it is. Asked here and nowhere else (a test holds it), so that whoever starts a process can say it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc() -> datetime:
    """Return the moment by the machine's clock, in UTC: what every process runs by unless it was given another."""
    return datetime.now(UTC)
