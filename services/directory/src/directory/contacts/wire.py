"""Contract ↔ domain: whom to write to."""

from collections.abc import Sequence

from cadre.directory.v1 import contact_service_pb2 as pb
from directory.contacts import queries
from directory.rules import roles
from directory.rules.names import display_name
from servicekit.refusals import InvalidField

MOST_AT_ONCE = 1_000
_AGENCIES = "agencies/"


def held(given: Sequence[str]) -> list[str]:
    """Return the roles that are asked for."""
    for role in given:
        if role not in roles.TITLES and role != roles.MAILING_LIST:
            raise InvalidField("roles", role, f"must be one of {', '.join((*roles.TITLES, roles.MAILING_LIST))}")
    return list(given)


def scopes(given: Sequence[str]) -> list[str]:
    """Return the scopes that are asked for, as they are kept."""
    if len(given) > MOST_AT_ONCE:
        raise InvalidField("scopes", len(given), f"must be at most {MOST_AT_ONCE}")
    return [_scope(each) for each in given]


def _scope(given: str) -> str:
    if given != roles.STATE and not given.startswith(_AGENCIES):
        raise InvalidField("scopes", given, "must be state, agencies/{slug} or agencies/{slug}/units/{slug}")
    return given.removeprefix(_AGENCIES)


def holder(row: queries.Holder) -> pb.Holder:
    """Return who holds a role."""
    scope = row.scope if row.scope == roles.STATE else f"{_AGENCIES}{row.scope}"
    return pb.Holder(role=row.role, scope=scope, person=f"people/{row.person_id}")


def contact(row: queries.Contact) -> pb.PersonContact:
    """Return where somebody can be written to."""
    return pb.PersonContact(
        person=f"people/{row.id}",
        given_name=row.given_name or row.family_name,
        display_name=display_name(row.family_name, row.given_name),
        email=row.email,
        on_leave=row.on_leave,
        list_of=f"{_AGENCIES}{row.list_of}" if row.list_of else "",
    )


def closed_day(row: queries.ClosedDay) -> pb.ClosedDay:
    """Write a day on which an agency is closed."""
    return pb.ClosedDay(agency=f"{_AGENCIES}{row.agency_id}", date=row.day.isoformat())
