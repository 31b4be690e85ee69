"""What the signed-in person may do, as far as a page must know to offer it. The services decide."""

from dataclasses import dataclass
from functools import cached_property

from fastapi.exceptions import HTTPException

from cadre.directory.v1 import person_service_pb2 as pb

WHOLE = "state"


@dataclass(frozen=True)
class Rights:
    """The rights of one person."""

    me: pb.Me

    @cached_property
    def _reach(self) -> dict[str, frozenset[str]]:
        return {right.right: frozenset(right.scopes) for right in self.me.rights}

    @property
    def from_outside(self) -> bool:
        """Whether they speak for an organization outside and are not our staff: nothing of ours is theirs."""
        return self.holds("organizations.read") and not self.holds("agencies.read")

    def holds(self, right: str) -> bool:
        """Whether they hold *right* for anything."""
        return bool(self._reach.get(right))

    def state(self, right: str) -> bool:
        """Whether they hold *right* for the whole state."""
        return WHOLE in self._reach.get(right, ())

    def at(self, right: str, agency: str) -> bool:
        """Whether they hold *right* for *agency*, or for a unit of it: then they are answered for that unit alone."""
        scopes = self._reach.get(right, frozenset())
        return WHOLE in scopes or agency in map(_agency_of, scopes)

    def at_whole(self, right: str, agency: str) -> bool:
        """Whether they hold *right* for all of *agency*, not for units of it alone."""
        return self.at(right, agency) and self.units(right, agency) is None

    def agencies(self, right: str) -> list[str]:
        """The agencies for which, or for a unit of which, they hold *right* by name."""
        return sorted({_agency_of(scope) for scope in self._reach.get(right, ()) if scope.startswith("agencies/")})

    def units(self, right: str, agency: str) -> list[str] | None:
        """The slugs of the units of *agency* for which they hold *right*; None if they do for the whole agency."""
        scopes = self._reach.get(right, frozenset())
        if WHOLE in scopes or agency in scopes:
            return None
        return sorted(
            scope.removeprefix(f"{agency}/units/") for scope in scopes if scope.startswith(f"{agency}/units/")
        )


def only(allowed: bool) -> None:
    """Refuse a page of which the service would refuse what it is there for."""
    if not allowed:
        raise HTTPException(403, "You may not do this. Ask your coordinator if you should.")


def _agency_of(scope: str) -> str:
    """`agencies/lake` of itself and of its units."""
    return scope.partition("/units/")[0]
