"""How a course under way stands, in words: its step, its class, since when and by when."""

from collections.abc import Mapping
from datetime import UTC, date

from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.words import sentences
from gateway.works import written
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
CAUSES: Mapping[str, str] = {
    "NEW_COURSE": "it is a new course",
    "OBJECTIVE_CHANGED": "an objective changed",
    "KEY_CHANGED": "a right answer changed",
    "PASS_MARK_CHANGED": "the number of right answers to pass changed",
    "AUDIENCE_CHANGED": "it is for other staff than before",
    "BLOCKS_CHANGED": "{percent}% of the text changed",
    "MINUTES_CHANGED": "its length changed by {percent}%",
    "FACTS_CHANGED": "its words say something else",
    "MATERIALS_CHANGED": "what it is given with changed",
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
_WORD = decision_pb.DecisionClass
OVER = (pb.Work.DECLINED, pb.Work.RETIRED)


def has_ended(work: pb.Work) -> bool:
    """Whether nothing is to be done any more."""
    return work.status in OVER or work.phase == pb.CLOSED


def phase(work: pb.Work) -> str:
    """`Develop`; empty of one that is closed."""
    return PHASES.get(pb.Phase.Name(work.phase), "")


def phase_name(number: pb.Phase.ValueType) -> str:
    """`Develop`."""
    return PHASES.get(pb.Phase.Name(number), "")


def step(work: pb.Work) -> str:
    """`Step 3 of 5, Develop`; how it ended, of one that did."""
    if work.status in OVER:
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


def emergency(work: pb.Work, today: date) -> str:
    """What became of one that could not wait for a vote: the chair decides, then the committee stands by it or not."""
    if work.ratified:
        return "The committee stands by what its chair decided."
    if not work.ratify_by:
        return "The chair of the committee can decide at once."
    day = sentences.long_day(work.ratify_by, today)
    if work.ratify_by < today.isoformat():
        return f"Not ratified: the committee did not stand by it until {day}."
    return f"The committee has until {day} to stand by what its chair decided."


def why_class(work: pb.Work) -> str:
    """`Large change: it is a new course, and an objective changed`, of what the rules compute."""
    said = class_named(work.computed_class)
    causes = [_cause(one) for one in work.class_reasons]
    return f"{said}: {sentences.listed([one for one in causes if one])}" if said and any(causes) else said


def _cause(reason: pb.ClassReason) -> str:
    return CAUSES.get(pb.ClassReason.Cause.Name(reason.cause), "").format(percent=reason.percent)


def called(work: pb.Work) -> str:
    """What it is for, in a word: `CSSP 26-04`, or what is asked for it."""
    return work.source_text or written.SOURCES.get(pb.Work.Source.Name(work.source), "")


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
