"""Measures what many people do at once, one RPC each: complete a course, confirm a letter, submit a test.

As on the pages, everybody signs in and opens the course or the test first, before the clock starts.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1.assignment_service_pb2_grpc import AssignmentServiceStub
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1.sitting_service_pb2_grpc import SittingServiceStub
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1.inbox_service_pb2_grpc import InboxServiceStub
from cadre_cli.access import request_id
from cadre_cli.loading import EVERYWHERE
from cadre_tools.bench import callers, raw
from cadre_tools.bench.raw import Rows
from cadre_tools.bench.report import Calls
from cadre_tools.bench.stage import KEY, Stage, WrongResultError, wait_until
from servicekit.rpc.client import DEADLINE_SECONDS

# One timed call, ready to be made.
Act = Callable[[], Any]


@dataclass(frozen=True)
class Learner:
    """Somebody who has the training on their list, signed in."""

    assignment: str
    token: str
    # What they do now counts when they are back: the pages' figures are of those at work.
    on_leave: bool

    @property
    def call(self) -> dict[str, Any]:
        """What each of their calls carries besides its request."""
        return {"metadata": (("authorization", f"Bearer {self.token}"),), "timeout": DEADLINE_SECONDS}


@dataclass(frozen=True)
class Goal:
    """What each call is to do: whether its answer says so, and the figure of the state's page that counts it."""

    reached: Callable[[Any], bool]
    counted: Callable[[readiness_pb.Counts], int]


def completions(stage: Stage, notice: str, count: int) -> Calls:
    """Have this many people complete the letter's course, which has one section and no test, by one call each."""
    learners = sign_in(stage, notice, count)
    with _channel(stage, "enrollment") as channel:
        stub = AssignmentServiceStub(channel)

        def prepare(learner: Learner) -> Act:
            start = assignment_pb.StartAssignmentRequest(
                name=learner.assignment, request_id=request_id("bench", learner.assignment, "start")
            )
            stub.StartAssignment(start, **learner.call)
            return partial(stub.CompleteSection, _section(learner), **learner.call)

        return _measure(
            stage,
            notice,
            learners,
            callers.run(prepare, learners).answers,
            Goal(
                lambda assignment: assignment.state == assignment_pb.Assignment.COMPLETED, lambda state: state.trained
            ),
            Rows(
                "enrollment",
                "completion",
                "requirement_id = (SELECT id FROM requirement WHERE notice_id = %s)",
                notice.removeprefix("notices/"),
            ),
        )


def confirmations(stage: Stage, notice: str, count: int) -> Calls:
    """Have so many people confirm the letter, which they read before."""
    learners = sign_in(stage, notice, count)
    with _channel(stage, "notification") as channel:
        letters = InboxServiceStub(channel)

        def prepare(learner: Learner) -> Act:
            read = inbox_pb.ReadNoticeRequest(
                notice=notice, request_id=request_id("bench", notice, learner.assignment, "read")
            )
            item = letters.ReadNotice(read, **learner.call)
            confirm = inbox_pb.ConfirmNoticeRequest(
                notice=notice,
                text_sha256=item.notice.text_sha256,
                request_id=request_id("bench", notice, learner.assignment, "confirm"),
            )
            return partial(letters.ConfirmNotice, confirm, **learner.call)

        return _measure(
            stage,
            notice,
            learners,
            callers.run(prepare, learners).answers,
            Goal(lambda item: item.HasField("confirm_time"), lambda state: state.confirmed),
            Rows(
                "notification",
                "acknowledgement",
                "kind = 'CONFIRM' AND notice_id = %s",
                notice.removeprefix("notices/"),
            ),
        )


def sittings(stage: Stage, notice: str, count: int) -> Calls:
    """Have this many people submit the test of the letter's course, whose section they completed before; all pass."""
    learners = sign_in(stage, notice, count)
    with _channel(stage, "enrollment") as enrollment, _channel(stage, "evaluation") as evaluation:
        courses = AssignmentServiceStub(enrollment)
        tests = SittingServiceStub(evaluation)
        test_version = "tests/measured-test/versions/1"

        def prepare(learner: Learner) -> Act:
            courses.CompleteSection(_section(learner), **learner.call)
            start = sitting_pb.StartSittingRequest(
                test_version=test_version, request_id=request_id("bench", learner.assignment, "sitting")
            )
            sitting = tests.StartSitting(start, **learner.call)
            submit = sitting_pb.SubmitSittingRequest(
                name=sitting.name, answers=KEY, request_id=request_id("bench", sitting.name, "submit")
            )
            return partial(tests.SubmitSitting, submit, **learner.call)

        return _measure(
            stage,
            notice,
            learners,
            callers.run(prepare, learners).answers,
            Goal(lambda sitting: sitting.state == sitting_pb.Sitting.PASSED, lambda state: state.trained),
            Rows("evaluation", "sitting", "state = %s", "PASSED"),
        )


def sign_in(stage: Stage, notice: str, count: int) -> list[Learner]:
    """Sign in this many of those who got the letter."""
    access = stage.access
    request = assignment_pb.ListAssignmentsRequest(parent=EVERYWHERE, notice=notice, page_size=1000)
    assignments = list(access.every(access.assignments.ListAssignments, request, "assignments"))[:count]
    if len(assignments) < count:
        raise WrongResultError(f"Only {len(assignments)} of {count} people have the training on their list")

    def exchange(assignment: assignment_pb.Assignment) -> Learner:
        asked = sign_in_pb.ExchangeSignInRequest(person=assignment.person)
        token = access.ask(access.sign_ins.ExchangeSignIn, asked).token
        return Learner(assignment.name, token, assignment.on_leave)

    return callers.run(exchange, assignments).answers


def _section(learner: Learner) -> assignment_pb.CompleteSectionRequest:
    """The only section of the course."""
    key = request_id("bench", learner.assignment, "section")
    return assignment_pb.CompleteSectionRequest(name=learner.assignment, section=1, request_id=key)


def _measure(
    stage: Stage,
    notice: str,
    learners: Sequence[Learner],
    acts: Sequence[Act],
    goal: Goal,
    rows: Rows,
) -> Calls:
    """Time *acts*, each of which must reach the *goal*, and then as many bare commits of the same rows."""
    stage.await_quiet()
    started = time.perf_counter()
    timing = callers.run(lambda act: act(), acts)
    at_work = sum(not learner.on_leave for learner in learners)
    wait_until(
        lambda: goal.counted(stage.readiness(notice).state) >= at_work, "the state's page does not count everybody"
    )
    visible = time.perf_counter() - started
    wrong = sum(not goal.reached(answer) for answer in timing.answers)
    if wrong:
        raise WrongResultError(f"{wrong} of {len(acts)} calls did not do their work")
    stage.await_quiet()
    bare, written = raw.commit_one_by_one(stage.site.database_urls, rows)
    if written != len(acts):
        raise WrongResultError(f"{written} rows of {rows.table} came of {len(acts)} calls")
    return Calls(
        count=len(acts),
        callers=callers.CALLERS,
        seconds=timing.seconds,
        visible_seconds=visible,
        per_second=len(acts) / timing.seconds,
        p50_ms=timing.percentile_ms(50),
        p99_ms=timing.percentile_ms(99),
        raw_seconds=bare,
        ratio=timing.seconds / bare,
    )


def _channel(stage: Stage, service: str) -> grpc.Channel:
    """Open a plain channel: the service is measured, not our client's conveniences, which take the same two cores."""
    return grpc.insecure_channel(f"127.0.0.1:{stage.site.ports[service].serve}")
