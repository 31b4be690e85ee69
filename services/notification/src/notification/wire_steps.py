"""The steps of a notice, between the audit trail and the contract."""

from collections.abc import Iterable

from cadre.notification.v1 import notice_service_pb2 as pb
from notification.notices.queries import Step
from servicekit.rpc.wire import timestamp


def steps(steps_taken: Iterable[Step]) -> list[pb.NoticeStep]:
    """Write what happened to a notice, the first step first; what a job did has nobody."""
    return [
        pb.NoticeStep(
            **{"from": pb.Notice.State.Value(step.came_from)},
            state=pb.Notice.State.Value(step.state),
            time=timestamp(step.at),
            person=step.actor if step.actor.startswith("people/") else "",
            reason=step.reason,
            publish_at=timestamp(step.publish_at),
        )
        for step in steps_taken
    ]
