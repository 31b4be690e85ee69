"""Measures issuing: from the approver's click until every worker has the letter and its training on their list."""

import time

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre_cli.access import request_id
from cadre_tools.bench.raw import RawLetters
from cadre_tools.bench.report import Publish
from cadre_tools.bench.stage import Stage, WrongResultError, wait_until
from servicekit.rpc.client import Refused

# Two services and the bus need tens of milliseconds: a look every two costs them little and blurs little.
_POLL_SECONDS = 0.002


def measure(stage: Stage, letters: int) -> Publish:
    """Issue this many letters, each followed by its raw limit once everything is quiet."""
    raw = RawLetters(stage.site.database_urls)
    seconds, raw_seconds = [], []
    try:
        for number in range(1, letters + 1):
            notice, took = issue(stage, number, stage.course)
            seconds.append(took)
            bare, *rows = raw.write(notice.removeprefix("notices/"))
            raw_seconds.append(bare)
            if rows != [stage.people, stage.people]:
                raise WrongResultError(f"{rows} recipients and assignments for {stage.people} people")
    finally:
        raw.close()
    return Publish.of(stage.people, seconds, raw_seconds)


def issue(stage: Stage, number: int, course_version: str) -> tuple[str, float]:
    """Issue a letter and return its name, and the seconds until a worker has it and its training.

    Recipients and assignments are written by one statement each, so whoever sees one sees all; that they are as many
    as people is counted afterwards, when everything is quiet.

    Raises:
        WrongResultError: the state's page counts other people.
    """
    draft = stage.draft_letter(number, course_version)
    access = stage.access
    publish = notice_pb.PublishNoticeRequest(
        name=draft.name,
        audience_revision=stage.audience.revision,
        etag=draft.etag,
        request_id=request_id("bench", number, "publish"),
    )
    _has(stage, draft.name)  # the worker and the approver are signed in before the clock starts
    started = time.perf_counter()
    access.ask(access.notices.PublishNotice, publish, person=stage.approver)
    wait_until(lambda: _has(stage, draft.name), "the letter is not on a worker's list", _POLL_SECONDS)
    seconds = time.perf_counter() - started
    stage.await_quiet()
    counted = stage.readiness(draft.name).state.of
    if counted != stage.people:
        raise WrongResultError(f"The state's page counts {counted} of {stage.people} people")
    return draft.name, seconds


def _has(stage: Stage, notice: str) -> bool:
    """Whether the worker has both; the training comes later, so it is asked for first."""
    access = stage.access
    try:
        access.ask(
            access.assignments.GetAssignment, assignment_pb.GetAssignmentRequest(name=notice), person=stage.worker
        )
        access.ask(access.inbox.GetInboxItem, inbox_pb.GetInboxItemRequest(notice=notice), person=stage.worker)
    except Refused as refused:
        if refused.code != "NOT_FOUND":
            raise
        return False
    return True
