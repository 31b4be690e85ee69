"""What staff have to read, confirm and learn, and what they did."""

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from gateway.learning import course, pages, reaction, record, test
from gateway.web.area import Area
from gateway.web.disclosed import exports, prints, views
from gateway.web.navigation import Item, Top

_REASONS = {
    "ASSIGNMENT_NOT_OPEN": "This training is not open: it is done, or it does not apply.",
    "COURSE_NOT_KNOWN": "The course is not known yet. Wait a few seconds, then try again.",
    "SECTION_OUT_OF_ORDER": "Finish the sections in order, from the first one on.",
    "ALREADY_SUBMITTED": "These answers were sent before. Start the test again to try once more.",
    "NOT_TAKEN_YET": "Take the test first, then say what you think of the course.",
    "TICKET_INVALID": "This form is out of date. Nothing is lost: look through it, then send it again.",
}
_DONE = {
    "confirmed": "Confirmed. The state sees that one more person has read the letter, not who.",
    "section": "Saved.",
    "reaction": "Thank you. Your answer is counted with those of others; no name is kept.",
}

AREA = Area(
    routers=(pages.router, record.router, course.router, test.router, reaction.router),
    navigation=(
        Item(Top.LEARNING, "My training", "/training"),
        Item(Top.LEARNING, "My record", "/record"),
        Item(Top.CHANGES, "All letters", "/training/letters"),
    ),
    reasons=_REASONS,
    done=_DONE,
    adjectives={
        "completed": lambda training: training.state == assignment_pb.Assignment.COMPLETED,
    },
    discloses={
        "/agencies/{agency_id}/people/{person_id}/record": views("training record"),
        "/agencies/{agency_id}/people/{person_id}/record/print": prints("training record"),
        "/agencies/{agency_id}/people/{person_id}/record.csv": exports("training record"),
    },
)
