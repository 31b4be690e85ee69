"""The five phases of a work, each with a gate, and which of them a way asks for."""

from collections.abc import Collection
from enum import StrEnum

from curriculum.governance.rules.bodies import DecisionClass
from servicekit.refusals import Refusal


class Phase(StrEnum):
    """Where a work is: its phase is the first one whose gate was not passed."""

    DIAGNOSE = "DIAGNOSE"
    DESIGN = "DESIGN"
    DEVELOP = "DEVELOP"
    DELIVER = "DELIVER"
    DETERMINE = "DETERMINE"
    CLOSED = "CLOSED"


GATES = tuple(phase for phase in Phase if phase is not Phase.CLOSED)
# Before a course has content that anybody decides on.
_BEFORE_CONTENT = frozenset({Phase.DIAGNOSE, Phase.DESIGN})


class Status(StrEnum):
    """What becomes of a work."""

    IN_PROGRESS = "IN_PROGRESS"
    ON_HOLD = "ON_HOLD"
    RETURNED = "RETURNED"
    DECLINED = "DECLINED"
    RETIRED = "RETIRED"


ENDED = frozenset({Status.DECLINED, Status.RETIRED})
UNDER_WAY = frozenset({Status.IN_PROGRESS, Status.RETURNED})


class Step(StrEnum):
    """What was done with a work."""

    BEGUN = "BEGUN"
    WRITTEN = "WRITTEN"
    HANDED_OVER = "HANDED_OVER"
    GATE_PASSED = "GATE_PASSED"
    CONFIRMED = "CONFIRMED"
    DECIDED_AT_ONCE = "DECIDED_AT_ONCE"
    HELD = "HELD"
    RESUMED = "RESUMED"
    GIVEN_BACK = "GIVEN_BACK"
    WAS_DECLINED = "WAS_DECLINED"
    WAS_RETIRED = "WAS_RETIRED"
    CLASS_RAISED = "CLASS_RAISED"
    PUBLISHED = "PUBLISHED"
    COURSE_TAKEN_AWAY = "COURSE_TAKEN_AWAY"


class Role(StrEnum):
    """As what somebody says yes to something small."""

    REVIEWER = "REVIEWER"
    APPROVER = "APPROVER"
    SECOND_PERSON = "SECOND_PERSON"


class WorkNotUnderWay(Refusal):
    """The work is on hold, or it ended."""


class WorkUnderWay(Refusal):
    """The work goes on already: it is not on hold, and was not given back."""


class PhaseOther(Refusal):
    """The work is in another phase than the caller read."""


class GateNotPassed(Refusal):
    """The course belongs to a work under way, whose gate was not passed with exactly this content."""


class CourseNeedsWork(Refusal):
    """No work is under way about the course, and it takes one: `rule` says why."""


class GateLinesMissing(Refusal):
    """What the gate asks for is not all there: `lines` says what."""


class DecisionUnfit(Refusal):
    """The decision is not the one that the gate asks for: `rule` says why."""


class ClassLowered(Refusal):
    """The rules compute a higher class than the owner asks for: it may be raised, never lowered."""


class NotToConfirm(Refusal):
    """The caller wrote it, said yes already, or has no part for it: `rule` says which."""


def skips(phase: Phase, work_class: DecisionClass, *, emergency: bool) -> bool:
    """Whether a way does not ask for the gate of *phase*."""
    if phase in _BEFORE_CONTENT:
        return emergency or work_class is not DecisionClass.MAJOR
    return phase is Phase.DETERMINE and work_class is not DecisionClass.MAJOR


def phase_of(passed: Collection[Phase], work_class: DecisionClass, *, emergency: bool) -> Phase:
    """Return the first phase whose gate has to be passed and was not."""
    for phase in GATES:
        if phase not in passed and not skips(phase, work_class, emergency=emergency):
            return phase
    return Phase.CLOSED
