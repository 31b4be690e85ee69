"""The copy of audience memberships, and what its changes do to open requirements.

Everything that reads or writes an audience's copy to decide about assignments holds the audience's lock first: a
requirement and the revision it waits for may arrive at the same moment, and one of the two must see the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from enrollment import requirements
from servicekit.data.db import Db

_REMEMBER_CHUNKS = """
INSERT INTO audience_revision AS known (audience_id, revision, effective_date, chunks, chunks_seen)
SELECT audience_id, revision, min(effective_date), min(chunks), array_agg(DISTINCT chunk)
FROM unnest(%(audiences)b::uuid[], %(revisions)b::bigint[], %(days)s::date[], %(totals)s::int[], %(chunks)s::int[])
  AS given (audience_id, revision, effective_date, chunks, chunk)
GROUP BY audience_id, revision
ORDER BY audience_id, revision
ON CONFLICT (audience_id, revision) DO UPDATE
SET chunks_seen = ARRAY(SELECT DISTINCT unnest(known.chunks_seen || excluded.chunks_seen))
"""
# What a person had before decides `since`: it restarts when they come, or come back from leave, and survives a move
# between agencies, also when the two halves of the move stand in two chunks of the revision.
# Arrays go in binary (%b): as text, 10,000 ids cost 9 ms of quoting.
_REMEMBER_MEMBERS = """
WITH given AS (
  SELECT DISTINCT ON (audience_id, person_id, agency_id) *
  FROM unnest(
    %(audiences)b::uuid[], %(people)b::uuid[], %(agencies)b::text[], %(members)b::boolean[], %(leaves)b::boolean[],
    %(revisions)b::bigint[]
  ) AS change (audience_id, person_id, agency_id, member, on_leave, revision)
), before AS (
  SELECT audience_id, person_id, max(known.since) AS since, bool_or(NOT known.on_leave) AS at_work
  FROM audience_member AS known
  JOIN (SELECT DISTINCT audience_id, person_id, revision FROM given) AS person USING (audience_id, person_id)
  WHERE known.member OR known.revision = person.revision
  GROUP BY audience_id, person_id
)
INSERT INTO audience_member AS known (audience_id, person_id, agency_id, member, on_leave, revision, since)
SELECT
  audience_id, person_id, agency_id, member, on_leave, revision,
  CASE WHEN at_work OR on_leave THEN coalesce(before.since, revision) ELSE revision END
FROM given LEFT JOIN before USING (audience_id, person_id)
ORDER BY audience_id, person_id, agency_id
ON CONFLICT (audience_id, person_id, agency_id) DO UPDATE
SET member = excluded.member, on_leave = excluded.on_leave, revision = excluded.revision, since = excluded.since
WHERE excluded.revision > known.revision
"""
# A revision that tells everybody is complete by itself: what is missing before it is no longer missed.
_MISS_NOTHING_BEFORE = """
INSERT INTO audience_revision AS known (audience_id, revision, effective_date, chunks, chunks_seen)
SELECT whole.audience_id, earlier, whole.effective_date, 1, '{1}'
FROM audience_revision AS whole
JOIN (SELECT DISTINCT * FROM unnest(%(audiences)b::uuid[], %(revisions)b::bigint[]) AS w (audience_id, revision)) AS w
  USING (audience_id, revision)
CROSS JOIN LATERAL generate_series(1, whole.revision - 1) AS earlier
WHERE cardinality(whole.chunks_seen) = whole.chunks
ORDER BY audience_id, earlier
ON CONFLICT (audience_id, revision) DO UPDATE
SET chunks_seen = ARRAY(SELECT generate_series(1, known.chunks)) WHERE cardinality(known.chunks_seen) < known.chunks
"""


@dataclass(frozen=True, slots=True)
class Member:
    """What holds for a person at an agency since a revision."""

    person_id: UUID
    agency_id: str
    member: bool
    on_leave: bool


@dataclass(frozen=True)
class Chunk:
    """One of *chunks* parts of a change of an audience."""

    audience_id: UUID
    revision: int
    number: int
    chunks: int
    effective_date: date
    members: Sequence[Member]
    # The revision tells everybody, whatever was heard before.
    whole: bool = False


def follow(db: Db, chunks: Iterable[Chunk]) -> None:
    """Take over changes of memberships and let open requirements follow; open those that waited for them.

    Changes of one audience are applied one revision after another, so that the outcome does not depend on how many
    arrived together.
    """
    chunks = list(chunks)
    requirements.lock_audiences(db, {chunk.audience_id for chunk in chunks})
    for wave in _waves(chunks):
        _remember(db, wave)
        changed = {(chunk.audience_id, member.person_id) for chunk in wave for member in chunk.members}
        requirements.follow_members(db, changed)
    requirements.open_ready(db, {chunk.audience_id for chunk in chunks})


def _waves(chunks: list[Chunk]) -> Iterator[list[Chunk]]:
    """Group *chunks* so that each group holds at most one revision of an audience, older ones first."""
    ordered = sorted(chunks, key=lambda chunk: (chunk.audience_id, chunk.revision))
    waves: list[list[Chunk]] = []
    for _, of_audience in groupby(ordered, key=lambda chunk: chunk.audience_id):
        for n, (_, of_revision) in enumerate(groupby(of_audience, key=lambda chunk: chunk.revision)):
            if n == len(waves):
                waves.append([])
            waves[n].extend(of_revision)
    yield from waves


def _remember(db: Db, wave: list[Chunk]) -> None:
    db.run(
        _REMEMBER_CHUNKS,
        audiences=[chunk.audience_id for chunk in wave],
        revisions=[chunk.revision for chunk in wave],
        days=[chunk.effective_date for chunk in wave],
        totals=[chunk.chunks for chunk in wave],
        chunks=[chunk.number for chunk in wave],
    )
    if whole := [chunk for chunk in wave if chunk.whole]:
        db.run(
            _MISS_NOTHING_BEFORE,
            audiences=[chunk.audience_id for chunk in whole],
            revisions=[chunk.revision for chunk in whole],
        )
    changes = [(chunk, member) for chunk in wave for member in chunk.members]
    db.run(
        _REMEMBER_MEMBERS,
        audiences=[chunk.audience_id for chunk, _ in changes],
        revisions=[chunk.revision for chunk, _ in changes],
        people=[member.person_id for _, member in changes],
        agencies=[member.agency_id for _, member in changes],
        members=[member.member for _, member in changes],
        leaves=[member.on_leave for _, member in changes],
    )
