"""Between the contract and the terms of completions."""

from uuid import UUID

from cadre.enrollment.v1 import completion_service_pb2 as pb
from enrollment import resources
from enrollment.completions.preview import NO_UNIT, Preview
from enrollment.completions.rates import Rate
from enrollment.completions.records import Completion, YearOfTraining
from enrollment.completions.retraction import Recording
from enrollment.completions.rules import MOST_PEOPLE, Training, TrainingKind
from servicekit import names
from servicekit.calendar import YEARS_OF_LIVES, day_of
from servicekit.intervals import share_interval
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import day_text, timestamp

_MOST_UNITS = 200
_KINDS = {pb.Completion.Kind.Value(kind.value): kind for kind in TrainingKind}


def people(person_names: list[str]) -> list[UUID]:
    """Return the ids of the people of a recorded training."""
    if not 0 < len(person_names) <= MOST_PEOPLE:
        raise InvalidField("people", len(person_names), f"must name between 1 and {MOST_PEOPLE}")
    return [resources.person_id(name, field="people") for name in person_names]


def chosen(request: pb.PreviewTrainingRequest) -> tuple[list[str], list[UUID]]:
    """Return the units and the people of whom a training is to be recorded."""
    if len(request.people) > MOST_PEOPLE or len(request.units) > _MOST_UNITS:
        raise InvalidField("people", len(request.people), f"may name at most {MOST_PEOPLE}, and {_MOST_UNITS} units")
    units = [unit if unit == NO_UNIT else names.slug(unit, field="units") for unit in request.units]
    return units, [resources.person_id(name, field="people") for name in request.people]


def preview(found: Preview) -> pb.PreviewTrainingResponse:
    """Return who would be recorded, and who would not, as the contract says it."""
    return pb.PreviewTrainingResponse(
        people=[f"people/{one}" for one in found.people],
        trained=[f"people/{one}" for one in found.trained],
        excused=[f"people/{one}" for one in found.excused],
        on_leave=[f"people/{one}" for one in found.on_leave],
        not_listed=[f"people/{one}" for one in found.not_listed],
    )


def training(request: pb.RecordTrainingRequest) -> Training:
    """Return the training that a request records."""
    if request.kind not in _KINDS:
        raise InvalidField("kind", request.kind, "must be BRIEFING or OTHER_SYSTEM")
    completed_on = day_of("complete_date", request.complete_date, YEARS_OF_LIVES)
    return Training(_KINDS[request.kind], completed_on, request.minutes, request.led_by.strip())


def completion(row: Completion) -> pb.Completion:
    """Return a line of a transcript as the contract says it."""
    return pb.Completion(
        name=f"completions/{row.id}",
        person=f"people/{row.person_id}",
        course_version=f"courses/{row.course_id}/versions/{row.course_version}",
        notice=f"notices/{row.notice_id}",
        kind=pb.Completion.Kind.Value(row.kind),
        minutes=row.minutes,
        complete_time=timestamp(row.completed_at),
        complete_date=row.completed_on.isoformat(),
        led_by=row.led_by,
        credited_notice=f"notices/{row.credited_notice_id}" if row.credited_notice_id else "",
        credited_date=day_text(row.credited_on),
        retract_time=timestamp(row.retracted_at),
        retracted_by=f"people/{row.retracted_by}" if row.retracted_by else "",
        retract_reason=row.retract_reason or "",
    )


def recording(row: Recording) -> pb.Recording:
    """Return what was recorded at once as the contract says it."""
    return pb.Recording(
        kind=pb.Completion.Kind.Value(row.kind),
        complete_date=row.completed_on.isoformat(),
        minutes=row.minutes,
        led_by=row.led_by,
        record_time=timestamp(row.recorded_at),
        people=[f"people/{one}" for one in row.people],
    )


def year(given: int) -> int:
    """Return the calendar year that a transcript is asked for; 0 = all."""
    if given and given not in YEARS_OF_LIVES:
        years = f"{YEARS_OF_LIVES[0]} to {YEARS_OF_LIVES[-1]}"
        raise InvalidField("year", given, f"must be a year from {years}, or 0 for all")
    return given


def year_of_training(row: YearOfTraining) -> pb.YearOfTraining:
    """Return what a year of a transcript adds up to, as the contract says it."""
    return pb.YearOfTraining(**row._asdict())


def completion_rate(given: Rate) -> pb.CompletionRate:
    """Return how a course was completed, with its interval where there is anybody to count."""
    message = pb.CompletionRate(course=f"courses/{given.course_id}", completed=given.completed, of=given.of)
    if given.of:
        message.share = given.completed / given.of
        message.low, message.high = share_interval(given.completed, given.of)
    return message
