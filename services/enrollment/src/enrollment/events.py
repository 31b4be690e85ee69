"""The facts that enrollment tells others, in messages of at most 1,000 people."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from cadre.enrollment.v1 import events_pb2 as pb
from servicekit.data import outbox
from servicekit.data.db import Db

T = TypeVar("T")

MOST_PEOPLE = 1_000


class Asked(NamedTuple):
    """What an assignment is under: the requirement and its notice, by id, and the version of a course that it asks."""

    requirement_id: str
    notice_id: str
    course_id: str
    course_version: int


def assignments_created(db: Db, asked: Asked, person_ids: Sequence[str]) -> None:
    """People have training on their lists that was not there before."""
    for ids in _chunks(person_ids):
        outbox.emit(db, pb.AssignmentCreated(**asked._asdict(), person_ids=ids))


def assignments_withdrawn(db: Db, asked: Asked, person_ids: Sequence[str]) -> None:
    """People left the audience before they completed what was asked, or it is asked no more."""
    for ids in _chunks(person_ids):
        outbox.emit(db, pb.AssignmentWithdrawn(**asked._asdict(), person_ids=ids))


def assignments_waived(db: Db, asked: Asked, person_ids: Sequence[str]) -> None:
    """People were excused."""
    for ids in _chunks(person_ids):
        outbox.emit(db, pb.AssignmentWaived(**asked._asdict(), person_ids=ids))


def assignments_completed(db: Db, asked: Asked, completions: Sequence[tuple[str, datetime]]) -> None:
    """People completed what was asked: each with the moment."""
    for chunk in _chunks(completions):
        outbox.emit(db, completed(asked, chunk))


def completed(asked: Asked, completions: Sequence[tuple[str, datetime]]) -> pb.AssignmentCompleted:
    """People, at most as many as a message holds, completed what was asked."""
    message = pb.AssignmentCompleted(**asked._asdict())
    for person_id, completed_at in completions:
        message.completions.add(person_id=person_id).complete_time.FromDatetime(completed_at)
    return message


def completions_retracted(db: Db, asked: Asked, person_ids: Sequence[str]) -> None:
    """What was recorded as people's training was a mistake."""
    for ids in _chunks(person_ids):
        outbox.emit(db, pb.CompletionRetracted(**asked._asdict(), person_ids=ids))


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), MOST_PEOPLE):
        yield items[start : start + MOST_PEOPLE]
