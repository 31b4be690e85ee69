"""Stages of letters that were sent for approval: begun with it, approved one after the other."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from notification.approvals import routes
from notification.approvals.rules import stages
from notification.approvals.rules.stages import Stage
from notification.letters.rows import name_of
from notification.letters.tables import NoticeRow
from servicekit import closed_days
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

# As it was sent last.
_STAGES = """
SELECT s.notice_id, s.title, s.approvers, s.deputies, s.due_date, s.approved_at, s.approved_by
FROM approval_stage AS s JOIN notice AS n ON n.id = s.notice_id AND n.submitted_at = s.submitted_at
WHERE s.notice_id = ANY(%(notices)s) AND n.state <> 'DRAFT'
ORDER BY s.notice_id, s.place
"""
_BEGIN = """
INSERT INTO approval_stage (notice_id, submitted_at, place, title, approvers, deputies, due_date)
VALUES (%(notice)s, %(submitted)s, %(place)s, %(title)s, %(approvers)s, %(deputies)s, %(due)s)
"""
_APPROVE = """
UPDATE approval_stage SET approved_at = %(at)s, approved_by = %(person)s
WHERE notice_id = %(notice)s AND submitted_at = %(submitted)s AND place = %(place)s AND approved_at IS NULL
"""


class _Row(NamedTuple):
    notice_id: UUID
    title: str
    approvers: list[UUID]
    deputies: list[UUID]
    due_date: date
    approved_at: datetime | None
    approved_by: UUID | None


def begin(db: Db, notice: NoticeRow, at: datetime) -> None:
    """Give a letter that is sent for approval the stages of its series and kind, as they are today."""
    planned = routes.fitting(db, of_series=notice.series, kind=notice.kind)
    opened = stages.open_for(
        name_of(notice.id), planned, notice.writers, closed_days.known(db).as_far_as_known(), pacific_date(at)
    )
    for place, stage in enumerate(opened):
        db.run(
            _BEGIN,
            notice=notice.id,
            submitted=notice.submitted_at,
            place=place,
            title=stage.title,
            approvers=list(stage.approvers),
            deputies=list(stage.deputies),
            due=stage.due_date,
        )


def of_letters(db: Db, notice_ids: Collection[UUID]) -> dict[UUID, Sequence[Stage]]:
    """Return the stages of letters that were sent for approval; those that are approved in one step are left out."""
    rows = db.all(_Row, _STAGES, notices=list(notice_ids))
    return {
        notice_id: [
            Stage(row.title, tuple(row.approvers), tuple(row.deputies), row.due_date, row.approved_at, row.approved_by)
            for row in of_it
        ]
        for notice_id, of_it in groupby(rows, key=attrgetter("notice_id"))
    }


def of_letter(db: Db, notice_id: UUID) -> Sequence[Stage]:
    """Return the stages of one letter."""
    return of_letters(db, [notice_id]).get(notice_id, ())


def approve(db: Db, notice: NoticeRow, person: UUID) -> Stage:
    """Approve the stage that is next, which is not the last one; return it."""
    known = of_letter(db, notice.id)
    place = stages.check_between(name_of(notice.id), known)
    return _approve(db, notice, known, place, person)


def approve_last(db: Db, notice: NoticeRow, person: UUID) -> None:
    """Approve the last stage, with which the letter is issued or given its time."""
    known = of_letter(db, notice.id)
    if known:
        _approve(db, notice, known, stages.check_last(name_of(notice.id), known), person)


def _approve(db: Db, notice: NoticeRow, known: Sequence[Stage], place: int, person: UUID) -> Stage:
    stages.check_may(name_of(notice.id), known, place, person)
    db.run(_APPROVE, notice=notice.id, submitted=notice.submitted_at, place=place, person=person, at=db.at)
    return known[place]
