"""Courses under way in words."""

from collections.abc import Mapping
from datetime import UTC, date

from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.words import sentences
from gateway.works import voting
from servicekit.calendar import Calendar, pacific_date

# The five steps, in their order.
PHASES: Mapping[str, str] = {
    "DIAGNOSE": "Diagnose",
    "DESIGN": "Design",
    "DEVELOP": "Develop",
    "DELIVER": "Deliver",
    "DETERMINE": "Determine",
}
ASKS: Mapping[str, str] = {
    "DIAGNOSE": "Is it a need that training can meet?",
    "DESIGN": "What is to be learned, and how?",
    "DEVELOP": "Is the course ready?",
    "DELIVER": "Does it reach everybody in time?",
    "DETERMINE": "Did it help?",
}
STATUSES: Mapping[str, str] = {
    "IN_PROGRESS": "Under way",
    "ON_HOLD": "On hold",
    "RETURNED": "Given back",
    "DECLINED": "Declined",
    "RETIRED": "Retired",
}
SOURCES: Mapping[str, str] = {
    "LETTER": "A letter",
    "NEED": "A need that somebody told",
    "RELEASE": "A release of the case system",
    "AGENCY_REQUEST": "An agency asked for it",
    "RESULTS": "Results of training",
}
PROBLEMS: Mapping[str, str] = {
    "SKILL": "Staff cannot do it yet: training can help",
    "TOOL": "The tool is in the way",
    "POLICY": "The policy is in the way",
    "STAFFING": "There are too few people",
}
CLASSES: Mapping[str, str] = {
    "MAJOR": "Large change",
    "MINOR": "Small change",
    "EDITORIAL": "Change of wording",
}
WAYS: Mapping[str, str] = {
    "MAJOR": "It goes through all five steps, and committees vote.",
    "MINOR": "Two reviewers of the committee and an approver say yes. No committee votes.",
    "EDITORIAL": "A second person says yes. No committee votes.",
}
OUTCOMES: Mapping[str, str] = {
    "KEEP": "Keep it as it is",
    "REVISE": "Revise it: another work begins",
    "RETIRE": "Retire it",
}
MODES: Mapping[str, str] = {
    "CLASSROOM": "In a classroom",
    "VIRTUAL": "Online, with a trainer",
    "SELF_PACED": "Online, at their own pace",
    "BLENDED": "Both in one",
    "ON_THE_JOB": "On the job",
    "JOB_AID": "A job aid",
    "CONFERENCE": "At a conference",
    "TRAIN_THE_TRAINER": "Through trainers who are trained first",
}
LEVELS: Mapping[str, str] = {
    "1": "1: what they think of it",
    "2": "2: what they learned",
    "3": "3: what they do at work",
    "4": "4: what comes of it",
}
NEED, DESIGN, MATERIALS, RESULTS = "need", "design", "materials", "results"
TRACE, COURSE, ROUNDS, VOTE, NOWHERE = "trace", "/edit", "/rounds", "/ballots", ""
# What a gate asks for, and where it is done: a part of the work, its trace, its course, a vote, or nowhere on pages.
LINES: Mapping[str, tuple[str, str]] = {
    "NEED_WITH_SOURCE": ("The need, and where it comes from", NEED),
    "TRAINING_PROBLEM": ("That it is a problem which training can help with", NEED),
    "PEOPLE_AFFECTED": ("How many people it is about, in how many agencies", NEED),
    "MEASURE_OR_DUTY": ("A federal measure or a duty by law that it serves", NEED),
    "PRIORITY": ("Importance, gap and effort, which make the priority", NEED),
    "OBJECTIVES_COMPLETE": ("Objectives that say what is there, what they do and how well", TRACE),
    "OBJECTIVES_WITH_TASKS": ("A task of the work for each objective", TRACE),
    "OBJECTIVES_WITH_QUESTIONS": ("A question for each objective", TRACE),
    "TASKS_WITH_MEASURES": ("A measure or a duty by law for each task", TRACE),
    "MODE_WITH_REASON": ("How it is given, with the reason", DESIGN),
    "EVALUATION_LEVEL": ("How it will be seen whether it helped", DESIGN),
    "SUNSET_DATE": ("The day on which it is looked at again", DESIGN),
    "COURSE_NAMED": ("The course that comes of it", DESIGN),
    "COURSE_COMPLETE": ("A complete draft of the course", COURSE),
    "NO_OPEN_MUST": ("No comment open that must be answered", ROUNDS),
    "SECOND_LOOKS_DONE": ("A second look by who commented", ROUNDS),
    "POLICY_SIGN_OFF": ("Signed off for policy", MATERIALS),
    "LEGAL_SIGN_OFF": ("Signed off by counsel", MATERIALS),
    "PILOT_DONE": ("A trial with some people", MATERIALS),
    "MATERIALS_ACCESSIBLE": ("Captions, transcripts and descriptions of all material", COURSE),
    "CREDITS_COMPLETE": ("Credits of all material", NOWHERE),
    "ITEMS_REVIEWED": ("A review of the questions", NOWHERE),
    "DECIDED": ("A decision on exactly this content", VOTE),
    "COURSE_PUBLISHED": ("The course is issued", COURSE),
    "TRAINERS_CREDENTIALED": ("Trainers who may give it", NOWHERE),
    "SEATS_ENOUGH": ("Seats enough before the day", NOWHERE),
    "SYSTEM_READY": ("The case system is ready", NOWHERE),
    "RESULTS_WRITTEN": ("What came of it, with its numbers", RESULTS),
    "OUTCOME_CHOSEN": ("What becomes of it", RESULTS),
    "TWO_REVIEWERS": ("Yes from two reviewers", "confirm"),
    "SECOND_PERSON": ("Yes from a second person", "confirm"),
    "DESIGN_AS_DECIDED": ("The design as it was decided on", "turn/give-back"),
    "CONTENT_AS_DECIDED": ("The draft as it was decided on", "turn/give-back"),
    "RATIFIED": ("The committee stands by what its chair decided", VOTE),
}
STATES: Mapping[str, str] = {"MET": "Done", "MISSING": "Missing", "NOT_TRACKED": "Not tracked yet"}
CAUSES: Mapping[str, str] = {
    "NEW_COURSE": "it is a new course",
    "OBJECTIVE_CHANGED": "an objective changed",
    "KEY_CHANGED": "a right answer changed",
    "PASS_MARK_CHANGED": "the number of right answers to pass changed",
    "AUDIENCE_CHANGED": "it is for other staff than before",
    "BLOCKS_CHANGED": "{percent}% of the text changed",
    "MINUTES_CHANGED": "its length changed by {percent}%",
    "FACTS_CHANGED": "its words say something else",
}
KINDS: Mapping[str, str] = {
    "BEGUN": "Begun",
    "WRITTEN": "Written",
    "HANDED_OVER": "Handed over",
    "GATE_PASSED": "Went on to the next step",
    "CONFIRMED": "Said yes",
    "DECIDED_AT_ONCE": "Decided at once",
    "HELD": "Put on hold",
    "RESUMED": "Goes on",
    "GIVEN_BACK": "Given back",
    "WAS_DECLINED": "Declined",
    "WAS_RETIRED": "Retired",
    "CLASS_RAISED": "Made a larger change",
    "PUBLISHED": "The course is issued",
}
SECTIONS = (
    ("need", "Need"),
    ("design", "Design"),
    ("materials", "Materials"),
    ("review", "Review"),
    ("votes", "Votes"),
    ("results", "Results"),
    ("history", "History"),
)
YESES: Mapping[str, str] = {"REVIEWER": "reviewer", "APPROVER": "approver", "SECOND_PERSON": "second person"}
_WORD = decision_pb.DecisionClass
_OVER = (pb.Work.DECLINED, pb.Work.RETIRED)


def has_ended(work: pb.Work) -> bool:
    """Whether nothing is to be done any more."""
    return work.status in _OVER or work.phase == pb.CLOSED


def phase(work: pb.Work) -> str:
    """`Develop`; empty of one that is closed."""
    return PHASES.get(pb.Phase.Name(work.phase), "")


def phase_name(number: pb.Phase.ValueType) -> str:
    """`Develop`."""
    return PHASES.get(pb.Phase.Name(number), "")


def step(work: pb.Work) -> str:
    """`Step 3 of 5, Develop`; how it ended, of one that did."""
    if work.status in _OVER:
        return status(work)
    if work.phase == pb.CLOSED:
        return "Closed: all five steps are done"
    return f"Step {work.phase} of {len(PHASES)}, {phase(work)}"


def stands(work: pb.Work) -> str:
    """`step 3 of 5, Develop`, within a sentence."""
    said = step(work)
    return f"{said[:1].lower()}{said[1:]}"


def status(work: pb.Work) -> str:
    """`On hold`."""
    return STATUSES.get(pb.Work.Status.Name(work.status), "")


def is_stopped(work: pb.Work) -> bool:
    """Whether its state is worth a word beside its step."""
    return work.status in (pb.Work.ON_HOLD, pb.Work.RETURNED)


def size(work: pb.Work) -> str:
    """`Large change`; empty until it is known."""
    return class_named(work.work_class)


def class_named(value: decision_pb.DecisionClass.ValueType) -> str:
    """`Large change`."""
    return CLASSES.get(_WORD.Name(value), "")


def way(work: pb.Work) -> str:
    """What the class of a work means for it."""
    if work.emergency:
        return "It cannot wait: the chair decides at once, and the committee stands by it afterwards."
    return WAYS.get(_WORD.Name(work.work_class), "")


def why_class(work: pb.Work) -> str:
    """`Large change: it is a new course, and an objective changed`, of what the rules compute."""
    said = class_named(work.computed_class)
    causes = [_cause(one) for one in work.class_reasons]
    return f"{said}: {sentences.listed([one for one in causes if one])}" if said and any(causes) else said


def _cause(reason: pb.ClassReason) -> str:
    return CAUSES.get(pb.ClassReason.Cause.Name(reason.cause), "").format(percent=reason.percent)


def called(work: pb.Work) -> str:
    """What it is for, in a word: `CSSP 26-04`, or what is asked for it."""
    return work.source_text or SOURCES.get(pb.Work.Source.Name(work.source), "")


def since(work: pb.Work, today: date) -> str:
    """`since November 2`: since when somebody has the ball."""
    day = pacific_date(work.held_since.ToDatetime(UTC))
    return f"since {day:%B} {day.day}{'' if day.year == today.year else f', {day.year}'}"


def due(work: pb.Work, today: date, calendar: Calendar) -> str:
    """`Due Thursday, December 17, 10 business days before CSSP 26-04 takes effect`; empty without a day."""
    if not work.target_date:
        return ""
    was = "Was due" if is_there(work) else "Due"
    said = sentences.by(work.target_date, work.effective_date, today, calendar)
    named = work.source_text if work.source == pb.Work.LETTER and work.source_text else "it"
    for word in ("takes", "took"):
        said = said.replace(f" it {word} effect", f" {named} {word} effect")
    return f"{was} {said}"


def keeps_course(work: pb.Work) -> bool:
    """Whether its course cannot be issued yet."""
    return not has_ended(work) and work.phase < pb.DELIVER


def is_late(work: pb.Work, today: date) -> bool:
    """Whether its day has passed and it goes on."""
    return bool(work.target_date) and work.target_date < today.isoformat() and not is_there(work)


def is_there(work: pb.Work) -> bool:
    """Whether its day says nothing any more: it ended, or only what came of it is looked at."""
    return has_ended(work) or work.phase > pb.DELIVER


def gate(work: pb.Work) -> pb.Gate | None:
    """Return the gate of the step in which a work is."""
    return next((one for one in work.gates if one.phase == work.phase), None)


def gate_of(work: pb.Work, name: str) -> pb.Gate | None:
    """Return the gate of a step."""
    return next((one for one in work.gates if pb.Phase.Name(one.phase) == name), None)


def place(work: pb.Work, name: str) -> str:
    """How a step stands, for the bar of steps: done, now, skipped, ended, or to come."""
    found, number = gate_of(work, name), pb.Phase.Value(name)
    if found is not None and found.skipped:
        return "skipped"
    if number < work.phase:
        return "done"
    if work.status in _OVER:
        return "ended"
    return "now" if number == work.phase else "to-come"


def in_order(found: pb.Gate) -> list[pb.GateLine]:
    """Return what a gate asks for: what is missing first, then what nobody tracks, then what is done."""
    order = (pb.GateLine.MISSING, pb.GateLine.NOT_TRACKED, pb.GateLine.MET)
    return sorted(found.lines, key=lambda one: order.index(one.state) if one.state in order else len(order))


def needs_decision(found: pb.Gate, work: pb.Work) -> bool:
    """Whether a committee's decision lets a work through: of all but a small change, or an emergency, in Develop."""
    small = work.work_class != decision_pb.MAJOR or work.emergency
    return bool(found.body) and not (found.phase == pb.DEVELOP and small)


def ready(work: pb.Work) -> str:
    """`8 of 11 ready`; empty where the step asks for nothing."""
    found = gate(work)
    return f"{found.met_count} of {found.line_count} ready" if found and found.line_count else ""


def line(one: pb.GateLine) -> str:
    """What a gate asks for, with how many are missing where that counts."""
    said = LINES.get(pb.GateLine.Need.Name(one.need), ("Something that this page does not know yet", ""))[0]
    return f"{said} ({one.missing_count} missing)" if one.missing_count and one.state == pb.GateLine.MISSING else said


def state(one: pb.GateLine) -> str:
    """`Missing`."""
    return STATES.get(pb.GateLine.State.Name(one.state), "")


def where(one: pb.GateLine, work: pb.Work, vote: str = "") -> str:
    """Where a line is done; empty where nothing can be done about it on a page. *vote*: the one that goes on."""
    place = LINES.get(pb.GateLine.Need.Name(one.need), ("", NOWHERE))[1]
    base = f"/{work.name}"
    if place == NOWHERE:
        return ""
    if place == VOTE:
        return f"/{vote}" if vote else voting.prepared_at(work)
    if place == ROUNDS and work.course:
        return f"/rounds?course={work.course.removeprefix('courses/')}"
    if place in (COURSE, ROUNDS):
        return f"/{work.course}/edit" if work.course else f"{base}/change/design"
    if place == TRACE and not work.course:
        return f"{base}/change/design"
    return f"{base}/change/{place}" if place in (NEED, DESIGN, MATERIALS, RESULTS) else f"{base}/{place}"


def source(work: pb.Work) -> str:
    """`A letter`."""
    return SOURCES.get(pb.Work.Source.Name(work.source), "Not said")


def problem(work: pb.Work) -> str:
    """`The tool is in the way`."""
    return PROBLEMS.get(pb.Work.Problem.Name(work.problem), "")


def priority(work: pb.Work) -> str:
    """`576, from importance 4 times gap 3 times 1,200 people, by 25 days`: with what it is made of."""
    of = f"importance {work.importance} times gap {work.gap} times {work.people:,} people, by {work.effort_days} days"
    return f"{work.priority:,.0f}, from {of}"


def level(work: pb.Work) -> str:
    """How far it is looked at."""
    return LEVELS.get(str(work.evaluation_level), "")


def pilot(work: pb.Work) -> str:
    """`8 people; 40 minutes stated, 55 taken`."""
    one = work.pilot
    said = [sentences.count(one.people, "person", "people")] if one.people else []
    if one.stated_minutes or one.real_minutes:
        said.append(f"{one.stated_minutes} minutes stated, {one.real_minutes} taken")
    return "; ".join(said)


def outcome(work: pb.Work) -> str:
    """What becomes of it."""
    return OUTCOMES.get(pb.Work.Outcome.Name(work.outcome), "")


def has_design(work: pb.Work) -> bool:
    """Whether anything is designed."""
    return any((work.modes, work.evaluation_level, work.evaluation_plan, work.cost, work.sunset_date))


def has_materials(work: pb.Work) -> bool:
    """Whether it was tried or signed off."""
    return bool(pilot(work) or work.pilot.changes or work.policy_sign_off or work.legal_sign_off)


def has_results(work: pb.Work) -> bool:
    """Whether anything is known of what came of it."""
    return bool(work.results or work.outcome or work.successor)


def modes(work: pb.Work) -> list[tuple[str, str]]:
    """How it is given, each with why."""
    return [(MODES.get(pb.ModeChoice.Mode.Name(one.mode), ""), one.reason) for one in work.modes]


def yes_as(one: pb.Confirmation) -> str:
    """As whom somebody said yes."""
    return YESES.get(one.role, one.role.replace("_", " ").lower())


def kind(one: pb.WorkStep) -> str:
    """What was done."""
    return KINDS.get(pb.WorkStep.Kind.Name(one.kind), "")
