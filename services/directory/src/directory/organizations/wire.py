"""Contract ↔ domain: organizations outside and who speaks for them."""

from uuid import UUID

from cadre.directory.v1 import organization_service_pb2 as pb
from directory.organizations import organizations, outside, queries
from directory.rules import spells
from directory.rules.names import display_name, is_outside_number
from servicekit import names
from servicekit.refusals import InvalidField


def organization_id(name: str, field: str = "name") -> str:
    """Return the slug in `organizations/{slug}`."""
    return names.slug_in("organizations/{organization}", name, field=field)


def affiliation_id(name: str, field: str = "name") -> UUID:
    """Return the id in `affiliations/{uuid}`."""
    return names.uuid_in("affiliations/{affiliation}", name, field=field)


def said(message: pb.Organization) -> organizations.Said:
    """Return what is said of an organization."""
    if message.kind not in pb.Organization.Kind.values():
        raise InvalidField("organization.kind", message.kind, "must be one that there is")
    return organizations.Said(
        title=message.title,
        short_title=message.short_title,
        kind=pb.Organization.Kind.Name(message.kind),
        listed=message.listed,
        consent_by=message.consent_by,
        consent_on=spells.optional_day("organization.consent_date", message.consent_date),
        source=message.source,
    )


def said_of(message: pb.OutsidePerson) -> outside.Said:
    """Return what is said of somebody from outside."""
    return outside.Said(message.given_name, message.family_name, message.email, message.title)


def organization(row: queries.Organization, *, whole: bool) -> pb.Organization:
    """Return an organization; not *whole*: what everybody may know of it."""
    message = pb.Organization(
        name=f"organizations/{row.id}",
        title=row.title,
        short_title=row.short_title,
        kind=pb.Organization.Kind.Value(row.kind),
        listed=row.listed,
        source=row.source,
    )
    if whole:
        message.consent_by = row.consent_by
        message.consent_date = row.consent_on.isoformat() if row.consent_on else ""
        message.people_count = row.people
        message.etag = str(row.version)
    return message


def person(row: queries.OutsidePerson) -> pb.OutsidePerson:
    """Return who speaks or spoke for an organization; of our staff without an address."""
    staff = not is_outside_number(row.staff_number)
    return pb.OutsidePerson(
        name=f"people/{row.person_id}",
        number=row.staff_number,
        given_name=row.given_name,
        family_name=row.family_name,
        display_name=display_name(row.family_name, row.given_name),
        email="" if staff else row.email,
        affiliation=f"affiliations/{row.id}",
        organization=f"organizations/{row.organization_id}",
        title=row.title,
        start_date=row.start_date.isoformat(),
        end_date=row.end_date.isoformat() if row.end_date else "",
        end_reason=row.end_reason,
        staff=staff,
        etag=str(row.version),
    )
