"""Figures of courses: sums of batches, each of at least five. A sum over no batch is no figure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from evaluation.quality.rules import QUESTIONS, RATINGS
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

_COURSES = """
SELECT course_id FROM (
  SELECT v.course_id FROM course_version AS v
  JOIN test_result AS r ON r.test_id = v.test_id AND r.test_version = v.test_version
  UNION
  SELECT course_id FROM reaction_batch
) AS course WHERE course_id > %(after)s ORDER BY course_id LIMIT %(most)s
"""
_AGENCY_COURSES = """
SELECT DISTINCT course_id FROM reaction_batch WHERE agency_id = %(agency)s AND course_id > %(after)s
ORDER BY course_id LIMIT %(most)s
"""
_RESULTS = """
SELECT v.course_id, sum(r.taken)::int AS taken, sum(r.passed)::int AS passed, sum(r.passed_first)::int AS passed_first
FROM (SELECT DISTINCT course_id, test_id, test_version FROM course_version WHERE course_id = ANY(%(courses)s)) AS v
JOIN test_result AS r ON r.test_id = v.test_id AND r.test_version = v.test_version
GROUP BY v.course_id
"""
_SUMS = f"ARRAY[{', '.join(f'sum(n{rating})::int' for rating in RATINGS)}] AS counts"
_RATINGS = f"""
SELECT course_id, question, {_SUMS}
FROM reaction_batch
WHERE course_id = ANY(%(courses)s) AND (%(agency)s::text IS NULL OR agency_id = %(agency)s)
GROUP BY course_id, question
"""  # noqa: S608 - constants only
_BY_VERSION = f"""
SELECT course_version, question, {_SUMS}
FROM reaction_batch WHERE course_id = %(course)s GROUP BY course_version, question ORDER BY course_version DESC
"""  # noqa: S608 - constants only
_KNOWN = """
SELECT EXISTS (SELECT FROM course_version WHERE course_id = %(course)s)
  OR EXISTS (SELECT FROM reaction_batch WHERE course_id = %(course)s) AS known
"""
_COMMENTS = """
SELECT id::text, released_on, comments FROM comment_batch
WHERE course_id = %(course)s AND (released_on, id) < (%(released_on)s::date, %(id)s::uuid)
ORDER BY released_on DESC, id DESC LIMIT %(most)s
"""
_LAST_DAY, _LAST_ID = "infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"


@dataclass(frozen=True)
class Ratings:
    """The answers to a question: how many gave each rating, from 1 to 5."""

    question: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Results:
    """How many, by person and version of a test, took it, passed it, and passed it at the first try."""

    taken: int
    passed: int
    passed_first: int


@dataclass
class Quality:
    """What is known of a course. *results* is None where too few took a test, or there is none."""

    course_id: str
    results: Results | None = None
    ratings: list[Ratings] = field(default_factory=list)
    versions: dict[int, list[Ratings]] = field(default_factory=dict)


class Comments(NamedTuple):
    """Comments that were told together."""

    id: str
    released_on: date
    comments: Sequence[str]


class _OfCourse(NamedTuple):
    course_id: str
    question: str
    counts: list[int]


class _OfVersion(NamedTuple):
    course_version: int
    question: str
    counts: list[int]


class _Counted(NamedTuple):
    course_id: str
    taken: int
    passed: int
    passed_first: int


def list_courses(db: Db, page: Page) -> list[Quality]:
    """Return what is known of courses, by id, one over the page's size if there are more."""
    (after,) = page.after or ("",)
    return _qualities(db, db.values(_COURSES, after=after, most=page.size + 1), results=True)


def list_agency_courses(db: Db, page: Page, *, agency_id: str) -> list[Quality]:
    """Return what the staff of one agency said of courses, by id, one over the page's size if there are more."""
    (after,) = page.after or ("",)
    found = db.values(_AGENCY_COURSES, agency=agency_id, after=after, most=page.size + 1)
    return _qualities(db, found, agency_id=agency_id)


def get_course(db: Db, course_id: str) -> Quality:
    """Return what is known of a course, also by version; refuse one that nobody ever published."""
    if not db.value(_KNOWN, course=course_id):
        raise NotFound(f"courses/{course_id}")
    (quality,) = _qualities(db, [course_id], results=True)
    for sums in db.all(_OfVersion, _BY_VERSION, course=course_id):
        quality.versions.setdefault(sums.course_version, []).append(Ratings(sums.question, tuple(sums.counts)))
    for ratings in quality.versions.values():
        ratings.sort(key=_place)
    return quality


def list_comments(db: Db, page: Page, *, course_id: str) -> list[Comments]:
    """Return the comments on a course, the batch told last first, one over the page's size if there are more."""
    released_on, id_ = page.after or (_LAST_DAY, _LAST_ID)
    return db.all(Comments, _COMMENTS, course=course_id, released_on=released_on, id=id_, most=page.size + 1)


def _qualities(
    db: Db, course_ids: Sequence[str], *, agency_id: str | None = None, results: bool = False
) -> list[Quality]:
    """Return the figures of these courses, in their order, by two statements at most."""
    found = {course_id: Quality(course_id) for course_id in course_ids}
    if not found:
        return []
    for sums in db.all(_OfCourse, _RATINGS, courses=list(found), agency=agency_id):
        found[sums.course_id].ratings.append(Ratings(sums.question, tuple(sums.counts)))
    for counted in db.all(_Counted, _RESULTS, courses=list(found)) if results else ():
        found[counted.course_id].results = Results(counted.taken, counted.passed, counted.passed_first)
    for course in found.values():
        course.ratings.sort(key=_place)
    return list(found.values())


def _place(ratings: Ratings) -> int:
    """Return where a question stands in the forms."""
    return list(QUESTIONS).index(ratings.question)
