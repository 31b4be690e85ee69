"""The catalogue, and the writing of courses."""

from gateway.courses import catalogue, editor
from gateway.web.area import Area
from gateway.web.navigation import Item, Top

_REASONS = {
    "COURSE_INCOMPLETE": "The course lacks something: {missing}.",
    "COURSE_UNCHANGED": "The draft is what the newest version holds.",
}
_DONE = {
    "course-begun": "The course is begun. Add its sections, choose its test, then issue its first version.",
    "course-issued": "The new version is issued. New letters can ask for it.",
    "section-removed": "The section is removed from the draft.",
}

AREA = Area(
    routers=(catalogue.router, editor.router),
    navigation=(Item(Top.TRAINING, "Courses", "/catalogue", also=("/courses",)),),
    reasons=_REASONS,
    done=_DONE,
)
