"""What runs in the background is seen and steered: jobs on their timers, projections rebuilt when asked for."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1 import operations_service_pb2_grpc as pb_grpc
from servicekit.background.jobs import Job, Projection
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

RIGHTS = ["operations.read", "operations.write"]
HOUR = timedelta(hours=1)


class Sweep:
    """A job that counts its runs, fails while told to, and can be held up in the middle."""

    def __init__(self):
        self.runs = 0
        self.together = 0
        self.most_together = 0
        self.broken = False
        self.go_on = threading.Event()
        self.go_on.set()
        self._lock = threading.Lock()

    def __call__(self, _database, _now):
        """Sweep the floor. Every night."""
        with self._lock:
            self.runs += 1
            self.together += 1
            self.most_together = max(self.together, self.most_together)
        assert self.go_on.wait(60)
        with self._lock:
            self.together -= 1
        if self.broken:
            raise ZeroDivisionError("no broom")


@pytest.fixture
def sweep():
    return Sweep()


@pytest.fixture
def app(kit_app, sweep):
    def count_things(database, _now, progress):
        """Counts of things, from the things."""
        progress.expect(3)
        assert sweep.go_on.wait(60)
        progress.step(2)
        progress.step()
        if sweep.broken:
            raise ZeroDivisionError("cannot count")
        with database.transaction(actor="services/maker", method="rebuild", resource="things/-") as db:
            db.run("INSERT INTO thing (value) VALUES ('counted')")

    def clean(_database, _now):
        """Clean the windows."""

    # A millisecond of work is followed by eleven days of rest.
    jobs = [Job("sweep", HOUR, Sweep.__call__.__get__(sweep)), Job("clean", HOUR, clean, share=1e-9)]
    return replace(kit_app, name="maker", jobs=jobs, projections=[Projection("things", count_things)])


@pytest.fixture
def service(launch, app, sweep):
    yield launch(app, role="all")
    sweep.go_on.set()


@pytest.fixture
def operations(service):
    return service.stub(pb_grpc.OperationsServiceStub, caller="people/7", rights=RIGHTS)


def request(kind, name="jobs/sweep", **fields):
    return kind(name=name, request_id=str(uuid.uuid4()), **fields)


def job(operations, name="jobs/sweep"):
    return next(job for job in operations.ListJobs(pb.ListJobsRequest()).jobs if job.name == name)


def projection(operations):
    (only,) = operations.ListProjections(pb.ListProjectionsRequest()).projections
    return only


def until(holds, operations):
    """Wait until something holds of the jobs and projections."""

    def seen():
        return f"{operations.ListJobs(pb.ListJobsRequest())} {operations.ListProjections(pb.ListProjectionsRequest())}"

    wait_until(holds, seen)


def ran(operations, times):
    """Wait until the job has run so often, and return how it stands then."""
    until(lambda: job(operations).runs >= times and not job(operations).running, operations)
    return job(operations)


def test_a_job_runs_soon_after_start_and_says_when_it_ran_how_long_and_when_it_runs_next(operations, service):
    done = ran(operations, 1)

    assert (done.runs, done.failures, done.last_error) == (1, 0, "")
    assert done.description == "Sweep the floor. Every night."
    assert done.every_seconds == 3600
    assert 0 < done.last_duration_seconds < 10
    assert done.last_success_time.ToDatetime() > done.last_start_time.ToDatetime()
    assert done.next_run_time.ToDatetime() - done.last_start_time.ToDatetime() == HOUR
    names = [one.name for one in operations.ListJobs(pb.ListJobsRequest()).jobs]
    assert names == ["jobs/audits", "jobs/clean", "jobs/purge", "jobs/sweep"]
    metric = service.runtime.registry.get_sample_value
    until(lambda: metric("cadre_job_last_success_seconds", {"job": "sweep"}) is not None, operations)
    assert metric("cadre_job_next_run_seconds", {"job": "sweep"}) == pytest.approx(done.next_run_time.seconds, abs=1.1)
    assert metric("cadre_job_paused", {"job": "sweep"}) == 0


def test_a_job_that_fails_says_why_and_is_tried_again_when_asked_for(operations, service, sweep):
    sweep.broken = True
    ran(operations, 1)
    operations.RunJob(request(pb.RunJobRequest))

    failed = ran(operations, 2)
    assert failed.failures >= 1
    assert failed.last_error.startswith("ZeroDivisionError: no broom")
    status = operations.GetStatus(pb.GetStatusRequest())
    assert [(fault.reason, fault.metadata["job"]) for fault in status.faults] == [("JOB_FAILED", "sweep")]
    assert service.runtime.registry.get_sample_value("cadre_job_failures_total", {"job": "sweep"}) >= 1

    sweep.broken = False
    operations.RunJob(request(pb.RunJobRequest))
    mended = ran(operations, 3)
    assert mended.last_error == ""
    assert not operations.GetStatus(pb.GetStatusRequest()).faults


def test_a_job_asked_for_twice_by_the_same_request_runs_once_more_only(operations, sweep):
    ran(operations, 1)
    asked = request(pb.RunJobRequest)
    operations.RunJob(asked)
    ran(operations, 2)
    operations.RunJob(asked)
    operations.RunJob(request(pb.RunJobRequest))
    ran(operations, 3)

    assert sweep.runs == 3


def test_a_job_takes_no_more_than_its_share_of_the_time_unless_it_is_asked_for(operations):
    def cleaned(times):
        until(lambda: job(operations, "jobs/clean").runs == times, operations)
        until(lambda: job(operations, "jobs/clean").HasField("last_success_time"), operations)
        until(lambda: job(operations, "jobs/clean").last_duration_seconds > 0, operations)
        return job(operations, "jobs/clean")

    first = cleaned(1)
    assert first.next_run_time.ToDatetime() - first.last_start_time.ToDatetime() > 2 * HOUR

    operations.RunJob(request(pb.RunJobRequest, name="jobs/clean"))
    assert cleaned(2).failures == 0


def test_a_job_that_may_take_minutes_runs_while_another_one_is_held_up(operations, sweep):
    ran(operations, 1)
    until(lambda: job(operations, "jobs/audits").HasField("last_success_time"), operations)
    sweep.go_on.clear()
    operations.RunJob(request(pb.RunJobRequest))
    until(lambda: job(operations).running, operations)

    before = job(operations, "jobs/audits").runs
    operations.RunJob(request(pb.RunJobRequest, name="jobs/audits"))

    until(lambda: job(operations, "jobs/audits").runs > before, operations)
    assert job(operations).running


def test_a_paused_job_does_not_run_until_it_is_resumed_and_it_is_known_who_paused_it_and_why(
    operations, service, sweep
):
    ran(operations, 1)
    paused = operations.PauseJob(request(pb.PauseJobRequest, reason=" the floor is wet "))
    assert (paused.paused_by, paused.pause_reason) == ("people/7", "the floor is wet")
    assert not paused.HasField("next_run_time")

    for call, again in ((operations.RunJob, pb.RunJobRequest), (operations.PauseJob, pb.PauseJobRequest)):
        with pytest.raises(Refused) as refused:
            call(request(again, **({"reason": "once more"} if again is pb.PauseJobRequest else {})))
        assert refused.value.reason == "JOB_PAUSED"
        assert refused.value.metadata == {"job": "jobs/sweep", "by": "people/7", "reason": "the floor is wet"}
    faults = operations.GetStatus(pb.GetStatusRequest()).faults
    assert [(fault.reason, dict(fault.metadata)) for fault in faults] == [
        ("JOB_PAUSED", {"job": "sweep", "reason": "the floor is wet"})
    ]
    # Also when its time has come.
    with service.connect() as connection:
        connection.execute("UPDATE background_job SET next_run = now() - interval '1 hour' WHERE name = 'sweep'")
    service.runtime.jobs.wake()
    operations.RunJob(request(pb.RunJobRequest, name="jobs/purge"))
    until(lambda: job(operations, "jobs/purge").runs == 2, operations)
    assert sweep.runs == 1

    operations.ResumeJob(request(pb.ResumeJobRequest, reason="dry again"))
    assert ran(operations, 2).paused_by == ""
    with service.connect() as connection:
        rows = connection.execute(
            "SELECT method, actor, resource, reason FROM audit WHERE method LIKE '%%Job' ORDER BY at"
        ).fetchall()
    assert rows == [
        ("OperationsService/PauseJob", "people/7", "jobs/sweep", "the floor is wet"),
        ("OperationsService/RunJob", "people/7", "jobs/purge", ""),
        ("OperationsService/ResumeJob", "people/7", "jobs/sweep", "dry again"),
    ]


@pytest.mark.parametrize(
    ("method", "kind", "name", "fields", "reason", "metadata"),
    [
        ("PauseJob", pb.PauseJobRequest, "jobs/sweep", {"reason": " "}, "INVALID_FIELD", "reason"),
        ("ResumeJob", pb.ResumeJobRequest, "jobs/sweep", {"reason": ""}, "INVALID_FIELD", "reason"),
        ("ResumeJob", pb.ResumeJobRequest, "jobs/sweep", {"reason": "why not"}, "JOB_NOT_PAUSED", "jobs/sweep"),
        ("RunJob", pb.RunJobRequest, "jobs/unheard-of", {}, "NOT_FOUND", "jobs/unheard-of"),
        ("RunJob", pb.RunJobRequest, "sweep", {}, "INVALID_FIELD", "name"),
        ("RebuildProjection", pb.RebuildProjectionRequest, "projections/things", {}, "INVALID_FIELD", "reason"),
        (
            "RebuildProjection",
            pb.RebuildProjectionRequest,
            "projections/none",
            {"reason": "x"},
            "NOT_FOUND",
            "projections/none",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(operations, method, kind, name, fields, reason, metadata):
    with pytest.raises(Refused) as refused:
        getattr(operations, method)(request(kind, name=name, **fields))

    assert refused.value.reason == reason
    assert metadata in {*refused.value.metadata.values(), *refused.value.fields}


def test_two_processes_of_a_service_share_a_timer_and_never_run_a_job_at_once(launch, app, service, operations, sweep):
    ran(operations, 1)
    sweep.go_on.clear()
    url = service.runtime.settings.database_url
    other = launch(app, role="all", database_url=url)
    assert other.port != service.port
    until(lambda: sweep.runs == 2, operations)  # the second process's start made it due, for one of them
    operations.RunJob(request(pb.RunJobRequest))
    other.runtime.jobs.wake()
    service.runtime.jobs.wake()
    assert job(operations).running
    sweep.go_on.set()

    assert ran(operations, 3).runs == 3
    assert (sweep.runs, sweep.most_together) == (3, 1)


def test_a_projection_is_made_anew_when_asked_for_and_says_how_far_it_is(operations, service, sweep):
    untouched = projection(operations)
    assert (untouched.name, untouched.description) == ("projections/things", "Counts of things, from the things.")
    assert not untouched.HasField("last_start_time")

    sweep.go_on.clear()
    asked = operations.RebuildProjection(
        request(pb.RebuildProjectionRequest, name="projections/things", reason="a restore")
    )
    assert asked.requested
    until(lambda: projection(operations).total == 3, operations)
    under_way = projection(operations)
    assert (under_way.running, under_way.done, under_way.requested_by) == (True, 0, "people/7")
    with pytest.raises(Refused) as refused:
        operations.RebuildProjection(request(pb.RebuildProjectionRequest, name="projections/things", reason="again"))
    assert refused.value.reason == "PROJECTION_BEING_REBUILT"
    assert refused.value.metadata == {"projection": "projections/things"}

    sweep.go_on.set()
    # It has succeeded a moment before it lets go of the job.
    until(lambda: projection(operations).HasField("last_success_time"), operations)
    until(lambda: not projection(operations).running, operations)
    done = projection(operations)
    assert (done.running, done.requested, done.done, done.total, done.last_error) == (False, False, 3, 3, "")
    with service.connect() as connection:
        assert connection.execute("SELECT value FROM thing").fetchall() == [("counted",)]
        audited = connection.execute("SELECT actor, resource, reason FROM audit WHERE method LIKE '%Rebuild%'")
        assert audited.fetchall() == [("people/7", "projections/things", "a restore")]


def test_a_rebuild_that_was_cut_off_by_the_end_of_its_process_is_done_after_the_next_start(
    launch, app, new_database, operations, service
):
    url = new_database(app)
    first = launch(app, role="serve", database_url=url)
    with first.connect() as connection:
        connection.execute(
            "INSERT INTO background_job (name, last_start, runs, done, total)"
            " VALUES ('rebuild/things', now() - interval '1 minute', 1, 1, 3)"
        )
    second = launch(app, role="all", database_url=url)
    looking = second.stub(pb_grpc.OperationsServiceStub, rights=RIGHTS)

    until(lambda: projection(looking).HasField("last_success_time"), looking)
    assert projection(looking).done == 3
