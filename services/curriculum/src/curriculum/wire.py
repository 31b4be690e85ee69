"""Between the contract and the curriculum's own terms."""

from collections.abc import Collection, Iterable

from cadre.curriculum.v1 import course_service_pb2 as pb
from curriculum.records import course_of, sections_of
from curriculum.rules import catalogue
from curriculum.rules.catalogue import Offer
from curriculum.rules.courses import Course, Section, missing
from curriculum.tables import CourseRow, CourseVersionRow
from servicekit import names
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import timestamp

_MOST_NAMES = 1_000


def course_id(name: str, *, field: str = "name") -> str:
    """Return the id in `courses/{course}`."""
    return names.slug_in("courses/{course}", name, field=field)


def version_id(name: str, *, field: str = "name") -> tuple[str, int]:
    """Return course id and number in `courses/{course}/versions/{version}`."""
    return names.version_in("courses/{course}/versions/{version}", name, field=field)


def version_ids(given: Collection[str]) -> set[tuple[str, int]]:
    """Return course id and number of each of the versions named."""
    if len(given) > _MOST_NAMES:
        raise InvalidField("names", len(given), f"must be at most {_MOST_NAMES}")
    return {version_id(name, field=f"names[{n}]") for n, name in enumerate(given)}


def test_id(name: str) -> str:
    """Return the id in `tests/{test}`; '' if none is asked for."""
    return names.slug_in("tests/{test}", name, field="test") if name else ""


def offers(request: pb.ListCoursesRequest, *, writes: bool) -> Collection[Offer]:
    """Return which courses a request for the catalogue asks for, of those that the caller sees."""
    asked = Offer(pb.Offer.Name(request.offer)) if request.offer else None
    seen = catalogue.offers(asked, writes=writes)
    return [offer for offer in seen if offer is Offer.HERE or not request.only_published]


def written(message: pb.Course) -> Course:
    """Return what people write of a course: all of *message* but name, newest version and etag."""
    return Course(
        title=message.title,
        provider=message.provider,
        delivery_mode=message.delivery_mode,
        duration=message.duration,
        audience=message.audience,
        source_url=message.source_url,
        confidence=message.confidence,
        year_or_date=message.year_or_date,
        summary=message.summary,
        demonstration=message.demonstration,
        sections=tuple(Section(section.title, section.minutes, section.markdown) for section in message.sections),
        test_version=message.test_version,
    )


def entries(messages: Iterable[pb.Course]) -> dict[str, Course]:
    """Return the courses of an import by id; each may come once."""
    courses: dict[str, Course] = {}
    for n, message in enumerate(messages):
        field = f"courses[{n}].name"
        slug = course_id(message.name, field=field)
        if slug in courses:
            raise InvalidField(field, message.name, "must come once")
        courses[slug] = written(message)
    return courses


def course(row: CourseRow) -> pb.Course:
    """Return the course with its draft."""
    answer = entry(row)
    answer.sections.extend(_sections(sections_of(row)))
    answer.missing.extend(missing(course_of(row)))
    return answer


def entry(row: CourseRow, minutes: int = 0) -> pb.Course:
    """Return the course without its sections, as lists show it; *minutes* of its newest version."""
    return pb.Course(
        name=f"courses/{row.id}",
        title=row.title,
        provider=row.provider,
        delivery_mode=row.delivery_mode,
        duration=row.duration,
        audience=row.audience,
        source_url=row.source_url,
        confidence=row.confidence,
        year_or_date=row.year_or_date,
        summary=row.summary,
        demonstration=row.demonstration,
        test_version=row.test_version,
        latest_version=row.latest_version,
        etag=str(row.revision),
        minutes=minutes,
    )


def course_version(row: CourseVersionRow, latest: int) -> pb.CourseVersion:
    """Return a version as learners take it; *latest* is the number of the newest one."""
    answer = version_entry(row, latest)
    answer.sections.extend(_sections(sections_of(row)))
    return answer


def newest(row: CourseVersionRow) -> pb.CourseVersion:
    """Return a version that was published just now."""
    return course_version(row, row.version)


def version_outline(row: CourseVersionRow, latest: int) -> pb.CourseVersion:
    """Return a version with titles and minutes of its sections, without their texts."""
    answer = version_entry(row, latest)
    answer.sections.extend(pb.Section(title=part.title, minutes=part.minutes) for part in sections_of(row))
    return answer


def version_entry(row: CourseVersionRow, latest: int) -> pb.CourseVersion:
    """Return a version without its sections."""
    return pb.CourseVersion(
        name=f"courses/{row.course_id}/versions/{row.version}",
        course=f"courses/{row.course_id}",
        version=row.version,
        title=row.title,
        summary=row.summary,
        minutes=row.minutes,
        test_version=row.test_version,
        publish_time=timestamp(row.published_at),
        content_sha256=row.content_sha256,
        demonstration=row.demonstration,
        latest_version=latest,
    )


def _sections(sections: Iterable[Section]) -> list[pb.Section]:
    return [pb.Section(title=part.title, minutes=part.minutes, markdown=part.markdown) for part in sections]
