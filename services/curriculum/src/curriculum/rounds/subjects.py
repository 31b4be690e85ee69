"""What can be reviewed: each kind says what it is at this moment, in parts to be read and commented on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from curriculum.rounds.rules.passages import Part
from servicekit.data.db import Db
from servicekit.refusals import InvalidField


@dataclass(frozen=True)
class Reading:
    """A thing as it says now. *digest* is that by which bodies vote on it."""

    title: str
    digest: str
    parts: Sequence[Part]
    demonstration: bool = False


@dataclass(frozen=True)
class Subject:
    """A kind of thing that bodies review: the resources of *collection*."""

    collection: str
    # Nobody changes it until commit. Raises `NotFound`.
    read: Callable[[Db, str], Reading]


@dataclass(frozen=True)
class Subjects:
    """All kinds."""

    kinds: Sequence[Subject]

    def read(self, db: Db, name: str) -> Reading:
        """Return the thing named."""
        collection = name.partition("/")[0]
        for kind in self.kinds:
            if kind.collection == collection:
                return kind.read(db, name)
        known = ", ".join(kind.collection for kind in self.kinds)
        raise InvalidField("round.subject", name, f"must be one of {known}")
