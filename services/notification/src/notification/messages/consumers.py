"""What this area hears: what other services want said, each under its own name."""

from functools import partial
from typing import Any

from cadre.messages.v1 import messages_pb2 as pb
from notification.messages import wanting
from notification.messages.rules.kinds import KINDS
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription


def wanted(producer: str, db: Db, events: list[Delivered[pb.MessageWanted]]) -> None:
    """A service wants something said."""
    for event in events:
        wanting.hear(db, producer, event.message, at=event.at)


# Of those that have a kind of message. The bus lets nobody tell anything under another one's name.
SUBSCRIPTIONS: list[Subscription[Any]] = [
    Subscription(pb.MessageWanted, partial(wanted, producer), producer)
    for producer in sorted({kind.producer for kind in KINDS.values() if kind.producer})
]
