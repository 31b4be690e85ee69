"""What the signed-in person may do, as far as a page must know to offer it. The services decide."""

from dataclasses import dataclass
from functools import cached_property

from cadre.directory.v1 import person_service_pb2 as pb

WHOLE = "state"


@dataclass(frozen=True)
class Rights:
    """The rights of one person."""

    me: pb.Me

    @cached_property
    def _reach(self) -> dict[str, frozenset[str]]:
        return {right.right: frozenset(right.scopes) for right in self.me.rights}

    def holds(self, right: str) -> bool:
        """Whether they hold *right* for anything."""
        return bool(self._reach.get(right))

    def state(self, right: str) -> bool:
        """Whether they hold *right* for the whole state."""
        return WHOLE in self._reach.get(right, ())

    def at(self, right: str, agency: str) -> bool:
        """Whether they hold *right* for *agency*."""
        scopes = self._reach.get(right, frozenset())
        return agency in scopes or WHOLE in scopes

    def agencies(self, right: str) -> list[str]:
        """The agencies for which they hold *right* by name."""
        return sorted(scope for scope in self._reach.get(right, ()) if scope.startswith("agencies/"))
