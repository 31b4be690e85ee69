"""Between the contract and enrollment's own terms."""

from collections.abc import Collection
from uuid import UUID

from cadre.enrollment.v1 import enrollment_service_pb2 as pb
from enrollment.assignments.records import Assignment
from enrollment.completions.rates import Rate
from enrollment.completions.records import Completion, YearOfTraining
from enrollment.completions.rules import MOST_PEOPLE, Training, TrainingKind
from enrollment.requirements.visibility import Learner
from servicekit import names, paging
from servicekit.calendar import YEARS_OF_LIVES, day_of, pacific_date
from servicekit.intervals import share_interval
from servicekit.refusals import InvalidField, NotFound
from servicekit.rpc.calls import Call
from servicekit.rpc.tokens import SELF
from servicekit.rpc.wire import caller, timestamp

WHOLE_STATE = "-"
# Whoever holds one of these for the state or an agency sees a letter before staff do: notification says the same.
_PREPARE = ("notices.write", "notices.approve", "readiness.read", "readiness.read_agency", "notices.confirm_for_agency")


def learner(call: Call) -> Learner:
    """Return who asks for their own training; those who prepare letters, anywhere, see them before."""
    held = call.principal.rights
    prepares = any(held.get(right, frozenset()) - {SELF} for right in _PREPARE)
    return Learner(caller(call.principal), pacific_date(call.now), before_staff=prepares)


def assignment_key(name: str) -> tuple[UUID, UUID]:
    """Return requirement and person in the name of an assignment."""
    ids = names.parse("requirements/{requirement}/assignments/{person}", name)
    return names.as_uuid(ids["requirement"], field="name"), names.as_uuid(ids["person"], field="name")


def own_requirement_id(name: str, caller: UUID) -> UUID:
    """Return the requirement of the caller's own assignment; other people's do not exist for them."""
    requirement, owner = assignment_key(name)
    if owner != caller:
        raise NotFound(name)
    return requirement


def agency_id(parent: str) -> str:
    """Return the id in `agencies/{agency}`; `-`, the whole state, is ''."""
    agency = names.one("agencies/{agency}", parent, field="parent")
    return "" if agency == WHOLE_STATE else agency


def one_agency_id(parent: str) -> str:
    """Return the id in `agencies/{agency}`, which must be one agency."""
    if agency := agency_id(parent):
        return agency
    raise InvalidField("parent", parent, "must name one agency")


def notice_id(name: str, *, field: str) -> UUID:
    """Return the id in `notices/{notice}`."""
    return names.uuid_in("notices/{notice}", name, field=field)


def notice_ids(notices: Collection[str]) -> list[UUID]:
    """Return the ids of the notices to which a list is narrowed; none = it is not."""
    return names.uuids_in("notices/{notice}", notices, field="notices", most=paging.MOST)


def person_id(name: str, *, field: str) -> UUID:
    """Return the id in `people/{person}`."""
    return names.uuid_in("people/{person}", name, field=field)


def people(person_names: list[str]) -> list[UUID]:
    """Return the ids of the people of a recorded training."""
    if not 0 < len(person_names) <= MOST_PEOPLE:
        raise InvalidField("people", len(person_names), f"must name between 1 and {MOST_PEOPLE}")
    return [person_id(name, field="people") for name in person_names]


def training(request: pb.RecordTrainingRequest) -> Training:
    """Return the training that a request records."""
    if request.kind not in _KINDS:
        raise InvalidField("kind", request.kind, "must be BRIEFING or OTHER_SYSTEM")
    completed_on = day_of("complete_date", request.complete_date, YEARS_OF_LIVES)
    return Training(_KINDS[request.kind], completed_on, request.minutes, request.led_by.strip())


def assignment(row: Assignment) -> pb.Assignment:
    """Return an assignment as the contract says it."""
    return pb.Assignment(
        name=row.name,
        person=f"people/{row.person_id}",
        notice=f"notices/{row.notice_id}",
        course_version=f"courses/{row.course_id}/versions/{row.course_version}",
        state=pb.Assignment.State.Value(row.progress.state.value),
        due_date=row.due_date.isoformat(),
        on_leave=row.on_leave,
        sections_completed=row.progress.sections_completed,
        section_count=row.progress.section_count,
        test_passed=row.progress.test_passed,
        has_test=row.progress.has_test,
        minutes=row.minutes,
        create_time=timestamp(row.created_at),
        complete_time=None if row.completed_at is None else timestamp(row.completed_at),
        waiver_reason=row.waiver_reason,
    )


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
    )


def year(given: int) -> int:
    """Return the calendar year that a transcript is asked for; 0 = all."""
    if given and given not in YEARS_OF_LIVES:
        years = f"{YEARS_OF_LIVES[0]} to {YEARS_OF_LIVES[-1]}"
        raise InvalidField("year", given, f"must be a year from {years}, or 0 for all")
    return given


def year_of_training(row: YearOfTraining) -> pb.YearOfTraining:
    """Return what a year of a transcript adds up to, as the contract says it."""
    return pb.YearOfTraining(year=row.year, completions=row.completions, minutes=row.minutes)


_KINDS = {pb.Completion.Kind.Value(kind.value): kind for kind in TrainingKind}


def completion_rate(given: Rate) -> pb.CompletionRate:
    """Return how a course was completed, with its interval where there is anybody to count."""
    message = pb.CompletionRate(course=f"courses/{given.course_id}", completed=given.completed, of=given.of)
    if given.of:
        message.share = given.completed / given.of
        message.low, message.high = share_interval(given.completed, given.of)
    return message
