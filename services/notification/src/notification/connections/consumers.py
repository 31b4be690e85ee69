"""What this area hears: what this very service tells of letters, so that no write waits for a connection."""

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from cadre.notification.v1 import events_pb2 as pb
from notification.connections import webhooks
from notification.connections.rules.kinds import AMENDED, CONFIRMED, ISSUED, RELEASED, WITHDRAWN
from notification.connections.webhooks import Heard
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription

_ACTOR = "services/notification"
M = TypeVar("M", bound=Message)


def _telling(read: Callable[[Delivered[M]], Heard]) -> Callable[[Db, list[Delivered[M]]], None]:
    def tell(db: Db, events: Sequence[Delivered[M]]) -> None:
        webhooks.tell(db, [read(event) for event in events], actor=_ACTOR)

    return tell


def _issued(event: Delivered[pb.NoticePublished]) -> Heard:
    return Heard(ISSUED, UUID(event.message.notice_id), event.message.version, "", event.at)


def _amended(event: Delivered[pb.NoticeAmended]) -> Heard:
    return Heard(AMENDED, UUID(event.message.notice_id), event.message.version, "", event.at)


def amended(db: Db, events: Sequence[Delivered[pb.NoticeAmended]]) -> None:
    """Letters were amended: connections are told, and where all is asked anew, agencies are not ready any more."""
    again = [event.message for event in events if event.message.change == pb.NoticeAmended.SUBSTANTIVE]
    webhooks.not_ready(db, {UUID(one.notice_id): one.amend_time.ToDatetime(UTC) for one in again})
    webhooks.tell(db, [_amended(event) for event in events], actor=_ACTOR)


def _withdrawn(event: Delivered[pb.NoticeWithdrawn]) -> Heard:
    return Heard(WITHDRAWN, UUID(event.message.notice_id), event.message.version, "", event.at)


def _confirmed(event: Delivered[pb.NoticeAcknowledged]) -> Heard:
    said = event.message
    return Heard(CONFIRMED, UUID(said.notice_id), said.version, said.agency_id, event.at)


def _released(event: Delivered[pb.NoticeReleased]) -> Heard:
    said = event.message
    return Heard(RELEASED, UUID(said.notice_id), said.version, said.agency_id, event.at)


SUBSCRIPTIONS: list[Subscription[Any]] = [
    Subscription(pb.NoticePublished, _telling(_issued)),
    Subscription(pb.NoticeAmended, amended),
    Subscription(pb.NoticeWithdrawn, _telling(_withdrawn)),
    Subscription(pb.NoticeAcknowledged, _telling(_confirmed)),
    Subscription(pb.NoticeReleased, _telling(_released)),
]
