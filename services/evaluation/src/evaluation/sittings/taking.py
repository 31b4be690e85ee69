"""Taking a test: a person opens a sitting and submits their answers once.

Thousands submit within minutes of a release, in company (`servicekit.data.company`).
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from psycopg.types.json import Jsonb

from evaluation.sittings import events
from evaluation.sittings.records import Sitting
from evaluation.sittings.rules import AlreadySubmitted
from evaluation.tests.records import TestVersion
from evaluation.tests.rules.scoring import Answers, State, check_answers, score
from evaluation.tests.versions import Versions
from servicekit.data.company import Group
from servicekit.data.db import Db
from servicekit.refusals import NotFound

# Updating nothing gives the open sitting back, also one that another call opens at this moment.
_START = """
INSERT INTO sitting (id, person_id, test_id, test_version, state, started_at)
VALUES (%(id)s, %(person)s, %(test)s, %(version)s, 'OPEN', %(at)s)
ON CONFLICT (person_id, test_id, test_version) WHERE state = 'OPEN' DO UPDATE SET state = sitting.state
RETURNING id, started_at
"""
_LOCK = """
SELECT sitting.id, sitting.test_id, sitting.test_version, sitting.state, sitting.started_at
FROM unnest(%(ids)b::uuid[], %(people)b::uuid[]) AS asked (id, person_id)
JOIN sitting ON (sitting.id, sitting.person_id) = (asked.id, asked.person_id)
ORDER BY sitting.id
FOR UPDATE OF sitting
"""
_SUBMIT = """
UPDATE sitting
SET state = given.state, chosen = given.chosen, right_items = given.right_items, submitted_at = given.at
FROM unnest(
  %(ids)b::uuid[], %(states)b::text[], %(chosen)b::jsonb[], %(right)b::jsonb[], %(moments)b::timestamptz[]
) AS given (id, state, chosen, right_items, at)
WHERE sitting.id = given.id
"""


class _Opened(NamedTuple):
    id: uuid.UUID
    started_at: datetime


class _Locked(NamedTuple):
    id: uuid.UUID
    test_id: str
    test_version: int
    state: str
    started_at: datetime


# A sitting, and the version of the test that it is of.
Taken = tuple[Sitting, TestVersion]


@dataclass(frozen=True, slots=True)
class Submission:
    """A person submits a sitting of theirs."""

    sitting_id: uuid.UUID
    person_id: uuid.UUID
    answers: Answers

    @property
    def key(self) -> uuid.UUID:
        """The sitting."""
        return self.sitting_id


def start(db: Db, *, person_id: uuid.UUID, version: TestVersion) -> Sitting:
    """Open a sitting of *version* for the person. Idempotent: their open one is given back."""
    asked = {"person": person_id, "test": version.test_id, "version": version.version}
    opened = db.one(_Opened, _START, id=uuid.uuid4(), at=db.at, **asked)
    db.changed(f"sittings/{opened.id}", after={"test_version": version.name, "state": State.OPEN})
    return Sitting(opened.id, version.test_id, version.version, State.OPEN, opened.started_at)


def submit(db: Db, group: Group[Submission, Taken], versions: Versions) -> None:
    """Score people's answers and tell whether they passed."""
    known = _locked(db, group)
    found = versions.find(db, {(sitting.test_id, sitting.test_version) for sitting in known.values()})
    for one in group:
        with group.deciding(one):
            opened = known.get(one.what.sitting_id)
            if opened is None and not group.alone:
                continue
            if opened is None:
                raise NotFound(f"sittings/{one.what.sitting_id}")
            version = found[opened.test_id, opened.test_version]
            sitting = _scored(opened, version, one.what.answers, one.at)
            one.emit(events.test_taken(sitting, person_id=one.what.person_id, at=one.at))
            # Only the person sees score and answers: the trail says no more than the event.
            one.changed(f"sittings/{sitting.id}", before={"state": State.OPEN}, after={"state": sitting.state})
            one.result = sitting, version
    _save(db, [one.result[0] for one in group.record(db) if one.result])


def _locked(db: Db, group: Group[Submission, Taken]) -> dict[uuid.UUID, Sitting]:
    """Lock and load the sittings; nobody learns anything of one that is not theirs."""
    wanted = [one.what for one in group]
    ids, people = [one.sitting_id for one in wanted], [one.person_id for one in wanted]
    locked = db.all(_Locked, _LOCK + group.waits, ids=ids, people=people)
    return {row.id: Sitting(row.id, row.test_id, row.test_version, State(row.state), row.started_at) for row in locked}


def _scored(opened: Sitting, version: TestVersion, answers: Answers, at: datetime) -> Sitting:
    if opened.state is not State.OPEN:
        raise AlreadySubmitted("The sitting was submitted before.", sitting=f"sittings/{opened.id}")
    check_answers(version.test.items, answers)
    result = score(version.test.items, version.test.pass_mark, answers)
    return replace(opened, state=result.state, submitted_at=at, chosen=answers, right_items=result.right_items)


def _save(db: Db, sittings: list[Sitting]) -> None:
    if not sittings:
        return
    db.run(
        _SUBMIT,
        ids=[sitting.id for sitting in sittings],
        states=[sitting.state.value for sitting in sittings],
        chosen=[Jsonb(sitting.chosen) for sitting in sittings],
        right=[Jsonb(sitting.right_items) for sitting in sittings],
        moments=[sitting.submitted_at for sitting in sittings],
    )
