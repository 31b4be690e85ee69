"""What of people a caller may see."""

from cadre.directory.v1 import person_service_pb2 as pb
from directory.people import queries, wire
from directory.rules.roles import SELF, STATE
from servicekit.rpc.calls import Call, Scope


def shown(row: queries.Person, call: Call, *, whole: bool = True) -> pb.Person:
    """Return a person as the caller may see them: how to reach them only of their own agency's people.

    That is the one that keeps them (`keepers`); of contacts and the state's staff everybody may know it.
    """
    places = [f"agencies/{agency_id}" for agency_id in row.keepers]
    places += [
        f"agencies/{job['agency']}/units/{unit}"
        for job in row.jobs
        if job["agency"] in row.keepers
        for unit in job["units"]
    ]
    reached = [reach(call, right) for right in ("people.read", "people.write")]
    kept = any(one.allows(place) for one in reached for place in places)
    themself = call.principal.name == f"people/{row.id}"
    named = themself or reach(call, "organizations.write").whole
    return wire.person(row, whole=whole, contact=kept or themself or row.is_public, unlisted=named)


def from_outside(call: Call) -> bool:
    """Whether the caller speaks for an organization outside and is not our staff, by the rights that both hold."""
    return "organizations.read" in call.principal.rights and "agencies.read" not in call.principal.rights


def reach(call: Call, right: str) -> Scope:
    """Return how far another right than the call's reaches, such as whose people the caller reads."""
    held = call.principal.rights.get(right, frozenset())
    return Scope(STATE in held, held - {STATE, SELF}, person="")
