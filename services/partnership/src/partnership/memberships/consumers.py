"""What this area hears of people: that they left an agency."""

from typing import Any

from cadre.directory.v1 import events_pb2 as directory
from partnership.memberships import leaving
from partnership.memberships.leaving import Left
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription
from servicekit.names import as_uuid


def person_left(db: Db, events: list[Delivered[directory.PersonLeft]]) -> None:
    """People work at an agency no more, from the day on which that is told."""
    gone = [
        Left(as_uuid(person, field="person_ids"), event.message.agency_id, event.at)
        for event in events
        for person in event.message.person_ids
    ]
    leaving.leave(db, gone)


SUBSCRIPTIONS: list[Subscription[Any]] = [Subscription(directory.PersonLeft, person_left)]
