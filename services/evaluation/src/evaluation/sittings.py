"""Taking a test: a person opens a sitting and submits her answers once. One function is one transaction.

Thousands submit within minutes of a release, so each costs one statement here; the version comes from the process.
"""

import uuid

from psycopg.types.json import Jsonb

from evaluation import events
from evaluation.records import Sitting, TestVersion, sitting_of
from evaluation.rules.scoring import AlreadySubmitted, Answers, State, check_answers, score
from evaluation.versions import Versions
from servicekit.db import Db
from servicekit.outbox import emit
from servicekit.refusals import NotFound

# Updating nothing gives the open sitting back, also one that another call opens at this moment.
_START = """
INSERT INTO sitting (id, person_id, test_id, test_version, state, started_at)
VALUES (%(id)s, %(person)s, %(test)s, %(version)s, 'OPEN', %(at)s)
ON CONFLICT (person_id, test_id, test_version) WHERE state = 'OPEN' DO UPDATE SET state = sitting.state
RETURNING id, test_id, test_version, state, started_at
"""
_FIND = "SELECT test_id, test_version, state FROM sitting WHERE id = %(id)s AND person_id = %(person)s"
_SUBMIT = """
UPDATE sitting SET state = %(state)s, chosen = %(chosen)s, right_items = %(right)s, submitted_at = %(at)s
WHERE id = %(id)s AND person_id = %(person)s AND state = 'OPEN'
RETURNING id, test_id, test_version, state, started_at, submitted_at, chosen, right_items
"""


def start(db: Db, *, person_id: uuid.UUID, version: TestVersion) -> Sitting:
    """Open a sitting of *version* for the person. Idempotent: her open one is given back."""
    (row,) = db.rows(_START, id=uuid.uuid4(), person=person_id, test=version.test_id, version=version.version, at=db.at)
    db.changed(f"sittings/{row['id']}", after={"test_version": version.name, "state": State.OPEN})
    return sitting_of(row)


def submit(
    db: Db, *, sitting_id: uuid.UUID, person_id: uuid.UUID, answers: Answers, versions: Versions
) -> tuple[Sitting, TestVersion]:
    """Score the person's *answers* and tell whether she passed."""
    name = f"sittings/{sitting_id}"
    found = db.rows(_FIND, id=sitting_id, person=person_id)
    if not found:
        raise NotFound(name)
    if found[0]["state"] != State.OPEN:
        raise AlreadySubmitted("The sitting was submitted before.", sitting=name)
    version = versions.get(db, found[0]["test_id"], found[0]["test_version"])
    check_answers(version.test.items, answers)
    result = score(version.test.items, version.test.pass_mark, answers)
    rows = db.rows(
        _SUBMIT,
        id=sitting_id,
        person=person_id,
        state=result.state,
        chosen=Jsonb(answers),
        right=Jsonb(result.right_items),
        at=db.at,
    )
    if not rows:
        raise AlreadySubmitted("The sitting was submitted at this moment.", sitting=name)
    event = events.test_taken(
        result.state,
        sitting_id=sitting_id,
        person_id=person_id,
        test_id=version.test_id,
        version=version.version,
        at=db.at,
    )
    emit(db, event)
    # Only the person sees score and answers: the trail says no more than the event.
    db.changed(name, before={"state": State.OPEN}, after={"state": result.state})
    return sitting_of(rows[0]), version
