"""What enrollment tells of training: who completed it or did not after all, who is excused, and who no longer is.

Its events and those of memberships have no order between them. A completion or an excuse of somebody who is not on
the list yet is kept in a recipient row, which counts nowhere until the membership arrives. What is told of a notice
that was withdrawn in the meantime is kept as well, and moves no figure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from notification.inbox.readiness import moving
from notification.letters.rows import name_of
from servicekit.data.db import Db
from servicekit.refusals import NotFound


class Key(NamedTuple):
    """A person under a notice."""

    notice_id: UUID
    person_id: UUID


_KNOWN = "SELECT id FROM notice WHERE id = ANY(%(notices)s) AND state IN ('PUBLISHED', 'WITHDRAWN')"
_TOUCHED = """
SELECT DISTINCT notice_id, person_id FROM unnest(%(notices)s::uuid[], %(people)s::uuid[]) AS c (notice_id, person_id)
"""
# Before the rows are locked, so that each is there to be locked.
_ENSURE = f"""
INSERT INTO recipient (notice_id, person_id, due_date)
SELECT c.notice_id, c.person_id, n.due_date FROM ({_TOUCHED}) AS c JOIN notice AS n ON n.id = c.notice_id
ORDER BY c.notice_id, c.person_id
ON CONFLICT (notice_id, person_id) DO NOTHING
"""  # noqa: S608 - made of constants
# The first completion stays, unless it was recorded by mistake: training that was done is done for ever.
_TRAINED = """
UPDATE recipient AS r SET trained_at = c.at
FROM unnest(%(notices)s::uuid[], %(people)s::uuid[], %(times)s::timestamptz[]) AS c (notice_id, person_id, at)
WHERE r.notice_id = c.notice_id AND r.person_id = c.person_id AND r.trained_at IS NULL
"""
_RETRACTED = f"""
UPDATE recipient AS r SET trained_at = NULL, training_retracted_at = %(at)s FROM ({_TOUCHED}) AS c
WHERE r.notice_id = c.notice_id AND r.person_id = c.person_id AND r.trained_at IS NOT NULL
"""  # noqa: S608 - made of constants
_STILL_EXCUSED = f"""
SELECT c.notice_id, c.person_id FROM ({_TOUCHED}) AS c JOIN recipient AS r USING (notice_id, person_id) WHERE r.excused
"""  # noqa: S608 - made of constants
_EXCUSED = f"""
UPDATE recipient AS r SET excused = %(excused)s, excuse_changed_at = %(at)s FROM ({_TOUCHED}) AS c
WHERE r.notice_id = c.notice_id AND r.person_id = c.person_id AND r.excused <> %(excused)s
"""  # noqa: S608 - made of constants


def complete(db: Db, completions: Mapping[Key, datetime]) -> None:
    """Record who completed the training, and when."""
    notices, people = _columns(list(completions))
    _ensure(db, notices, people)
    with moving(db, _TOUCHED, notices=notices, people=people):
        db.run(_TRAINED, notices=notices, people=people, times=list(completions.values()))


def retract(db: Db, keys: Sequence[Key]) -> None:
    """Forget training that was recorded by mistake: these people are not trained."""
    notices, people = _columns(keys)
    _ensure(db, notices, people)
    with moving(db, _TOUCHED, notices=notices, people=people):
        db.run(_RETRACTED, notices=notices, people=people, at=db.at)


def excuse(db: Db, keys: Sequence[Key]) -> None:
    """Take people off the list: it does not apply to them."""
    notices, people = _columns(keys)
    _ensure(db, notices, people)
    with moving(db, _TOUCHED, notices=notices, people=people):
        db.run(_EXCUSED, notices=notices, people=people, excused=True, at=db.at)


def take_back_excuse(db: Db, keys: Sequence[Key]) -> None:
    """Put people on the list again who were excused; nothing happens to the others.

    Each issued notice brings an assignment for everybody, and hardly anybody is excused: so those are looked for first.
    """
    notices, people = _columns(keys)
    excused = db.all(Key, _STILL_EXCUSED, notices=notices, people=people)
    if not excused:
        return
    notices, people = _columns(excused)
    with moving(db, _TOUCHED, notices=notices, people=people):
        db.run(_EXCUSED, notices=notices, people=people, excused=False, at=db.at)


def _ensure(db: Db, notices: list[UUID], people: list[UUID]) -> None:
    known = set(db.values(_KNOWN, notices=list(set(notices))))
    for unknown in sorted(set(notices) - known):
        # Enrollment heard of every notice from here: such an event is not ours to guess about, so it is laid aside.
        raise NotFound(name_of(unknown))
    db.run(_ENSURE, notices=notices, people=people)


def _columns(keys: Sequence[Key]) -> tuple[list[UUID], list[UUID]]:
    return [notice_id for notice_id, _ in keys], [person_id for _, person_id in keys]
