"""The copy of the directory's memberships, and what its changes mean for notices that are out.

Joiners become recipients, leavers go off the list, those who move or go on leave count elsewhere: in a few
statements a revision, however many people changed.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from notification.copies import MEMBERSHIPS
from notification.inbox import redating
from notification.inbox.readiness import moving
from notification.letters import telling
from notification.letters.rules.due_dates import joiner_due_date
from servicekit import closed_days
from servicekit.data.db import Db
from servicekit.events.copies import Chunk, collections_of


class _OpenNotice(NamedTuple):
    id: UUID
    audience_id: UUID
    due_date: date
    days: int


_ACTOR = "services/notification"
_OPEN_NOTICES = """
SELECT id, audience_id, due_date, business_days_after_issue AS days FROM notice
WHERE state = 'PUBLISHED' AND audience_id = ANY(%(audiences)s)
"""
_TOUCHED = """
SELECT DISTINCT n.id AS notice_id, c.person_id
FROM unnest(%(audiences)s::uuid[], %(people)s::uuid[]) AS c (audience_id, person_id)
JOIN notice AS n ON n.audience_id = c.audience_id AND n.state = 'PUBLISHED'
"""
# Whoever has arrived is due by the day of the change. Moving from agency to agency is no arrival.
_ARRIVE = """
INSERT INTO recipient (notice_id, person_id, due_date)
SELECT due.notice_id, arrived.person_id, due.due_date
FROM unnest(%(due_audiences)s::uuid[], %(due_revisions)s::bigint[], %(notices)s::uuid[], %(dues)s::date[])
  AS due (audience_id, revision, notice_id, due_date)
JOIN (SELECT DISTINCT audience_id, person_id, revision FROM changed WHERE member AND since = revision) AS arrived
  USING (audience_id, revision)
ORDER BY due.notice_id, arrived.person_id
ON CONFLICT (notice_id, person_id) DO UPDATE SET due_date = excluded.due_date
"""


def apply(db: Db, chunks: Sequence[Chunk]) -> None:
    """Take over *chunks*, in order of revision, and carry every open notice along."""
    audiences = collections_of(chunks)
    # Issuing a notice waits, or has been seen.
    MEMBERSHIPS.hold(db, audiences)
    notices = db.all(_OpenNotice, _OPEN_NOTICES, audiences=list(audiences))
    for wave in MEMBERSHIPS.note(db, chunks):
        _apply_wave(db, wave, notices)


def _apply_wave(db: Db, wave: Sequence[Chunk], notices: Sequence[_OpenNotice]) -> None:
    days = {(chunk.collection_id, chunk.revision): chunk.effective_date for chunk in wave}
    # A day in a year of which nothing is known yet is counted too: nobody is left without a due date.
    calendar = closed_days.known(db).as_far_as_known()
    dues = [
        (audience_id, revision, notice.id, joiner_due_date(calendar, notice.due_date, notice.days, day))
        for (audience_id, revision), day in days.items()
        for notice in notices
        if notice.audience_id == audience_id
    ]
    if not dues:
        MEMBERSHIPS.take(db, wave)
        return
    changed = [(chunk.collection_id, change.member_id) for chunk in wave for change in chunk.changes]
    audiences, people = [audience_id for audience_id, _ in changed], [person_id for _, person_id in changed]
    with moving(db, _TOUCHED, audiences=audiences, people=people):
        MEMBERSHIPS.take(
            db,
            wave,
            _ARRIVE,
            due_audiences=[audience_id for audience_id, _, _, _ in dues],
            due_revisions=[revision for _, revision, _, _ in dues],
            notices=[notice_id for _, _, notice_id, _ in dues],
            dues=[due for _, _, _, due in dues],
        )
        dated = {notice_id for _, _, notice_id, _ in dues}
        redating.redate(db, dated, _TOUCHED, audiences=audiences, people=people)
    if any(change.member for chunk in wave for change in chunk.changes):
        telling.tell_joined(db, {notice_id for _, _, notice_id, _ in dues}, actor=_ACTOR)
