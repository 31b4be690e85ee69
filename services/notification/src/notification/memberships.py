"""The copy of the directory's memberships, and what its changes mean for notices that are out.

Who joins becomes a recipient, who leaves goes off the list, who moves or goes on leave counts elsewhere: in a few
statements a revision, however many people changed.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from notification.readiness import moving
from notification.rules.due_dates import joiner_due_date
from servicekit import closed_days
from servicekit.data.db import Db


@dataclass(frozen=True)
class MemberChange:
    """What holds for one person at one agency since a revision."""

    person_id: UUID
    agency_id: str
    units: tuple[str, ...]
    member: bool
    on_leave: bool


@dataclass(frozen=True)
class Chunk:
    """A part of a revision of an audience."""

    audience_id: UUID
    revision: int
    chunk: int
    chunks: int
    effective_date: date
    changes: tuple[MemberChange, ...]
    # The revision tells everybody, whatever was heard before.
    whole: bool = False


# The audiences' rows are locked in order until commit: issuing a notice waits, or has been seen.
_HOLD = """
INSERT INTO audience (audience_id, complete_revision)
SELECT id, 0 FROM unnest(%(audiences)s::uuid[]) AS a (id) ORDER BY id
ON CONFLICT (audience_id) DO UPDATE SET complete_revision = audience.complete_revision
"""
_OPEN_NOTICES = """
SELECT id, audience_id, due_date, business_days_after_issue AS days FROM notice
WHERE state = 'PUBLISHED' AND audience_id = ANY(%(audiences)s)
"""
_TOUCHED = """
SELECT DISTINCT n.id AS notice_id, c.person_id
FROM unnest(%(audiences)s::uuid[], %(people)s::uuid[]) AS c (audience_id, person_id)
JOIN notice AS n ON n.audience_id = c.audience_id AND n.state = 'PUBLISHED'
"""
# An older revision never overwrites a newer one. Who was no member and is one now, or was on leave and is not any
# more, has arrived: their due date counts from the day of the change. Moving from agency to agency is no arrival.
_APPLY = """
WITH change AS (
  SELECT DISTINCT ON (audience_id, person_id, agency_id) *
  FROM unnest(
    %(audiences)s::uuid[], %(people)s::uuid[], %(agencies)s::text[], %(units)s::text[], %(members)s::bool[],
    %(leaves)s::bool[], %(revisions)s::bigint[]
  ) AS c (audience_id, person_id, agency_id, units, member, on_leave, revision)
  ORDER BY audience_id, person_id, agency_id, revision DESC
), was AS (
  SELECT m.audience_id, m.person_id, bool_or(m.on_leave) AS on_leave
  FROM (SELECT DISTINCT audience_id, person_id FROM change) AS c
  JOIN audience_member AS m USING (audience_id, person_id)
  WHERE m.member
  GROUP BY m.audience_id, m.person_id
), copied AS (
  INSERT INTO audience_member AS known (audience_id, person_id, agency_id, units, member, on_leave, revision)
  SELECT audience_id, person_id, agency_id, string_to_array(units, ','), member, on_leave, revision FROM change
  ORDER BY audience_id, person_id, agency_id
  ON CONFLICT (audience_id, person_id, agency_id) DO UPDATE
  SET units = excluded.units, member = excluded.member, on_leave = excluded.on_leave, revision = excluded.revision
  WHERE excluded.revision > known.revision
  RETURNING audience_id, person_id, member, on_leave, revision
), arrived AS (
  SELECT DISTINCT copied.audience_id, copied.person_id, copied.revision
  FROM copied LEFT JOIN was USING (audience_id, person_id)
  WHERE copied.member AND (was.person_id IS NULL OR (was.on_leave AND NOT copied.on_leave))
)
INSERT INTO recipient (notice_id, person_id, due_date)
SELECT due.notice_id, arrived.person_id, due.due_date
FROM unnest(%(due_audiences)s::uuid[], %(due_revisions)s::bigint[], %(notices)s::uuid[], %(dues)s::date[])
  AS due (audience_id, revision, notice_id, due_date)
JOIN arrived USING (audience_id, revision)
ORDER BY due.notice_id, arrived.person_id
ON CONFLICT (notice_id, person_id) DO UPDATE SET due_date = excluded.due_date
"""
# A revision is complete when all its chunks are in; the membership is complete up to the last revision before a gap.
_COMPLETE = """
WITH seen AS (
  INSERT INTO audience_chunk (audience_id, revision, chunk, chunks)
  SELECT * FROM unnest(%(audiences)s::uuid[], %(revisions)s::bigint[], %(numbers)s::int[], %(chunks)s::int[])
  ON CONFLICT DO NOTHING
  RETURNING *
), known AS (
  SELECT * FROM seen
  UNION ALL
  SELECT * FROM audience_chunk WHERE audience_id = ANY(%(audiences)s)
), complete AS (
  SELECT k.audience_id, k.revision, a.complete_revision
    + row_number() OVER (PARTITION BY k.audience_id ORDER BY k.revision) AS expected
  FROM known AS k JOIN audience AS a ON a.audience_id = k.audience_id AND k.revision > a.complete_revision
  GROUP BY k.audience_id, k.revision, a.complete_revision
  HAVING count(*) = max(k.chunks)
), newest AS (
  SELECT audience_id, max(revision) AS revision FROM complete WHERE revision = expected GROUP BY audience_id
)
UPDATE audience SET complete_revision = newest.revision FROM newest
WHERE audience.audience_id = newest.audience_id
"""
# A revision that tells everybody is complete by itself: what is missing before it is no longer missed.
_COMPLETE_WHOLE = """
WITH seen AS (
  INSERT INTO audience_chunk (audience_id, revision, chunk, chunks)
  SELECT * FROM unnest(%(audiences)s::uuid[], %(revisions)s::bigint[], %(numbers)s::int[], %(chunks)s::int[])
  ON CONFLICT DO NOTHING
  RETURNING *
), known AS (
  SELECT * FROM seen
  UNION ALL
  SELECT c.* FROM audience_chunk AS c
  JOIN (SELECT DISTINCT * FROM unnest(%(audiences)s::uuid[], %(revisions)s::bigint[]) AS w (audience_id, revision)) AS w
    USING (audience_id, revision)
), whole AS (
  SELECT audience_id, revision FROM known GROUP BY audience_id, revision HAVING count(*) = max(chunks)
), newest AS (
  SELECT audience_id, max(revision) AS revision FROM whole GROUP BY audience_id
)
UPDATE audience SET complete_revision = newest.revision FROM newest
WHERE audience.audience_id = newest.audience_id AND audience.complete_revision < newest.revision
"""


def apply(db: Db, chunks: Sequence[Chunk]) -> None:
    """Take over *chunks*, in order of revision, and carry every open notice along."""
    audiences = sorted({chunk.audience_id for chunk in chunks})
    db.run(_HOLD, audiences=audiences)
    notices = db.rows(_OPEN_NOTICES, audiences=audiences)
    for one_revision_each in _rounds(chunks):
        _apply_round(db, one_revision_each, notices)
    if whole := [chunk for chunk in chunks if chunk.whole]:
        db.run(_COMPLETE_WHOLE, **_numbers(whole))
    db.run(_COMPLETE, **_numbers(chunks))


def _numbers(chunks: Sequence[Chunk]) -> dict[str, list[Any]]:
    return {
        "audiences": [chunk.audience_id for chunk in chunks],
        "revisions": [chunk.revision for chunk in chunks],
        "numbers": [chunk.chunk for chunk in chunks],
        "chunks": [chunk.chunks for chunk in chunks],
    }


def _rounds(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    """Give the chunks revision by revision, many audiences at a time.

    Two revisions are never taken as one: who left and came back has arrived again, also when both were heard at once.
    """
    of_revision: dict[tuple[UUID, int], list[Chunk]] = defaultdict(list)
    for chunk in chunks:
        of_revision[chunk.audience_id, chunk.revision].append(chunk)
    rounds: dict[int, list[Chunk]] = defaultdict(list)
    nth: dict[UUID, int] = defaultdict(int)
    for audience_id, revision in sorted(of_revision, key=lambda key: key[1]):
        rounds[nth[audience_id]] += of_revision[audience_id, revision]
        nth[audience_id] += 1
    yield from rounds.values()


def _apply_round(db: Db, chunks: Sequence[Chunk], notices: Sequence[dict[str, Any]]) -> None:
    changes = [(chunk, change) for chunk in chunks for change in chunk.changes]
    if not changes:
        return
    audiences = [chunk.audience_id for chunk, _ in changes]
    people = [change.person_id for _, change in changes]
    days = {(chunk.audience_id, chunk.revision): chunk.effective_date for chunk in chunks}
    # A day in a year of which nothing is known yet is counted too: nobody is left without a due date.
    calendar = closed_days.known(db).as_far_as_known()
    dues = [
        (audience_id, revision, notice["id"], joiner_due_date(calendar, notice["due_date"], notice["days"], day))
        for (audience_id, revision), day in days.items()
        for notice in notices
        if notice["audience_id"] == audience_id
    ]
    with moving(db, _TOUCHED, audiences=audiences, people=people) if dues else nullcontext():
        db.run(
            _APPLY,
            audiences=audiences,
            people=people,
            agencies=[change.agency_id for _, change in changes],
            units=[",".join(change.units) for _, change in changes],
            members=[change.member for _, change in changes],
            leaves=[change.on_leave for _, change in changes],
            revisions=[chunk.revision for chunk, _ in changes],
            due_audiences=[audience_id for audience_id, _, _, _ in dues],
            due_revisions=[revision for _, revision, _, _ in dues],
            notices=[notice_id for _, _, notice_id, _ in dues],
            dues=[due for _, _, _, due in dues],
        )
