"""What audiences hear: which units agencies ask too, as notification tells."""

from typing import Any

from cadre.notification.v1 import events_pb2 as notification
from directory.audiences import additions
from directory.audiences.additions import Addition
from servicekit import names
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription


def local_audiences_changed(db: Db, heard: list[Delivered[notification.LocalAudienceChanged]]) -> None:
    """Agencies ask units of their own too, or no longer."""
    additions.take(db, [_addition(event.message) for event in heard])


SUBSCRIPTIONS: list[Subscription[Any]] = [Subscription(notification.LocalAudienceChanged, local_audiences_changed)]


def _addition(message: notification.LocalAudienceChanged) -> Addition:
    return Addition(
        audience_id=names.as_uuid(message.audience_id, field="audience_id"),
        agency_id=message.agency_id,
        units=tuple(message.units),
        revision=message.revision,
    )
