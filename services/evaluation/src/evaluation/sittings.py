"""Taking a test: a person opens a sitting and submits their answers once. One function is one transaction.

Thousands submit within minutes of a release, so each costs one statement here: what the process opened itself, it
need not look up.
"""

import uuid

from psycopg.types.json import Jsonb

from evaluation import events
from evaluation.records import Sitting, TestVersion
from evaluation.rules.scoring import AlreadySubmitted, Answers, State, check_answers, score
from evaluation.versions import Versions
from servicekit.data.db import Db
from servicekit.data.outbox import emit
from servicekit.refusals import NotFound

# Updating nothing gives the open sitting back, also one that another call opens at this moment.
_START = """
INSERT INTO sitting (id, person_id, test_id, test_version, state, started_at)
VALUES (%(id)s, %(person)s, %(test)s, %(version)s, 'OPEN', %(at)s)
ON CONFLICT (person_id, test_id, test_version) WHERE state = 'OPEN' DO UPDATE SET state = sitting.state
RETURNING id, started_at
"""
_FIND = "SELECT test_id, test_version, state FROM sitting WHERE id = %(id)s AND person_id = %(person)s"
_SUBMIT = """
UPDATE sitting SET state = %(state)s, chosen = %(chosen)s, right_items = %(right)s, submitted_at = %(at)s
WHERE id = %(id)s AND person_id = %(person)s AND state = 'OPEN'
RETURNING started_at
"""


def start(db: Db, *, person_id: uuid.UUID, version: TestVersion, versions: Versions) -> Sitting:
    """Open a sitting of *version* for the person. Idempotent: one that is open already is given back."""
    (row,) = db.rows(_START, id=uuid.uuid4(), person=person_id, test=version.test_id, version=version.version, at=db.at)
    versions.opened(row["id"], person_id, version)
    db.changed(f"sittings/{row['id']}", after={"test_version": version.name, "state": State.OPEN})
    return Sitting(row["id"], version.test_id, version.version, State.OPEN, row["started_at"])


def submit(
    db: Db, *, sitting_id: uuid.UUID, person_id: uuid.UUID, answers: Answers, versions: Versions
) -> tuple[Sitting, TestVersion]:
    """Score the person's *answers* and tell whether they passed."""
    version = versions.of_opened(db, sitting_id, person_id) or _find_open(db, sitting_id, person_id, versions)
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
        raise AlreadySubmitted("The sitting was submitted before.", sitting=f"sittings/{sitting_id}")
    sitting = Sitting(
        sitting_id,
        version.test_id,
        version.version,
        result.state,
        rows[0]["started_at"],
        submitted_at=db.at,
        chosen=answers,
        right_items=result.right_items,
    )
    emit(db, events.test_taken(sitting, person_id=person_id, at=db.at))
    # Only the person sees score and answers: the trail says no more than the event.
    db.changed(f"sittings/{sitting_id}", before={"state": State.OPEN}, after={"state": result.state})
    return sitting, version


def _find_open(db: Db, sitting_id: uuid.UUID, person_id: uuid.UUID, versions: Versions) -> TestVersion:
    """Return the version of the person's open sitting, or refuse: there is none, or it was submitted."""
    rows = db.rows(_FIND, id=sitting_id, person=person_id)
    if not rows:
        raise NotFound(f"sittings/{sitting_id}")
    if rows[0]["state"] != State.OPEN:
        raise AlreadySubmitted("The sitting was submitted before.", sitting=f"sittings/{sitting_id}")
    return versions.get(db, rows[0]["test_id"], rows[0]["test_version"])
