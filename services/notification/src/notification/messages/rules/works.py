"""Of courses under way: who has one in hand, and what a committee has to ratify. What it is about, its page says."""

from notification.messages.rules.kind import Kind
from notification.messages.rules.windows import Window

_CONVENES = ("bodies.convene",)
_DESIGNS = ("works.write",)
WORK_GIVEN = Kind(
    "work.given",
    "When somebody is given a course under way, they hear that they have it in hand.",
    "A course under way is with you.",
    Window.NOW,
    limited=False,
    producer="curriculum",
    rights=_DESIGNS,
)
WORK_WAITS = Kind(
    "work.waits",
    "When a course under way is given to a committee, its secretary hears it.",
    "A committee that you run has a course under way in hand.",
    Window.NOW,
    limited=False,
    producer="curriculum",
    rights=_CONVENES,
)
WORK_RATIFY = Kind(
    "work.ratify",
    "When the chair of a committee decides at once, its secretary hears until when the committee ratifies it.",
    "A committee that you run has something to ratify.",
    Window.NOW,
    limited=False,
    producer="curriculum",
    rights=_CONVENES,
)
WORKS = (WORK_GIVEN, WORK_WAITS, WORK_RATIFY)
