"""What an operator does to what runs in the background: look at it, run it now, pause it, rebuild a projection."""

# ruff: noqa: N802, D102 - the contract names and documents its methods
from collections.abc import Callable, Sequence
from typing import Protocol

from cadre.operations.v1 import operations_service_pb2 as pb
from servicekit import names, text
from servicekit.background import schedule, tasks
from servicekit.background.jobs import Job, Projection
from servicekit.data.db import Database, Db
from servicekit.refusals import NotFound, Refusal
from servicekit.rpc.calls import Call, Servicer

_JOB = "jobs/{job}"
_TASK = "tasks/{task}"
_PROJECTION = "projections/{projection}"
_LONGEST_REASON = 500


class JobPaused(Refusal):
    """An operator keeps the job from running, for the reason given: resume it first."""


class JobNotPaused(Refusal):
    """There is nothing to resume: the job is not paused."""


class ProjectionBeingRebuilt(Refusal):
    """The projection is being rebuilt already, or waits for its turn."""


class _Reasoned(Protocol):
    reason: str


class SteeringServicer(Servicer):
    """The operations contract's part on jobs, tasks and projections. *wake* tells the runner of jobs to look."""

    def __init__(
        self, database: Database, jobs: Sequence[Job], projections: Sequence[Projection], wake: Callable[[], None]
    ) -> None:
        super().__init__(database)
        self._jobs = {job.name: job for job in jobs}
        self._projections = {projection.name: projection for projection in projections}
        self._wake = wake

    def ListJobs(self, request: pb.ListJobsRequest, call: Call) -> pb.ListJobsResponse:  # noqa: ARG002 - the contract's
        with self.read() as db:
            entries = schedule.entries(db, self._jobs)
        return pb.ListJobsResponse(jobs=[_job(job, entries.get(name)) for name, job in sorted(self._jobs.items())])

    def RunJob(self, request: pb.RunJobRequest, call: Call) -> pb.Job:
        job = self._job(request.name)
        with self.write(call, request) as db:
            if (entry := _load(db, job)).paused_at is not None:
                raise _paused(request.name, entry)
            schedule.request(db, job.name, call.principal.name)
            db.changed(request.name, after={"run": "asked for"})
            answer = db.answer(_job(job, _load(db, job)))
        self._wake()
        return answer

    def PauseJob(self, request: pb.PauseJobRequest, call: Call) -> pb.Job:
        job, reason = self._job(request.name), _reason(request, "why the job must not run")
        with self.write(call, request) as db:
            if (entry := _load(db, job)).paused_at is not None:
                raise _paused(request.name, entry)
            schedule.pause(db, job.name, call.principal.name, reason)
            db.changed(request.name, before={"paused": False}, after={"paused": True}, reason=reason)
            return db.answer(_job(job, _load(db, job)))

    def ResumeJob(self, request: pb.ResumeJobRequest, call: Call) -> pb.Job:
        job, reason = self._job(request.name), _reason(request, "why the job may run again")
        with self.write(call, request) as db:
            if _load(db, job).paused_at is None:
                raise JobNotPaused("The job is not paused.", job=request.name)
            schedule.resume(db, job.name)
            db.changed(request.name, before={"paused": True}, after={"paused": False}, reason=reason)
            answer = db.answer(_job(job, _load(db, job)))
        self._wake()
        return answer

    def ListTasks(
        self,
        request: pb.ListTasksRequest,
        call: Call,  # noqa: ARG002 - the contract's form
    ) -> pb.ListTasksResponse:
        page = self.page_of(request)
        with self.read() as db:
            rows = tasks.listed(db, after=page.after, limit=page.size + 1)
        shown, token = page.cut(rows, lambda task: [task.next_try is not None, task.at.isoformat(), task.id])
        return pb.ListTasksResponse(tasks=map(_task, shown), next_page_token=token)

    def RetryTask(self, request: pb.RetryTaskRequest, call: Call) -> pb.Task:
        task_id = names.uuid_in(_TASK, request.name)
        with self.write(call, request) as db:
            task = tasks.again(db, task_id)
            if task is None:
                raise NotFound(request.name)
            db.changed(request.name, after={"try": "asked for"})
            return db.answer(_task(task))

    def ListProjections(
        self,
        request: pb.ListProjectionsRequest,  # noqa: ARG002 - the contract's form
        call: Call,  # noqa: ARG002 - as above
    ) -> pb.ListProjectionsResponse:
        known = sorted(self._projections.items())
        with self.read() as db:
            entries = schedule.entries(db, [projection.entry for _, projection in known])
        return pb.ListProjectionsResponse(projections=[_projection(one, entries.get(one.entry)) for _, one in known])

    def RebuildProjection(self, request: pb.RebuildProjectionRequest, call: Call) -> pb.Projection:
        name = names.one(_PROJECTION, request.name)
        projection = self._projections.get(name)
        if projection is None:
            raise NotFound(request.name)
        reason = _reason(request, "why it is made anew")
        with self.write(call, request) as db:
            entry = schedule.load(db, projection.entry, None)
            if entry.running or entry.next_run is not None:
                raise ProjectionBeingRebuilt("It is being made anew already.", projection=request.name)
            schedule.request(db, projection.entry, call.principal.name)
            db.changed(request.name, after={"rebuild": "asked for"}, reason=reason)
            answer = db.answer(_projection(projection, schedule.load(db, projection.entry, None)))
        self._wake()
        return answer

    def shown(self, db: Db, job: Job) -> pb.Job:
        """Return a job as the contract says it."""
        return _job(job, schedule.entries(db, [job.name]).get(job.name))

    def _job(self, name: str) -> Job:
        job = self._jobs.get(names.one(_JOB, name))
        if job is None:
            raise NotFound(name)
        return job


def _load(db: Db, job: Job) -> schedule.Entry:
    return schedule.load(db, job.name, job.every.total_seconds())


def _reason(request: _Reasoned, what: str) -> str:
    return text.reason(request.reason, most=_LONGEST_REASON, what=what)


def _paused(name: str, entry: schedule.Entry) -> JobPaused:
    return JobPaused("The job is paused.", job=name, by=entry.paused_by, reason=entry.pause_reason)


def _job(job: Job, entry: schedule.Entry | None) -> pb.Job:
    answer = pb.Job(name=f"jobs/{job.name}", description=job.description, every_seconds=job.every.total_seconds())
    if entry is None:  # no process has worked yet
        return answer
    answer.running = entry.running
    answer.last_duration_seconds = entry.last_seconds
    answer.runs, answer.failures, answer.last_error = entry.runs, entry.failures, entry.last_error
    answer.paused_by, answer.pause_reason = entry.paused_by, entry.pause_reason
    if entry.last_start is not None:
        answer.last_start_time.FromDatetime(entry.last_start)
    if entry.last_success is not None:
        answer.last_success_time.FromDatetime(entry.last_success)
    if entry.paused_at is not None:
        answer.pause_time.FromDatetime(entry.paused_at)
    elif entry.next_run is not None:
        answer.next_run_time.FromDatetime(entry.next_run)
    return answer


def _task(task: tasks.Task) -> pb.Task:
    answer = pb.Task(
        name=f"tasks/{task.id}",
        kind=task.kind,
        key=task.key,
        state=pb.Task.FAILED if task.next_try is None else pb.Task.WAITING,
        actor=task.actor,
        tries=task.tries,
        last_error=task.error,
        done=task.done,
        total=task.total,
    )
    answer.create_time.FromDatetime(task.at)
    if task.last_start is not None:
        answer.last_start_time.FromDatetime(task.last_start)
    if task.next_try is not None:
        answer.next_try_time.FromDatetime(task.next_try)
    return answer


def _projection(projection: Projection, entry: schedule.Entry | None) -> pb.Projection:
    answer = pb.Projection(name=f"projections/{projection.name}", description=projection.description)
    if entry is None:
        return answer
    answer.requested, answer.running = entry.next_run is not None, entry.running
    answer.done, answer.total = entry.done, entry.total
    answer.last_duration_seconds, answer.last_error = entry.last_seconds, entry.last_error
    answer.requested_by = entry.requested_by
    if entry.last_start is not None:
        answer.last_start_time.FromDatetime(entry.last_start)
    if entry.last_success is not None:
        answer.last_success_time.FromDatetime(entry.last_success)
    return answer
