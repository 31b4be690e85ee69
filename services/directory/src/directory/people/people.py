"""People: who they are. What they do at agencies is in `employment.py`, when they are away in `leave.py`."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlmodel import select

from directory import locks
from directory.people import changes
from directory.people.tables import JobRow, PersonRow
from directory.rules import names
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, Kind, Refusal, Stale
from servicekit.rpc.calls import Scope


class StaffNumberTaken(Refusal):
    """Somebody has this staff number; `person` says who if they go by the same name."""

    kind = Kind.EXISTS


class StaffNumberAlike(Refusal):
    """Somebody has this staff number but for zeros at its front; `person` says who if they go by the same name."""

    kind = Kind.EXISTS


class EmailTaken(Refusal):
    """Somebody else has this e-mail address."""

    kind = Kind.EXISTS


@dataclass(frozen=True)
class Identity:
    """What is said of a person apart from their work."""

    staff_number: str
    family_name: str
    given_name: str
    email: str
    telephone: str = ""


def create(db: Db, identity: Identity, *, agency_id: str) -> PersonRow:
    """Record a person whom nobody knew yet, as somebody new at the agency.

    Somebody who comes back is the same person: give them a job instead.
    """
    names.check_staff_number("person.staff_number", identity.staff_number)
    staff_number = names.numbered(identity.staff_number)
    _require_new(db, staff_number, identity, agency_id)
    return record(db, replace(identity, staff_number=staff_number))


def record(db: Db, identity: Identity) -> PersonRow:
    """Record a person under a number that nobody has: of staff, or given to somebody from outside."""
    person = PersonRow(
        id=uuid4(),
        staff_number=identity.staff_number,
        staff_key=names.staff_key(identity.staff_number),
        family_name="",
        given_name="",
        email=None,
        email_key=None,
        sort_key="",
        search_key="",
        version=0,
        created_at=db.at,
    )
    _name(person, identity.family_name, identity.given_name)
    _address(db, person, identity.email)
    _telephone(person, identity.telephone)
    db.add(person)
    with locks.waiting():
        db.flush()
    return person


def update(db: Db, *, person_id: UUID, scope: Scope, given: Identity, fields: Collection[str], etag: str) -> PersonRow:
    """Change name, e-mail and telephone as far as *fields* names them."""
    allowed = ("given_name", "family_name", "email", "telephone")
    for field in fields:
        if field not in allowed:
            rule = "never changes" if field == "staff_number" else f"must name some of {', '.join(allowed)}"
            raise InvalidField("update_mask", field, rule)
    if not fields:
        raise InvalidField("update_mask", "", f"must name some of {', '.join(allowed)}")
    person = changes.load_kept(db, person_id, scope)
    if etag and etag != str(person.version):
        raise Stale(f"people/{person_id}")
    rename(db, person, given, fields)
    person.version += 1
    db.add(person)
    db.changed(f"people/{person_id}", after={"fields": sorted(fields)})
    return person


def rename(db: Db, person: PersonRow, given: Identity, fields: Collection[str]) -> None:
    """Give a person what *fields* names of what is *given*; whoever calls has looked whether they may."""
    _name(
        person,
        given.family_name if "family_name" in fields else person.family_name,
        given.given_name if "given_name" in fields else person.given_name,
    )
    if "email" in fields:
        _address(db, person, given.email)
    if "telephone" in fields:
        _telephone(person, given.telephone)


def confirm_email(db: Db, *, person_id: UUID, email: str) -> PersonRow:
    """Note that the person's address is theirs; *email* is the one that they saw."""
    person = changes.load_anybody(db, person_id)
    if not email or person.email != email:
        raise Stale(f"people/{person_id}")
    person.email_confirmed_at = db.at
    db.add(person)
    db.changed(f"people/{person_id}", after={"email": "confirmed"})
    return person


def _require_new(db: Db, number: str, identity: Identity, agency_id: str) -> None:
    """Refuse a number that somebody has, however it is written, or that lacks zeros of a number like it.

    The latter is asked of those who work or worked at the agency, and of everybody of the same name.
    """
    key, zeroed = names.staff_key(number), names.zeroed_keys(number)
    alike = (PersonRow.staff_number == number) | PersonRow.staff_key.in_([key, *zeroed])  # type: ignore[attr-defined]
    for known in db.exec(select(PersonRow).where(alike).order_by(PersonRow.staff_number != number)).all():  # type: ignore[arg-type]
        same_name = known.search_key == names.search_key(identity.family_name, identity.given_name, known.staff_number)
        same_number = known.staff_number == number or known.staff_key == key
        if same_number or same_name or _has_worked_at(db, known.id, agency_id):
            refusal = StaffNumberTaken if same_number else StaffNumberAlike
            raise refusal(
                "Somebody has this staff number, or one like it.",
                field="person.staff_number",
                staff_number=known.staff_number,
                person=f"people/{known.id}" if same_name else "",
            )


def _has_worked_at(db: Db, person_id: UUID, agency_id: str) -> bool:
    found = select(JobRow.id).where(JobRow.person_id == person_id, JobRow.agency_id == agency_id)
    return db.exec(found).first() is not None


def _name(person: PersonRow, family_name: str, given_name: str) -> None:
    names.check_letters("person.family_name", family_name)
    names.check_letters("person.given_name", given_name)
    person.family_name, person.given_name = names.clean(family_name), names.clean(given_name)
    names.require(person.family_name, person.given_name)
    person.sort_key = names.sort_key(person.family_name, person.given_name)
    person.search_key = names.search_key(person.family_name, person.given_name, person.staff_number)


def _telephone(person: PersonRow, telephone: str) -> None:
    person.telephone = names.numbered(telephone)
    names.check_telephone("person.telephone", person.telephone)


def _address(db: Db, person: PersonRow, email: str) -> None:
    email = names.clean(email)
    names.check_email("person.email", email)
    key = email.casefold() or None
    if key is not None:
        other = select(PersonRow.id).where(PersonRow.email_key == key, PersonRow.id != person.id)
        if db.exec(other).first() is not None:
            raise EmailTaken("Somebody else has this e-mail address.", field="person.email")
    person.email, person.email_key = email or None, key
