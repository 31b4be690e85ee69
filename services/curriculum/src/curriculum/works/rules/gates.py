"""What each gate asks for, by phase and way; and the content that is decided on there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from curriculum.governance.rules.bodies import DecisionClass
from curriculum.works.rules.phases import Phase, skips
from curriculum.works.rules.trace import Trace
from curriculum.works.rules.writing import Problem, Written
from servicekit import digests, text

REVIEWERS = 2


class Need(StrEnum):
    """Something that a gate asks for."""

    NEED_WITH_SOURCE = "NEED_WITH_SOURCE"
    TRAINING_PROBLEM = "TRAINING_PROBLEM"
    PEOPLE_AFFECTED = "PEOPLE_AFFECTED"
    MEASURE_OR_DUTY = "MEASURE_OR_DUTY"
    PRIORITY = "PRIORITY"
    OBJECTIVES_COMPLETE = "OBJECTIVES_COMPLETE"
    OBJECTIVES_WITH_TASKS = "OBJECTIVES_WITH_TASKS"
    OBJECTIVES_WITH_QUESTIONS = "OBJECTIVES_WITH_QUESTIONS"
    TASKS_WITH_MEASURES = "TASKS_WITH_MEASURES"
    MODE_WITH_REASON = "MODE_WITH_REASON"
    EVALUATION_LEVEL = "EVALUATION_LEVEL"
    SUNSET_DATE = "SUNSET_DATE"
    COURSE_NAMED = "COURSE_NAMED"
    COURSE_COMPLETE = "COURSE_COMPLETE"
    NO_OPEN_MUST = "NO_OPEN_MUST"
    SECOND_LOOKS_DONE = "SECOND_LOOKS_DONE"
    POLICY_SIGN_OFF = "POLICY_SIGN_OFF"
    LEGAL_SIGN_OFF = "LEGAL_SIGN_OFF"
    PILOT_DONE = "PILOT_DONE"
    MATERIALS_ACCESSIBLE = "MATERIALS_ACCESSIBLE"
    CREDITS_COMPLETE = "CREDITS_COMPLETE"
    MODES_COVERED = "MODES_COVERED"
    ITEMS_REVIEWED = "ITEMS_REVIEWED"
    DECIDED = "DECIDED"
    COURSE_PUBLISHED = "COURSE_PUBLISHED"
    TRAINERS_CREDENTIALED = "TRAINERS_CREDENTIALED"
    SEATS_ENOUGH = "SEATS_ENOUGH"
    SYSTEM_READY = "SYSTEM_READY"
    RESULTS_WRITTEN = "RESULTS_WRITTEN"
    OUTCOME_CHOSEN = "OUTCOME_CHOSEN"
    TWO_REVIEWERS = "TWO_REVIEWERS"
    SECOND_PERSON = "SECOND_PERSON"
    RATIFIED = "RATIFIED"
    DESIGN_AS_DECIDED = "DESIGN_AS_DECIDED"
    CONTENT_AS_DECIDED = "CONTENT_AS_DECIDED"


class State(StrEnum):
    """How it stands with a line; NOT_TRACKED: nothing in Cadre says it, and it keeps nobody."""

    MET = "MET"
    MISSING = "MISSING"
    NOT_TRACKED = "NOT_TRACKED"


# Given by whoever decides: a vote does not wait for them, they come of it.
OF_DECIDING = frozenset({Need.DECIDED, Need.TWO_REVIEWERS, Need.SECOND_PERSON})
# Where what is missing stands in a sentence: to a body that is to vote.
SAID: Mapping[Need, str] = {
    Need.NEED_WITH_SOURCE: "the need, with its source",
    Need.TRAINING_PROBLEM: "that it is a matter of skill, which training helps with",
    Need.PEOPLE_AFFECTED: "how many people it is for, and in how many agencies",
    Need.MEASURE_OR_DUTY: "the measure or the legal duty that it serves",
    Need.PRIORITY: "the priority, with what it is computed from",
    Need.OBJECTIVES_COMPLETE: "objectives, each with condition, behavior and standard",
    Need.OBJECTIVES_WITH_TASKS: "a task for each objective",
    Need.OBJECTIVES_WITH_QUESTIONS: "a question for each objective",
    Need.TASKS_WITH_MEASURES: "a measure or a legal duty for each task",
    Need.MODE_WITH_REASON: "how it is given, with the reason",
    Need.EVALUATION_LEVEL: "how far it is evaluated",
    Need.SUNSET_DATE: "until when it is good",
    Need.COURSE_NAMED: "the course",
    Need.COURSE_COMPLETE: "parts of the course",
    Need.NO_OPEN_MUST: "comments that must be settled",
    Need.SECOND_LOOKS_DONE: "second looks",
    Need.POLICY_SIGN_OFF: "the sign-off by policy",
    Need.LEGAL_SIGN_OFF: "the sign-off by counsel",
    Need.PILOT_DONE: "the pilot, with people and minutes",
    Need.MATERIALS_ACCESSIBLE: "alternative text, captions or transcripts",
    Need.CREDITS_COMPLETE: "credits of materials that are not ours",
    Need.MODES_COVERED: "something that teaches each objective in each way in which it is given",
    Need.DESIGN_AS_DECIDED: "the design as it was decided on",
    Need.CONTENT_AS_DECIDED: "the course as it was decided on",
    Need.COURSE_PUBLISHED: "the published course",
    Need.RESULTS_WRITTEN: "the results",
    Need.OUTCOME_CHOSEN: "what becomes of the course",
    Need.RATIFIED: "that a body ratified what was decided at once",
}


@dataclass(frozen=True)
class Line:
    """A line of a gate; of those that count, how many are missing."""

    need: Need
    state: State
    missing_count: int = 0


@dataclass(frozen=True)
class Reviewed:
    """What reviews say of a course: comments that must be settled and are not, and what waits for a second look."""

    open_musts: int = 0
    second_looks: int = 0


@dataclass(frozen=True)
class Materials:
    """What a course is given with: how many lack what, and what they teach in which way (objective, mode)."""

    empty: int = 0
    inaccessible: int = 0
    uncredited: int = 0
    taught: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Draft:
    """The draft of the course: what it lacks, apart from what those need who do not see or hear it."""

    digest: str
    lacks: int = 0
    inaccessible: int = 0


@dataclass(frozen=True)
class Standing:
    """What is known of a work when its gates are looked at."""

    work_class: DecisionClass
    emergency: bool
    written: Written
    trace: Trace
    draft: Draft | None
    reviewed: Reviewed | None = None
    # None: it has none.
    materials: Materials | None = None
    # Objectives that nothing teaches in a way that the design chose; None = that is not asked.
    uncovered: int | None = None
    # Phases whose content is decided on as it is now.
    decided: frozenset[Phase] = frozenset()
    reviewers: int = 0
    second_person: bool = False
    published: bool = False
    # None: nothing was decided at once.
    ratified: bool | None = None
    # The design is what was decided on; None = none was.
    design_kept: bool | None = None
    # The draft is what was decided on; None = nothing was.
    content_kept: bool | None = None

    @property
    def asks_all(self) -> bool:
        """Whether its way goes without nothing."""
        return self.work_class is DecisionClass.MAJOR and not self.emergency


def lines(phase: Phase, at: Standing) -> tuple[Line, ...]:
    """Return what the gate of *phase* asks for, and how it stands; nothing where the way goes without it."""
    if phase is Phase.CLOSED or skips(phase, at.work_class, emergency=at.emergency):
        return ()
    return tuple(_LINES[phase](at))


def missing(found: Sequence[Line], *, but: frozenset[Need] = frozenset()) -> list[Line]:
    """Return the lines that keep somebody."""
    return [one for one in found if one.state is State.MISSING and one.need not in but]


def said(found: Sequence[Line]) -> list[str]:
    """Say what is missing, in words."""
    return [f"{SAID[one.need]} ({one.missing_count})" if one.missing_count else SAID[one.need] for one in found]


def asked(phase: Phase, name: str, written: Written, trace: Trace) -> dict[str, Any]:
    """Return what is decided on at the gate of *phase*, where that is the work itself."""
    whole = asdict(written)
    content = {part: whole[part] for part in _PARTS.get(phase, ())}
    if phase is Phase.DESIGN:
        objectives = [[*one.said, *sorted(one.tasks), one.planned_items] for one in trace.objectives]
        content |= {"objectives": objectives, "tasks": [asdict(one) for one in trace.tasks]}
    return {"work": name, "gate": phase.value, "content": content}


def digest(content: Mapping[str, Any]) -> str:
    """Return the digest of what is decided on."""
    return digests.sha256_of(content)


_PARTS: Mapping[Phase, tuple[str, ...]] = {
    Phase.DIAGNOSE: (
        "source",
        "source_name",
        "source_text",
        "need",
        "problem",
        "analysis",
        "audience",
        "people",
        "agencies",
        "measure",
        "duty",
        "importance",
        "gap",
        "effort_days",
    ),
    Phase.DESIGN: ("modes", "evaluation_level", "evaluation_plan", "cost", "sunset_date"),
    Phase.DETERMINE: ("outcome", "results", "successor"),
}


def _line(need: Need, met: bool | None, count: int = 0) -> Line:
    if met is None:
        return Line(need, State.NOT_TRACKED)
    return Line(need, State.MET if met else State.MISSING, 0 if met else count)


def _diagnose(at: Standing) -> Iterator[Line]:
    written = at.written
    yield _line(Need.NEED_WITH_SOURCE, written.has_source)
    yield _line(Need.TRAINING_PROBLEM, written.problem == Problem.SKILL and bool(text.line(written.analysis)))
    yield _line(Need.PEOPLE_AFFECTED, bool(written.people and written.agencies))
    yield _line(Need.MEASURE_OR_DUTY, written.measured)
    yield _line(Need.PRIORITY, written.priority > 0)
    yield _line(Need.DECIDED, Phase.DIAGNOSE in at.decided)


def _design(at: Standing) -> Iterator[Line]:
    objectives, tasks, written = at.trace.objectives, at.trace.tasks, at.written
    yield _line(Need.COURSE_NAMED, at.draft is not None)
    incomplete = sum(not one.complete for one in objectives)
    yield _line(Need.OBJECTIVES_COMPLETE, bool(objectives) and not incomplete, incomplete)
    loose = sum(not one.tasks for one in objectives)
    yield _line(Need.OBJECTIVES_WITH_TASKS, bool(objectives) and not loose, loose)
    unasked = sum(not one.items and not one.planned_items for one in objectives)
    yield _line(Need.OBJECTIVES_WITH_QUESTIONS, bool(objectives) and not unasked, unasked)
    unmeasured = sum(not one.counts for one in tasks)
    yield _line(Need.TASKS_WITH_MEASURES, bool(tasks) and not unmeasured, unmeasured)
    without = sum(not text.line(one.reason) for one in written.modes)
    yield _line(Need.MODE_WITH_REASON, bool(written.modes) and not without, without)
    yield _line(Need.EVALUATION_LEVEL, bool(written.evaluation_level))
    yield _line(Need.SUNSET_DATE, bool(written.sunset_date))
    yield _line(Need.DECIDED, Phase.DESIGN in at.decided)


def _develop(at: Standing) -> Iterator[Line]:
    draft, reviewed, given = at.draft, at.reviewed, at.materials or Materials()
    yield _line(Need.COURSE_NAMED, draft is not None)
    lacks = draft.lacks + given.empty if draft else 0
    yield _line(Need.COURSE_COMPLETE, draft is not None and not lacks, lacks)
    unseen = draft.inaccessible + given.inaccessible if draft else 0
    yield _line(Need.MATERIALS_ACCESSIBLE, draft is not None and not unseen, unseen)
    if at.materials or at.asks_all:
        yield _line(Need.CREDITS_COMPLETE, not given.uncredited if at.materials else None, given.uncredited)
    if at.emergency:
        yield _line(Need.DECIDED, Phase.DEVELOP in at.decided)
        return
    if at.work_class is DecisionClass.EDITORIAL:
        yield _line(Need.SECOND_PERSON, at.second_person)
        return
    musts, looks = (None, None) if reviewed is None else (not reviewed.open_musts, not reviewed.second_looks)
    yield _line(Need.NO_OPEN_MUST, musts, reviewed.open_musts if reviewed else 0)
    yield _line(Need.SECOND_LOOKS_DONE, looks, reviewed.second_looks if reviewed else 0)
    if at.work_class is DecisionClass.MINOR:
        yield _line(Need.TWO_REVIEWERS, at.reviewers >= REVIEWERS, REVIEWERS - at.reviewers)
    else:
        yield _line(Need.DESIGN_AS_DECIDED, at.design_kept is True)
        yield _line(Need.POLICY_SIGN_OFF, bool(text.line(at.written.policy_sign_off)))
        yield _line(Need.LEGAL_SIGN_OFF, bool(text.line(at.written.legal_sign_off)))
        yield _line(Need.PILOT_DONE, bool(at.written.pilot.people and at.written.pilot.real_minutes))
        yield _line(Need.MODES_COVERED, None if at.uncovered is None else not at.uncovered, at.uncovered or 0)
        yield _line(Need.ITEMS_REVIEWED, None)
    yield _line(Need.DECIDED, Phase.DEVELOP in at.decided)


def _deliver(at: Standing) -> Iterator[Line]:
    if not at.published and at.content_kept is not None:
        yield _line(Need.CONTENT_AS_DECIDED, at.content_kept)
    yield _line(Need.COURSE_PUBLISHED, at.published)
    if at.ratified is not None:
        yield _line(Need.RATIFIED, at.ratified)
    for need in (Need.TRAINERS_CREDENTIALED, Need.SEATS_ENOUGH, Need.SYSTEM_READY):
        yield _line(need, None)


def _determine(at: Standing) -> Iterator[Line]:
    yield _line(Need.RESULTS_WRITTEN, bool(text.line(at.written.results)))
    yield _line(Need.OUTCOME_CHOSEN, bool(at.written.outcome))
    yield _line(Need.DECIDED, Phase.DETERMINE in at.decided)


_LINES: Mapping[Phase, Callable[[Standing], Iterator[Line]]] = {
    Phase.DIAGNOSE: _diagnose,
    Phase.DESIGN: _design,
    Phase.DEVELOP: _develop,
    Phase.DELIVER: _deliver,
    Phase.DETERMINE: _determine,
}
