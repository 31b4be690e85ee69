"""What is written of a course under way, by its parts: need, design, materials, results."""

from collections.abc import Mapping

from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.words import sentences

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
