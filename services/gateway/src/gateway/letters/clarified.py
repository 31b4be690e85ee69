"""What the state clarified of a letter, to be said at the part of the letter that it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import question_service_pb2 as pb
from gateway.web.visit import Visit

# The parts of a letter of which somebody can speak, as pages call them.
PARTS = {
    "change": "What changes",
    "before": "Before",
    "after": "From then on",
    "staff_action": "What to do",
    "until_then": "Until then",
    "body": "The text",
    "references": "References",
}
WHOLE = "The whole letter"
# More than a letter ever had: the oldest of them are shown.
_MOST = 200


@dataclass(frozen=True)
class Clarified:
    """What was clarified of a letter, the oldest first, with the names of those who said so."""

    letter: notice_pb.Notice
    every: Sequence[pb.Clarification] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def holding(self) -> list[pb.Clarification]:
        """Those that hold."""
        return [one for one in self.every if not one.superseded_by]

    def at(self, part: str) -> list[pb.Clarification]:
        """Those that hold, of a part; '' = of the whole letter, or of a part that it does not have any more."""
        return [one for one in self.holding if self._part(one) == part]

    def _part(self, one: pb.Clarification) -> str:
        return one.section if one.section in PARTS and getattr(self.letter, one.section) else ""


def of(visit: Visit, letter: notice_pb.Notice) -> Clarified:
    """Ask what was clarified of a letter that the visitor sees."""
    asked = pb.ListClarificationsRequest(parent=letter.name, page_size=_MOST)
    every = visit.clients.questions.ListClarifications(asked).clarifications
    return Clarified(letter, every, visit.names([one.giver for one in every]))


def parts_of(letter: notice_pb.Notice) -> list[tuple[str, str]]:
    """Return the parts that a letter has, to be chosen from."""
    return [("", WHOLE), *((part, title) for part, title in PARTS.items() if getattr(letter, part))]


def title(part: str) -> str:
    """Return what pages call a part."""
    return PARTS.get(part, WHOLE)
