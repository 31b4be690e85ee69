"""What the gate of a step asks for, in words, and where each line of it is done."""

from collections.abc import Mapping

from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.works import phrases, voting

NEED, DESIGN, MATERIALS, RESULTS = "need", "design", "materials", "results"
TRACE, GIVEN, MATRIX = "trace", "materials#list", "materials#matrix"
COURSE, ROUNDS, VOTE, NOWHERE = "/edit", "/rounds", "/ballots", ""
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
    "MATERIALS_ACCESSIBLE": ("Captions, transcripts and descriptions of all material", GIVEN),
    "CREDITS_COMPLETE": ("Credits of all material", GIVEN),
    "MODES_COVERED": ("Material for each objective in each way it is given", MATRIX),
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
YESES: Mapping[str, str] = {"REVIEWER": "reviewer", "APPROVER": "approver", "SECOND_PERSON": "second person"}


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
    if work.status in phrases.OVER:
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
    if place in (TRACE, GIVEN, MATRIX) and not work.course:
        return f"{base}/change/design"
    return f"{base}/change/{place}" if place in (NEED, DESIGN, MATERIALS, RESULTS) else f"{base}/{place}"


def yes_as(one: pb.Confirmation) -> str:
    """As whom somebody said yes."""
    return YESES.get(one.role, one.role.replace("_", " ").lower())
