"""What this service hears, area by area."""

from typing import Any

from cadre.directory.v1 import events_pb2 as directory
from notification.connections import consumers as connections
from notification.deliveries import consumers as deliveries
from notification.inbox import consumers as inbox
from notification.messages import consumers as messages
from servicekit import closed_days
from servicekit.events.consumers import Subscription

SUBSCRIPTIONS: list[Subscription[Any]] = [
    Subscription(directory.CalendarChanged, closed_days.follow),
    *deliveries.SUBSCRIPTIONS,
    *inbox.SUBSCRIPTIONS,
    *messages.SUBSCRIPTIONS,
    *connections.SUBSCRIPTIONS,
]
