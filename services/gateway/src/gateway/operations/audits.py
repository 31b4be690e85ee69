"""Audits: what must be zero, as the services counted it last; and counting it now."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from gateway.operations.asking import PATIENCE_SECONDS, answered, ask_all, silent
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor

router = APIRouter(prefix="/operations/audits")

_PATH = "/operations/audits"


@dataclass(frozen=True)
class Counting:
    """How the services are at it: which count now or are about to, whose last count failed, and who is kept from it."""

    under_way: list[str]
    failed: dict[str, str]
    paused: dict[str, str]


@router.get("")
def audits(visit: Visitor) -> Answer:
    """What was found the last time, what is not zero first."""
    return _show(visit, Form())


@router.post("/count")
def count(visit: Visitor, form: Sent) -> Answer:
    """Have every service count now; it takes as long as there are rows, so nobody waits for it here."""
    request = pb.RunJobRequest(name="jobs/audits", request_id=form.request_id)
    refused = silent(ask_all(visit, lambda stub: stub.RunJob(request, timeout=PATIENCE_SECONDS)))
    if refused:
        form.errors[""] = " ".join(f"{service}: {sentence}" for service, sentence in refused.items())
        return _show(visit, form)
    return visit.go(_PATH, done="audits-count")


def _show(visit: Visit, form: Form) -> Answer:
    def ask(one: OperationsServiceStub) -> pb.ListAuditsResponse:
        return one.ListAudits(pb.ListAuditsRequest(), timeout=PATIENCE_SECONDS)

    answers = ask_all(visit, ask)
    found = answered(answers)
    rows = [(name, audit) for name, answer in found.items() for audit in answer.audits]
    rows.sort(key=lambda row: row[1].count, reverse=True)
    return visit.page(
        "operations/audits.html",
        status=400 if form.errors else 200,
        form=form,
        counted=[row for row in rows if row[1].HasField("count_time")],
        uncounted=[row for row in rows if not row[1].HasField("count_time")],
        counting=_counting(visit, {name: answer.job for name, answer in found.items()}),
        silent=silent(answers),
    )


def _counting(visit: Visit, jobs: Mapping[str, pb.Job]) -> Counting:
    def under_way(job: pb.Job) -> bool:
        due = job.HasField("next_run_time") and job.next_run_time.seconds <= visit.now.timestamp()
        return job.running or due

    return Counting(
        under_way=[name for name, job in jobs.items() if under_way(job)],
        failed={name: job.last_error for name, job in jobs.items() if job.last_error and not under_way(job)},
        paused={name: job.pause_reason for name, job in jobs.items() if job.HasField("pause_time")},
    )
