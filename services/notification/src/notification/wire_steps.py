"""The steps of a notice, between the audit trail and the contract."""

from collections.abc import Iterable, Mapping
from typing import Any

from cadre.notification.v1 import notification_service_pb2 as pb


def steps(rows: Iterable[Mapping[str, Any]]) -> list[pb.NoticeStep]:
    """Write what happened to a notice, the first step first; what a job did has nobody."""
    return [
        pb.NoticeStep(
            **{"from": pb.Notice.State.Value(row["came_from"])},
            state=pb.Notice.State.Value(row["state"]),
            time=row["at"],
            person=row["actor"] if row["actor"].startswith("people/") else "",
            reason=row["reason"],
            publish_at=row["publish_at"],
        )
        for row in rows
    ]
