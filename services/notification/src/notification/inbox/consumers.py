"""What this area hears: of the directory memberships, of enrollment what became of training."""

from datetime import UTC, datetime
from typing import Any

from cadre.directory.v1 import events_pb2 as directory
from cadre.enrollment.v1 import events_pb2 as enrollment
from notification.inbox import assignments, memberships
from notification.inbox.assignments import Key
from servicekit import names
from servicekit.calendar import YEARS_OF_LIVES, day_of
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription
from servicekit.events.copies import Change, Chunk


def members_changed(db: Db, events: list[Delivered[directory.AudienceMembersChanged]]) -> None:
    """Memberships changed: the copy, and every open notice with it."""
    memberships.apply(db, [_chunk(event.message) for event in events])


def assignment_created(db: Db, events: list[Delivered[enrollment.AssignmentCreated]]) -> None:
    """Training is on people's lists: whoever was excused is so no longer."""
    assignments.take_back_excuse(db, [key for event in events for key in _assigned(event.message)])


def assignment_completed(db: Db, events: list[Delivered[enrollment.AssignmentCompleted]]) -> None:
    """People completed their training."""
    completions: dict[Key, datetime] = {}
    for event in events:
        # The first one told is the one that counts.
        completions = _completions(event.message) | completions
    assignments.complete(db, completions)


def completion_retracted(db: Db, events: list[Delivered[enrollment.CompletionRetracted]]) -> None:
    """Training was recorded by mistake, and taken back."""
    assignments.retract(db, [key for event in events for key in _assigned(event.message)])


def assignment_waived(db: Db, events: list[Delivered[enrollment.AssignmentWaived]]) -> None:
    """People were excused."""
    assignments.excuse(db, [key for event in events for key in _assigned(event.message)])


# `assignment.withdrawn` is not heard: the membership that caused it arrives by itself, and takes them off the list.
SUBSCRIPTIONS: list[Subscription[Any]] = [
    Subscription(directory.AudienceMembersChanged, members_changed),
    Subscription(enrollment.AssignmentCreated, assignment_created),
    Subscription(enrollment.AssignmentCompleted, assignment_completed),
    Subscription(enrollment.CompletionRetracted, completion_retracted),
    Subscription(enrollment.AssignmentWaived, assignment_waived),
]


def _chunk(message: directory.AudienceMembersChanged) -> Chunk:
    """Read a chunk of a change of membership."""
    return Chunk(
        collection_id=names.as_uuid(message.audience_id, field="audience_id"),
        revision=message.revision,
        number=message.chunk,
        chunks=message.chunks,
        effective_date=day_of("effective_date", message.effective_date, YEARS_OF_LIVES),
        changes=[
            Change(
                names.as_uuid(change.person_id, field="person_id"),
                change.agency_id,
                tuple(change.units),
                change.member,
                change.on_leave,
                change.local,
            )
            for change in message.changes
        ],
        whole=message.whole,
    )


def _completions(message: enrollment.AssignmentCompleted) -> dict[Key, datetime]:
    """Read who completed what was assigned, and when."""
    notice = names.as_uuid(message.notice_id, field="notice_id")
    return {
        Key(
            notice, names.as_uuid(done.person_id, field="person_id"), message.course_id, message.course_version
        ): done.complete_time.ToDatetime(UTC)
        for done in message.completions
    }


def _assigned(
    message: enrollment.AssignmentCreated | enrollment.AssignmentWaived | enrollment.CompletionRetracted,
) -> list[Key]:
    """Read whose assignments an event is about."""
    notice = names.as_uuid(message.notice_id, field="notice_id")
    return [
        Key(notice, names.as_uuid(person, field="person_id"), message.course_id, message.course_version)
        for person in message.person_ids
    ]
