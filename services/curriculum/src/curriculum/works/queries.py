"""Works as those see them who may.

Who writes works, or has a role of the state; who has a part in a body that decides; who owns one or has it in hand.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from curriculum.courses.tables import CourseRow, CourseVersionRow
from curriculum.governance import parts
from curriculum.works import items, records, sheets
from curriculum.works.office import Office
from curriculum.works.rules.trace import Asked, Trace
from curriculum.works.sheets import Sheet
from curriculum.works.tables import TraceRow, TraceVersionRow, WorkRow, WorkStepRow
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

_SEES = "(%(whole)s OR w.owner_id = %(person)s OR w.holder = %(name)s)"
_LISTED = f"""
SELECT w.* FROM work AS w
WHERE {_SEES}
  AND (%(phase)s = '' OR w.phase = %(phase)s)
  AND (%(course)s = '' OR w.course_id = %(course)s)
  AND %(ended)s = (w.phase = 'CLOSED' OR w.status IN ('DECLINED', 'RETIRED'))
  AND (NOT %(mine)s OR w.holder = ANY(%(holders)s))
  {{page}}
ORDER BY w.target_date, w.id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_STEPS = """
SELECT * FROM work_step WHERE work_id = %(work)s {page} ORDER BY number DESC LIMIT %(limit)s
"""
_HANDLED = f"SELECT EXISTS (SELECT FROM work AS w WHERE w.course_id = %(course)s AND {_SEES})"  # noqa: S608 - constants


@dataclass(frozen=True)
class Reader:
    """Who asks: a person, or a service; *whole* = who writes works, or has a role of the state, sees all."""

    person: UUID | None
    whole: bool

    @property
    def name(self) -> str:
        """The resource name of the person."""
        return f"people/{self.person}" if self.person else ""


def get_work(db: Db, work_id: str, reader: Reader, office: Office) -> Sheet:
    """Return a work that the reader may see, whole."""
    row = db.get(WorkRow, work_id, populate_existing=True)
    if row is None or not (_sees_all(db, reader, office) or reader.name in {row.holder, f"people/{row.owner_id}"}):
        raise NotFound(records.name_of(work_id))
    return sheets.sheets(db, [row], office)[0]


def list_works(
    db: Db, page: Page, reader: Reader, office: Office, *, phase: str, course: str, mine: bool, ended: bool
) -> Sequence[Sheet]:
    """Return one work more than the page holds, by the day by which they have to be there.

    *mine*: those that wait for the reader, or for a body in which they have a part. *ended*: those that ended, instead
    of those that go on.
    """
    holders = [reader.name, *_bodies(db, reader)] if mine else []
    beyond = "" if page.after is None else "AND (w.target_date, w.id) > (%(after_target_date)s::date, %(after_id)s)"
    rows = db.all(
        WorkRow,
        _LISTED.format(page=beyond),
        phase=phase,
        course=course,
        ended=ended,
        mine=mine,
        holders=holders,
        **_who(reader, whole=_sees_all(db, reader, office)),
        **page.values("target_date", "id"),
    )
    return sheets.sheets(db, rows, office)


def list_steps(db: Db, page: Page, work_id: str, reader: Reader, office: Office) -> Sequence[WorkStepRow]:
    """Return one step more than the page holds, the newest first."""
    get_work(db, work_id, reader, office)
    beyond = page.after_sql("AND", "<", number="int")
    return db.all(WorkStepRow, _STEPS.format(page=beyond), work=work_id, **page.values("number"))


@dataclass(frozen=True)
class Traced:
    """A trace, and what it is held against: titles of sections, and what the test of the course asks."""

    kept: TraceRow | TraceVersionRow | None
    sections: Collection[str]
    asked: Asked

    @property
    def trace(self) -> Trace:
        """What the course is to teach; an empty one if nothing was written yet."""
        return records.trace_of(self.kept)


def get_trace(db: Db, course_id: str, version: int, reader: Reader, office: Office) -> Traced:
    """Return the trace of a course as it is now, or was when *version* came out, for who sees a work of it."""
    course = db.get(CourseRow, course_id)
    if course is None or not sees_course(db, course_id, reader, office):
        raise NotFound(f"courses/{course_id}")
    if not version:
        return _traced(db, db.get(TraceRow, course_id), course)
    pinned, published = db.get(TraceVersionRow, (course_id, version)), db.get(CourseVersionRow, (course_id, version))
    if pinned is None or published is None:
        raise NotFound(f"courses/{course_id}/versions/{version}")
    return _traced(db, pinned, published)


def sees_course(db: Db, course_id: str, reader: Reader, office: Office) -> bool:
    """Whether the reader sees a course under way: all of them, or a work of it."""
    if _sees_all(db, reader, office):
        return True
    handled: bool = db.value(_HANDLED, course=course_id, **_who(reader, whole=False))
    return handled


def _traced(db: Db, kept: TraceRow | TraceVersionRow | None, course: CourseRow | CourseVersionRow) -> Traced:
    titles = {section["title"] for section in course.sections}
    return Traced(kept, titles, items.asked_by(db, course.test_version))


class Compared(NamedTuple):
    """A version of a course, with the trace that it keeps; None = of before there were any."""

    version: CourseVersionRow
    trace: TraceVersionRow | None


def compared(db: Db, course_id: str, before: int, after: int) -> tuple[Compared, Compared]:
    """Return two versions of a course; 0 is the newest one."""
    course = db.get(CourseRow, course_id)
    if course is None or not course.latest_version:
        raise NotFound(f"courses/{course_id}")
    return _compared(db, course_id, before), _compared(db, course_id, after or course.latest_version)


def _compared(db: Db, course_id: str, number: int) -> Compared:
    version = db.get(CourseVersionRow, (course_id, number))
    if version is None:
        raise NotFound(f"courses/{course_id}/versions/{number}")
    return Compared(version, db.get(TraceVersionRow, (course_id, number)))


def _bodies(db: Db, reader: Reader) -> list[str]:
    return sorted({f"bodies/{part.body}" for part in parts.of(db, reader.person)}) if reader.person else []


def _sees_all(db: Db, reader: Reader, office: Office) -> bool:
    deciding = {office.content_body, office.steering_body}
    return reader.whole or (reader.person is not None and bool(parts.of(db, reader.person, deciding)))


def _who(reader: Reader, *, whole: bool) -> dict[str, object]:
    return {"whole": whole, "person": reader.person, "name": reader.name or "-"}
