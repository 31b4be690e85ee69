"""Whom a letter reached, in words: how people stand, and how they heard of it by mail."""

from collections.abc import Iterator, Mapping

from cadre.notification.v1 import evidence_service_pb2 as pb
from gateway.messages.phrases import CAUSES

# Each person of those expected stands in one of these.
PARTS: Mapping[str, str] = {
    "ready": "Ready",
    "to_go": "Still to do",
    "on_leave": "On leave",
    "excused": "Does not apply",
    "left": "Left since it was issued",
}
HOW: Mapping["pb.Reach.How.ValueType", str] = {
    pb.Reach.SENT: "Mail sent",
    pb.Reach.WANTED: "Mail waits for its time",
    pb.Reach.BOUNCED: "Mail came back",
    pb.Reach.FAILED: "Mail was not taken by any server",
    pb.Reach.HELD_BACK: "Mail held back",
    pb.Reach.ON_PAGE: "No mail was meant for them",
}


def parts(one: pb.Coverage) -> list[tuple[str, int]]:
    """Return where how many stand; together they are those expected."""
    return [(title, getattr(one, name)) for name, title in PARTS.items()]


def heard(one: pb.Coverage) -> Iterator[tuple[str, int]]:
    """Give how many heard how by mail, each person once; what was held back with its cause."""
    for how, title in HOW.items():
        for reach in (each for each in one.reached if each.how == how):
            cause = f": {CAUSES[reach.cause][1]}" if reach.cause in CAUSES else ": for another reason"
            yield f"{title}{cause if reach.cause else ''}", reach.people


def heard_so(one: pb.Coverage, how: "pb.Reach.How.ValueType") -> int:
    """Return how many heard *how*, for whatever cause."""
    return sum(reach.people for reach in one.reached if reach.how == how)
