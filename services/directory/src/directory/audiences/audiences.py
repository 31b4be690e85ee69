"""Audiences: who something is for, as an expression whose membership follows people by itself."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import select

from directory import locks, membership
from directory.audiences import additions, counts, queries
from directory.audiences import rules as expressions
from directory.audiences.tables import AudienceMemberRow, AudienceRow
from directory.people import queries as people
from directory.rules import names
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound, Refusal, Stale
from servicekit.rpc.calls import Scope

MOST_EXAMPLES = 100
_UNKNOWN_PEOPLE = """
SELECT id::text FROM unnest(%(ids)s::uuid[]) AS given (id)
WHERE NOT EXISTS (SELECT FROM person WHERE person.id = given.id) LIMIT 1
"""


class ExpressionFixed(Refusal):
    """An audience is for whom it was made: letters that were approved name it. For others, make another one."""


def create(db: Db, *, title: str, expression: expressions.Expression, at: datetime) -> AudienceRow:
    """Make an audience and its first membership, which is revision 1."""
    locks.hold(db)
    sound = _checked(db, expression)
    audience = AudienceRow(id=uuid4(), title=_titled(title), expression=stored(sound), created_at=at)
    db.add(audience)
    db.flush()
    membership.recompute(db, at=at, audience_ids=[audience.id])
    db.refresh(audience)
    db.changed(f"audiences/{audience.id}", after={"title": audience.title, "expression": audience.expression})
    return audience


def rename(db: Db, *, audience_id: UUID, title: str, expression: expressions.Expression, etag: str) -> AudienceRow:
    """Change the title. The expression is a value: whoever wants another makes another audience.

    Raises:
        ExpressionFixed: *expression* is another than the audience's.
    """
    audience = db.get(AudienceRow, audience_id, with_for_update=True)
    if audience is None:
        raise NotFound(f"audiences/{audience_id}")
    if etag and etag != str(audience.version):
        raise Stale(f"audiences/{audience_id}")
    if stored(expressions.normalise(expression)) != audience.expression:
        raise ExpressionFixed("Whom an audience is for does not change.", resource=f"audiences/{audience_id}")
    before = {"title": audience.title}
    audience.title = _titled(title)
    audience.version += 1
    db.add(audience)
    db.flush()
    db.changed(f"audiences/{audience.id}", before=before, after={"title": audience.title})
    return audience


def get(db: Db, audience_id: UUID) -> AudienceRow:
    """Return an audience."""
    audience = db.get(AudienceRow, audience_id)
    if audience is None:
        raise NotFound(f"audiences/{audience_id}")
    return audience


def preview(
    db: Db, expression: expressions.Expression, *, at: datetime
) -> tuple[list[counts.OfAgency], expressions.Expression]:
    """Count whom *expression* matches today, by agency; return it in its normal form too. Saves nothing."""
    sound = _checked(db, expression)
    return counts.preview(db, stored(sound), day=pacific_date(at)), sound


def by_value(db: Db, sound: expressions.Expression, *, at: datetime) -> list[counts.OfValue]:
    """Count by unit and by class whom a *sound* expression matches today."""
    return counts.by_value(db, stored(sound), day=pacific_date(at))


def compare(
    db: Db,
    *,
    audience_id: UUID,
    expression: expressions.Expression,
    examples: int,
    readable: Collection[str],
    whole: bool,
    at: datetime,
) -> tuple[counts.Comparison, expressions.Expression, expressions.Expression]:
    """Count whom saving *expression* would add, remove and leave as they are; return both expressions too.

    Saves nothing. Names at most *examples* of each, of the agencies *readable* alone unless *whole*.
    """
    if not 0 <= examples <= MOST_EXAMPLES:
        raise InvalidField("examples", examples, f"must be 0 to {MOST_EXAMPLES}")
    before, after = from_stored(get(db, audience_id).expression), _checked(db, expression)
    found = counts.compare(
        db, audience_id, stored(after), day=pacific_date(at), examples=examples, agency_ids=readable, whole=whole
    )
    return found, before, after


def explain(
    db: Db, *, audience_id: UUID, person_id: UUID, caller: str, scope: Scope, at: datetime
) -> tuple[bool, list[str], int]:
    """Return whether a person is in an audience, why, and since which revision (0 if they never were).

    For that person, and for those who read people at an agency where they have or had a job.
    """
    own = caller == f"people/{person_id}"
    if not (own or scope.whole or people.read_by(db, person_id, scope)):
        raise NotFound(f"people/{person_id}")
    audience = get(db, audience_id)
    expression = from_stored(audience.expression)
    posts = queries.posts(db, person_id, day=pacific_date(at))
    added = additions.of(db, audience_id)
    reasons = expressions.explain(expression, posts, queries.vocabulary(db), added, own=own)
    rows = db.exec(
        select(AudienceMemberRow).where(
            AudienceMemberRow.audience_id == audience_id, AudienceMemberRow.person_id == person_id
        )
    ).all()
    member = any(expressions.member(expression, post) or expressions.local(expression, post, added) for post in posts)
    since = max((row.revision for row in rows if row.member == member), default=0)
    return member, reasons, since


def stored(expression: expressions.Expression) -> dict[str, Any]:
    """Return *expression* as it is kept: kinds that do not restrict are left out, which `membership` relies on."""

    def kept(clause: expressions.Clause) -> dict[str, Any]:
        restricting: dict[str, Any] = {kind: list(getattr(clause, kind)) for kind in expressions.KINDS}
        restricting["recorded_units_only"] = clause.recorded_units_only
        return {name: value for name, value in restricting.items() if value}

    return {
        "include": [kept(clause) for clause in expression.include],
        "exclude": [kept(clause) for clause in expression.exclude],
    }


def from_stored(kept: dict[str, Any]) -> expressions.Expression:
    """Return the expression that was kept."""

    def clauses(side: str) -> tuple[expressions.Clause, ...]:
        return tuple(
            expressions.Clause(
                **{kind: tuple(clause.get(kind, ())) for kind in expressions.KINDS},
                recorded_units_only=clause.get("recorded_units_only", False),
            )
            for clause in kept[side]
        )

    return expressions.Expression(clauses("include"), clauses("exclude"))


def _checked(db: Db, expression: expressions.Expression) -> expressions.Expression:
    sound = expressions.normalise(expression)
    expressions.check(sound, queries.vocabulary(db))
    named = {UUID(person) for clause in (*sound.include, *sound.exclude) for person in clause.people}
    if named and (unknown := db.values(_UNKNOWN_PEOPLE, ids=list(named))):
        raise InvalidField("expression.include.people", f"people/{unknown[0]}", "does not exist")
    return sound


def _titled(title: str) -> str:
    title = names.clean(title)
    if not title or len(title) > names.LONGEST:
        raise InvalidField("audience.title", title, f"must be given, of at most {names.LONGEST} characters")
    return title
