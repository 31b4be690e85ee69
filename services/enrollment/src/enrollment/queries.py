"""Lists of assignments and completions, by keyset."""

from collections.abc import Collection
from uuid import UUID

from enrollment.records import COLUMNS, JOINS, Assignment, Completion, Row, YearOfTraining
from enrollment.visibility import SEEN, Learner
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

_ROW = "a.requirement_id, a.person_id, a.created_at, a.due_date, a.state, a.sections_completed, a.waiver_reason"
_OPEN = "a.state IN ('ASSIGNED', 'IN_PROGRESS')"
_ONE = f"SELECT {COLUMNS} FROM assignment AS a {JOINS} WHERE a.person_id = %(person)s AND {SEEN}"  # noqa: S608 - constants only
_BY_REQUIREMENT = f"{_ONE} AND a.requirement_id = %(id)s"
_BY_NOTICE = f"{_ONE} AND requirement.notice_id = %(id)s"
_UNDER = "AND a.requirement_id IN (SELECT id FROM requirement WHERE notice_id = ANY(%(notices)s))"
# A page is cut first; what else it shows is joined to its rows only.
_TO_DO = f"""
SELECT {COLUMNS} FROM (
  SELECT {_ROW} FROM assignment AS a
  WHERE a.person_id = %(person)s AND {_OPEN} AND {SEEN} {{only}}
    AND (a.due_date, a.requirement_id) > (%(due_date)s::date, %(requirement)s::uuid)
  ORDER BY a.due_date, a.requirement_id LIMIT %(most)s
) AS a {JOINS}
ORDER BY a.due_date, a.requirement_id
"""  # noqa: S608 - constants only
_LATEST = """
  AND (a.due_date, a.person_id, a.requirement_id) > (%(due_date)s::date, %(person)s::uuid, %(requirement)s::uuid)
ORDER BY a.due_date, a.person_id, a.requirement_id LIMIT %(most)s
"""
_OF_STATE = "SELECT {row} FROM assignment AS a WHERE {filter}"
_OF_AGENCY = """
  SELECT {row}
  FROM audience_member AS member
  JOIN requirement AS asked ON asked.audience_id = member.audience_id
  JOIN assignment AS a ON (a.requirement_id, a.person_id) = (asked.id, member.person_id)
  WHERE member.agency_id = %(agency)s AND member.member AND {filter}
"""
_COMPLETIONS = """
SELECT completion.id, completion.person_id, requirement.notice_id, requirement.course_id, requirement.course_version,
  completion.kind, completion.minutes, completion.completed_at, completion.completed_on, completion.led_by
FROM completion JOIN requirement ON requirement.id = completion.requirement_id
WHERE completion.person_id = %(person)s AND {seen}
  AND (%(year)s = 0 OR extract(year FROM completion.completed_on) = %(year)s)
  AND (completion.completed_on, completion.completed_at, completion.id)
    < (%(completed_on)s::date, %(completed_at)s::timestamptz, %(id)s::uuid)
ORDER BY completion.completed_on DESC, completion.completed_at DESC, completion.id DESC LIMIT %(most)s
"""
_YEARS = """
SELECT extract(year FROM completion.completed_on)::int AS year, count(*)::int AS completions,
  sum(completion.minutes)::int AS minutes
FROM completion WHERE completion.person_id = %(person)s AND {seen}
GROUP BY 1 ORDER BY 1 DESC
"""
_SEEN = """(%(all)s OR EXISTS (
  SELECT FROM audience_member AS member
  WHERE member.agency_id = ANY(%(agencies)s) AND member.person_id = completion.person_id
))"""
_FIRST_DAY, _FIRST_ID = "-infinity", "00000000-0000-0000-0000-000000000000"
_LAST_MOMENT, _LAST_ID = "infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"


def get_assignment(db: Db, learner: Learner, requirement_id: UUID) -> Assignment:
    """Return what a requirement asks of a person; nothing before its letter is released to them."""
    row = db.maybe(Row, _BY_REQUIREMENT, **learner.values, id=requirement_id)
    if row is None:
        raise NotFound(f"requirements/{requirement_id}/assignments/{learner.person_id}")
    return Assignment.of(row)


def get_assignment_under(db: Db, learner: Learner, notice_id: UUID) -> Assignment:
    """Return what a notice asks of a person; nothing before it is released to them."""
    row = db.maybe(Row, _BY_NOTICE, **learner.values, id=notice_id)
    if row is None:
        raise NotFound(f"notices/{notice_id}")
    return Assignment.of(row)


def list_to_do(db: Db, page: Page, learner: Learner, *, notice_ids: Collection[UUID] = ()) -> list[Assignment]:
    """Return a person's open assignments by due date, one over the page's size if there are more.

    Narrowed to what *notice_ids* ask, if there are any.
    """
    due_date, requirement = page.after or (_FIRST_DAY, _FIRST_ID)
    rows = db.all(
        Row,
        _TO_DO.format(only=_UNDER if notice_ids else ""),
        **learner.values,
        notices=list(notice_ids),
        due_date=due_date,
        requirement=requirement,
        most=page.size + 1,
    )
    return [Assignment.of(row) for row in rows]


def list_assignments(
    db: Db, page: Page, *, agency_id: str, notice_id: UUID | None, only_open: bool
) -> list[Assignment]:
    """Return the assignments of those who are on an agency's list now ('' = the whole state), the latest first.

    The latest is what was due first. One over the page's size if there are more.
    """
    conditions = [_OPEN] if only_open else []
    if notice_id is not None:
        conditions.append("a.requirement_id = (SELECT id FROM requirement WHERE notice_id = %(notice)s)")
    rows_of = _OF_AGENCY if agency_id else _OF_STATE
    cut = rows_of.format(row=_ROW, filter=" AND ".join(["true", *conditions])) + _LATEST
    due_date, person, requirement = page.after or (_FIRST_DAY, _FIRST_ID, _FIRST_ID)
    rows = db.all(
        Row,
        f"SELECT {COLUMNS} FROM ({cut}) AS a {JOINS} ORDER BY a.due_date, a.person_id, a.requirement_id",  # noqa: S608 - constants only
        agency=agency_id,
        notice=notice_id,
        due_date=due_date,
        person=person,
        requirement=requirement,
        most=page.size + 1,
    )
    return [Assignment.of(row) for row in rows]


def list_completions(
    db: Db, page: Page, *, person_id: UUID, agency_ids: Collection[str] | None, year: int
) -> list[Completion]:
    """Return a person's completions at all agencies, by the day of the training, the newest first.

    One over the page's size if there are more; of one calendar *year* in California, 0 = all. With *agency_ids*
    (None = no limit), only if they are or were on the list of one of these: their new agency sees the full transcript.
    """
    completed_on, completed_at, id_ = page.after or (_LAST_MOMENT, _LAST_MOMENT, _LAST_ID)
    return db.all(
        Completion,
        _COMPLETIONS.format(seen=_SEEN),
        person=person_id,
        year=year,
        completed_on=completed_on,
        completed_at=completed_at,
        id=id_,
        all=agency_ids is None,
        agencies=list(agency_ids or ()),
        most=page.size + 1,
    )


def years_of_training(db: Db, *, person_id: UUID, agency_ids: Collection[str] | None) -> list[YearOfTraining]:
    """Return what the transcript that `list_completions` gives adds up to in each calendar year, the newest first."""
    years = _YEARS.format(seen=_SEEN)
    agencies = list(agency_ids or ())
    return db.all(YearOfTraining, years, person=person_id, all=agency_ids is None, agencies=agencies)
