"""The forms of a course under way, declared once: each part of it is saved by itself."""

from dataclasses import dataclass
from typing import ClassVar

from google.protobuf.message import Message

import citations
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.web.declared import Box, Chosen, Day, Field, Line, Lines, Named
from gateway.web.forms import Form
from gateway.works import phrases, tracing, written
from servicekit.calendar import YEARS_OF_DOCUMENTS

_LONG, _SHORT, _REASON = 4_000, 500, 300
_MEASURE = trace_pb.TaskOfWork.Measure


@dataclass(frozen=True)
class Number(Field):
    """A whole number of which nothing need be said."""

    control: ClassVar[str] = "line"
    size: str = "small"

    def shown(self, message: Message) -> str:
        """Return the number; empty where none is said."""
        return str(self.value(message) or "")

    def read(self, form: Form, message: Message) -> None:
        """Take over the number, if it is one; nothing is 0."""
        self.put(message, form.number(self.name) if form.text(self.name) else 0)


@dataclass(frozen=True)
class Scale(Chosen):
    """A number that is chosen among a few, each with words."""

    offered: tuple[tuple[str, str], ...] = ()

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen."""
        return [("", "Not said"), *self.offered]

    def shown(self, message: Message) -> str:
        """Return the number; empty where none is said."""
        return str(self.value(message) or "")

    def said(self, message: Message) -> str:
        """Return its words."""
        return dict(self.offered).get(self.shown(message), "")

    def read(self, form: Form, message: Message) -> None:
        """Take over the number; what is none of them is not said."""
        typed = form.text(self.name)
        self.put(message, int(typed) if typed in dict(self.offered) else 0)


@dataclass(frozen=True)
class Duty(Line):
    """A rule as people write it; the contract has its key."""

    def shown(self, message: Message) -> str:
        """`45 CFR 303.11`."""
        return tracing.rule(self.value(message))

    def read(self, form: Form, message: Message) -> None:
        """Take over the rule that is named; what names none is an error at the field."""
        typed = form.text(self.name)
        try:
            self.put(message, str(citations.read(typed)) if typed else "")
        except ValueError:
            form.errors[self.name] = "This names no rule that Cadre can read. Write it such as 45 CFR 303.11."


def _of_five(low: str, high: str) -> tuple[tuple[str, str], ...]:
    return (("1", f"1: {low}"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", f"5: {high}"))


_SAID = (
    Line("work_title", "What it is called", of="title", needed=True, most=200),
    Named("source", "Where the need comes from", values=written.SOURCES, enum=pb.Work.Source, needed=True),
    Line(
        "source_text",
        "Which letter, which release, who asked",
        "The number of a letter, such as CSSP 26-04, links to it once it is issued",
        most=200,
    ),
    Lines("need_text", "What is the need?", of="need", needed=True, most=_LONG),
)
NEW = _SAID
NEED = (
    *_SAID,
    Named("problem", "What it turned out to be", values=written.PROBLEMS, enum=pb.Work.Problem),
    Lines("analysis", "How you know", "What you asked, looked at or counted", most=_LONG),
    Named(
        "serves",
        "What it serves",
        of="measure",
        values=tracing.MEASURES,
        enum=trace_pb.TaskOfWork.Measure,
        unsaid="Not said yet",
    ),
    Duty("serves_duty", "Which duty by law", "Such as 45 CFR 303.11", of="duty", most=200),
    Number("people_affected", "Staff whom it is about", of="people"),
    Number("agencies_affected", "Agencies in which they work", of="agencies"),
    Scale("importance", "How much it matters", offered=_of_five("little", "children wait for support")),
    Scale("gap", "How far staff are from it", offered=_of_five("nearly there", "nobody does it yet")),
    Number("effort_days", "Days of work until it is done"),
    Day("work_effect", "Day on which what it is for takes effect", of="effective_date", years=YEARS_OF_DOCUMENTS),
    Day(
        "target_date",
        "Day by which it is there",
        "Empty: 10 business days before it takes effect",
        years=YEARS_OF_DOCUMENTS,
    ),
)
DESIGN = (
    Chosen("work_course", "The course that comes of it", of="course"),
    Scale("evaluation_level", "How far it is looked at whether it helped", offered=tuple(written.LEVELS.items())),
    Lines("evaluation_plan", "How that is found out", most=_LONG),
    Line("cost", "What it costs", "Such as 40 hours of a designer, $1,200 for captions", most=_SHORT),
    Day("sunset_date", "Day on which it is looked at again", years=YEARS_OF_DOCUMENTS),
)
MATERIALS = (
    Number("pilot_people", "How many people tried it", of="pilot.people"),
    Number("stated_minutes", "Minutes that it should take", of="pilot.stated_minutes"),
    Number("real_minutes", "Minutes that it took them", of="pilot.real_minutes"),
    Lines("pilot_changes", "What changed after that", of="pilot.changes", most=_LONG),
    Line("policy_sign_off", "Who signed it off for policy, and when", most=_SHORT),
    Line("legal_sign_off", "Which counsel signed it off, and when", most=_SHORT),
)
RESULTS = (
    Lines("results_text", "What came of it", "With its numbers, and of how many", of="results", most=_LONG),
    Named("outcome", "What becomes of it", values=written.OUTCOMES, enum=pb.Work.Outcome),
    Line("successor", "What takes its place", "Where it is retired", most=200),
)
CLASS = (
    Named(
        "raised_class",
        "Treat it as",
        values=phrases.CLASSES,
        enum=decision_pb.DecisionClass,
        unsaid="What the rules say",
    ),
    Box("emergency", "It cannot wait for a vote", "The chair decides at once; the committee follows within 10 days"),
)
EVERY = (*NEED, *DESIGN, *MATERIALS, *RESULTS, *CLASS)

OBJECTIVE = (
    Line("condition", "Given", "What is there: a case, a form, a system", needed=True, most=_SHORT),
    Line("behavior", "The worker", "What one sees them do: finds, fills in, explains", needed=True, most=_SHORT),
    Line("standard", "How well", "Such as “within 5 days, without an error”", needed=True, most=_SHORT),
    Number("planned_items", "How many questions are planned"),
)
TASK = (
    Line("task_title", "What the task is called", of="title", needed=True, most=200),
    Scale("frequency", "How often it is done", offered=_of_five("seldom", "every day")),
    Scale("criticality", "How much depends on it", offered=_of_five("little", "very much")),
    Scale("difficulty", "How hard it is", offered=_of_five("easy", "very hard")),
    Named("measure", "What it serves", values=tracing.MEASURES, enum=_MEASURE, unsaid="Not said yet"),
    Duty("duty", "Which duty by law", "Such as 45 CFR 303.11", most=200),
)


def modes_shown(work: pb.Work) -> dict[str, str]:
    """Return the fields of how it is given: a box for each way, and why."""
    chosen = {pb.ModeChoice.Mode.Name(one.mode): one.reason for one in work.modes}
    boxes = {f"mode-{name.lower()}": "yes" if name in chosen else "" for name in written.MODES}
    return boxes | {f"why-{name.lower()}": chosen.get(name, "") for name in written.MODES}


def read_modes(form: Form, work: pb.Work) -> None:
    """Take over how it is given; a way without its reason is asked for that."""
    del work.modes[:]
    for name in written.MODES:
        why = form.text(f"why-{name.lower()}")
        if form.text(f"mode-{name.lower()}") != "yes":
            continue
        if not why:
            form.errors[f"why-{name.lower()}"] = "Say why it is given so."
        elif len(why) > _REASON:
            form.errors[f"why-{name.lower()}"] = f"This must have at most {_REASON} characters."
        work.modes.append(pb.ModeChoice(mode=pb.ModeChoice.Mode.Value(name), reason=why))
