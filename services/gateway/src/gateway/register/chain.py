"""What came before a letter and after it, for the pages on which it is read."""

from dataclasses import dataclass

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import register_service_pb2 as pb
from gateway.register import drawing, sayings
from gateway.web.visit import Visit
from servicekit.rpc.client import Refused

_NO_CHAIN = (notice_pb.Notice.DRAFT, notice_pb.Notice.IN_APPROVAL, notice_pb.Notice.SCHEDULED)


@dataclass(frozen=True)
class Said:
    """What a letter of a chain does to others: `supersedes` and which, in *parts*, and where it was *found*."""

    does: str
    other: str
    parts: str
    found: str


@dataclass(frozen=True)
class Line:
    """A letter of a chain in the table beside the picture."""

    letter: pb.ChainLetter
    since: str
    said: list[Said]
    here: bool


@dataclass(frozen=True)
class Chain:
    """The picture of a chain, and the same as lines."""

    picture: drawing.Chain
    lines: list[Line]
    more: bool


def of(visit: Visit, letter: notice_pb.Notice) -> Chain | None:
    """Return the chain of a letter that is out, None if there is nothing before it, after it or beside it."""
    if letter.state in _NO_CHAIN:
        return None
    try:
        found = visit.clients.register.GetChain(pb.GetChainRequest(notice=letter.name))
    except Refused as refused:
        # A letter of an earlier release that is not in the register yet: a job brings it there.
        if refused.reason == "NOT_FOUND":
            return None
        raise
    if not found.links:
        return None
    lines = [
        Line(one, sayings.since(one, visit.today), _said(found, n), one.notice == letter.name)
        for n, one in enumerate(found.letters)
    ]
    return Chain(drawing.chain(found, letter.name, visit.today), lines, found.more)


def _said(found: pb.Chain, place: int) -> list[Said]:
    return [
        Said(
            sayings.does(link.kind) + (" in part" if sayings.ends(link.kind) and not link.whole else ""),
            sayings.title(found.letters[link.to]),
            link.parts,
            link.source,
        )
        for link in found.links
        if getattr(link, "from") == place
    ]
