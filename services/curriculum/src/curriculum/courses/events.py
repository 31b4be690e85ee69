"""The facts that the curriculum tells others."""

from cadre.curriculum.v1 import events_pb2
from curriculum.courses.rules.courses import Content, reference_of


def course_version_published(course_id: str, version: int, content: Content) -> events_pb2.CourseVersionPublished:
    """A version can be taken from now on."""
    test_id, test_version = reference_of(content.test_version)
    return events_pb2.CourseVersionPublished(
        course_id=course_id,
        version=version,
        section_count=len(content.sections),
        minutes=content.minutes,
        test_id=test_id,
        test_version=test_version,
    )
