"""What runs in the background: jobs to run now, pause and resume; copies and figures to rebuild."""

from fastapi import APIRouter

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from gateway.operations.asking import PATIENCE_SECONDS, answered, ask_all, named, silent, stub
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/operations")

_JOBS = "/operations/jobs"
_REBUILDS = "/operations/rebuilds"
# Of each service, those that failed first: what is wrong with a hundred is wrong with the others.
_TASKS_SHOWN = 100


@router.get("/jobs")
def jobs(visit: Visitor) -> Answer:
    """What each service does on a timer, and what it has still to do."""
    return _show_jobs(visit, Form())


@router.post("/jobs/{service}/{job}/run")
def run(visit: Visitor, service: str, job: str, form: Sent) -> Answer:
    """Run a job now."""
    try:
        stub(visit, service).RunJob(pb.RunJobRequest(name=f"jobs/{job}", request_id=form.request_id))
    except Refused as error:
        form.refuse(error)
        return _show_jobs(visit, form)
    return visit.go(_JOBS, done="job-runs")


@router.post("/jobs/{service}/{job}/pause")
def pause(visit: Visitor, service: str, job: str, form: Sent) -> Answer:
    """Keep a job from running, with a reason."""
    field = f"reason-{service}-{job}"
    if reason := form.needs(field, "Say why the job must not run: others will ask."):
        try:
            stub(visit, service).PauseJob(
                pb.PauseJobRequest(name=f"jobs/{job}", reason=reason, request_id=form.request_id)
            )
        except Refused as error:
            form.refuse(error, {"reason": field})
    return _show_jobs(visit, form) if form.errors else visit.go(_JOBS, done="job-paused")


@router.post("/jobs/{service}/{job}/resume")
def resume(visit: Visitor, service: str, job: str, form: Sent) -> Answer:
    """Let a job run again, with a reason."""
    field = f"reason-{service}-{job}"
    if reason := form.needs(field, "Say why the job may run again."):
        try:
            stub(visit, service).ResumeJob(
                pb.ResumeJobRequest(name=f"jobs/{job}", reason=reason, request_id=form.request_id)
            )
        except Refused as error:
            form.refuse(error, {"reason": field})
    return _show_jobs(visit, form) if form.errors else visit.go(_JOBS, done="job-resumed")


@router.post("/tasks/{service}/{task}/retry")
def retry(visit: Visitor, service: str, task: str, form: Sent) -> Answer:
    """Have a task tried again now."""
    try:
        stub(visit, service).RetryTask(pb.RetryTaskRequest(name=f"tasks/{task}", request_id=form.request_id))
    except Refused as error:
        form.refuse(error)
        return _show_jobs(visit, form)
    return visit.go(_JOBS, done="task-tried")


@router.get("/rebuilds")
def rebuilds(visit: Visitor) -> Answer:
    """What can be rebuilt, and how far what was asked for has come."""
    return _show_rebuilds(visit, Form())


@router.post("/rebuilds/{service}/{projection}")
def rebuild(visit: Visitor, service: str, projection: str, form: Sent) -> Answer:
    """Rebuild figures or copies, with a reason."""
    field = f"reason-{service}-{projection}"
    if reason := form.needs(field, "Say why it is to be rebuilt."):
        request = pb.RebuildProjectionRequest(
            name=f"projections/{projection}", reason=reason, request_id=form.request_id
        )
        try:
            stub(visit, service).RebuildProjection(request)
        except Refused as error:
            form.refuse(error, {"reason": field})
    return _show_rebuilds(visit, form) if form.errors else visit.go(_REBUILDS, done="rebuild")


def _show_jobs(visit: Visit, form: Form) -> Answer:
    def ask(one: OperationsServiceStub) -> tuple[pb.ListJobsResponse, pb.ListTasksResponse]:
        return (
            one.ListJobs(pb.ListJobsRequest(), timeout=PATIENCE_SECONDS),
            one.ListTasks(pb.ListTasksRequest(page_size=_TASKS_SHOWN), timeout=PATIENCE_SECONDS),
        )

    answers = ask_all(visit, ask)
    rows = [(name, job) for name, (jobs, _) in answered(answers).items() for job in jobs.jobs]
    tasks = [(name, task) for name, (_, found) in answered(answers).items() for task in found.tasks]
    tasks.sort(key=lambda row: row[1].state != pb.Task.FAILED)
    # What needs a look comes first; the others stay in the order of their services.
    rows.sort(key=lambda row: not (row[1].HasField("pause_time") or row[1].last_error))
    return visit.page(
        "operations/jobs.html",
        status=400 if form.errors else 200,
        form=form,
        rows=rows,
        tasks=tasks,
        more_tasks=[name for name, (_, found) in answered(answers).items() if found.next_page_token],
        silent=silent(answers),
        names=named(visit, [*(job.paused_by for _, job in rows), *(task.actor for _, task in tasks)]),
    )


def _show_rebuilds(visit: Visit, form: Form) -> Answer:
    def ask(one: OperationsServiceStub) -> pb.ListProjectionsResponse:
        return one.ListProjections(pb.ListProjectionsRequest(), timeout=PATIENCE_SECONDS)

    answers = ask_all(visit, ask)
    rows = [(name, one) for name, answer in answered(answers).items() for one in answer.projections]
    return visit.page(
        "operations/rebuilds.html",
        status=400 if form.errors else 200,
        form=form,
        rows=rows,
        silent=silent(answers),
        names=named(visit, [one.requested_by for _, one in rows]),
    )
