"""Courses under way: from a need through five steps, with who has the ball, what is missing, and the trace."""

from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.web import declared
from gateway.web.area import Area
from gateway.web.disclosed import exports, views
from gateway.web.navigation import Item, Top, of_state
from gateway.works import forms, listing, phrases, shown, steps, trace, unreviewed, work
from gateway.works.reasons import REASONS

_AT = "/works/{work_id}"
_DONE = {
    "work-begun": "It is begun. Say next what is known of the need.",
    "work-saved": "Saved.",
    "work-handed-over": "Handed over. They are told.",
    "gate-passed": "It is in the next step now.",
    "work-held": "It is on hold.",
    "work-resumed": "It goes on.",
    "work-given-back": "It is given back.",
    "work-declined": "It is declined, and stays on record.",
    "work-retired": "It is retired, and stays on record.",
    "work-confirmed": "You said yes to it, as it stands now.",
    "decided-at-once": "It is decided. The committee is asked to stand by it.",
    "objective-saved": "The objectives are saved.",
    "task-saved": "The tasks are saved.",
}

AREA = Area(
    # What has a word for an address stands before what has a number there.
    routers=(listing.router, unreviewed.router, steps.router, trace.router, work.router),
    navigation=(Item(Top.TRAINING, "Courses under way", "/works", offered=of_state(shown.WRITE)),),
    reasons=REASONS,
    done=_DONE,
    labels=declared.labels((*forms.EVERY, *forms.OBJECTIVE, *forms.TASK)),
    adjectives={
        "an_ended_work": phrases.has_ended,
        "a_stopped_work": phrases.is_stopped,
        "a_held_work": lambda one: one.status == pb.Work.ON_HOLD,
        "a_later_work": lambda one: one.phase > pb.DIAGNOSE,
        "a_handed_step": lambda one: one.kind == pb.WorkStep.HANDED_OVER and bool(one.what),
        "a_met_line": lambda one: one.state == pb.GateLine.MET,
        "a_missing_line": lambda one: one.state == pb.GateLine.MISSING,
    },
    discloses={
        "/works": views("courses under way"),
        "/works/works.csv": exports("courses under way"),
        "/works/unreviewed": views("who issued courses without a committee"),
        "/works/unreviewed.csv": exports("who issued courses without a committee"),
        _AT: views("a course under way"),
        _AT + "/history": views("a course under way"),
        _AT + "/hand-over": views("a course under way"),
        _AT + "/confirm": views("a course under way"),
        _AT + "/at-once": views("a course under way"),
    },
)
