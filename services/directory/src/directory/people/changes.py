"""How each change of a person begins and ends: with their row, and with what is told and who is in which audience."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import select

from directory import locks, membership
from directory.people import keepers, news
from directory.people.tables import JobRow, PersonRow
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import NotFound
from servicekit.rpc.calls import Scope


def load(db: Db, person_id: UUID, scope: Scope) -> PersonRow:
    """Lock and return a person who works, or is about to, at an agency within *scope*; for others there is nobody."""
    person = _locked(db, person_id)
    if person is None or not (scope.whole or _works_within(db, person_id, scope.ids("agencies"))):
        raise NotFound(f"people/{person_id}")
    return person


def load_kept(db: Db, person_id: UUID, scope: Scope) -> PersonRow:
    """As `load`; refuse callers who do not look after the person's identity and leave (`keepers`)."""
    person = load(db, person_id, scope)
    keepers.require(db, person_id, scope)
    return person


def load_anybody(db: Db, person_id: UUID) -> PersonRow:
    """Lock and return a person, wherever they work."""
    person = _locked(db, person_id)
    if person is None:
        raise NotFound(f"people/{person_id}")
    return person


def settle(db: Db, person: PersonRow, *, at: datetime) -> None:
    """After a change of a person's work or leave: tell it, and bring their audiences up to date."""
    person.version += 1
    db.add(person)
    db.flush()
    news.tell(db, day=pacific_date(at), person_ids=[person.id])
    membership.recompute(db, at=at, person_ids=[person.id])


def settle_many(db: Db, person_ids: Collection[UUID], *, at: datetime) -> None:
    """After a change of the work of several people: as `settle`, in the same few statements for all."""
    db.run("UPDATE person SET version = version + 1 WHERE id = ANY(%(ids)s)", ids=list(person_ids))
    news.tell(db, day=pacific_date(at), person_ids=person_ids)
    membership.recompute(db, at=at, person_ids=person_ids)


def _locked(db: Db, person_id: UUID) -> PersonRow | None:
    locks.share(db)
    with locks.waiting():
        return db.exec(select(PersonRow).where(PersonRow.id == person_id).with_for_update()).one_or_none()


def _works_within(db: Db, person_id: UUID, agency_ids: Collection[str]) -> bool:
    today = pacific_date(db.at)
    found = select(JobRow.id).where(
        JobRow.person_id == person_id,
        JobRow.agency_id.in_(agency_ids),  # type: ignore[attr-defined]
        (JobRow.end_date == None) | (JobRow.end_date > today),  # type: ignore[operator]  # noqa: E711 - SQL
    )
    return db.exec(found).first() is not None
