"""How far a letter is in its approval by stages, and whether the visitor is who is asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cadre.notification.v1 import approval_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.web.visit import Visit


@dataclass(frozen=True)
class OnItsWay:
    """The stages of a letter, and the one that is next; without any, whoever may approve does so in one step."""

    stages: Sequence[pb.Stage] = ()
    # Which one is next, counted from 1; 0 = none.
    place: int = 0

    @property
    def next(self) -> pb.Stage | None:
        """The stage that is to be approved."""
        return self.stages[self.place - 1] if self.place else None

    @property
    def is_last(self) -> bool:
        """Whether what is next issues the letter."""
        return not self.stages or self.place == len(self.stages)

    @property
    def after_next(self) -> str:
        """The title of the stage after the one that is next."""
        return self.stages[self.place].title if 0 < self.place < len(self.stages) else ""

    def asks(self, person: str) -> bool:
        """Whether *person* stands for what is next and approved nothing before it."""
        if self.next is None:
            return not self.stages
        before = [stage.approved_by for stage in self.stages]
        return person in [*self.next.approvers, *self.next.deputies] and person not in before

    @property
    def people(self) -> list[str]:
        """Everybody who stands for a stage."""
        return [person for stage in self.stages for person in (*stage.approvers, *stage.deputies)]


def of_letters(visit: Visit, waiting: Collection[notice_pb.Notice]) -> Mapping[str, OnItsWay]:
    """Ask for the stages of letters, as many as a page has; those without stages are left out."""
    if not waiting:
        return {}
    request = pb.BatchGetStagesRequest(notices=[letter.name for letter in waiting])
    found = visit.clients.approvals.BatchGetStages(request).letters
    return {one.notice: OnItsWay(tuple(one.stages), one.next) for one in found}


def of_letter(visit: Visit, letter: notice_pb.Notice) -> OnItsWay:
    """Ask for the stages of a letter."""
    return of_letters(visit, [letter]).get(letter.name, OnItsWay())
