"""What runs, whether anything is stuck, and how to unstick it, for those without Grafana."""

from cadre.operations.v1 import operations_service_pb2 as pb
from gateway.operations import audits, background, dead_letters, overview
from gateway.web.area import Area
from gateway.web.navigation import Item, Top, of_state

_REASONS = {
    "DEAD_LETTER_SETTLED": "This event was replayed or discarded before.",
    "NO_SUBSCRIPTION": "Nothing handles this event any more. Discard it with a reason.",
    "JOB_PAUSED": "This job is paused: {reason}. Resume it first.",
    "JOB_NOT_PAUSED": "This job is not paused any more.",
    "PROJECTION_BEING_REBUILT": "This is being rebuilt already. Refresh to see how far it is.",
    "REPLAY_FAILED": "The handler failed again. The event stays here, with the new error.",
}
_DONE = {
    "replayed": "The event was handled once more.",
    "audits-count": "The services count now. Refresh to see what they find.",
    "job-runs": "The job runs now. Refresh to see how it went.",
    "task-tried": "It is tried again now, or leaves this list if what it was for is over. Refresh to see how it went.",
    "job-paused": "The job is paused, with your reason.",
    "job-resumed": "The job runs again.",
    "rebuild": "Asked for. It begins within a second or two: refresh to see how far it is.",
    "discarded": "The event is discarded, with your reason.",
}

AREA = Area(
    routers=(overview.router, dead_letters.router, background.router, audits.router),
    navigation=(
        Item(Top.OPERATIONS, "Overview", "/operations", offered=of_state("operations.read")),
        Item(Top.OPERATIONS, "Failed messages", "/operations/dead-letters", offered=of_state("operations.read")),
        Item(Top.OPERATIONS, "Jobs", "/operations/jobs", offered=of_state("operations.read")),
        Item(Top.OPERATIONS, "Rebuild", "/operations/rebuilds", offered=of_state("operations.read")),
        Item(Top.OPERATIONS, "Audits", "/operations/audits", offered=of_state("operations.read")),
    ),
    reasons=_REASONS,
    done=_DONE,
    adjectives={
        "waiting": lambda event: event.state == pb.DeadLetter.WAITING,
        "replayed": lambda event: event.state == pb.DeadLetter.REPLAYED,
        "failed": lambda task: task.state == pb.Task.FAILED,
    },
)
