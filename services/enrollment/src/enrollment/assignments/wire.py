"""Between the contract and the terms of assignments."""

from uuid import UUID

from cadre.enrollment.v1 import assignment_service_pb2 as pb
from enrollment.assignments.records import Assignment
from enrollment.requirements.visibility import Learner
from servicekit import names
from servicekit.calendar import pacific_date
from servicekit.refusals import NotFound
from servicekit.rpc.calls import Call
from servicekit.rpc.tokens import SELF
from servicekit.rpc.wire import caller, day_text, timestamp

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
        credited_notice=f"notices/{row.credited_notice_id}" if row.credited_notice_id else "",
        credited_date=day_text(row.credited_on),
    )
