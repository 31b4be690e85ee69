"""What of people a caller may see."""

from cadre.directory.v1 import person_service_pb2 as pb
from directory.people import queries, wire
from directory.rules.roles import STATE
from servicekit.rpc.calls import Call


def shown(row: queries.Person, call: Call, *, whole: bool = True) -> pb.Person:
    """Return a person as the caller may see them: how to reach them only of their own agency's people.

    That is the one that keeps them (`keepers`); of contacts and the state's staff everybody may know it.
    """
    reach = {scope for right in ("people.read", "people.write") for scope in call.principal.rights.get(right, ())}
    kept = not reach.isdisjoint((STATE, *(f"agencies/{agency_id}" for agency_id in row.keepers)))
    themself = call.principal.name == f"people/{row.id}"
    return wire.person(row, whole=whole, contact=kept or themself or row.is_public)


def readable(call: Call) -> tuple[list[str], bool]:
    """Return the agencies whose people the caller reads, and whether they read those of all."""
    reach = call.principal.rights.get("people.read", frozenset())
    return [name.removeprefix("agencies/") for name in reach if name.startswith("agencies/")], STATE in reach
