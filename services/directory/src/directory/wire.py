"""Contract ↔ domain."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from directory.agencies import records as agency_records
from directory.agencies import rules as reference
from directory.audiences import counts
from directory.audiences import rules as expressions
from directory.audiences.tables import AudienceRow
from directory.people import employment, people, records
from directory.people.tables import RoleGrantRow
from directory.rules import columns, roles, spells
from directory.rules import names as name_rules
from directory.sign_in import personas, tokens
from directory.sign_in.records import Persona
from servicekit import names
from servicekit.refusals import InvalidField

# ---- requests ----


def agency_id(name: str, field: str = "name") -> str:
    """Return the id in `agencies/{id}`."""
    return names.one("agencies/{agency}", name, field=field)


def person_id(name: str, field: str = "person") -> UUID:
    """Return the id in `people/{uuid}`."""
    return names.uuid_in("people/{person}", name, field=field)


def person_ids(given: Collection[str], field: str, *, most: int) -> list[UUID]:
    """Return the ids in names of people, of which there may be *most*."""
    if len(given) > most:
        raise InvalidField(field, len(given), f"must be at most {most}")
    return [person_id(name, field) for name in given]


def job_ends(given: Collection[person_pb.JobEnd], *, most: int) -> dict[UUID, date]:
    """Return on which day each person's job ends; each person once, and at most *most* of them."""
    if not 0 < len(given) <= most:
        raise InvalidField("ends", len(given), f"must be 1 to {most}")
    ends = {person_id(end.person, "ends.person"): spells.day("ends.end_date", end.end_date) for end in given}
    if len(ends) < len(given):
        raise InvalidField("ends.person", "", "must name each person once")
    return ends


def person_id_or_none(name: str) -> UUID | None:
    """Return the id in `people/{uuid}`; none for callers that are no people."""
    return person_id(name) if name.startswith("people/") else None


def audience_id(name: str, field: str = "name") -> UUID:
    """Return the id in `audiences/{uuid}`."""
    return names.uuid_in("audiences/{audience}", name, field=field)


def grant_id(name: str) -> UUID:
    """Return the id in `roleGrants/{uuid}`."""
    return names.uuid_in("roleGrants/{grant}", name)


def scope_id(scope: str) -> str:
    """Return the scope of a role as it is kept: `state`, or the agency's id."""
    return scope if scope == roles.STATE else agency_id(scope, "grant.scope")


def identity(person: person_pb.Person) -> people.Identity:
    """Return who a person is said to be."""
    return people.Identity(person.staff_number, person.family_name, person.given_name, person.email, person.telephone)


def post(job: person_pb.Job) -> employment.Post:
    """Return what a job is said to be."""
    return employment.Post(job.local_title, job.job_class, list(job.units))


def only_job(person: person_pb.Person, parent: str) -> person_pb.Job:
    """Return the one job of a new person, which must be at the agency *parent* and open."""
    if len(person.jobs) != 1:
        raise InvalidField("person.jobs", len(person.jobs), "must be exactly one")
    job = person.jobs[0]
    require_agency(job, parent, "person.jobs.agency")
    if job.end_date:
        raise InvalidField("person.jobs.end_date", job.end_date, "must be empty: a first job has not ended")
    return job


def require_agency(job: person_pb.Job, parent: str, field: str = "job.agency") -> None:
    """Refuse a job at another agency than the one the right was checked for."""
    if job.agency not in ("", parent):
        raise InvalidField(field, job.agency, "must be the parent, or empty")


def expression(message: audience_pb.AudienceExpression) -> expressions.Expression:
    """Return an audience's expression, with ids instead of names."""
    return expressions.Expression(
        tuple(_clause(clause, "expression.include") for clause in message.include),
        tuple(_clause(clause, "expression.exclude") for clause in message.exclude),
    )


def _clause(message: audience_pb.AudienceClause, field: str) -> expressions.Clause:
    return expressions.Clause(
        agencies=tuple(agency_id(name, f"{field}.agencies") for name in message.agencies),
        regions=tuple(message.regions),
        job_classes=tuple(message.job_classes),
        units=tuple(message.units),
        roles=tuple(message.roles),
        people=tuple(str(person_id(name, f"{field}.people")) for name in message.people),
    )


def reference_rows(request: agency_pb.ImportReferenceRequest) -> dict[str, Any]:
    """Return reference data as rows."""
    return {
        "agencies": [
            {
                "id": agency_id(each.name, "agencies.name"),
                "title": each.title,
                "short_title": each.short_title or each.title,
                "sort_key": name_rules.fold(each.short_title or each.title),
                "kind": each.kind,
                "region": each.region,
                "size_class": each.size_class,
                "population": each.population,
                "source": each.source,
                "until": spells.day("agencies.end_date", each.end_date).isoformat() if each.end_date else None,
            }
            for each in request.agencies
        ],
        "memberships": [
            reference.Membership(
                county.fips,
                agency_id(each.name, "agencies.name"),
                spells.day("agencies.counties.start_date", county.start_date) if county.start_date else None,
                spells.optional_day("agencies.counties.end_date", county.end_date),
            )
            for each in request.agencies
            for county in each.counties
        ],
        "counties": [{"fips": c.fips, "title": c.title, "population": c.population} for c in request.counties],
        "units": [{"id": unit.slug, "title": unit.title, "of_state": unit.of_state} for unit in request.units],
        "job_classes": [{"id": c.slug, "title": c.title, "code": c.code} for c in request.job_classes],
    }


# ---- answers ----


def agency(row: agency_records.Agency) -> agency_pb.Agency:
    """Return an agency with its counties, contacts and number of staff."""
    return agency_pb.Agency(
        name=f"agencies/{row.id}",
        title=row.title,
        short_title=row.short_title,
        kind=row.kind,
        region=row.region,
        size_class=row.size_class,
        population=row.population,
        source=row.source,
        end_date=row.until.isoformat() if row.until else "",
        staff=row.staff,
        counties=[
            agency_pb.CountyMembership(
                fips=county["fips"], start_date=county["start_date"] or "", end_date=county["end_date"] or ""
            )
            for county in row.counties
        ],
        contacts=[
            agency_pb.Contact(
                person=f"people/{contact['person']}",
                display_name=name_rules.display_name(contact["family_name"], contact["given_name"]),
                email=contact["email"],
                telephone=contact["telephone"],
                role=contact["role"],
            )
            for contact in row.contacts
        ],
    )


def vocabulary(
    units: Iterable[agency_records.WorkUnit], job_classes: Iterable[agency_records.JobClass], regions: Iterable[str]
) -> agency_pb.Vocabulary:
    """Return what forms offer."""
    return agency_pb.Vocabulary(
        units=[agency_pb.WorkUnit(slug=row.id, title=row.title, of_state=row.of_state) for row in units],
        job_classes=[agency_pb.JobClass(slug=row.id, title=row.title, code=row.code) for row in job_classes],
        regions=sorted(regions),
        roster_columns=[
            agency_pb.RosterColumn(name=name, required=name in columns.REQUIRED) for name in columns.COLUMNS
        ],
    )


def person(row: records.Person, *, whole: bool = True, contact: bool = True) -> person_pb.Person:
    """Return a person; not *whole*: only what everybody may know of a contact, which is no leave and no number.

    Without *contact*: no address and no telephone.
    """
    message = person_pb.Person(
        name=f"people/{row.id}",
        given_name=row.given_name,
        family_name=row.family_name,
        email=row.email if contact else "",
        telephone=row.telephone if contact else "",
        display_name=name_rules.display_name(row.family_name, row.given_name),
        kept_by=[f"agencies/{agency}" for agency in row.keepers],
        email_confirmed=contact and row.email_confirmed,
        jobs=[
            person_pb.Job(
                agency=f"agencies/{job['agency']}",
                local_title=job["local_title"],
                job_class=job["job_class"],
                units=job["units"],
                start_date=job["start_date"],
                end_date=job["end_date"] or "",
            )
            for job in row.jobs
        ],
    )
    if whole:
        message.staff_number = row.staff_number
        message.etag = str(row.version)
        message.on_leave = row.on_leave
        message.leaves.extend(
            person_pb.Leave(start_date=leave["start_date"], end_date=leave["end_date"] or "") for leave in row.leaves
        )
    return message


def role_grant(row: RoleGrantRow) -> person_pb.RoleGrant:
    """Return a role that was given."""
    return _grant(str(row.id), str(row.person_id), row.role, row.scope)


def me(row: records.Person, grants: Iterable[records.Grant], held: Mapping[str, Iterable[str]]) -> person_pb.Me:
    """Return the caller with roles and rights."""
    return person_pb.Me(
        person=person(row),
        grants=[_grant(grant.id, row.id, grant.role, grant.scope) for grant in grants],
        rights=[person_pb.Right(right=right, scopes=sorted(scopes)) for right, scopes in sorted(held.items())],
    )


def token(signed: tokens.SignIn) -> sign_in_pb.Token:
    """Return a token."""
    message = sign_in_pb.Token(token=signed.token, person=f"people/{signed.person_id}")
    message.expire_time.FromDatetime(signed.expires)
    return message


def sign_in_key(request: sign_in_pb.GetSignInPersonRequest) -> dict[str, Any]:
    """Return by what a person is named and among whom: the words of `tokens.named`."""
    if len([key for key in (request.person, request.staff_number, request.email) if key]) != 1:
        raise InvalidField("person", request.person, "must be exactly one of person, staff_number and email")
    if request.whole_state == bool(request.agencies):
        raise InvalidField("agencies", len(request.agencies), "must be given, unless whole_state is")
    return {
        "person_id": person_id(request.person) if request.person else None,
        "staff_number": request.staff_number,
        "email": request.email,
        "agencies": None if request.whole_state else [agency_id(name, "agencies") for name in request.agencies],
    }


def sign_in_person(named: tokens.Named) -> sign_in_pb.SignInPerson:
    """Return the person whom a sign-in names."""
    return sign_in_pb.SignInPerson(
        person=f"people/{named.id}",
        staff_number=named.staff_number,
        display_name=name_rules.display_name(named.family_name, named.given_name),
        agencies=[f"agencies/{agency}" for agency in named.agencies],
        kept_by=[f"agencies/{agency}" for agency in named.kept_by],
        role_scopes=[scope if scope == roles.STATE else f"agencies/{scope}" for scope in named.role_scopes],
        may_sign_in=named.may_sign_in,
    )


def persona(row: Persona) -> sign_in_pb.Persona:
    """Return a person of the demonstration."""
    return sign_in_pb.Persona(
        person=f"people/{row.id}",
        staff_number=row.staff_number,
        title=personas.persona_title(row.part, row.short_title, row.staff),
        display_name=name_rules.display_name(row.family_name, row.given_name),
        agency=f"agencies/{row.agency_id}",
        part=row.part,
    )


def audience(row: AudienceRow, kept: expressions.Expression, known: expressions.Vocabulary) -> audience_pb.Audience:
    """Return an audience, its expression as a sentence too."""
    message = audience_pb.Audience(
        name=f"audiences/{row.id}",
        title=row.title,
        expression=expression_message(kept),
        revision=row.revision,
        people=row.people,
        etag=str(row.version),
        sentence=expressions.sentence(kept, known),
    )
    message.create_time.FromDatetime(row.created_at)
    return message


def expression_message(kept: expressions.Expression) -> audience_pb.AudienceExpression:
    """Return an expression with names instead of ids."""

    def clauses(given: Sequence[expressions.Clause]) -> list[audience_pb.AudienceClause]:
        return [
            audience_pb.AudienceClause(
                agencies=[f"agencies/{each}" for each in clause.agencies],
                regions=clause.regions,
                job_classes=clause.job_classes,
                units=clause.units,
                roles=clause.roles,
                people=[f"people/{each}" for each in clause.people],
            )
            for clause in given
        ]

    return audience_pb.AudienceExpression(include=clauses(kept.include), exclude=clauses(kept.exclude))


def preview(rows: Iterable[counts.OfAgency], people_matched: int, sentence: str) -> audience_pb.PreviewAudienceResponse:
    """Return the table of a preview."""
    return audience_pb.PreviewAudienceResponse(
        agencies=[
            audience_pb.AgencyCount(
                agency=f"agencies/{row.agency_id}",
                title=row.title,
                staff=row.staff,
                no_unit_recorded=row.no_unit_recorded,
                on_leave=row.on_leave,
            )
            for row in rows
        ],
        people=people_matched,
        sentence=sentence,
    )


def comparison(found: counts.Comparison, before: str, after: str) -> audience_pb.CompareAudienceResponse:
    """Return what saving an expression would change, with both as sentences."""

    def examples(*, was: bool) -> list[audience_pb.AudienceExample]:
        return [
            audience_pb.AudienceExample(
                person=f"people/{each['person']}",
                display_name=name_rules.display_name(each["family_name"], each["given_name"]),
                agency=f"agencies/{each['agency']}",
            )
            for each in found.examples
            if each["was"] == was
        ]

    return audience_pb.CompareAudienceResponse(
        agencies=[
            audience_pb.AgencyDifference(**one | {"agency": f"agencies/{one['agency']}"}) for one in found.agencies
        ],
        added=found.added,
        removed=found.removed,
        unchanged=found.unchanged,
        sentence_before=before,
        sentence=after,
        added_examples=examples(was=False),
        removed_examples=examples(was=True),
    )


def _grant(grant: str, person_key: str, role: str, scope: str) -> person_pb.RoleGrant:
    return person_pb.RoleGrant(
        name=f"roleGrants/{grant}",
        person=f"people/{person_key}",
        role=role,
        scope=scope if scope == roles.STATE else f"agencies/{scope}",
    )
