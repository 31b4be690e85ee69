"""Between the contract's messages and works."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.works import records
from curriculum.works.rules import gates, phases, trace
from curriculum.works.rules.gates import Line, State
from curriculum.works.rules.phases import Phase, Status
from curriculum.works.rules.writing import Mode, Pilot, Written
from curriculum.works.sheets import Sheet
from curriculum.works.tables import WorkConfirmationRow, WorkStepRow
from curriculum.works.trace_wire import choice, course_id
from curriculum.works.works import Work
from servicekit import names
from servicekit.calendar import NO_END, YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import day_text, timestamp

_NUMBER = re.compile(r"[0-9]{2}-[0-9]{2,6}")
_TEXTS = (
    "source_name",
    "source_text",
    "need",
    "analysis",
    "audience",
    "evaluation_plan",
    "cost",
    "policy_sign_off",
    "legal_sign_off",
    "results",
    "successor",
)
_NUMBERS = ("people", "agencies", "importance", "gap", "effort_days", "evaluation_level")


def work_id(name: str, *, field: str = "name") -> str:
    """Read `works/{yy-nn}`."""
    found = names.one("works/{work}", name, field=field)
    if not _NUMBER.fullmatch(found):
        raise InvalidField(field, name, "must have the form works/{yy-nn}")
    return found


def holder(name: str) -> str:
    """Read who is to have a work in hand: a person, or a body."""
    if name.startswith("bodies/"):
        return f"bodies/{names.slug_in('bodies/{body}', name, field='holder')}"
    return f"people/{names.uuid_in('people/{person}', name, field='holder')}"


def phase(value: "pb.Phase.ValueType") -> Phase:
    """Read the phase whose gate is meant."""
    found = choice(pb.Phase, value, field="phase")
    if found not in phases.GATES:
        raise InvalidField("phase", value, f"must be one of {', '.join(phases.GATES)}")
    return Phase(found)


def any_phase(value: "pb.Phase.ValueType") -> str:
    """Read the phase that a list is of; '' = all of them."""
    return choice(pb.Phase, value, field="phase")


def status(value: "pb.Work.Status.ValueType") -> Status:
    """Read what is to become of a work."""
    found = choice(pb.Work.Status, value, field="status")
    if not found:
        raise InvalidField("status", value, f"must be one of {', '.join(Status)}")
    return Status(found)


def decision_id(name: str) -> UUID | None:
    """Read `decisions/{decision}`; None where a person decides."""
    return names.uuid_in("decisions/{decision}", name, field="decision") if name else None


def hold_until(value: str) -> date | None:
    """Read until when a work is on hold."""
    return _day("hold_until", value)


def work(message: pb.Work) -> Work:
    """Read what is written down of a work."""
    raised = choice(decision_pb.DecisionClass, message.raised_class, field="work.raised_class")
    return Work(
        title=message.title.strip(),
        course_id=course_id(message.course, field="work.course") if message.course else None,
        raised_class=DecisionClass(raised) if raised else None,
        emergency=message.emergency,
        effective_date=_day("work.effective_date", message.effective_date),
        target_date=_day("work.target_date", message.target_date),
        written=_written(message),
        demonstration=message.demonstration,
    )


def line(sheet: Sheet) -> pb.Work:
    """Write a work as a list shows it: with the counts of the gate of its phase."""
    row = sheet.row
    answer = pb.Work(
        name=sheet.name,
        title=row.title,
        course=records.course_name(row),
        phase=pb.Phase.Value(row.phase),
        status=pb.Work.Status.Value(row.status),
        status_reason=row.status_reason,
        hold_until=day_text(row.hold_until),
        work_class=decision_pb.DecisionClass.Value(sheet.work_class),
        computed_class=decision_pb.DecisionClass.Value(row.computed_class),
        emergency=row.emergency,
        ratify_by=day_text(row.ratify_by),
        ratified=sheet.ratified,
        owner=f"people/{row.owner_id}",
        holder=row.holder,
        held_since=timestamp(row.held_since),
        target_date="" if row.target_date == NO_END else day_text(row.target_date),
        effective_date=day_text(row.effective_date),
        priority=sheet.written.priority,
        create_time=timestamp(row.created_at),
        etag=str(row.revision),
        demonstration=row.demonstration,
        source_name=sheet.written.source_name,
        source_text=sheet.written.source_text,
    )
    if sheet.written.source:
        answer.source = pb.Work.Source.Value(sheet.written.source)
    if row.published_version is not None:
        answer.course_version = f"{records.course_name(row)}/versions/{row.published_version}"
    if sheet.phase is not Phase.CLOSED:
        answer.gates.append(_gate(sheet, sheet.phase, whole=False))
    return answer


def whole(sheet: Sheet) -> pb.Work:
    """Write a work with all that is written down of it, and all its gates."""
    row, written = sheet.row, sheet.written
    answer = line(sheet)
    del answer.gates[:]
    answer.gates.extend(_gate(sheet, one, whole=True) for one in phases.GATES)
    answer.confirmations.extend(_confirmation(sheet, one) for one in sheet.confirmations)
    answer.class_reasons.extend(
        pb.ClassReason(cause=pb.ClassReason.Cause.Value(one["cause"]), percent=one["percent"]) for one in row.reasons
    )
    if row.raised_class:
        answer.raised_class = decision_pb.DecisionClass.Value(row.raised_class)
    for name in (*_TEXTS, *_NUMBERS, "duty", "sunset_date"):
        setattr(answer, name, getattr(written, name))
    for name, values in _CHOICES.items():
        if said := getattr(written, name):
            setattr(answer, name, values.Value(said))
    answer.modes.extend(
        pb.ModeChoice(mode=pb.ModeChoice.Mode.Value(one.mode), reason=one.reason) for one in written.modes
    )
    pilot = written.pilot
    answer.pilot.MergeFrom(
        pb.Pilot(
            people=pilot.people,
            stated_minutes=pilot.stated_minutes,
            real_minutes=pilot.real_minutes,
            changes=pilot.changes,
        )
    )
    answer.at_once_decision = f"decisions/{row.at_once_id}" if row.at_once_id else ""
    answer.subject, answer.digest = sheet.to_decide()
    return answer


def step(row: WorkStepRow) -> pb.WorkStep:
    """Write what was done."""
    return pb.WorkStep(
        kind=pb.WorkStep.Kind.Value(row.kind),
        time=timestamp(row.at),
        person=f"people/{row.person_id}",
        phase=pb.Phase.Value(row.phase),
        reason=row.reason,
        what=row.what,
    )


_CHOICES: Mapping[str, Any] = {
    "source": pb.Work.Source,
    "problem": pb.Work.Problem,
    "outcome": pb.Work.Outcome,
    "measure": trace_pb.TaskOfWork.Measure,
}


def _written(message: pb.Work) -> Written:
    modes = []
    for n, one in enumerate(message.modes):
        mode = choice(pb.ModeChoice.Mode, one.mode, field=f"work.modes[{n}].mode")
        if not mode:
            raise InvalidField(f"work.modes[{n}].mode", one.mode, "must be given")
        modes.append(Mode(mode, one.reason.strip()))
    pilot = message.pilot
    said: dict[str, Any] = {name: getattr(message, name).strip() for name in _TEXTS}
    said |= {name: getattr(message, name) for name in _NUMBERS}
    said |= {name: choice(values, getattr(message, name), field=f"work.{name}") for name, values in _CHOICES.items()}
    return Written(
        **said,
        duty=trace.duty_of(message.duty, field="work.duty"),
        modes=tuple(modes),
        sunset_date=day_text(_day("work.sunset_date", message.sunset_date)),
        pilot=Pilot(pilot.people, pilot.stated_minutes, pilot.real_minutes, pilot.changes.strip()),
    )


def _gate(sheet: Sheet, which: Phase, *, whole: bool) -> pb.Gate:
    passed = sheet.gates.get(which)
    skipped = phases.skips(which, sheet.work_class, emergency=sheet.row.emergency)
    body = "" if skipped or (which is Phase.DEVELOP and sheet.small) else sheet.office.body_of(which)
    found = [_met(one) if passed else one for one in sheet.lines(which)]
    answer = pb.Gate(
        phase=pb.Phase.Value(which),
        body=f"bodies/{body}" if body else "",
        met_count=sum(one.state is State.MET for one in found),
        line_count=sum(one.state is not State.NOT_TRACKED for one in found),
        skipped=skipped and passed is None,
    )
    if passed:
        answer.passer = f"people/{passed.passer_id}"
        answer.pass_time.FromDatetime(passed.passed_at)
        answer.decision = f"decisions/{passed.decision_id}" if passed.decision_id else ""
    if whole:
        answer.lines.extend(
            pb.GateLine(
                need=pb.GateLine.Need.Value(one.need),
                state=pb.GateLine.State.Value(one.state),
                missing_count=one.missing_count,
            )
            for one in found
        )
    return answer


def _met(one: Line) -> Line:
    """Return a line of a gate that was passed: what it asks for was there then."""
    return one if one.state is State.NOT_TRACKED else Line(one.need, gates.State.MET)


def _confirmation(sheet: Sheet, one: WorkConfirmationRow) -> pb.Confirmation:
    return pb.Confirmation(
        person=f"people/{one.person_id}",
        role=one.role,
        confirm_time=timestamp(one.confirmed_at),
        digest=one.digest,
        lapsed=sheet.draft is None or one.digest != sheet.draft.digest,
    )


def _day(field: str, value: str) -> date | None:
    return day_of(field, value, YEARS_OF_DOCUMENTS) if value else None
