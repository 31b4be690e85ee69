"""Measures amending: from the approver's click until every worker is asked again, by the letter's new day."""

import time
from dataclasses import replace
from datetime import date

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre_cli import reference
from cadre_cli.access import request_id
from cadre_tools.bench import publish
from cadre_tools.bench.raw import RawLetters
from cadre_tools.bench.report import Publish
from cadre_tools.bench.stage import Stage, WrongResultError, wait_until

_LATER_BUSINESS_DAYS = 5
_POLL_SECONDS = 0.002


def measure(stage: Stage, first: int, amendments: int) -> Publish:
    """Issue this many letters, numbered from *first*, and amend each: it takes effect later, and asks anew.

    Beside each the same rows are changed bare.

    Raises:
        WrongResultError: the state's page counts other people afterwards.
    """
    access = stage.access
    get = audience_pb.GetAudienceRequest(name=stage.audience.name)
    # Newcomers of another measurement are asked too.
    stage = replace(stage, audience=access.ask(access.audiences.GetAudience, get, person=stage.analyst))
    seconds, bare = [], []
    for number in range(first, first + amendments):
        notice, _ = publish.issue(stage, number, stage.course)
        seconds.append(_amend(stage, notice))
        bare.append(_bare(stage, notice))
    return Publish.of(stage.people, seconds, bare)


def _amend(stage: Stage, notice: str) -> float:
    access = stage.access
    begin = notice_pb.BeginAmendmentRequest(notice=notice, request_id=request_id("bench", notice, "begin"))
    draft = access.ask(access.notices.BeginAmendment, begin, person=stage.analyst)
    effective = (
        reference.load().calendar.as_far_as_known().add(date.fromisoformat(draft.effective_date), _LATER_BUSINESS_DAYS)
    )
    draft.what_changed, draft.effective_date = "It takes effect later.", effective.isoformat()
    draft.after = "What staff do from that day on is measured too."
    save = notice_pb.UpdateNoticeRequest(notice=draft, submit=True, request_id=request_id("bench", notice, "amended"))
    draft = access.ask(access.notices.UpdateNotice, save, person=stage.analyst)
    approve = notice_pb.PublishNoticeRequest(
        name=draft.name,
        audience_revision=stage.audience.revision,
        etag=draft.etag,
        request_id=request_id("bench", notice, "amend"),
    )
    before = _due(stage, notice)
    started = time.perf_counter()
    access.ask(access.notices.PublishNotice, approve, person=stage.approver)
    wait_until(lambda: _is_later(_due(stage, notice), before), "a worker has the day of before", _POLL_SECONDS)
    seconds = time.perf_counter() - started
    stage.await_quiet()
    counted = stage.readiness(notice).state
    if (counted.of, counted.ready) != (stage.people, 0):
        raise WrongResultError(f"The state's page counts {counted.of} of {stage.people} people, {counted.ready} ready")
    return seconds


def _is_later(days: tuple[str, str], before: tuple[str, str]) -> bool:
    return all(day > old for day, old in zip(days, before, strict=True))


def _due(stage: Stage, notice: str) -> tuple[str, str]:
    """Return the days by which a worker must be ready, as the letter and as the training say."""
    access = stage.access
    training = assignment_pb.GetAssignmentRequest(name=notice)
    item = inbox_pb.GetInboxItemRequest(notice=notice)
    return (
        access.ask(access.assignments.GetAssignment, training, person=stage.worker).due_date,
        access.ask(access.inbox.GetInboxItem, item, person=stage.worker).due_date,
    )


def _bare(stage: Stage, notice: str) -> float:
    """Change the letter's rows bare, each table in a durable transaction of its own; return the seconds."""
    raw = RawLetters(stage.site.database_urls)
    try:
        raw.write(notice.removeprefix("notices/"))
        seconds, *rows = raw.change()
    finally:
        raw.close()
    if rows != [stage.people, stage.people]:
        raise WrongResultError(f"{rows} rows were changed bare for {stage.people} people")
    return seconds
