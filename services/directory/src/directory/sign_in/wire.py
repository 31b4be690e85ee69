"""Contract ↔ domain: tokens, and whom a sign-in names."""

from typing import Any

from cadre.directory.v1 import sign_in_service_pb2 as pb
from directory.agencies.wire import agency_id
from directory.people.wire import person_id
from directory.rules import roles
from directory.rules.names import display_name
from directory.sign_in import personas, tokens
from directory.sign_in.queries import Called, Persona
from servicekit.refusals import InvalidField

MOST_NAMES = 1_000


def sign_in_key(request: pb.GetSignInPersonRequest) -> dict[str, Any]:
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


def token(signed: tokens.SignIn) -> pb.Token:
    """Return a token."""
    message = pb.Token(token=signed.token, person=f"people/{signed.person_id}")
    message.expire_time.FromDatetime(signed.expires)
    return message


def sign_in_person(named: tokens.Named) -> pb.SignInPerson:
    """Return the person whom a sign-in names."""
    return pb.SignInPerson(
        person=f"people/{named.id}",
        staff_number=named.staff_number,
        display_name=display_name(named.family_name, named.given_name),
        agencies=[f"agencies/{agency}" for agency in named.agencies],
        kept_by=[f"agencies/{agency}" for agency in named.kept_by],
        role_scopes=[scope if scope == roles.STATE else f"agencies/{scope}" for scope in named.role_scopes],
        may_sign_in=named.may_sign_in,
        organizations=[f"organizations/{one}" for one in named.organizations],
    )


def person_name(row: Called) -> pb.PersonName:
    """Return how somebody is called."""
    return pb.PersonName(person=f"people/{row.id}", display_name=display_name(row.family_name, row.given_name))


def persona(row: Persona) -> pb.Persona:
    """Return a person of the demonstration."""
    return pb.Persona(
        person=f"people/{row.id}",
        staff_number=row.staff_number,
        title=personas.persona_title(row.part, row.short_title, row.staff),
        display_name=display_name(row.family_name, row.given_name),
        agency=f"agencies/{row.agency_id}" if row.agency_id else "",
        part=row.part,
    )
