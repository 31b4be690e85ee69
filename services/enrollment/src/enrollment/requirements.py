"""What notices ask of their audiences: written as assignments at once, and kept in step with the membership.

All statements are over sets: their number grows with the requirements, never with the people.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from enrollment import events
from enrollment.rules.due import DueRule
from enrollment.tables import MEMBERSHIPS
from servicekit import closed_days
from servicekit.calendar import Calendar
from servicekit.data.db import Db

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%(names)s::text[]) AS name"
_STORE = """
INSERT INTO requirement (
  id, notice_id, audience_id, audience_revision, course_id, course_version, due_date, joiner_business_days,
  published_at, briefing_counts, staff_release_date, state
)
SELECT
  %(id)s, %(notice_id)s, %(audience_id)s, %(audience_revision)s, %(course_id)s, %(course_version)s, %(due_date)s,
  %(joiner_business_days)s, %(published_at)s, %(briefing_counts)s, %(staff_release_date)s,
  CASE WHEN EXISTS (SELECT FROM withdrawn_notice WHERE notice_id = %(notice_id)s) THEN 'WITHDRAWN' ELSE 'WAITING' END
ON CONFLICT (notice_id) DO NOTHING
"""
_RULE = "id, notice_id, audience_id, due_date, joiner_business_days, audience_revision"
# Revisions beyond which the audience is complete count too: the release before, which runs beside this one for a while,
# notes them and nothing else.
_READY = f"""
SELECT {_RULE} FROM requirement JOIN audience USING (audience_id)
WHERE state = 'WAITING' AND audience_id = ANY(%(audiences)s)
  AND audience_revision = least(audience_revision, complete_revision) + (
    SELECT count(*) FROM audience_revision AS arrived
    WHERE arrived.audience_id = audience.audience_id AND cardinality(arrived.chunks_seen) = arrived.chunks
      AND arrived.revision > complete_revision AND arrived.revision <= requirement.audience_revision
  )
ORDER BY id
"""  # noqa: S608 - constants only
_LATER = """
SELECT audience_id, revision AS since, effective_date FROM audience_revision
WHERE audience_id = %(audience)s AND revision > %(revision)s
"""
_OPEN = """
WITH opened AS (
  UPDATE requirement SET state = 'OPEN' WHERE id = %(requirement)s
), later AS (
  SELECT * FROM unnest(%(since)s::bigint[], %(due)s::date[]) AS later (since, due_date)
), listed AS (
  INSERT INTO assignment (requirement_id, person_id, created_at, due_date, sections_completed, state)
  SELECT DISTINCT ON (member.person_id)
    %(requirement)s, member.person_id, %(at)s, coalesce(later.due_date, %(due_date)s), 0, 'ASSIGNED'
  FROM audience_member AS member LEFT JOIN later USING (since)
  WHERE member.audience_id = %(audience)s AND member.member
  ORDER BY member.person_id
  RETURNING person_id
)
SELECT coalesce(string_agg(person_id::text, ','), '') FROM listed
"""
_OPEN_ONES = f"SELECT {_RULE} FROM requirement WHERE state = 'OPEN' AND audience_id = ANY(%(audiences)s) ORDER BY id"  # noqa: S608 - constants only
_SINCE = """
SELECT DISTINCT member.audience_id, member.since, revision.effective_date
FROM unnest(%(audiences)b::uuid[], %(people)b::uuid[]) AS changed (audience_id, person_id)
JOIN audience_member AS member USING (audience_id, person_id)
JOIN audience_revision AS revision ON (revision.audience_id, revision.revision) = (member.audience_id, member.since)
WHERE member.member
"""
# The people who changed; `since` is missing for those who are no longer members.
_CHANGED = """
WITH changed AS (
  SELECT audience_id, person_id, max(member.since) FILTER (WHERE member.member) AS since
  FROM unnest(%(audiences)b::uuid[], %(people)b::uuid[]) AS changed (audience_id, person_id)
  JOIN audience_member AS member USING (audience_id, person_id)
  GROUP BY audience_id, person_id
)
"""
_DUE = """
due AS (
  SELECT * FROM unnest(%(requirements)b::uuid[], %(of)b::uuid[], %(since)s::bigint[], %(due)s::date[])
    AS due (requirement_id, audience_id, since, due_date)
)
"""
_LIST = f"""
{_CHANGED}, {_DUE}, listed AS (
  INSERT INTO assignment AS known (requirement_id, person_id, created_at, due_date, sections_completed, state)
  SELECT requirement_id, person_id, %(at)s, due_date, 0, 'ASSIGNED'
  FROM changed JOIN due USING (audience_id, since)
  WHERE NOT EXISTS (
    SELECT FROM assignment AS there
    WHERE (there.requirement_id, there.person_id) = (due.requirement_id, changed.person_id)
      AND there.state <> 'WITHDRAWN'
  )
  ORDER BY requirement_id, person_id
  ON CONFLICT (requirement_id, person_id) DO UPDATE
  SET state = CASE WHEN known.sections_completed > 0 THEN 'IN_PROGRESS' ELSE 'ASSIGNED' END,
    due_date = excluded.due_date
  WHERE known.state = 'WITHDRAWN'
  RETURNING requirement_id, person_id
)
SELECT requirement_id, string_agg(person_id::text, ',') AS people FROM listed GROUP BY requirement_id
"""  # noqa: S608 - constants only
_WITHDRAW = f"""
{_CHANGED}, gone AS (
  SELECT assignment.requirement_id, assignment.person_id
  FROM changed
  JOIN requirement ON requirement.audience_id = changed.audience_id AND requirement.state = 'OPEN'
  JOIN assignment
    ON (assignment.requirement_id, assignment.person_id) = (requirement.id, changed.person_id)
  WHERE changed.since IS NULL AND assignment.state IN ('ASSIGNED', 'IN_PROGRESS')
  ORDER BY assignment.requirement_id, assignment.person_id
  FOR UPDATE OF assignment
), withdrawn AS (
  UPDATE assignment SET state = 'WITHDRAWN'
  FROM gone
  WHERE (assignment.requirement_id, assignment.person_id) = (gone.requirement_id, gone.person_id)
  RETURNING assignment.requirement_id, assignment.person_id
)
SELECT requirement_id, string_agg(person_id::text, ',') AS people FROM withdrawn GROUP BY requirement_id
"""  # noqa: S608 - constants only
# Waived ones too: they are right if they are reinstated.
_ADJUST = f"""
{_CHANGED}, {_DUE}
UPDATE assignment SET due_date = due.due_date
FROM changed JOIN due USING (audience_id, since)
WHERE (assignment.requirement_id, assignment.person_id) = (due.requirement_id, changed.person_id)
  AND assignment.state IN ('ASSIGNED', 'IN_PROGRESS', 'WAIVED') AND assignment.due_date <> due.due_date
"""  # noqa: S608 - constants only


class _Asks(NamedTuple):
    """What stands in `_RULE`."""

    id: UUID
    notice_id: UUID
    audience_id: UUID
    due_date: date
    joiner_business_days: int
    audience_revision: int

    @property
    def rule(self) -> DueRule:
        return DueRule(self.due_date, self.joiner_business_days, self.audience_revision)

    @property
    def asked(self) -> events.Asked:
        return events.Asked(str(self.id), str(self.notice_id))


class _Change(NamedTuple):
    """A revision by which somebody came, and its day."""

    audience_id: UUID
    since: int
    effective_date: date


class _People(NamedTuple):
    """Whom something happened to; their ids, between commas."""

    requirement_id: UUID
    people: str


@dataclass(frozen=True)
class Requirement:
    """What a published notice asks: of whom, what, until when."""

    notice_id: UUID
    audience_id: UUID
    audience_revision: int
    course_id: str
    course_version: int
    due_date: date
    joiner_business_days: int
    published_at: datetime
    # A local briefing counts as the training.
    briefing_counts: bool
    # From this day on staff see it; None = since its issue.
    staff_release_date: date | None

    @property
    def id(self) -> UUID:
        """A notice has one requirement: its id follows from the notice's, also when everything is heard again."""
        return uuid5(self.notice_id, "requirement")


def lock(db: Db, audience_ids: Collection[UUID], *, notice_ids: Collection[UUID] = ()) -> None:
    """Let no other transaction decide about these audiences, nor store or withdraw these notices, until this one ends.

    In one order, against deadlock: notices first. The release before, which runs beside this one for a while, holds
    audiences by their names, too.
    """
    notices, audiences = sorted(map(str, notice_ids)), sorted(map(str, audience_ids))
    db.run(_LOCK, names=[f"notice/{one}" for one in notices] + [f"audience/{one}" for one in audiences])
    MEMBERSHIPS.hold(db, audience_ids)


def store(db: Db, requirements: Iterable[Requirement]) -> None:
    """Remember what notices ask, and write the assignments of those whose audience is here. Idempotent by notice.

    A notice that was withdrawn before it was heard of asks nothing.
    """
    requirements = list(requirements)
    audience_ids = {requirement.audience_id for requirement in requirements}
    lock(db, audience_ids, notice_ids={requirement.notice_id for requirement in requirements})
    for requirement in requirements:
        db.run(
            _STORE,
            id=requirement.id,
            notice_id=requirement.notice_id,
            audience_id=requirement.audience_id,
            audience_revision=requirement.audience_revision,
            course_id=requirement.course_id,
            course_version=requirement.course_version,
            due_date=requirement.due_date,
            joiner_business_days=requirement.joiner_business_days,
            published_at=requirement.published_at,
            briefing_counts=requirement.briefing_counts,
            staff_release_date=requirement.staff_release_date,
        )
    open_ready(db, audience_ids)


def open_ready(db: Db, audience_ids: Collection[UUID]) -> None:
    """Write the assignments of waiting requirements whose membership is complete: each by one statement."""
    calendar = _calendar(db)
    for asks in db.all(_Asks, _READY, audiences=list(audience_ids)):
        later = db.all(_Change, _LATER, audience=asks.audience_id, revision=asks.audience_revision)
        listed: str = db.value(
            _OPEN,
            requirement=asks.id,
            audience=asks.audience_id,
            at=db.at,
            due_date=asks.due_date,
            since=[change.since for change in later],
            due=[asks.rule.for_person(calendar, change.since, change.effective_date) for change in later],
        )
        events.assignments_created(db, asks.asked, listed.split(",") if listed else [])


def follow_members(db: Db, changed: Collection[tuple[UUID, UUID]]) -> None:
    """Bring the assignments of *changed* (audience, person) in step with the membership as it stands now.

    Those who came are listed, those who came back listed again, those who left too early withdrawn; who came back
    from leave gets the joiner's days. A person who only moved between agencies keeps what they have.
    """
    people = {
        "audiences": [audience_id for audience_id, _ in changed],
        "people": [person_id for _, person_id in changed],
    }
    asks = db.all(_Asks, _OPEN_ONES, audiences=list(set(people["audiences"])))
    if not asks:
        return
    asked = {one.id: one.asked for one in asks}
    due = _due(_calendar(db), asks, db.all(_Change, _SINCE, **people))
    for listed in db.all(_People, _LIST, **people, **due, at=db.at):
        events.assignments_created(db, asked[listed.requirement_id], listed.people.split(","))
    for withdrawn in db.all(_People, _WITHDRAW, **people):
        events.assignments_withdrawn(db, asked[withdrawn.requirement_id], withdrawn.people.split(","))
    db.run(_ADJUST, **people, **due)


def _calendar(db: Db) -> Calendar:
    """A day in a year of which nothing is known yet is counted too: nobody is left without a due date."""
    return closed_days.known(db).as_far_as_known()


def _due(calendar: Calendar, requirements: list[_Asks], changes: list[_Change]) -> dict[str, list[Any]]:
    """Return the day for each requirement and each change of its audience, as columns."""
    due = [
        (asks, change.since, asks.rule.for_person(calendar, change.since, change.effective_date))
        for asks in requirements
        for change in changes
        if change.audience_id == asks.audience_id
    ]
    return {
        "requirements": [asks.id for asks, _, _ in due],
        "of": [asks.audience_id for asks, _, _ in due],
        "since": [since for _, since, _ in due],
        "due": [day for _, _, day in due],
    }
