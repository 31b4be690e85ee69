"""What must be zero, found by recounting rows."""

from collections.abc import Iterator
from typing import cast, get_args

import psycopg

from cadre.enrollment.v1 import events_pb2 as pb
from enrollment.assignments.exempting import AMISS, PLACE
from servicekit.background.audits import Audit
from servicekit.data.db import Db, count
from servicekit.data.outbox import subject_of

_ASSIGNMENTS = "SELECT count(*) - count(DISTINCT (requirement_id, person_id)) FROM assignment"
# Those that were not taken back.
_STANDING = "SELECT * FROM completion WHERE NOT EXISTS (SELECT FROM retraction WHERE completion_id = completion.id)"
_COMPLETIONS = f"""
SELECT count(*) - count(DISTINCT (requirement_id, person_id)) FROM ({_STANDING}) AS standing
"""  # noqa: S608 - made of constants
# Of what an amendment asks of another membership nobody is too much or missing before that is here.
_ORPHANS = """
WITH listed AS (
  SELECT DISTINCT requirement.id AS requirement_id, member.person_id
  FROM requirement JOIN audience_member AS member USING (audience_id)
  WHERE requirement.state = 'OPEN' AND member.member
    AND NOT EXISTS (SELECT FROM withdrawn_notice WHERE notice_id = requirement.notice_id)
), assigned AS (
  SELECT requirement_id, person_id, state FROM assignment
  WHERE state <> 'WITHDRAWN' AND requirement_id NOT IN (SELECT id FROM requirement WHERE state = 'WAITING')
)
SELECT count(*) FROM listed FULL JOIN assigned USING (requirement_id, person_id)
WHERE assigned.person_id IS NULL
  OR (listed.person_id IS NULL AND assigned.state IN ('ASSIGNED', 'IN_PROGRESS'))
"""
_UNLIKE_UNITS = f"""
SELECT count(*) FROM assignment AS a JOIN requirement ON requirement.id = a.requirement_id {PLACE}
WHERE requirement.state = 'OPEN' AND {AMISS}
"""  # noqa: S608 - made of constants
_UNMARKED = f"""
SELECT count(*)
FROM (SELECT requirement_id, person_id FROM assignment WHERE state = 'COMPLETED') AS marked
FULL JOIN ({_STANDING}) AS completion USING (requirement_id, person_id)
WHERE marked.person_id IS NULL OR completion.person_id IS NULL
"""  # noqa: S608 - made of constants
# Payloads name people; the database counts them, however many they are: here there are never more than a few chunks.
_ANNOUNCED = "CREATE TEMPORARY TABLE announced (fact text, requirement_id uuid, person_id uuid)"
_EVENTS = "SELECT subject, payload FROM outbox WHERE subject = ANY(%s)"
_TOO_OFTEN = """
SELECT coalesce(sum(created_again + completed_again), 0)::bigint
FROM (
  SELECT
    greatest(0, count(*) FILTER (WHERE fact = 'AssignmentCreated') - 1
      - count(*) FILTER (WHERE fact IN ('AssignmentWithdrawn', 'AssignmentWaived'))) AS created_again,
    greatest(0, count(*) FILTER (WHERE fact = 'AssignmentCompleted') - 1
      - count(*) FILTER (WHERE fact = 'CompletionRetracted')) AS completed_again
  FROM announced GROUP BY requirement_id, person_id
) AS person
"""
_CHUNKS_AT_ONCE = 100

_Fact = (
    pb.AssignmentCreated
    | pb.AssignmentWithdrawn
    | pb.AssignmentWaived
    | pb.AssignmentCompleted
    | pb.CompletionRetracted
)
_FACTS = {subject_of(fact.DESCRIPTOR): fact for fact in get_args(_Fact)}


def announced_too_often(db: Db) -> int:
    """Count people announced more often than their rows allow.

    An assignment is completed once, and again only after that was taken back. It is created again only after a
    withdrawal or a waiver.
    """
    db.run(_ANNOUNCED)
    try:
        connection = cast("psycopg.Connection", db.connection().connection.driver_connection)
        with connection.cursor("events", withhold=True) as events:
            events.execute(_EVENTS, [list(_FACTS)])
            while chunk := events.fetchmany(_CHUNKS_AT_ONCE):
                with connection.cursor() as cursor, cursor.copy("COPY announced FROM STDIN") as copy:
                    for subject, payload in chunk:
                        for row in _people(_FACTS[subject], payload):
                            copy.write_row(row)
        return count(db, _TOO_OFTEN)
    finally:
        # Its connection goes back to the others.
        db.run("DROP TABLE announced")


def _people(fact: type[_Fact], payload: bytes) -> Iterator[tuple[str, str, str]]:
    """Give whom an event names: what was said, of which requirement, of whom."""
    message = fact.FromString(payload)
    people = (
        (one.person_id for one in message.completions)
        if isinstance(message, pb.AssignmentCompleted)
        else message.person_ids
    )
    return ((fact.DESCRIPTOR.name, message.requirement_id, person) for person in people)


AUDITS = [
    Audit(
        "assignments.duplicates",
        "Assignments beyond one for a requirement and a person",
        lambda db: count(db, _ASSIGNMENTS),
    ),
    Audit(
        "completions.duplicates",
        "Completions beyond one for a requirement and a person, without those that were taken back",
        lambda db: count(db, _COMPLETIONS),
    ),
    Audit(
        "assignments.orphans",
        "Members of an audience whom an open requirement did not assign, and open assignments of people who are none"
        " or whose notice was withdrawn",
        lambda db: count(db, _ORPHANS),
    ),
    Audit(
        "assignments.unlike_units",
        "Open assignments of people whose units are exempt, and people excused by units that are not",
        lambda db: count(db, _UNLIKE_UNITS),
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
