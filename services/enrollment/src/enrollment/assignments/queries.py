"""Lists of assignments, by keyset."""

from collections.abc import Collection
from uuid import UUID

from enrollment.assignments.records import COLUMNS, JOINS, Assignment, Row
from enrollment.requirements.visibility import SEEN, Learner
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
    AND (%(units)s::text[] IS NULL OR member.units && %(units)s::text[])
"""
_FIRST_DAY, _FIRST_ID = "-infinity", "00000000-0000-0000-0000-000000000000"


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
    db: Db,
    page: Page,
    *,
    agency_id: str,
    notice_id: UUID | None,
    only_open: bool,
    units: Collection[str] | None = None,
    of: UUID | None = None,
) -> list[Assignment]:
    """Return the assignments of those who are on an agency's list now ('' = the whole state), the latest first.

    The latest is what was due first. One over the page's size if there are more. With *units*, of those alone who are
    in one of these; with *of*, of one person.
    """
    conditions = [_OPEN] if only_open else []
    if of is not None:
        conditions.append("a.person_id = %(of)s")
    if notice_id is not None:
        conditions.append("a.requirement_id = (SELECT id FROM requirement WHERE notice_id = %(notice)s)")
    rows_of = _OF_AGENCY if agency_id else _OF_STATE
    cut = rows_of.format(row=_ROW, filter=" AND ".join(["true", *conditions])) + _LATEST
    due_date, person, requirement = page.after or (_FIRST_DAY, _FIRST_ID, _FIRST_ID)
    rows = db.all(
        Row,
        f"SELECT {COLUMNS} FROM ({cut}) AS a {JOINS} ORDER BY a.due_date, a.person_id, a.requirement_id",  # noqa: S608 - constants only
        agency=agency_id,
        units=None if units is None else sorted(units),
        notice=notice_id,
        of=of,
        due_date=due_date,
        person=person,
        requirement=requirement,
        most=page.size + 1,
    )
    return [Assignment.of(row) for row in rows]
