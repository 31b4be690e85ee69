"""What operators see of the letters: counts that the state's page shows too, read from the same rolled-up figures.

Letters are named, agencies and people are not: a letter is public and few are open at a time, while what concerns one
agency belongs on pages, where it is known who looks.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from notification.connections import figures as connections
from notification.letters.rules.lifecycle import State
from notification.messages import figures as messages
from servicekit.background.measures import Figure, Measure, Reading
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

# So many open letters are shown by name, those that take effect or did nearest to today; the sums hold all of them.
MOST_NAMED = 25

NOTICES = Figure("cadre_notices", "Letters by state", ("state",))
OPEN = Figure("cadre_open_notices", "Issued letters that somebody has still to act on")
STAFF = Figure("cadre_notice_staff", "People under an open letter, each once, by standing", ("notice", "standing"))
OVERDUE = Figure("cadre_notice_overdue_staff", "People under an open letter who are past due", ("notice",))
AGENCIES = Figure("cadre_notice_agencies", "Agencies that got an open letter", ("notice", "confirmation"))
PROBLEMS = Figure("cadre_notice_problem_agencies", "Agencies that report a problem with an open letter", ("notice",))
EFFECTIVE = Figure(
    "cadre_notice_effective_days", "Days until an open letter takes effect, negative afterwards", ("notice",)
)
ALL_STAFF = Figure("cadre_open_notices_staff", "People under all open letters, once for each letter", ("standing",))
ALL_OVERDUE = Figure("cadre_open_notices_overdue_staff", "People who are past due under all open letters")
ALL_AGENCIES = Figure("cadre_open_notices_agencies", "Confirmations of all open letters", ("confirmation",))
FIGURES = (NOTICES, OPEN, STAFF, OVERDUE, AGENCIES, PROBLEMS, EFFECTIVE, ALL_STAFF, ALL_OVERDUE, ALL_AGENCIES)

STANDINGS = ("ready", "in progress", "not started", "on leave")
CONFIRMATIONS = ("confirmed", "waiting", "overdue")

# An amendment is no letter of its own.
_STATES = "SELECT state, count(*) AS notices FROM notice WHERE amends IS NULL GROUP BY state"
# Costs as much as there are issued letters, however many people and rows stand behind them.
_OPEN = """
SELECT * FROM (
  SELECT n.series || ' ' || n.number AS notice, n.effective_date - %(today)s::date AS effective_days, n.published_at,
    coalesce(f.listed, 0) AS listed, coalesce(f.ready, 0) AS ready, coalesce(f.on_leave, 0) AS on_leave,
    coalesce(f.not_started, 0) AS not_started,
    coalesce(f.listed - f.ready - f.on_leave - f.not_started, 0) AS in_progress,
    coalesce(f.overdue, 0) AS overdue_staff, d.confirmed, d.waiting, d.overdue, d.problems
  FROM notice AS n
  LEFT JOIN LATERAL (
    SELECT sum(listed)::int AS listed, sum(ready)::int AS ready, sum(on_leave)::int AS on_leave,
      sum(not_started)::int AS not_started,
      coalesce(sum(listed - ready - on_leave)
        FILTER (WHERE greatest(due_date, n.due_date) < %(today)s), 0)::int AS overdue
    FROM readiness WHERE notice_id = n.id AND agency_id = ''
  ) AS f ON true
  CROSS JOIN LATERAL (
    SELECT count(confirmed_at) AS confirmed,
      count(*) FILTER (WHERE waits AND due_date >= %(today)s) AS waiting,
      count(*) FILTER (WHERE waits AND due_date < %(today)s) AS overdue,
      count(*) FILTER (WHERE problem <> '') AS problems
    FROM (
      SELECT d.confirmed_at, d.due_date, d.problem,
        d.confirmed_at IS NULL AND coalesce(agency.end_date > %(today)s, true) AS waits
      FROM delivery AS d LEFT JOIN agency USING (agency_id)
      WHERE d.notice_id = n.id AND d.version = n.version
    ) AS asked
  ) AS d
  WHERE n.state = 'PUBLISHED'
) AS issued
WHERE listed > ready + on_leave OR waiting + overdue > 0
ORDER BY abs(effective_days) NULLS LAST, published_at DESC
"""


class _InState(NamedTuple):
    state: str
    notices: int


class _Issued(NamedTuple):
    notice: str
    effective_days: int | None
    published_at: datetime
    listed: int
    ready: int
    on_leave: int
    not_started: int
    in_progress: int
    overdue_staff: int
    confirmed: int
    waiting: int
    overdue: int
    problems: int

    def of(self, what: str) -> int:
        """Return the figure of a standing or of a confirmation."""
        figure: int = getattr(self, what.replace(" ", "_"))
        return figure


def _read(db: Db) -> Iterable[Reading]:
    in_state = dict(db.all(_InState, _STATES))
    for state in (one for one in State if one is not State.MERGED):
        yield NOTICES.of(in_state.get(state, 0), state.lower().replace("_", " "))
    issued = db.all(_Issued, _OPEN, today=pacific_date(db.at))
    yield OPEN.of(len(issued))
    for standing in STANDINGS:
        yield ALL_STAFF.of(_sum(issued, standing), standing)
    for confirmation in CONFIRMATIONS:
        yield ALL_AGENCIES.of(_sum(issued, confirmation), confirmation)
    yield ALL_OVERDUE.of(sum(row.overdue_staff for row in issued))
    for row in issued[:MOST_NAMED]:
        yield from _of_one(row)


def _of_one(row: _Issued) -> Iterator[Reading]:
    for standing in STANDINGS:
        yield STAFF.of(row.of(standing), row.notice, standing)
    for confirmation in CONFIRMATIONS:
        yield AGENCIES.of(row.of(confirmation), row.notice, confirmation)
    yield OVERDUE.of(row.overdue_staff, row.notice)
    yield PROBLEMS.of(row.problems, row.notice)
    if row.effective_days is not None:
        yield EFFECTIVE.of(row.effective_days, row.notice)


def _sum(rows: Iterable[_Issued], what: str) -> int:
    return sum(row.of(what) for row in rows)


MEASURES = (Measure("notices", timedelta(seconds=10), FIGURES, _read), *messages.MEASURES, *connections.MEASURES)
