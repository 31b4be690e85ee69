"""What notices ask of their audiences, from their issue through their amendments to their withdrawal.

A requirement is stored at once, opened when the membership that its approver saw is here, and closed for good when its
notice no longer holds. It follows the newest version of its notice, whatever order they are heard in; where that asks
for another course, another requirement takes its place. Who has to take what follows from it: see the area of
assignments.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid5

from enrollment.events import Asked
from enrollment.requirements.rules import DueRule
from enrollment.requirements.tables import MEMBERSHIPS
from servicekit.data.db import Db

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%(names)s::text[]) AS name"
# What is open stays open, as long as it asks the same audience: lists follow that whatever is amended.
_STORE = """
INSERT INTO requirement (
  id, notice_id, audience_id, audience_revision, course_id, course_version, due_date, joiner_business_days,
  published_at, briefing_counts, credit_months, staff_release_date, state
)
SELECT
  %(id)s, %(notice_id)s, %(audience_id)s, %(audience_revision)s, %(course_id)s, %(course_version)s, %(due_date)s,
  %(joiner_business_days)s, %(published_at)s, %(briefing_counts)s, %(credit_months)s,
  %(staff_release_date)s,
  CASE WHEN EXISTS (SELECT FROM withdrawn_notice WHERE notice_id = %(notice_id)s) THEN 'WITHDRAWN' ELSE 'WAITING' END
ON CONFLICT (of_notice_id, course_id, course_version) DO UPDATE
SET notice_id = excluded.notice_id, former_notice_id = NULL, amended = true, audience_id = excluded.audience_id,
  audience_revision = excluded.audience_revision, due_date = excluded.due_date,
  joiner_business_days = excluded.joiner_business_days, published_at = excluded.published_at,
  briefing_counts = excluded.briefing_counts, credit_months = excluded.credit_months,
  staff_release_date = excluded.staff_release_date,
  state = CASE WHEN requirement.state = 'OPEN' AND excluded.state = 'WAITING'
    AND requirement.audience_id = excluded.audience_id
    THEN 'OPEN' ELSE excluded.state END
"""
# With what each notice asked so far.
_NEWER = """
WITH newer AS (
  INSERT INTO notice_version AS known (notice_id, version)
  SELECT * FROM unnest(%(notices)s::uuid[], %(versions)s::int[]) AS heard (notice_id, version) ORDER BY notice_id
  ON CONFLICT (notice_id) DO UPDATE SET version = excluded.version WHERE excluded.version > known.version
  RETURNING notice_id
)
SELECT notice_id, requirement.id AS requirement_id, audience_id, course_id, course_version, due_date,
  joiner_business_days, audience_revision, credit_months
FROM newer LEFT JOIN requirement USING (notice_id) ORDER BY notice_id
"""
_REPLACE = """
UPDATE requirement SET former_notice_id = notice_id, notice_id = NULL, state = 'WITHDRAWN'
WHERE id = ANY(%(requirements)s)
RETURNING id::text AS requirement_id, former_notice_id::text AS notice_id, course_id, course_version
"""
_RULE = """
requirement.id, requirement.notice_id, requirement.course_id, requirement.course_version, requirement.audience_id,
  requirement.due_date, requirement.joiner_business_days, requirement.audience_revision, requirement.credit_months,
  requirement.amended
"""
# Revisions beyond which the audience is complete count too: the release before, which runs beside this one for a while,
# notes them and nothing else.
_OPEN_READY = f"""
UPDATE requirement SET state = 'OPEN'
FROM audience
WHERE requirement.audience_id = audience.audience_id
  AND requirement.state = 'WAITING' AND requirement.audience_id = ANY(%(audiences)s)
  AND requirement.audience_revision = least(requirement.audience_revision, audience.complete_revision) + (
    SELECT count(*) FROM audience_revision AS arrived
    WHERE arrived.audience_id = audience.audience_id AND cardinality(arrived.chunks_seen) = arrived.chunks
      AND arrived.revision > audience.complete_revision AND arrived.revision <= requirement.audience_revision
  )
RETURNING {_RULE}
"""  # noqa: S608 - constants only
_OPEN = f"SELECT {_RULE} FROM requirement WHERE state = 'OPEN' AND audience_id = ANY(%(audiences)s) ORDER BY id"  # noqa: S608 - constants only
_STILL_OPEN = f"SELECT {_RULE} FROM requirement WHERE state = 'OPEN' AND id = ANY(%(requirements)s) ORDER BY id"  # noqa: S608 - constants only
_REMEMBER = """
INSERT INTO withdrawn_notice (notice_id, withdrawn_at)
SELECT * FROM unnest(%(notices)s::uuid[], %(moments)s::timestamptz[]) AS withdrawn (notice_id, withdrawn_at)
ON CONFLICT DO NOTHING
"""
_AUDIENCES = "SELECT DISTINCT audience_id FROM requirement WHERE notice_id = ANY(%(notices)s)"
_CLOSE = """
UPDATE requirement SET state = 'WITHDRAWN' WHERE notice_id = ANY(%(notices)s) AND state <> 'WITHDRAWN'
RETURNING id::text AS requirement_id, notice_id::text, course_id, course_version
"""


@dataclass(frozen=True)
class Requirement:
    """What a version of a notice asks: of whom, what, until when."""

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
    # Who took the course for another letter within so many months before is credited; 0 = nobody is.
    credit_months: int
    # From this day on staff see it; None = since its issue.
    staff_release_date: date | None

    @property
    def id(self) -> UUID:
        """A notice has one requirement for a course: its id follows from both, also when everything is heard again."""
        return uuid5(self.notice_id, f"requirement/{self.course_id}/{self.course_version}")


@dataclass(frozen=True)
class Version:
    """A version of a notice that is out, counted from 1, and what it asks, if it asks for training."""

    notice_id: UUID
    version: int
    asks: Requirement | None


class Asks(NamedTuple):
    """What an open requirement asks, as far as lists need it."""

    id: UUID
    notice_id: UUID
    course_id: str
    course_version: int
    audience_id: UUID
    due_date: date
    joiner_business_days: int
    audience_revision: int
    credit_months: int
    # People may have had it on their lists before its notice was amended.
    amended: bool

    @property
    def rule(self) -> DueRule:
        """Until when it asks it."""
        return DueRule(self.due_date, self.joiner_business_days, self.audience_revision)

    @property
    def asked(self) -> Asked:
        """What assignments are under."""
        return Asked(str(self.id), str(self.notice_id), self.course_id, self.course_version)


class _Known(NamedTuple):
    """A notice of which a newer version was heard, and what it asked so far, if anything."""

    notice_id: UUID
    requirement_id: UUID | None
    audience_id: UUID | None
    course_id: str | None
    course_version: int | None
    due_date: date | None
    joiner_business_days: int | None
    audience_revision: int | None
    credit_months: int | None

    def stays(self, asks: Requirement | None) -> bool:
        """Whether its training is still the same one."""
        return asks is not None and (asks.course_id, asks.course_version) == (self.course_id, self.course_version)

    def asks_otherwise(self, asks: Requirement) -> bool:
        """Whether it asks the same audience the same training by another rule, so that days or credit may differ."""
        before = (self.due_date, self.joiner_business_days, self.audience_revision, self.credit_months)
        now = (asks.due_date, asks.joiner_business_days, asks.audience_revision, asks.credit_months)
        return self.stays(asks) and self.audience_id == asks.audience_id and now != before


class Took(NamedTuple):
    """What is asked no more: another course takes its place. What is asked of the same audience by another rule."""

    closed: list[Asked]
    changed: list[Asks]


def lock(db: Db, audience_ids: Collection[UUID], *, notice_ids: Collection[UUID] = ()) -> None:
    """Let no other transaction decide about these audiences, nor store or withdraw these notices, until this one ends.

    In one order, against deadlock: notices first. The release before, which runs beside this one for a while, holds
    audiences by their names, too.
    """
    _lock_names(db, audience_ids, notice_ids)
    MEMBERSHIPS.hold(db, audience_ids)


def take(db: Db, versions: Iterable[Version]) -> Took:
    """Remember what notices ask by their newest version, and return what lists have to be brought in step with now.

    What asks another audience, or was not open, opens by `open_ready`. Idempotent by version; a notice that was
    withdrawn before it was heard of asks nothing.
    """
    newest = {one.notice_id: one for one in sorted(versions, key=lambda one: one.version)}
    audience_ids = {one.asks.audience_id for one in newest.values() if one.asks}
    _lock_names(db, audience_ids, newest)
    known = db.all(_Known, _NEWER, notices=list(newest), versions=[one.version for one in newest.values()])
    # Nobody's list follows an audience while what it is asked moves to another one.
    MEMBERSHIPS.hold(db, audience_ids | {one.audience_id for one in known if one.audience_id})
    replaced = [one.requirement_id for one in known if one.requirement_id and not one.stays(newest[one.notice_id].asks)]
    closed = db.all(Asked, _REPLACE, requirements=replaced) if replaced else []
    asked = [(one, asks) for one in known if (asks := newest[one.notice_id].asks)]
    for _, asks in asked:
        _store(db, asks)
    others = [asks.id for one, asks in asked if one.asks_otherwise(asks)]
    return Took(closed, db.all(Asks, _STILL_OPEN, requirements=others) if others else [])


def _store(db: Db, asks: Requirement) -> None:
    db.run(
        _STORE,
        id=asks.id,
        notice_id=asks.notice_id,
        audience_id=asks.audience_id,
        audience_revision=asks.audience_revision,
        course_id=asks.course_id,
        course_version=asks.course_version,
        due_date=asks.due_date,
        joiner_business_days=asks.joiner_business_days,
        published_at=asks.published_at,
        briefing_counts=asks.briefing_counts,
        credit_months=asks.credit_months,
        staff_release_date=asks.staff_release_date,
    )


def open_ready(db: Db, audience_ids: Collection[UUID]) -> list[Asks]:
    """Open the waiting requirements whose membership is complete, and return them."""
    return sorted(db.all(Asks, _OPEN_READY, audiences=list(audience_ids)), key=lambda asks: asks.id)


def open_of(db: Db, audience_ids: Collection[UUID]) -> list[Asks]:
    """Return what is asked of these audiences now."""
    return db.all(Asks, _OPEN, audiences=list(audience_ids))


def close(db: Db, withdrawn: Mapping[UUID, datetime]) -> list[Asked]:
    """Close what the notices ask (notice → moment of withdrawal), and return what was closed just now.

    Idempotent; a notice may be unknown so far.
    """
    notices = sorted(withdrawn)
    # A notice that is stored at this moment waits and finds it remembered; a membership that changes at this moment is
    # waited for.
    lock(db, [], notice_ids=notices)
    db.run(_REMEMBER, notices=notices, moments=[withdrawn[notice] for notice in notices])
    lock(db, db.values(_AUDIENCES, notices=notices))
    return db.all(Asked, _CLOSE, notices=notices)


def _lock_names(db: Db, audience_ids: Collection[UUID], notice_ids: Collection[UUID]) -> None:
    notices, audiences = sorted(map(str, notice_ids)), sorted(map(str, audience_ids))
    db.run(_LOCK, names=[f"notice/{one}" for one in notices] + [f"audience/{one}" for one in audiences])
