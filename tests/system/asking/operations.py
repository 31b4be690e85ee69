"""A request for each method by which operators steer a service, and what it names."""

import uuid

from cadre.operations.v1 import operations_service_pb2 as operations

from .common import fresh


def dead_letter(_world):
    return f"deadLetters/{uuid.UUID(int=0)}"


def purging(world, *, paused):
    """A job in the state in which the request finds it: the other rows of the sweep steer it too."""
    of_service, name = world.access.operations["notification"], "jobs/purge"
    jobs = {one.name: one for one in of_service.ListJobs(operations.ListJobsRequest()).jobs}
    if bool(jobs[name].pause_reason) != paused:
        call, kind = (
            (of_service.PauseJob, operations.PauseJobRequest)
            if paused
            else (of_service.ResumeJob, operations.ResumeJobRequest)
        )
        call(kind(name=name, reason="a test", request_id=fresh()))
    return name


REQUESTS = {
    "OperationsService": {
        "GetStatus": lambda w: operations.GetStatusRequest(),
        "RunAudits": lambda w: operations.RunAuditsRequest(),
        "ListAudits": lambda w: operations.ListAuditsRequest(),
        "ListDeadLetters": lambda w: operations.ListDeadLettersRequest(),
        # There is no dead letter: the rightful caller is told so, which is past the check of rights.
        "ReplayDeadLetter": lambda w: operations.ReplayDeadLetterRequest(name=dead_letter(w), request_id=fresh()),
        "DiscardDeadLetter": lambda w: operations.DiscardDeadLetterRequest(
            name=dead_letter(w), reason="a test", request_id=fresh()
        ),
        "ListJobs": lambda w: operations.ListJobsRequest(),
        "RunJob": lambda w: operations.RunJobRequest(name=purging(w, paused=False), request_id=fresh()),
        "PauseJob": lambda w: operations.PauseJobRequest(
            name=purging(w, paused=False), reason="a test", request_id=fresh()
        ),
        "ResumeJob": lambda w: operations.ResumeJobRequest(
            name=purging(w, paused=True), reason="a test", request_id=fresh()
        ),
        "ListTasks": lambda w: operations.ListTasksRequest(),
        # None has failed: the rightful caller is told so, which is past the check of rights.
        "RetryTask": lambda w: operations.RetryTaskRequest(name=f"tasks/{uuid.UUID(int=0)}", request_id=fresh()),
        "ListProjections": lambda w: operations.ListProjectionsRequest(),
        "RebuildProjection": lambda w: operations.RebuildProjectionRequest(
            name="projections/readiness", reason="a test", request_id=fresh()
        ),
    },
}
