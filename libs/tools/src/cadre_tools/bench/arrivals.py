"""Measures how soon a new person has their training: from the roster's event until it is on their list."""

import time

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre_cli.access import request_id
from cadre_tools.bench.figures import Arrivals, Delays
from cadre_tools.bench.stage import Stage, WrongResultError, wait_until
from servicekit import calendar, clock
from servicekit.rpc.client import Refused

_LOOK_SECONDS = 0.002
_AGENCIES = ("agencies/los-angeles", "agencies/lake", "agencies/kern")


def measure(stage: Stage, notice: str, open_letters: int, count: int) -> Arrivals:
    """Hire *count* people, one after the other, while *open_letters* are open, of which *notice* is the newest.

    The clock starts before the call that hires and stops when that person is shown the newest letter's training.

    Raises:
        WrongResultError: the state's page does not count those who came.
    """
    before = stage.readiness(notice).state.of
    taken = [_hire(stage, notice, number) for number in range(count)]
    stage.await_quiet()
    if (counted := stage.readiness(notice).state.of) != before + count:
        raise WrongResultError(f"The state's page counts {counted} people, not {before + count}")
    return Arrivals(stage.people, open_letters, Delays.of(taken))


def _hire(stage: Stage, notice: str, number: int) -> float:
    access = stage.access
    agency = _AGENCIES[number % len(_AGENCIES)]
    request = person_pb.CreatePersonRequest(
        parent=agency,
        person=person_pb.Person(
            staff_number=f"M-{number:06}",
            given_name="Measured",
            family_name=f"Newcomer {number}",
            jobs=[
                person_pb.Job(
                    agency=agency,
                    local_title="Child Support Specialist I",
                    job_class="child-support-specialist-1",
                    units=["intake"],
                    start_date=calendar.pacific_date(clock.utc()).isoformat(),
                )
            ],
        ),
        request_id=request_id("bench", "hire", number),
    )
    stage.await_quiet()
    started = time.perf_counter()
    person = access.ask(access.people.CreatePerson, request).name
    wait_until(lambda: _has_training(stage, notice, person), "a newcomer has no training", _LOOK_SECONDS)
    return time.perf_counter() - started


def _has_training(stage: Stage, notice: str, person: str) -> bool:
    access = stage.access
    try:
        access.ask(access.assignments.GetAssignment, assignment_pb.GetAssignmentRequest(name=notice), person=person)
    except Refused as refused:
        if refused.code != "NOT_FOUND":
            raise
        return False
    return True
