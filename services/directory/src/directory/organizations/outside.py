"""People from outside: recorded under a number of their own, changed, and no longer speaking for anybody."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlmodel import select

from directory import locks
from directory.organizations import rules
from directory.organizations.tables import AffiliationRow, OrganizationRow
from directory.people import changes, people
from directory.people.tables import PersonRow
from directory.rules import names
from directory.rules.spells import Spell, require_free, require_order
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound, Stale

_IDENTITY = ("given_name", "family_name", "email")
FIELDS = (*_IDENTITY, "title")


@dataclass(frozen=True)
class Said:
    """What is said of somebody who speaks for an organization."""

    given_name: str
    family_name: str
    email: str
    title: str

    def identity(self, number: str) -> people.Identity:
        """Return who they are said to be."""
        return people.Identity(number, self.family_name, self.given_name, self.email)


def begin(db: Db, organization_id: str, said: Said, *, staff_number: str, start: date) -> AffiliationRow:
    """Record that somebody speaks for an organization: somebody new, or one of our staff by their *staff_number*.

    Of our staff nothing else is recorded: their agency looks after who they are.
    """
    locks.share(db)
    if db.get(OrganizationRow, organization_id) is None:
        raise NotFound(f"organizations/{organization_id}")
    title = rules.words("person.title", said.title)
    person = _known(db, staff_number) if staff_number.strip() else people.record(db, said.identity(_new_number(db)))
    held = select(AffiliationRow).where(
        AffiliationRow.person_id == person.id, AffiliationRow.organization_id == organization_id
    )
    spells = [Spell(row.start_date, row.end_date) for row in db.exec(held).all()]
    require_free(Spell(start), spells, rules.AffiliationOverlaps, person=f"people/{person.id}")
    row = AffiliationRow(
        id=uuid4(),
        person_id=person.id,
        organization_id=organization_id,
        title=title,
        start_date=start,
        recorded_at=db.at,
    )
    db.add(row)
    db.flush()
    db.changed(f"affiliations/{row.id}", after=_facts(row))
    return row


def update(db: Db, affiliation_id: UUID, person_id: UUID, said: Said, *, fields: Collection[str], etag: str) -> None:
    """Change names, e-mail and title as far as *fields* names them; of our staff the title alone."""
    if not fields or not set(fields) <= set(FIELDS):
        raise InvalidField("update_mask", ", ".join(sorted(fields)), f"must name some of {', '.join(FIELDS)}")
    person = changes.load_anybody(db, person_id)
    row = _held(db, affiliation_id)
    if row.person_id != person_id:
        raise NotFound(f"affiliations/{affiliation_id}")
    if etag and etag != str(person.version):
        raise Stale(f"people/{person_id}")
    identity = [field for field in _IDENTITY if field in fields]
    if identity and not names.is_outside_number(person.staff_number):
        raise rules.KeptByAgency("Their agency looks after who they are.", person=f"people/{person_id}")
    if identity:
        people.rename(db, person, said.identity(person.staff_number), identity)
    if "title" in fields:
        row.title = rules.words("person.title", said.title)
        db.add(row)
    person.version += 1
    db.add(person)
    db.flush()
    db.changed(f"affiliations/{row.id}", after={"fields": sorted(fields)})


def end(db: Db, affiliation_id: UUID, *, day: date, reason: str) -> AffiliationRow:
    """End what goes on, or will begin: *day* is the first on which they speak for it no longer."""
    row = _held(db, affiliation_id)
    why = rules.words("reason", reason)
    if row.end_date is not None and row.end_date <= pacific_date(db.at):
        raise rules.AffiliationEnded("That ended already.", field="end_date", end=row.end_date)
    require_order("end_date", row.start_date, day, same_day=True)
    before = _facts(row)
    row.end_date, row.end_reason = day, why
    db.add(row)
    db.flush()
    db.changed(f"affiliations/{row.id}", before=before, after=_facts(row), reason=why)
    return row


def _new_number(db: Db) -> str:
    """Return a number of people from outside that nobody has."""
    while True:
        number = names.outside_number(secrets.randbelow(names.OUTSIDE_NUMBERS))
        if db.exec(select(PersonRow.id).where(PersonRow.staff_number == number)).first() is None:
            return number


def _known(db: Db, staff_number: str) -> PersonRow:
    """Lock and return who has a number, however it is written."""
    number = names.numbered(staff_number)
    alike = (PersonRow.staff_number == number) | (PersonRow.staff_key == names.staff_key(number))
    found = db.exec(select(PersonRow.id).where(alike).order_by(PersonRow.staff_number != number)).first()  # type: ignore[arg-type]
    if found is None:
        raise InvalidField("staff_number", number[: names.LONGEST_STAFF_NUMBER], "must be somebody's")
    return changes.load_anybody(db, found)


def _held(db: Db, affiliation_id: UUID) -> AffiliationRow:
    row = db.exec(select(AffiliationRow).where(AffiliationRow.id == affiliation_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"affiliations/{affiliation_id}")
    return row


def _facts(row: AffiliationRow) -> dict[str, str]:
    return {
        "organization": f"organizations/{row.organization_id}",
        "person": f"people/{row.person_id}",
        "start_date": row.start_date.isoformat(),
        "end_date": row.end_date.isoformat() if row.end_date else "",
    }
