"""When what is asked is due: by the revision with which a person came to the audience, or back from leave."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from enrollment.requirements.notices import Asks
from servicekit import closed_days
from servicekit.calendar import Calendar
from servicekit.data.db import Db

_LATER = """
SELECT audience_id, revision AS since, effective_date FROM audience_revision
WHERE audience_id = %(audience)s AND revision > %(revision)s
"""
_SINCE = """
SELECT DISTINCT member.audience_id, member.since, revision.effective_date
FROM unnest(%(audiences)b::uuid[], %(people)b::uuid[]) AS changed (audience_id, person_id)
JOIN audience_member AS member USING (audience_id, person_id)
JOIN audience_revision AS revision ON (revision.audience_id, revision.revision) = (member.audience_id, member.since)
WHERE member.member
"""


class _Change(NamedTuple):
    """A revision by which somebody came, and its day."""

    audience_id: UUID
    since: int
    effective_date: date


def calendar(db: Db) -> Calendar:
    """A day in a year of which nothing is known yet is counted too: nobody is left without a due date."""
    return closed_days.known(db).as_far_as_known()


def of_joiners(db: Db, days: Calendar, asks: Asks) -> dict[str, list[Any]]:
    """Return the earliest day for each revision after the approved one, as columns."""
    later = db.all(_Change, _LATER, audience=asks.audience_id, revision=asks.audience_revision)
    return {
        "since": [change.since for change in later],
        "not_before": [asks.rule.not_before(days, change.since, change.effective_date) for change in later],
    }


def of_changed(db: Db, days: Calendar, asked: Sequence[Asks], people: dict[str, list[UUID]]) -> dict[str, list[Any]]:
    """Return the days for each of *asked* and each revision by which one of *people* is there, as columns.

    The notice's day, and the one before which nobody who came by that revision is due.
    """
    due = [
        (asks, change.since, asks.rule.not_before(days, change.since, change.effective_date))
        for change in db.all(_Change, _SINCE, **people)
        for asks in asked
        if change.audience_id == asks.audience_id
    ]
    return {
        "requirements": [asks.id for asks, _, _ in due],
        "of": [asks.audience_id for asks, _, _ in due],
        "notices": [asks.notice_id for asks, _, _ in due],
        "since": [since for _, since, _ in due],
        "due": [asks.due_date for asks, _, _ in due],
        "not_before": [day for _, _, day in due],
    }
