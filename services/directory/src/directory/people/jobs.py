"""What changes about people by date alone, followed on a timer."""

from datetime import date, datetime, timedelta

from directory import locks, membership
from directory.people import news
from servicekit.background.jobs import Job
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db

_KNOWN_DAY = "SELECT day FROM day_turn"
_LOCKED_DAY = "SELECT day FROM day_turn FOR UPDATE"
_SET_DAY = """
INSERT INTO day_turn (one, day) VALUES (true, %(day)s) ON CONFLICT (one) DO UPDATE SET day = excluded.day
"""
# People whose job was told were brought up to date then. A leave ends with its last day: they are back the day after.
_LEAVES_TURNED = """
SELECT person_id FROM leave WHERE start_date = %(day)s OR end_date = %(day)s - 1
"""


def turn_days(database: Database, now: datetime) -> None:
    """Follow what changes by date alone: hires and ends recorded ahead, leave that begins or is over.

    Each day since the last run is one transaction, so that what is told has the day on which it took effect. When the
    day has not changed, this costs one look.
    """
    today = pacific_date(now)
    with database.read(now) as db:
        known = db.values(_KNOWN_DAY)
    day = _next(known, today)
    while day is not None:
        with database.transaction(actor="services/directory", method="jobs/turn_days", at=now) as db:
            locks.hold(db)
            # Another process may have turned it in the meantime.
            if _next(db.values(_LOCKED_DAY), today) == day:
                _turn(db, day, everybody=not known)
        with database.read(now) as db:
            known = db.values(_KNOWN_DAY)
        day = _next(known, today)


def _turn(db: Db, day: date, *, everybody: bool) -> None:
    """Bring everything up to *day*; the first time ever, look at everybody."""
    turned = news.tell(db, day=day) | set(db.values(_LEAVES_TURNED, day=day))
    rows = 0
    if everybody or turned:
        rows = membership.recompute(db, at=db.at, person_ids=None if everybody else turned, day=day)
    db.run(_SET_DAY, day=day)
    db.changed("days/-", after={"day": day.isoformat(), "people": len(turned), "memberships_changed": rows})


def _next(known: list[date], today: date) -> date | None:
    """Return the first day that was not followed yet, none if today was."""
    if not known:
        return today
    (last,) = known
    return last + timedelta(days=1) if last < today else None


JOBS = (Job("turn_days", timedelta(minutes=1), turn_days),)
