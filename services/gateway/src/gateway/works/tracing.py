"""The trace of a course in words."""

from collections.abc import Iterable, Mapping

import citations
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.words import sentences

MEASURES: Mapping[str, str] = {
    "PATERNITY": "Paternity established",
    "ORDERS": "Orders established",
    "CURRENT_SUPPORT": "Current support collected",
    "ARREARS": "Cases with collections on arrears",
    "COST_EFFECTIVENESS": "Cost-effectiveness",
    "MEDICAL_SUPPORT": "Medical support",
    "LEGAL_DUTY": "A duty by law",
}
# What a gap is of so many, and of which list of the trace.
GAPS: Mapping[str, tuple[str, str, str]] = {
    "OBJECTIVE_INCOMPLETE": ("objectives", "objective is not complete", "objectives are not complete"),
    "OBJECTIVE_WITHOUT_TASK": ("objectives", "objective has no task", "objectives have no task"),
    "OBJECTIVE_WITHOUT_SECTION": ("objectives", "objective is taught nowhere", "objectives are taught nowhere"),
    "OBJECTIVE_WITHOUT_QUESTION": ("objectives", "objective has no question", "objectives have no question"),
    "TASK_WITHOUT_MEASURE": (
        "tasks",
        "task has neither a measure nor a duty",
        "tasks have neither a measure nor a duty",
    ),
    "TASK_WITHOUT_OBJECTIVE": ("tasks", "task has no objective", "tasks have no objective"),
    "LINK_BROKEN": ("objectives", "link leads to what is there no more", "links lead to what is there no more"),
}


def objective(one: trace_pb.Objective) -> str:
    """`Given a case, the worker finds the parent within 30 days`; what is there of it."""
    said = one.behavior or "…"
    begin = f"Given {one.condition}, the worker {said}" if one.condition else f"The worker {said}"
    return f"{begin}, {one.standard}" if one.standard else begin


def measure(task: trace_pb.TaskOfWork | pb.Work) -> str:
    """`Paternity established`, `A duty by law: 45 CFR 303.11`."""
    said = MEASURES.get(trace_pb.TaskOfWork.Measure.Name(task.measure), "")
    return f"{said}: {rule(task.duty)}" if said and task.duty else said


def rule(key: str) -> str:
    """`45 CFR 303.11` of its key; what is no key as it stands there."""
    try:
        return citations.printed(citations.Key.of(key)) if key else ""
    except ValueError:
        return key


def weight(task: trace_pb.TaskOfWork) -> str:
    """How often, how grave, how hard, in figures from 1 to 5; only what is said."""
    said = (("often", task.frequency), ("matters", task.criticality), ("hard", task.difficulty))
    return ", ".join(f"{word} {value} of 5" for word, value in said if value)


def gaps(found: Iterable[trace_pb.TraceGap]) -> list[tuple[str, str, list[trace_pb.TraceGap]]]:
    """Put gaps together by kind: a sentence with their number, the list of the trace where they are, and they."""
    every = list(found)
    grouped = []
    for name, (place, one, many) in GAPS.items():
        those = [gap for gap in every if trace_pb.TraceGap.Kind.Name(gap.kind) == name]
        if those:
            grouped.append((sentences.count(len(those), one, many), place, those))
    return grouped
