"""Courses of the demonstration that are reviewed, voted on or under way: begun if not there, issued, changed."""

from collections.abc import Callable, Iterable

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre_cli.access import Access, request_id
from cadre_cli.datafiles import Note, Slug, Text
from cadre_demo.content import Minutes
from servicekit.rpc.client import Refused


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Section:
    """A section of a course, in words alone."""

    title: Text
    minutes: Minutes
    text: str


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Course:
    """A course as it is begun."""

    slug: Slug
    title: Text
    summary: Text
    provider: Note = ""
    delivery_mode: Note = ""
    section: tuple[Section, ...]


def sections(told: Iterable[Section]) -> list[pb.Section]:
    """Return sections as a course has them."""
    return [pb.Section(title=one.title, minutes=one.minutes, markdown=one.text.strip()) for one in told]


def begun(access: Access, person: str, told: Course) -> pb.Course:
    """Return the draft of a course as it says now; write it if it is not there."""
    try:
        return get(access, person, f"courses/{told.slug}")
    except Refused as refused:
        if refused.code != "NOT_FOUND":
            raise
    course = pb.Course(
        title=told.title,
        summary=told.summary,
        provider=told.provider,
        delivery_mode=told.delivery_mode,
        sections=sections(told.section),
        demonstration=True,
    )
    create = pb.CreateCourseRequest(course_id=told.slug, course=course, request_id=request_id("course", told.slug))
    return access.ask(access.courses.CreateCourse, create, person=person)


def get(access: Access, person: str, name: str) -> pb.Course:
    """Return a draft as it says now."""
    return access.ask(access.courses.GetCourse, pb.GetCourseRequest(name=name), person=person)


def issue(access: Access, manager: str, course: pb.Course) -> None:
    """Issue a course as its draft says."""
    again = request_id(course.name, "publish", course.latest_version + 1)
    publish = pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=again)
    access.ask(access.courses.PublishCourse, publish, person=manager)


def change(access: Access, person: str, name: str, to: Callable[[pb.Course], None]) -> pb.Course:
    """Change a draft: *to* writes in it. Return it as it says then."""
    course = get(access, person, name)
    to(course)
    update = pb.UpdateCourseRequest(course=course, request_id=request_id(name, "change"))
    return access.ask(access.courses.UpdateCourse, update, person=person)
