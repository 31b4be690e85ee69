"""What this area hears of the directory: agencies, each read in its own terms and handled by a use case."""

from typing import Any

from cadre.directory.v1 import events_pb2 as directory
from notification.deliveries import deliveries
from notification.deliveries.deliveries import Agency
from servicekit.calendar import YEARS_OF_LIVES, day_of
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription


def agency_listed(db: Db, events: list[Delivered[directory.AgencyListed]]) -> None:
    """Agencies are on record: letters that are out go to the local ones too."""
    deliveries.list_agencies(db, [_agency(event.message) for event in events], at=db.at)


SUBSCRIPTIONS: list[Subscription[Any]] = [Subscription(directory.AgencyListed, agency_listed)]


def _agency(message: directory.AgencyListed) -> Agency:
    """Read an agency; older messages say of none that it ends."""
    end = day_of("end_date", message.end_date, YEARS_OF_LIVES) if message.end_date else None
    return Agency(message.agency_id, message.kind, end)
