"""What must be zero, found by recounting rows."""

from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

from google.protobuf.message import Message

from cadre.enrollment.v1 import events_pb2 as pb
from servicekit.audits import Audit
from servicekit.db import Db, count
from servicekit.outbox import subject_of

_ASSIGNMENTS = "SELECT count(*) - count(DISTINCT (requirement_id, person_id)) FROM assignment"
_COMPLETIONS = "SELECT count(*) - count(DISTINCT (requirement_id, person_id)) FROM completion"
_ORPHANS = """
WITH listed AS (
  SELECT DISTINCT requirement.id AS requirement_id, member.person_id
  FROM requirement JOIN audience_member AS member USING (audience_id)
  WHERE requirement.state = 'OPEN' AND member.member
    AND NOT EXISTS (SELECT FROM withdrawn_notice WHERE notice_id = requirement.notice_id)
), assigned AS (
  SELECT requirement_id, person_id, state FROM assignment WHERE state <> 'WITHDRAWN'
)
SELECT count(*) FROM listed FULL JOIN assigned USING (requirement_id, person_id)
WHERE assigned.person_id IS NULL
  OR (listed.person_id IS NULL AND assigned.state IN ('ASSIGNED', 'IN_PROGRESS'))
"""
_UNMARKED = """
SELECT count(*)
FROM (SELECT requirement_id, person_id FROM assignment WHERE state = 'COMPLETED') AS marked
FULL JOIN completion USING (requirement_id, person_id)
WHERE marked.person_id IS NULL OR completion.person_id IS NULL
"""
_EVENTS = "SELECT payload FROM outbox WHERE subject = %(subject)s"

_People = Counter[tuple[str, str]]
_Listing = pb.AssignmentCreated | pb.AssignmentWithdrawn | pb.AssignmentWaived
M = TypeVar("M", bound=Message)


def announced_too_often(db: Db) -> int:
    """Count people announced more often than their rows allow.

    Completed is once for ever. Created may come again only after a withdrawal or a waiver.
    """
    completed: _People = Counter()
    for completion in _events(db, pb.AssignmentCompleted):
        completed.update((completion.requirement_id, one.person_id) for one in completion.completions)
    created, ended = _people(db, pb.AssignmentCreated), _people(db, pb.AssignmentWithdrawn)
    ended.update(_people(db, pb.AssignmentWaived))
    again = sum(max(0, times - 1 - ended[key]) for key, times in created.items())
    return again + completed.total() - len(completed)


def _people(db: Db, message_type: type[_Listing]) -> _People:
    people: _People = Counter()
    for message in _events(db, message_type):
        people.update((message.requirement_id, person_id) for person_id in message.person_ids)
    return people


def _events(db: Db, message_type: type[M]) -> Iterator[M]:
    for row in db.rows(_EVENTS, subject=subject_of(message_type.DESCRIPTOR)):
        yield message_type.FromString(row["payload"])


AUDITS = [
    Audit(
        "assignments.duplicates",
        "Assignments beyond one for a requirement and a person",
        lambda db: count(db, _ASSIGNMENTS),
    ),
    Audit(
        "completions.duplicates",
        "Completions beyond one for a requirement and a person",
        lambda db: count(db, _COMPLETIONS),
    ),
    Audit(
        "assignments.orphans",
        "Members of an audience whom an open requirement did not assign, and open assignments of people who are none"
        " or whose notice was withdrawn",
        lambda db: count(db, _ORPHANS),
    ),
    Audit(
        "assignments.unmarked_completions",
        "Assignments marked completed without a completion, and completions without the mark",
        lambda db: count(db, _UNMARKED),
    ),
    Audit(
        "assignment_events.duplicates",
        "People announced as assigned or as completed more often than happened",
        announced_too_often,
    ),
]
