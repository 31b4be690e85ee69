"""Opening the box once a day: what enough people said is told, in batches; the rest goes on waiting, sealed."""

import secrets
import uuid
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import structlog

from evaluation.quality.box import Box
from evaluation.quality.rules import FEWEST, RATINGS, SKIPPED, Batch, Waiting, batches
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db

log = structlog.get_logger()

_ACTOR, _METHOD = "services/evaluation", "release_reactions"
# Those of today stay in the box until tomorrow: nothing is told live.
_WAITING = "SELECT id, day, sealed FROM sealed_answer WHERE day < %(today)s"
_TOLD = "SELECT DISTINCT course_id, course_version, question FROM reaction_batch"
_TAKE_OUT = "DELETE FROM sealed_answer WHERE id = ANY(%(ids)s)"
# Ids are random, so rows written in their order say nothing of the order in which people answered.
_TELL = """
INSERT INTO reaction_batch (id, course_id, course_version, agency_id, question, released_on, n1, n2, n3, n4, n5)
SELECT id, course, version, agency, question, %(today)s, n1, n2, n3, n4, n5
FROM unnest(%(ids)s::uuid[], %(courses)s::text[], %(versions)s::int[], %(agencies)s::text[], %(questions)s::text[],
  %(n1)s::int[], %(n2)s::int[], %(n3)s::int[], %(n4)s::int[], %(n5)s::int[])
  AS batch (id, course, version, agency, question, n1, n2, n3, n4, n5)
ORDER BY id
"""
_TELL_COMMENTS = """
INSERT INTO comment_batch (id, course_id, released_on, comments)
VALUES (%(id)s, %(course)s, %(today)s, %(comments)s)
"""


class _Sealed(NamedTuple):
    id: uuid.UUID
    day: date
    sealed: bytes


class _Question(NamedTuple):
    """A question about a version of a course, of which something was told."""

    course_id: str
    course_version: int
    question: str


@dataclass(frozen=True)
class _Remark:
    """A comment that waits to be told; empty if none was made."""

    key: Hashable
    course_id: str
    text: str


def release(database: Database, now: datetime, box: Box) -> None:
    """Tell the reactions of the days before today, as far as five and more can be told together."""
    today = pacific_date(now)
    with database.read() as db:
        ratings, remarks = _opened(db.all(_Sealed, _WAITING, today=today), box)
        told = set(db.all(_Question, _TOLD))
    found = batches([answer for answer in ratings if answer.rating != SKIPPED], today=today, told=told)
    comments = _together(remarks)
    done = [answer.key for batch in found for answer in batch.answers]
    done += [remark.key for said in comments for remark in said]
    done += [answer.key for answer in ratings if answer.rating == SKIPPED]
    done += [remark.key for remark in remarks if not remark.text]
    if not done:
        return
    with database.transaction(actor=_ACTOR, method=_METHOD, at=now) as db:
        if db.run(_TAKE_OUT, ids=done) != len(done):
            raise RuntimeError("somebody else tells these answers at this moment")
        _tell(db, found, today)
        for said in comments:
            text = [remark.text for remark in said]
            db.run(_TELL_COMMENTS, id=uuid.uuid4(), course=said[0].course_id, today=today, comments=text)
        db.changed("reactions", after={"batches": len(found), "comment_batches": len(comments)})


def _opened(rows: Iterable[_Sealed], box: Box) -> tuple[list[Waiting], list[_Remark]]:
    """Read what is in the box: ratings, and comments. What was sealed with a key that is gone stays where it is."""
    ratings, remarks, unreadable = [], [], 0
    for row in rows:
        content = box.open(row.sealed)
        if content is None:
            unreadable += 1
        elif "comment" in content:
            remarks.append(_Remark(row.id, content["course"], content["comment"]))
        else:
            ratings.append(
                Waiting(
                    key=row.id,
                    day=row.day,
                    course_id=content["course"],
                    course_version=content["version"],
                    agency_id=content["agency"],
                    question=content["question"],
                    rating=content["rating"],
                )
            )
    if unreadable:
        log.warning("reactions_unreadable", answers=unreadable)
    return ratings, remarks


def _together(remarks: Iterable[_Remark]) -> list[list[_Remark]]:
    """Return the comments of each course on which enough people made one, in an order of chance."""
    by_course: defaultdict[str, list[_Remark]] = defaultdict(list)
    for remark in remarks:
        if remark.text:
            by_course[remark.course_id].append(remark)
    enough = [said for said in by_course.values() if len(said) >= FEWEST]
    for said in enough:
        secrets.SystemRandom().shuffle(said)
    return enough


def _tell(db: Db, found: Sequence[Batch], today: date) -> None:
    counts = [batch.counts for batch in found]
    db.run(
        _TELL,
        today=today,
        ids=[uuid.uuid4() for _ in found],
        courses=[batch.course_id for batch in found],
        versions=[batch.course_version for batch in found],
        agencies=[batch.agency_id for batch in found],
        questions=[batch.question for batch in found],
        **{f"n{rating}": [count[rating - 1] for count in counts] for rating in RATINGS},
    )
