"""How far agencies are, or were, with the letters of a release: all letters of one agency in one line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import release_service_pb2 as pb


@dataclass
class Standing:
    """An agency: who is at work and ready, what of its checklists is done, and what is in the way."""

    title: str
    at_work: int = 0
    ready: int = 0
    done: int = 0
    of: int = 0
    is_ready: bool = True
    unconfirmed: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, one: pb.DecidedAgency) -> None:
        """Count one letter."""
        self.at_work += one.at_work
        self.ready += one.ready
        self.done += one.checklist_done
        self.of += one.checklist_of
        self.is_ready = self.is_ready and one.is_ready
        self.blocked.extend(one.blocked)
        if not one.confirmed:
            self.unconfirmed.append(one.letter)
        if one.problem:
            self.problems.append(one.problem)


def of(rows: Iterable[pb.DecidedAgency], agencies: Mapping[str, agency_pb.Agency]) -> list[Standing]:
    """Return how far each agency is, A to Z."""
    found: dict[str, Standing] = {}
    for one in rows:
        if one.agency not in found:
            known = agencies.get(one.agency)
            found[one.agency] = Standing(known.short_title if known else one.agency.removeprefix("agencies/"))
        found[one.agency].add(one)
    return sorted(found.values(), key=lambda standing: standing.title)


def blocked(standings: Iterable[Standing]) -> str:
    """`Lake (the form is not printed), Yolo (no trainer)`: where something is blocked, and why."""
    return ", ".join(f"{one.title} ({'; '.join(one.blocked)})" for one in standings if one.blocked)
