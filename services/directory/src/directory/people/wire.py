"""Contract ↔ domain: people, jobs and roles."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from cadre.directory.v1 import person_service_pb2 as pb
from directory.agencies.wire import agency_id
from directory.people import employment, people, queries
from directory.people.numbered import Numbered
from directory.people.staff import Wanted
from directory.people.tables import RoleGrantRow
from directory.rules import roles, spells
from directory.rules.names import display_name, search_words
from servicekit import names
from servicekit.refusals import InvalidField

# As many as work at the largest agency, and some.
MOST_AT_ONCE = 10_000
_LONGEST_TYPED = 200


def person_id(name: str, field: str = "person") -> UUID:
    """Return the id in `people/{uuid}`."""
    return names.uuid_in("people/{person}", name, field=field)


def wanted(request: pb.ListPeopleRequest, *, units: Collection[str] | None) -> Wanted:
    """Return whom a list is to show; with *units*, only people of these."""
    return Wanted(
        words=search_words(request.query),
        unit=request.unit,
        on_leave=request.only_on_leave,
        new=request.only_new,
        left=request.only_left,
        unconfirmed=request.only_unconfirmed,
        upcoming=request.only_upcoming,
        with_upcoming=request.with_upcoming,
        units=units,
        people=person_ids(request.people, "people", most=MOST_AT_ONCE),
    )


def numbers(given: Collection[str]) -> list[str]:
    """Return staff numbers as they were typed; refuse too many, and one that no number can be as long as."""
    if len(given) > MOST_AT_ONCE:
        raise InvalidField("numbers", len(given), f"must be at most {MOST_AT_ONCE}")
    if any(len(number) > _LONGEST_TYPED for number in given):
        raise InvalidField("numbers", "", f"must have at most {_LONGEST_TYPED} characters each")
    return list(given)


def numbered(row: Numbered) -> pb.NumberedPerson:
    """Return whom a number names, or who has one that looks like it."""
    return pb.NumberedPerson(
        index=row.place,
        person=f"people/{row.id}",
        staff_number=row.staff_number,
        display_name=display_name(row.family_name, row.given_name),
        alike=row.alike,
    )


def person_ids(given: Collection[str], field: str, *, most: int) -> list[UUID]:
    """Return the ids in names of people, of which there may be *most*."""
    if len(given) > most:
        raise InvalidField(field, len(given), f"must be at most {most}")
    return [person_id(name, field) for name in given]


def person_id_or_none(name: str) -> UUID | None:
    """Return the id in `people/{uuid}`; none for callers that are no people."""
    return person_id(name) if name.startswith("people/") else None


def identity(person: pb.Person) -> people.Identity:
    """Return who a person is said to be."""
    return people.Identity(person.staff_number, person.family_name, person.given_name, person.email, person.telephone)


def post(job: pb.Job) -> employment.Post:
    """Return what a job is said to be."""
    return employment.Post(job.local_title, job.job_class, list(job.units))


def only_job(person: pb.Person, parent: str) -> pb.Job:
    """Return the one job of a new person, which must be at the agency *parent* and open."""
    if len(person.jobs) != 1:
        raise InvalidField("person.jobs", len(person.jobs), "must be exactly one")
    job = person.jobs[0]
    require_agency(job, parent, "person.jobs.agency")
    if job.end_date:
        raise InvalidField("person.jobs.end_date", job.end_date, "must be empty: a first job has not ended")
    return job


def require_agency(job: pb.Job, parent: str, field: str = "job.agency") -> None:
    """Refuse a job at another agency than the one the right was checked for."""
    if job.agency not in ("", parent):
        raise InvalidField(field, job.agency, "must be the parent, or empty")


def job_ends(given: Collection[pb.JobEnd], *, most: int) -> dict[UUID, date]:
    """Return on which day each person's job ends; each person once, and at most *most* of them."""
    if not 0 < len(given) <= most:
        raise InvalidField("ends", len(given), f"must be 1 to {most}")
    ends = {person_id(end.person, "ends.person"): spells.day("ends.end_date", end.end_date) for end in given}
    if len(ends) < len(given):
        raise InvalidField("ends.person", "", "must name each person once")
    return ends


def state_role(role: str) -> str:
    """Read a role of the state."""
    if role not in roles.STATE_ROLES:
        raise InvalidField("role", role, f"must be one of {', '.join(roles.STATE_ROLES)}")
    return role


def grant_id(name: str) -> UUID:
    """Return the id in `roleGrants/{uuid}`."""
    return names.uuid_in("roleGrants/{grant}", name)


def scope_id(scope: str) -> str:
    """Return the scope of a role as it is kept: `state`, the agency's id, or `{agency}/units/{unit}`."""
    if scope == roles.STATE:
        return scope
    if "/units/" not in scope:
        return agency_id(scope, "grant.scope")
    ids = names.parse("agencies/{agency}/units/{unit}", scope, field="grant.scope")
    return f"{ids['agency']}/units/{ids['unit']}"


def person(row: queries.Person, *, whole: bool = True, contact: bool = True, unlisted: bool = False) -> pb.Person:
    """Return a person; not *whole*: only what everybody may know of a contact, which is no leave and no number.

    Without *contact*: no address and no telephone. A tribe without consent is named if *unlisted* says so.
    """
    message = pb.Person(
        name=f"people/{row.id}",
        given_name=row.given_name,
        family_name=row.family_name,
        email=row.email if contact else "",
        telephone=row.telephone if contact else "",
        display_name=display_name(row.family_name, row.given_name),
        kept_by=[f"agencies/{agency}" for agency in row.keepers],
        email_confirmed=contact and row.email_confirmed,
        jobs=[
            pb.Job(
                agency=f"agencies/{job['agency']}",
                local_title=job["local_title"],
                job_class=job["job_class"],
                units=job["units"],
                start_date=job["start_date"],
                end_date=job["end_date"] or "",
            )
            for job in row.jobs
        ],
        affiliations=[_affiliation(one, named=unlisted or one["may_be_named"]) for one in row.affiliations],
    )
    if whole:
        message.staff_number = row.staff_number
        message.etag = str(row.version)
        message.on_leave = row.on_leave
        message.leaves.extend(
            pb.Leave(start_date=leave["start_date"], end_date=leave["end_date"] or "") for leave in row.leaves
        )
    return message


def _affiliation(one: Mapping[str, Any], *, named: bool) -> pb.Affiliation:
    return pb.Affiliation(
        organization=f"organizations/{one['organization']}" if named else "",
        organization_title=one["called"] if named else "A tribe",
        title=one["title"],
    )


def me(row: queries.Person, grants: Iterable[queries.Grant], held: Mapping[str, Iterable[str]]) -> pb.Me:
    """Return the caller with roles and rights."""
    return pb.Me(
        person=person(row, unlisted=True),
        grants=[_grant(grant.id, row.id, grant.role, grant.scope) for grant in grants],
        rights=[pb.Right(right=right, scopes=sorted(scopes)) for right, scopes in sorted(held.items())],
    )


def role_grant(row: RoleGrantRow) -> pb.RoleGrant:
    """Return a role that was given."""
    return _grant(str(row.id), str(row.person_id), row.role, row.scope)


def _grant(grant: str, person_key: str, role: str, scope: str) -> pb.RoleGrant:
    return pb.RoleGrant(
        name=f"roleGrants/{grant}",
        person=f"people/{person_key}",
        role=role,
        scope=scope if scope == roles.STATE else f"agencies/{scope}",
    )
