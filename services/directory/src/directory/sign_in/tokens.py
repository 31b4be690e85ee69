"""Tokens for people whom the gateway signed in."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from directory.organizations import queries as organizations
from directory.people import queries as people
from directory.rules import roles
from directory.sign_in import queries
from directory.units import queries as units
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import Kind, NotFound, Refusal
from servicekit.rpc.tokens import LIFETIME, Signer


class NoCurrentWork(Refusal):
    """The person works at no agency today, holds no role for the state, and speaks for no organization outside."""

    kind = Kind.DENIED


@dataclass(frozen=True)
class SignIn:
    """A token and until when it is good."""

    person_id: UUID
    token: str
    expires: datetime


def exchange(db: Db, signer: Signer, *, person_id: UUID, at: datetime) -> SignIn:
    """Return a token with the rights that the person has at this moment."""
    day = pacific_date(at)
    people.person(db, person_id, day=day)
    grants, work = _standing(db, person_id, day=day)
    if not roles.may_sign_in(grants, work):
        raise NoCurrentWork("The person has no current job.", person=f"people/{person_id}")
    token = signer.mint(f"people/{person_id}", roles.rights(grants, work), now=at)
    return SignIn(person_id, token, at + LIFETIME)


@dataclass(frozen=True)
class Named:
    """The person whom a sign-in names, and what decides whether they may."""

    id: UUID
    staff_number: str
    family_name: str
    given_name: str
    # Where they work today, and which agencies look after their identity and sign-ins.
    agencies: tuple[str, ...]
    kept_by: tuple[str, ...]
    role_scopes: tuple[str, ...]
    # For which organizations outside they speak today.
    organizations: tuple[str, ...]
    may_sign_in: bool


def named(
    db: Db, *, person_id: UUID | None, staff_number: str, email: str, agencies: Collection[str] | None, at: datetime
) -> Named:
    """Return the person with an id, a staff number or an address; *agencies*: only whom they keep, with a job there.

    So no county vouches for somebody whom another one knew first, or who holds a role of the state's.

    Nobody there and nobody at all are one answer: who asks for an agency learns nothing of the others.
    """
    day = pacific_date(at)
    found = queries.person_named(
        db, person_id=person_id, staff_number=staff_number, email=email, agencies=agencies, day=day
    )
    if found is None:
        raise NotFound("people/-")
    grants, work = _standing(db, found.id, day=day)
    return Named(
        id=found.id,
        staff_number=found.staff_number,
        family_name=found.family_name,
        given_name=found.given_name,
        agencies=tuple(sorted(work.now)),
        kept_by=tuple(found.keepers),
        role_scopes=tuple(sorted({grant.scope for grant in grants if roles.counts(grant, work)})),
        organizations=tuple(organizations.spoken_for(db, found.id, day=day)),
        may_sign_in=roles.may_sign_in(grants, work),
    )


def _standing(db: Db, person_id: UUID, *, day: date) -> tuple[list[roles.Grant], roles.Work]:
    """Return what decides a person's rights on *day*: roles, work now and before, what they lead and speak for."""
    grants, work = people.standing(db, person_id, day=day)
    led = [roles.Grant(roles.LEAD, f"{one.agency_id}/units/{one.unit_id}") for one in units.led(db, person_id, day=day)]
    speaks = bool(organizations.spoken_for(db, person_id, day=day))
    return [*grants, *led], replace(work, speaks=speaks)
