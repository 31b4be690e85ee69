"""What requirements hear of the others: each event is mapped to its own terms here, and handled by a use case."""

from typing import Any

from cadre.curriculum.v1 import events_pb2 as curriculum
from cadre.directory.v1 import events_pb2 as directory
from cadre.notification.v1 import events_pb2 as notification
from enrollment.requirements import courses, visibility
from servicekit import closed_days
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription
from servicekit.names import as_uuid


def notices_released(db: Db, heard: list[Delivered[notification.NoticeReleased]]) -> None:
    """Agencies let their staff see notices before their day."""
    visibility.release(
        db,
        [(as_uuid(event.message.notice_id, field="notice_id"), event.message.agency_id) for event in heard],
    )


def course_versions_published(db: Db, heard: list[Delivered[curriculum.CourseVersionPublished]]) -> None:
    """Versions of courses can be taken."""
    courses.store(db, [_course_version(event.message) for event in heard])


SUBSCRIPTIONS: list[Subscription[Any]] = [
    Subscription(directory.CalendarChanged, closed_days.follow),
    Subscription(notification.NoticeReleased, notices_released),
    Subscription(curriculum.CourseVersionPublished, course_versions_published),
]


def _course_version(message: curriculum.CourseVersionPublished) -> courses.CourseVersion:
    return courses.CourseVersion(
        course_id=message.course_id,
        version=message.version,
        section_count=message.section_count,
        minutes=message.minutes,
        test_id=message.test_id,
        test_version=message.test_version,
    )
