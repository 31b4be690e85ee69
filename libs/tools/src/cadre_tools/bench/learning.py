"""Measures what many people do at once, one RPC each: complete a course, confirm a letter, submit a test.

As on the pages, everybody signs in and opens the course or the test first, before the clock starts.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc

from cadre.directory.v1 import directory_service_pb2 as directory_pb
from cadre.enrollment.v1 import enrollment_service_pb2 as enrollment_pb
from cadre.enrollment.v1 import enrollment_service_pb2_grpc as enrollment_grpc
from cadre.evaluation.v1 import evaluation_service_pb2 as evaluation_pb
from cadre.evaluation.v1 import evaluation_service_pb2_grpc as evaluation_grpc
from cadre.notification.v1 import notification_service_pb2 as notification_pb
from cadre.notification.v1 import notification_service_pb2_grpc as notification_grpc
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
    counted: Callable[[notification_pb.Counts], int]


def completions(stage: Stage, notice: str, count: int) -> Calls:
    """Have this many people complete the letter's course, which has one section and no test, by one call each."""
    learners = sign_in(stage, notice, count)
    with _channel(stage, "enrollment") as channel:
        stub = enrollment_grpc.EnrollmentServiceStub(channel)

        def prepare(learner: Learner) -> Act:
            start = enrollment_pb.StartAssignmentRequest(
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
                lambda assignment: assignment.state == enrollment_pb.Assignment.COMPLETED, lambda state: state.trained
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
        letters = notification_grpc.NotificationServiceStub(channel)

        def prepare(learner: Learner) -> Act:
            read = notification_pb.ReadNoticeRequest(
                notice=notice, request_id=request_id("bench", notice, learner.assignment, "read")
            )
            item = letters.ReadNotice(read, **learner.call)
            confirm = notification_pb.ConfirmNoticeRequest(
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
        courses = enrollment_grpc.EnrollmentServiceStub(enrollment)
        tests = evaluation_grpc.EvaluationServiceStub(evaluation)
        test_version = "tests/measured-test/versions/1"

        def prepare(learner: Learner) -> Act:
            courses.CompleteSection(_section(learner), **learner.call)
            start = evaluation_pb.StartSittingRequest(
                test_version=test_version, request_id=request_id("bench", learner.assignment, "sitting")
            )
            sitting = tests.StartSitting(start, **learner.call)
            submit = evaluation_pb.SubmitSittingRequest(
                name=sitting.name, answers=KEY, request_id=request_id("bench", sitting.name, "submit")
            )
            return partial(tests.SubmitSitting, submit, **learner.call)

        return _measure(
            stage,
            notice,
            learners,
            callers.run(prepare, learners).answers,
            Goal(lambda sitting: sitting.state == evaluation_pb.Sitting.PASSED, lambda state: state.trained),
            Rows("evaluation", "sitting", "state = %s", "PASSED"),
        )


def sign_in(stage: Stage, notice: str, count: int) -> list[Learner]:
    """Sign in this many of those who got the letter."""
    access = stage.access
    request = enrollment_pb.ListAssignmentsRequest(parent=EVERYWHERE, notice=notice, page_size=1000)
    assignments = list(access.every(access.enrollment.ListAssignments, request, "assignments"))[:count]
    if len(assignments) < count:
        raise WrongResultError(f"Only {len(assignments)} of {count} people have the training on their list")

    def exchange(assignment: enrollment_pb.Assignment) -> Learner:
        asked = directory_pb.ExchangeSignInRequest(person=assignment.person)
        token = access.ask(access.directory.ExchangeSignIn, asked).token
        return Learner(assignment.name, token, assignment.on_leave)

    return callers.run(exchange, assignments).answers


def _section(learner: Learner) -> enrollment_pb.CompleteSectionRequest:
    """The only section of the course."""
    key = request_id("bench", learner.assignment, "section")
    return enrollment_pb.CompleteSectionRequest(name=learner.assignment, section=1, request_id=key)


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
