"""A course between its rows and the terms of the rules."""

from dataclasses import asdict, fields
from typing import Any

from curriculum.rules import catalogue
from curriculum.rules.courses import Content, Course, Section
from curriculum.tables import CourseRow, CourseVersionRow


def columns(course: Course) -> dict[str, Any]:
    """Return what the row of *course* holds of it, with what it is ordered and found by."""
    return asdict(course) | {
        "sections": [asdict(section) for section in course.sections],
        "sort_title": catalogue.sort_title(course.title),
        "search_text": catalogue.search_text(course.title, course.provider, course.audience),
    }


def course_of(row: CourseRow) -> Course:
    """Return what people wrote of the course."""
    written = {part.name: getattr(row, part.name) for part in fields(Course)}
    return Course(**written | {"sections": sections_of(row)})


def content_of_version(row: CourseVersionRow) -> Content:
    """Return what the version holds, to be hashed again."""
    return Content(row.title, row.summary, sections_of(row), row.test_version, row.demonstration)


def sections_of(row: CourseRow | CourseVersionRow) -> tuple[Section, ...]:
    """Return the sections that the row keeps as JSON."""
    return tuple(Section(**section) for section in row.sections)
