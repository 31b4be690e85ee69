"""A copy of the members of somebody's collections, kept by what its owner tells: revision by revision, in chunks.

The owner counts the revisions of a collection from 1. Each says of some members what holds since then in a group of
theirs, and comes in a known number of chunks. Whatever is heard twice, late or in another order, the copy ends as if it
had been heard once and in order: a newer revision of a member in a group stays, and who left stays as a row that says
so. The copy is complete up to the last revision before one of which a chunk is missing.

A service declares its tables by the three bases below, with keys in its own words, and one `Copy` that names them:

    COPY = Copy(collection="shelf", member="book", group="room", details="tags")

has the tables `shelf`, `shelf_revision` and `shelf_member`, with the keys `shelf_id`, `book_id` and `room_id`, and the
details of a member in a group in `tags`.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from servicekit.data.db import Db


class CollectionOfCopy(SQLModel):
    """Base of the row of a collection of which something was heard: whoever decides by its members holds it."""

    # Every chunk of revisions 1 to this one is in.
    complete_revision: int = Field(default=0, sa_type=BigInteger, nullable=False)


class RevisionOfCopy(SQLModel):
    """Base of the row of a revision: which of its chunks have arrived."""

    # The day since which it holds.
    effective_date: date
    chunks: int
    # Their numbers, not how many: a chunk that comes again must not stand in for another.
    chunks_seen: list[int] = Field(sa_type=ARRAY(Integer), nullable=False)


class MemberOfCopy(SQLModel):
    """Base of the row of a member in a group. Whoever left stays as a row that is no member."""

    member: bool
    on_leave: bool
    # They are, or were, there by the word of the group alone: who counts the collection leaves them out.
    local: bool = Field(default=False, nullable=False, sa_column_kwargs={"server_default": text("false")})
    # Of the change that this row is from.
    revision: int = Field(sa_type=BigInteger, nullable=False)
    # The revision by which they came to the collection or back from leave, whichever was later: a move between groups
    # keeps it. 0 = before this was noted.
    since: int = Field(default=0, sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": "0"})


class Change(NamedTuple):
    """What holds of a member in a group since a revision."""

    member_id: UUID
    group_id: str
    details: tuple[str, ...]
    member: bool
    on_leave: bool
    local: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """One of *chunks* parts of a revision."""

    collection_id: UUID
    revision: int
    number: int
    chunks: int
    effective_date: date
    changes: Sequence[Change]
    # The revision tells of everybody, whatever was heard before: what is missing before it is no longer missed.
    whole: bool = False


# Held in order until commit.
_HOLD = """
INSERT INTO {collection} AS held ({collection}_id, complete_revision)
SELECT id, 0 FROM unnest(%(collections)s::uuid[]) AS given (id) ORDER BY id
ON CONFLICT ({collection}_id) DO UPDATE SET complete_revision = held.complete_revision
"""
_COMPLETE = "SELECT complete_revision FROM {collection} WHERE {collection}_id = %(collection)s FOR SHARE"
# What somebody had before decides `since`, also when the two halves of a move stand in two chunks of the revision.
# Arrays go in binary (%b): as text, 10,000 ids cost 9 ms of quoting.
_TAKE = """
WITH given AS (
  SELECT DISTINCT ON ({collection}_id, {member}_id, {group}_id) *
  FROM unnest(
    %(collections)b::uuid[], %(members)b::uuid[], %(groups)b::text[], %(details)b::text[], %(are)b::boolean[],
    %(leaves)b::boolean[], %(local)b::boolean[], %(revisions)b::bigint[]
  ) AS given ({collection}_id, {member}_id, {group}_id, details, member, on_leave, local, revision)
), before AS (
  SELECT {collection}_id, {member}_id, max(known.since) AS since, bool_or(NOT known.on_leave) AS at_work
  FROM {collection}_member AS known
  JOIN (SELECT DISTINCT {collection}_id, {member}_id, revision FROM given) AS one USING ({collection}_id, {member}_id)
  WHERE known.member OR known.revision = one.revision
  GROUP BY {collection}_id, {member}_id
), changed AS (
  INSERT INTO {collection}_member AS known (
    {collection}_id, {member}_id, {group}_id, {details}, member, on_leave, local, revision, since
  )
  SELECT
    {collection}_id, {member}_id, {group}_id, string_to_array(given.details, ','), member, on_leave, local, revision,
    CASE WHEN at_work OR on_leave THEN coalesce(before.since, revision) ELSE revision END
  FROM given LEFT JOIN before USING ({collection}_id, {member}_id)
  ORDER BY {collection}_id, {member}_id, {group}_id
  ON CONFLICT ({collection}_id, {member}_id, {group}_id) DO UPDATE
  SET {details} = excluded.{details}, member = excluded.member, on_leave = excluded.on_leave,
    local = excluded.local, revision = excluded.revision, since = excluded.since
  WHERE excluded.revision > known.revision
  RETURNING {collection}_id, {member}_id, {group}_id, member, on_leave, revision, since
)
"""
_NOTE = """
WITH noted AS (
  INSERT INTO {collection}_revision AS known ({collection}_id, revision, effective_date, chunks, chunks_seen)
  SELECT {collection}_id, revision, min(effective_date), min(chunks), array_agg(DISTINCT chunk)
  FROM unnest(%(collections)s::uuid[], %(revisions)s::bigint[], %(days)s::date[], %(totals)s::int[], %(chunks)s::int[])
    AS given ({collection}_id, revision, effective_date, chunks, chunk)
  GROUP BY {collection}_id, revision
  ORDER BY {collection}_id, revision
  ON CONFLICT ({collection}_id, revision) DO UPDATE
  SET chunks_seen = ARRAY(SELECT DISTINCT unnest(known.chunks_seen || excluded.chunks_seen))
  RETURNING {collection}_id, revision, cardinality(chunks_seen) = chunks AS complete
), counted AS (
  SELECT held.{collection}_id, arrived.revision,
    held.complete_revision + row_number() OVER (PARTITION BY held.{collection}_id ORDER BY arrived.revision) AS expected
  FROM {collection} AS held
  CROSS JOIN LATERAL (
    SELECT revision FROM noted
    WHERE noted.{collection}_id = held.{collection}_id AND revision > held.complete_revision AND complete
    UNION
    SELECT revision FROM {collection}_revision AS known
    WHERE known.{collection}_id = held.{collection}_id AND revision > held.complete_revision
      AND cardinality(chunks_seen) = chunks
  ) AS arrived
  WHERE held.{collection}_id = ANY(%(collections)s)
), newest AS (
  SELECT {collection}_id, max(revision) AS revision FROM counted WHERE revision = expected GROUP BY {collection}_id
)
UPDATE {collection} AS held SET complete_revision = newest.revision
FROM newest WHERE held.{collection}_id = newest.{collection}_id
"""
# A revision that tells of everybody is complete by itself.
_MISS_NOTHING_BEFORE = """
WITH newest AS (
  SELECT {collection}_id, max(revision) AS revision
  FROM unnest(%(collections)s::uuid[], %(revisions)s::bigint[]) AS whole ({collection}_id, revision)
  JOIN {collection}_revision USING ({collection}_id, revision)
  WHERE cardinality(chunks_seen) = chunks
  GROUP BY {collection}_id
)
UPDATE {collection} AS held SET complete_revision = newest.revision
FROM newest WHERE held.{collection}_id = newest.{collection}_id AND held.complete_revision < newest.revision
"""
_NOTHING_MORE = "SELECT FROM changed LIMIT 0"


class Copy:
    """The statements of one copy."""

    def __init__(self, *, collection: str, member: str, group: str, details: str) -> None:
        words = {"collection": collection, "member": member, "group": group, "details": details}
        self._hold, self._complete = _HOLD.format(**words), _COMPLETE.format(**words)
        self._note, self._take = _NOTE.format(**words), _TAKE.format(**words)
        self._miss_nothing_before = _MISS_NOTHING_BEFORE.format(**words)

    def hold(self, db: Db, collections: Collection[UUID]) -> None:
        """Let nobody else change or decide by these collections until commit; in one order, against deadlock."""
        db.run(self._hold, collections=sorted(collections))

    def complete_revision(self, db: Db, collection_id: UUID) -> int:
        """Return up to which revision the copy of a collection is complete; nobody changes it until commit."""
        found: list[int] = db.values(self._complete, collection=collection_id)
        return found[0] if found else 0

    def note(self, db: Db, chunks: Sequence[Chunk]) -> list[list[Chunk]]:
        """Note that *chunks*, of collections that are held, are in; return them in the waves to be taken over."""
        self._arrived(db, chunks)
        if whole := [chunk for chunk in chunks if chunk.whole]:
            db.run(self._miss_nothing_before, **_columns(whole))
            self._arrived(db, whole)
        return _waves(chunks)

    def _arrived(self, db: Db, chunks: Sequence[Chunk]) -> None:
        db.run(
            self._note,
            **_columns(chunks),
            days=[chunk.effective_date for chunk in chunks],
            totals=[chunk.chunks for chunk in chunks],
            chunks=[chunk.number for chunk in chunks],
        )

    def take(self, db: Db, wave: Sequence[Chunk], then: str = _NOTHING_MORE, **params: object) -> None:
        """Take over a wave of changes.

        *then* is what follows for those whose rows it changed, in the same statement: SQL over `changed`, which has a
        row for each with the columns of the table but the details. Whoever came by this revision, or came back from
        leave, has `member AND since = revision`.
        """
        changes = [(chunk, change) for chunk in wave for change in chunk.changes]
        if not changes:
            return
        db.run(
            self._take + then,
            collections=[chunk.collection_id for chunk, _ in changes],
            members=[change.member_id for _, change in changes],
            groups=[change.group_id for _, change in changes],
            details=[",".join(change.details) for _, change in changes],
            are=[change.member for _, change in changes],
            leaves=[change.on_leave for _, change in changes],
            local=[change.local for _, change in changes],
            revisions=[chunk.revision for chunk, _ in changes],
            **params,
        )


def collections_of(chunks: Sequence[Chunk]) -> set[UUID]:
    """Return of which collections *chunks* tell."""
    return {chunk.collection_id for chunk in chunks}


def _columns(chunks: Sequence[Chunk]) -> dict[str, list[Any]]:
    return {
        "collections": [chunk.collection_id for chunk in chunks],
        "revisions": [chunk.revision for chunk in chunks],
    }


def _waves(chunks: Sequence[Chunk]) -> list[list[Chunk]]:
    """Return *chunks* in groups that hold at most one revision of a collection each, older ones first.

    Two revisions are never taken as one: whoever left and came back has come again, even when both were heard at once.
    """
    of_revision: dict[tuple[int, UUID], list[Chunk]] = defaultdict(list)
    for chunk in chunks:
        of_revision[chunk.revision, chunk.collection_id].append(chunk)
    found: dict[int, list[Chunk]] = defaultdict(list)
    nth: dict[UUID, int] = defaultdict(int)
    for revision, collection_id in sorted(of_revision):
        found[nth[collection_id]] += of_revision[revision, collection_id]
        nth[collection_id] += 1
    return list(found.values())
