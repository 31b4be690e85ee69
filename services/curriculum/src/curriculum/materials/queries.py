"""Materials as those see them who may.

Of a draft: who sees the course under way, and who has a part in a body that votes on it or reviews it. Of a version
everybody who may take it, but for what is for trainers alone: that is also for who records training at an agency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from curriculum.courses.queries import get_course
from curriculum.courses.records import content_of_draft
from curriculum.courses.tables import CourseRow, CourseVersionRow
from curriculum.governance.queries import HAD_PART
from curriculum.governance.sheets import RUNS
from curriculum.materials import records
from curriculum.materials.rules.materials import Kind, Material, TrainerRule
from curriculum.materials.tables import GivenVersionRow, TrainerRuleRow
from curriculum.works import queries as works
from curriculum.works.office import Office
from curriculum.works.records import trace_of, written_of
from curriculum.works.rules.trace import Trace
from curriculum.works.tables import TraceRow, TraceVersionRow
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

# A list and a page of a course go without what a film says.
_SHORT = """said || '{"captions": "", "transcript": ""}'"""
_OF_DRAFT = """
SELECT id, {said} AS said, lacks, revision FROM material
WHERE course_id = %(course)s AND %(version)s = 0 AND (%(id)s::uuid IS NULL OR id = %(id)s)
"""
_OF_VERSION = """
SELECT material_id AS id, {said} AS said, '[]'::jsonb AS lacks, 0 AS revision FROM material_version
WHERE course_id = %(course)s AND version = %(version)s AND (%(id)s::uuid IS NULL OR material_id = %(id)s)
"""
# What runs, or is on exactly what the draft is now.
_VOTED_ON = f"""
SELECT EXISTS (
  SELECT FROM (
    SELECT body_id, created_at AS begun, ended_at AS over, state = 'PREPARED' AS prepared FROM ballot
    WHERE subject = %(subject)s AND (ended_at IS NULL OR digest = %(digest)s)
    UNION ALL
    SELECT body_id, opened_at, settled_at, false FROM round
    WHERE subject = %(subject)s AND (settled_at IS NULL OR digest = %(digest)s)
  ) AS b WHERE {HAD_PART}
) OR EXISTS (
  SELECT FROM round AS r JOIN round_reviewer AS v ON v.round_id = r.id
  WHERE r.subject = %(subject)s AND r.settled_at IS NULL AND v.person_id = %(person)s AND v.declined_at IS NULL
)
"""  # noqa: S608 - made of constants
_HAS_FILE = """
SELECT coalesce(bool_or(NOT (said->>'trainers_only')::boolean AND said#>>'{file,sha256}' = %(sha256)s), false) AS open,
  count(*) > 0 AS there
FROM (
  SELECT said FROM material WHERE course_id = %(course)s AND %(version)s = 0
  UNION ALL
  SELECT said FROM material_version WHERE course_id = %(course)s AND version = %(version)s
) AS given
WHERE %(sha256)s IN (said#>>'{file,sha256}', said#>>'{source,sha256}')
"""
_MODES = """
SELECT written FROM work WHERE course_id = %(course)s AND phase <> 'CLOSED' AND status NOT IN ('DECLINED', 'RETIRED')
ORDER BY id
"""
_KINDS = {kind.value: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True)
class Reader:
    """Who asks; *trains* = who records training at an agency, so that trainers get there what is for them.

    *takes*: whether courses are for them; whoever has a part in a body may be from outside.
    """

    person: UUID | None
    whole: bool
    trains: bool
    takes: bool

    @property
    def of_works(self) -> works.Reader:
        """The same, as works ask."""
        return works.Reader(self.person, self.whole)


@dataclass(frozen=True)
class Place:
    """A draft (version 0) or a version, and whether its reader sees what is for trainers."""

    course: str
    version: int
    trainers: bool

    @property
    def name(self) -> str:
        """Its resource name."""
        return f"courses/{self.course}/versions/{self.version}" if self.version else f"courses/{self.course}"


class Given(NamedTuple):
    """A material, as it is kept."""

    id: UUID
    said: dict[str, Any]
    lacks: list[str]
    revision: int

    @property
    def material(self) -> Material:
        """What is said of it."""
        return records.material_of(self.said)

    @property
    def key(self) -> list[Any]:
        """What lists are ordered by: kind, then title."""
        return [_KINDS[self.said["kind"]], self.said["title"].casefold(), str(self.id)]


class _Found(NamedTuple):
    open: bool
    there: bool


def place(db: Db, course: str, version: int, reader: Reader, office: Office, *, trainers: bool) -> Place:
    """Return where a reader may look, with *trainers* at all of it; raises `NotFound` as if there were none."""
    under_way = _sees_draft(db, course, reader, office)
    at = Place(course, version, trainers=under_way or (bool(version) and reader.trains))
    there = not version or db.get(CourseVersionRow, (course, version)) is not None
    seen = under_way or (bool(version) and (reader.takes or reader.trains))
    if not (there and seen) or (trainers and not at.trainers):
        raise NotFound(at.name)
    return at


def list_given(db: Db, page: Page, at: Place) -> Sequence[Given]:
    """Return one material more than the page holds, by kind and title. A course has few: all of them are read."""
    found = every(db, at, short=True)
    after = page.after
    return [one for one in found if after is None or one.key > after][: page.size + 1]


def every(db: Db, at: Place, *, short: bool = False) -> list[Given]:
    """Return all materials that the reader sees, by kind and title."""
    found = _read(db, at, None, short=short)
    return sorted((one for one in found if at.trainers or not one.said["trainers_only"]), key=lambda one: one.key)


def get(db: Db, at: Place, material: UUID) -> Given:
    """Return a material that the reader sees, whole."""
    for one in _read(db, at, material, short=False):
        if at.trainers or not one.said["trainers_only"]:
            return one
    raise NotFound(f"{at.name}/materials/{material}")


def rule(db: Db, at: Place) -> tuple[TrainerRule, int]:
    """Return who may train with it, and how often that was written; nothing for who takes the course."""
    if not at.trainers:
        return TrainerRule(), 0
    if at.version:
        return records.rule_of(db.get(GivenVersionRow, (at.course, at.version))), 0
    row = db.get(TrainerRuleRow, at.course, populate_existing=True)
    return records.rule_of(row), row.revision if row else 0


class Taught(NamedTuple):
    """What a course is to teach, in which ways, and the titles of its sections."""

    trace: Trace
    modes: Sequence[str]
    titles: Sequence[str]


def taught(db: Db, at: Place) -> Taught:
    """Return what the coverage of a draft or version is looked at by."""
    trace: TraceRow | TraceVersionRow | None
    course: CourseRow | CourseVersionRow | None
    if at.version:
        course = db.get(CourseVersionRow, (at.course, at.version))
        trace = db.get(TraceVersionRow, (at.course, at.version))
        kept = db.get(GivenVersionRow, (at.course, at.version))
        modes = kept.modes if kept else []
    else:
        course, trace = get_course(db, at.course), db.get(TraceRow, at.course)
        modes = modes_of(db, at.course)
    titles = [section["title"] for section in course.sections] if course else []
    return Taught(trace_of(trace), modes, titles)


def modes_of(db: Db, course: str) -> list[str]:
    """Return the ways that the design of a course chose, in its order; without a work those that materials serve."""
    chosen = [one.mode for kept in db.values(_MODES, course=course) for one in written_of(kept).modes]
    if not chosen:
        given = every(db, Place(course, 0, trainers=True), short=True)
        chosen = sorted({mode for one in given for mode in one.said["modes"]})
    return list(dict.fromkeys(chosen))


def sees_file(db: Db, course: str, version: int, sha256: str, reader: Reader, office: Office) -> bool:
    """Whether a draft or version has a file among its materials, and the reader may see it."""
    found = db.one(_Found, _HAS_FILE, course=course, version=version, sha256=sha256)
    if not found.there:
        return False
    if version and (found.open or reader.trains):
        return True
    return _sees_draft(db, course, reader, office)


def _read(db: Db, at: Place, material: UUID | None, *, short: bool) -> list[Given]:
    sql = (_OF_VERSION if at.version else _OF_DRAFT).format(said=_SHORT if short else "said")
    return db.all(Given, sql, course=at.course, version=at.version, id=material)


def _sees_draft(db: Db, course: str, reader: Reader, office: Office) -> bool:
    row = db.get(CourseRow, course)
    if row is None:
        return False
    if works.sees_course(db, course, reader.of_works, office):
        return True
    asked = {
        "subject": f"courses/{course}",
        "digest": content_of_draft(row).sha256,
        "person": reader.person,
        "at": db.at,
        "runs": sorted(RUNS),
    }
    found: bool = reader.person is not None and db.value(_VOTED_ON, **asked)
    return found
