"""What was done with a course under way, in words."""

from collections.abc import Mapping

from cadre.curriculum.v1 import work_service_pb2 as pb

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
    "COURSE_TAKEN_AWAY": "Another course, or none, comes of it",
}


def kind(one: pb.WorkStep) -> str:
    """What was done."""
    return KINDS.get(pb.WorkStep.Kind.Name(one.kind), "")
