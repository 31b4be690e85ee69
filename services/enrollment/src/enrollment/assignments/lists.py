"""Who has what on their list: written at once when a notice asks it, and kept in step with notice and membership.

All statements are over sets: their number grows with the requirements, never with the people.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from enrollment import events
from enrollment.assignments import crediting, exempting, opening
from enrollment.assignments.opening import People
from enrollment.requirements import audiences, due_dates, exemptions, local_dates, notices
from enrollment.requirements.local_dates import LocalDate
from enrollment.requirements.notices import Version
from servicekit.data.db import Db
from servicekit.events.copies import Chunk, collections_of

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
  SELECT changed.audience_id, changed.person_id, asks.requirement_id,
    greatest(least(asks.due_date, {early}), asks.not_before) AS due_date
  FROM unnest(
    %(requirements)b::uuid[], %(of)b::uuid[], %(notices)b::uuid[], %(since)s::bigint[], %(due)s::date[],
    %(not_before)s::date[]
  ) AS asks (requirement_id, audience_id, notice_id, since, due_date, not_before)
  JOIN changed USING (audience_id, since)
)
"""
_LIST = f"""
{_CHANGED}, {_DUE}, listed AS (
  INSERT INTO assignment AS known (requirement_id, person_id, created_at, due_date, sections_completed, state)
  SELECT requirement_id, person_id, %(at)s, due_date, 0, 'ASSIGNED'
  FROM due
  WHERE NOT EXISTS (
    SELECT FROM assignment AS there
    WHERE (there.requirement_id, there.person_id) = (due.requirement_id, due.person_id)
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
FROM due
WHERE (assignment.requirement_id, assignment.person_id) = (due.requirement_id, due.person_id)
  AND assignment.state IN ('ASSIGNED', 'IN_PROGRESS', 'WAIVED') AND assignment.due_date <> due.due_date
"""  # noqa: S608 - constants only


def ask(db: Db, versions: Iterable[Version]) -> None:
    """Remember what notices ask by their newest version, and bring lists in step. Idempotent by version.

    Whoever has what is asked no more loses it, unless they completed it; the assignments of what is asked now are
    written as soon as the audience is here.
    """
    versions = list(versions)
    took = notices.take(db, versions)
    opening.withdraw_all(db, took.closed)
    opening.redate(db, took.changed)
    opening.credit(db, took.changed)
    opening.open_ready(db, {one.asks.audience_id for one in versions if one.asks})


def follow(db: Db, chunks: Sequence[Chunk]) -> None:
    """Take over changes of memberships and let open requirements follow; open those that waited for them."""
    for changed in audiences.take(db, chunks):
        _follow_members(db, changed)
    opening.open_ready(db, collections_of(chunks))


def withdraw(db: Db, withdrawn: Mapping[UUID, datetime]) -> None:
    """Close what the notices asked (notice → moment of withdrawal), by one statement however many people have it.

    What is completed or waived stays as it is, and whoever joins the audience afterwards gets nothing.
    """
    opening.withdraw_all(db, notices.close(db, withdrawn))


def date_locally(db: Db, heard: Sequence[LocalDate]) -> None:
    """Give agencies' people the earlier day that their agency said, or the state's again. Idempotent by number."""
    opening.redate(db, local_dates.take(db, heard))


def _follow_members(db: Db, changed: Collection[tuple[UUID, UUID]]) -> None:
    """Bring the assignments of *changed* (audience, person) in step with the membership as it stands now.

    Those who came are listed, those who came back listed again, those who left too early withdrawn; who came back
    from leave gets the joiner's days. A person who only moved between agencies keeps what they have, but for the
    earlier days of agencies.
    """
    people = {
        "audiences": [audience_id for audience_id, _ in changed],
        "people": [person_id for _, person_id in changed],
    }
    asks = notices.open_of(db, set(people["audiences"]))
    if not asks:
        return
    by_id = {one.id: one for one in asks}
    due = due_dates.of_changed(db, due_dates.calendar(db), asks, people)
    early = local_dates.of(
        db,
        {one.notice_id for one in asks},
        notice="asks.notice_id",
        audience="changed.audience_id",
        person="changed.person_id",
    )
    for listed in db.all(People, _LIST.format(early=early), **people, **due, at=db.at):
        under = by_id[listed.requirement_id]
        events.assignments_created(db, under.asked, listed.people.split(","))
        if under.credit_months:
            came = [UUID(person) for person in listed.people.split(",")]
            crediting.grant(db, crediting.of_listed(db, under.id, came))
    for withdrawn in db.all(People, _WITHDRAW, **people):
        events.assignments_withdrawn(db, by_id[withdrawn.requirement_id].asked, withdrawn.people.split(","))
    db.run(_ADJUST.format(early=early), **people, **due)
    exempting.follow(db, exemptions.of(db, asks), people["people"])
