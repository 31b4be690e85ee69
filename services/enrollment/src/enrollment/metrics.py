"""What operators see of the training that letters ask for: how far it is, statewide and by course, never by person."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from enrollment.assignments.rules import State
from enrollment.completions.rules import TrainingKind
from servicekit.background.measures import Figure, Measure, Reading
from servicekit.calendar import pacific_date
from servicekit.data.db import Db, count

# So many courses are shown by name, those that most people are asked to take; what is left counts together.
MOST_NAMED = 50
OTHERS = "others"

ASSIGNMENTS = Figure("cadre_assignments", "Assignments by course and state", ("course", "state"))
OVERDUE = Figure("cadre_overdue_assignments", "Open assignments whose due date has passed, by course", ("course",))
COMPLETIONS = Figure("cadre_completions", "Completions by how the training was taken", ("kind",))
WAITING = Figure("cadre_waiting_requirements", "Issued letters whose audience has not arrived here yet")

# These count rows, in one pass: how often that is done follows from how long it takes (servicekit.background.measures).
_ASSIGNMENTS = """
SELECT course_id AS course, a.state, sum(a.people)::bigint AS people, sum(a.overdue)::bigint AS overdue
FROM (
  SELECT requirement_id, state, count(*) AS people,
    count(*) FILTER (WHERE due_date < %(today)s AND state IN ('ASSIGNED', 'IN_PROGRESS')) AS overdue
  FROM assignment GROUP BY requirement_id, state
) AS a JOIN requirement ON requirement.id = a.requirement_id
GROUP BY course_id, a.state
"""
_COMPLETIONS = """
SELECT kind, count(*) AS completions FROM completion
WHERE NOT EXISTS (SELECT FROM retraction WHERE completion_id = completion.id) GROUP BY kind
"""
_WAITING = "SELECT count(*) FROM requirement WHERE state = 'WAITING'"


class _Assigned(NamedTuple):
    course: str
    state: str
    people: int
    overdue: int


class _Taken(NamedTuple):
    kind: str
    completions: int


def _read(db: Db) -> Iterable[Reading]:
    rows = db.all(_Assigned, _ASSIGNMENTS, today=pacific_date(db.at))
    asked = Counter[str]()
    for row in rows:
        asked[row.course] += row.people
    named = {course for course, _ in asked.most_common(MOST_NAMED)} | {OTHERS}
    people, overdue = Counter[tuple[str, str]](), Counter[str]()
    for row in rows:
        course = row.course if row.course in named else OTHERS
        people[course, row.state] += row.people
        overdue[course] += row.overdue
    for course in named:
        for state in State:
            yield ASSIGNMENTS.of(people[course, state], course, _word(state))
        yield OVERDUE.of(overdue[course], course)
    taken = dict(db.all(_Taken, _COMPLETIONS))
    for kind in TrainingKind:
        yield COMPLETIONS.of(taken.get(kind, 0), _word(kind))
    yield WAITING.of(count(db, _WAITING))


def _word(name: str) -> str:
    return name.lower().replace("_", " ")


MEASURES = (Measure("assignments", timedelta(seconds=15), (ASSIGNMENTS, OVERDUE, COMPLETIONS, WAITING), _read),)
