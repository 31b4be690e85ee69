"""A course between its rows and the terms of the rules."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from curriculum.courses.rules import catalogue
from curriculum.courses.rules.courses import Content, Course, Section, content_of
from curriculum.courses.rules.pieces import Check, Download, Media, Option, Picture, Piece, Recording
from curriculum.courses.tables import CourseRow, CourseVersionRow, MediaRow

_WITH_MEDIA: dict[str, Callable[..., Piece]] = {"picture": Picture, "recording": Recording, "download": Download}


def columns(course: Course) -> dict[str, Any]:
    """Return what the row of *course* holds of it, with what it is ordered and found by."""
    return asdict(course) | {
        "sections": [section.written() for section in course.sections],
        "sort_title": catalogue.sort_title(course.title),
        "search_text": catalogue.search_text(course.title, course.provider, course.audience),
    }


def course_of(row: CourseRow) -> Course:
    """Return what people wrote of the course."""
    written = {part.name: getattr(row, part.name) for part in fields(Course)}
    return Course(**written | {"sections": sections_of(row)})


def content_of_draft(row: CourseRow) -> Content:
    """Return what the next version would hold: what people wrote, with what it is given with."""
    return content_of(course_of(row), row.materials_sha256)


def content_of_version(row: CourseVersionRow) -> Content:
    """Return what the version holds, to be hashed again."""
    said = (row.title, row.summary, sections_of(row), row.test_version, row.demonstration)
    return Content(*said, row.materials_sha256)


def sections_of(row: CourseRow | CourseVersionRow) -> tuple[Section, ...]:
    """Return the sections that the row keeps as JSON."""
    return tuple(
        Section(**section | {"pieces": tuple(_piece(kept) for kept in section.get("pieces", ()))})
        for section in row.sections
    )


def _piece(kept: dict[str, Any]) -> Piece:
    if kept["kind"] == "check":
        return Check(**kept | {"options": tuple(Option(**option) for option in kept["options"])})
    return _WITH_MEDIA[kept["kind"]](**kept | {"media": Media(**kept["media"])})


def media_of(row: MediaRow) -> Media:
    """Return what the store knows of a file."""
    return Media(row.sha256, row.media_type, row.size_bytes, row.milliseconds, row.width, row.height)
