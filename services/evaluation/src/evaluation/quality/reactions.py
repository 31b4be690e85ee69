"""Asking for a reaction and taking it, so that nothing that is kept leads from the answer to its giver."""

import uuid
from datetime import date

from evaluation.quality.box import COMMENT_BYTES, RATING_BYTES, Box
from evaluation.quality.rules import CURRENT, NotTakenYet, Reaction, check
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_TAKEN = """
SELECT v.test_id = '' OR EXISTS (
  SELECT FROM sitting AS s
  WHERE s.person_id = %(person)s AND s.test_id = v.test_id AND s.test_version = v.test_version AND s.state <> 'OPEN'
) AS taken
FROM course_version AS v WHERE v.course_id = %(course)s AND v.version = %(version)s
"""
_SPEND = "INSERT INTO spent_ticket (digest, day) VALUES (%(digest)s, %(day)s) ON CONFLICT DO NOTHING"
_SPENT = "SELECT EXISTS (SELECT FROM spent_ticket WHERE digest = %(digest)s) AS spent"
_PUT = """
INSERT INTO sealed_answer (id, day, sealed)
SELECT answer.id, %(day)s, answer.sealed FROM unnest(%(ids)s::uuid[], %(sealed)b::bytea[]) AS answer (id, sealed)
"""


def check_may_react(db: Db, *, person_id: uuid.UUID, course_id: str, course_version: int) -> None:
    """Refuse who has not taken the course, as far as its test can tell: a course without a test may be rated by all."""
    taken = db.values(_TAKEN, person=person_id, course=course_id, version=course_version)
    version = f"courses/{course_id}/versions/{course_version}"
    if not taken:
        raise NotFound(version)
    if taken == [False]:
        raise NotTakenYet("The test of the course was not taken yet.", course_version=version)


def is_spent(db: Db, digest: bytes) -> bool:
    """Whether a ticket was used: only for its holder, since nobody else can name it."""
    return bool(db.value(_SPENT, digest=digest))


def send(db: Db, reaction: Reaction, *, digest: bytes, day: date, box: Box) -> None:
    """Put a reaction into the box: each answer for itself, sealed, under a random id. Idempotent by the ticket.

    A skipped question and an empty comment are put in as well, so that not even the number of rows tells anything.
    """
    check(reaction)
    if not db.run(_SPEND, digest=digest, day=day):
        return
    about = {"course": reaction.course_id, "version": reaction.course_version, "agency": reaction.agency_id}
    sealed = [
        box.seal({**about, "question": question.id, "rating": rating}, RATING_BYTES)
        for question, rating in zip(CURRENT.questions, reaction.ratings, strict=True)
    ]
    sealed.append(box.seal({"course": reaction.course_id, "comment": reaction.comment}, COMMENT_BYTES))
    db.run(_PUT, ids=[uuid.uuid4() for _ in sealed], sealed=sealed, day=day)
