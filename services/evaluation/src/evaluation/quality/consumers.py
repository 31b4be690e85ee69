"""What quality hears of the others: each event is mapped to its own terms here, and handled by a use case."""

from typing import Any

from cadre.curriculum.v1 import events_pb2 as curriculum
from evaluation.quality import courses
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription


def course_versions_published(db: Db, heard: list[Delivered[curriculum.CourseVersionPublished]]) -> None:
    """Versions of courses can be taken: which test is whose."""
    courses.store(db, [_course_version(event.message) for event in heard])


SUBSCRIPTIONS: list[Subscription[Any]] = [Subscription(curriculum.CourseVersionPublished, course_versions_published)]


def _course_version(message: curriculum.CourseVersionPublished) -> courses.CourseVersion:
    return courses.CourseVersion(message.course_id, message.version, message.test_id, message.test_version)
