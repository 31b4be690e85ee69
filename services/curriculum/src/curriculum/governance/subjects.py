"""What can be voted on: each kind says what its content is at this moment, and what of it is not settled yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from servicekit.data.db import Db
from servicekit.refusals import InvalidField


@dataclass(frozen=True)
class Subject:
    """A kind of thing on whose content bodies vote: the resources of *collection*."""

    collection: str
    # The SHA-256 of its content, which nobody changes until commit. Raises `NotFound`.
    digest: Callable[[Db, str], str]
    # What is open in it, each in a line; empty = it may be voted on.
    open_lines: Callable[[Db, str], Sequence[str]]
    # What it says with the content of that digest, and what was out before; None = it is read on its own page alone.
    text: Callable[[Db, str, str], pb.BallotText] | None = None


@dataclass(frozen=True)
class Subjects:
    """All kinds."""

    kinds: Sequence[Subject]

    def of(self, name: str) -> Subject:
        """Return the kind of the thing named."""
        collection = name.partition("/")[0]
        for kind in self.kinds:
            if kind.collection == collection:
                return kind
        raise InvalidField("subject", name, f"must be one of {', '.join(kind.collection for kind in self.kinds)}")
