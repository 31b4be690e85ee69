"""What enrollment tells of training: who completed it or did not after all, who is excused, and who no longer is.

Its events and those of memberships have no order between them. A completion or an excuse of somebody who is not on
the list yet is kept in a recipient row, which counts nowhere until the membership arrives. What is told of a notice
that was withdrawn in the meantime is kept as well, and moves no figure. So is training of a course that a letter asked
before it was amended: it counts again if that course comes back.
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
    """A person under a notice, and the course that they were asked for; '' in events of releases before amendments."""

    notice_id: UUID
    person_id: UUID
    course_id: str = ""
    course_version: int = 0


class _Excused(NamedTuple):
    notice_id: UUID
    person_id: UUID


class _Known(NamedTuple):
    id: UUID
    course_id: str
    course_version: int


# An amendment waits, or has been seen.
_KNOWN = """
SELECT id, course_id, course_version FROM notice
WHERE id = ANY(%(notices)s) AND state IN ('PUBLISHED', 'WITHDRAWN') ORDER BY id FOR SHARE
"""
_FORMER = """
INSERT INTO former_training (notice_id, person_id, course_id, course_version, trained_at)
SELECT * FROM unnest(%(notices)s::uuid[], %(people)s::uuid[], %(courses)s::text[], %(versions)s::int[],
  %(times)s::timestamptz[]) AS given (notice_id, person_id, course_id, course_version, trained_at)
ORDER BY notice_id, person_id
ON CONFLICT (notice_id, person_id, course_id, course_version) DO NOTHING
"""
_FORMER_RETRACTED = """
DELETE FROM former_training AS f
USING unnest(%(notices)s::uuid[], %(people)s::uuid[], %(courses)s::text[], %(versions)s::int[])
  AS given (notice_id, person_id, course_id, course_version)
WHERE (f.notice_id, f.person_id, f.course_id, f.course_version)
  = (given.notice_id, given.person_id, given.course_id, given.course_version)
"""
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
    asked, former = _apart(db, list(completions))
    if former:
        db.run(_FORMER, **_named(former), times=[completions[key] for key in former])
    notices, people = _columns(asked)
    _ensure(db, notices, people)
    with moving(db, _TOUCHED, notices=notices, people=people):
        db.run(_TRAINED, notices=notices, people=people, times=[completions[key] for key in asked])


def retract(db: Db, keys: Sequence[Key]) -> None:
    """Forget training that was recorded by mistake: these people are not trained."""
    asked, former = _apart(db, keys)
    if former:
        db.run(_FORMER_RETRACTED, **_named(former))
    notices, people = _columns(asked)
    _ensure(db, notices, people)
    with moving(db, _TOUCHED, notices=notices, people=people):
        db.run(_RETRACTED, notices=notices, people=people, at=db.at)


def excuse(db: Db, keys: Sequence[Key]) -> None:
    """Take people off the list: it does not apply to them. Not where they are excused from what is no longer asked."""
    asked, _ = _apart(db, keys)
    notices, people = _columns(asked)
    _ensure(db, notices, people)
    with moving(db, _TOUCHED, notices=notices, people=people):
        db.run(_EXCUSED, notices=notices, people=people, excused=True, at=db.at)


def take_back_excuse(db: Db, keys: Sequence[Key]) -> None:
    """Put people on the list again who were excused; nothing happens to the others.

    Each issued notice brings an assignment for everybody, and hardly anybody is excused: so those are looked for first.
    """
    notices, people = _columns(keys)
    excused = db.all(_Excused, _STILL_EXCUSED, notices=notices, people=people)
    if not excused:
        return
    notices, people = [one.notice_id for one in excused], [one.person_id for one in excused]
    with moving(db, _TOUCHED, notices=notices, people=people):
        db.run(_EXCUSED, notices=notices, people=people, excused=False, at=db.at)


def _apart(db: Db, keys: Sequence[Key]) -> tuple[list[Key], list[Key]]:
    """Return those of what their letters ask now, and those of a course that they asked before."""
    known = {one.id: one for one in db.all(_Known, _KNOWN, notices=sorted({key.notice_id for key in keys}))}
    for unknown in sorted({key.notice_id for key in keys} - known.keys()):
        # Enrollment heard of every notice from here: such an event is not ours to guess about, so it is laid aside.
        raise NotFound(name_of(unknown))
    asked: list[Key] = []
    former: list[Key] = []
    for key in keys:
        now = known[key.notice_id]
        course = (key.course_id, key.course_version)
        (asked if not key.course_id or course == (now.course_id, now.course_version) else former).append(key)
    return asked, former


def _ensure(db: Db, notices: list[UUID], people: list[UUID]) -> None:
    db.run(_ENSURE, notices=notices, people=people)


def _named(keys: Sequence[Key]) -> dict[str, list[UUID] | list[str] | list[int]]:
    return {
        "notices": [key.notice_id for key in keys],
        "people": [key.person_id for key in keys],
        "courses": [key.course_id for key in keys],
        "versions": [key.course_version for key in keys],
    }


def _columns(keys: Sequence[Key]) -> tuple[list[UUID], list[UUID]]:
    return [key.notice_id for key in keys], [key.person_id for key in keys]
