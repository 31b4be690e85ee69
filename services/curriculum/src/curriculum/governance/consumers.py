"""What this area hears of bodies, each read in its own terms, and of the state's calendar."""

from datetime import UTC, date
from typing import Any

from cadre.directory.v1 import events_pb2 as directory
from cadre.partnership.v1 import events_pb2 as partnership
from curriculum.governance import copies
from curriculum.governance.copies import Ended, Present, Started
from servicekit import closed_days
from servicekit.calendar import YEARS_OF_LIVES, day_of
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription
from servicekit.names import as_uuid


def body_ruled(db: Db, events: list[Delivered[partnership.BodyRuled]]) -> None:
    """Bodies decide by other rules."""
    for event in events:
        told = event.message
        copies.rule(db, told.body_id, told.code, told.rules_json, told.version)
    db.changed("bodies/-", after={"ruled": sorted({event.message.body_id for event in events})})


def membership_started(db: Db, events: list[Delivered[partnership.MembershipStarted]]) -> None:
    """Somebody is something in a body, or something of that was changed."""
    copies.start(db, [_started(event.message) for event in events])
    db.changed("bodies/-", after={"started": sorted({event.message.membership_id for event in events})})


def membership_ended(db: Db, events: list[Delivered[partnership.MembershipEnded]]) -> None:
    """Somebody is it no more from a day on."""
    copies.end(db, [_ended(event.message) for event in events])
    db.changed("bodies/-", after={"ended": sorted({event.message.membership_id for event in events})})


def presence_recorded(db: Db, events: list[Delivered[partnership.PresenceRecorded]]) -> None:
    """Who was in the room while something was decided."""
    copies.be_present(db, [_present(event.message) for event in events])
    db.changed("meetings/-", after={"present": sorted({event.message.meeting_id for event in events})})


SUBSCRIPTIONS: list[Subscription[Any]] = [
    Subscription(directory.CalendarChanged, closed_days.follow),
    Subscription(partnership.BodyRuled, body_ruled),
    Subscription(partnership.MembershipStarted, membership_started),
    Subscription(partnership.MembershipEnded, membership_ended),
    Subscription(partnership.PresenceRecorded, presence_recorded),
]


def _started(told: partnership.MembershipStarted) -> Started:
    return Started(
        id=as_uuid(told.membership_id, field="membership_id"),
        body=told.body_id,
        person=as_uuid(told.person_id, field="person_id"),
        part=told.part,
        seat=told.seat_id,
        constituency=told.constituency_id,
        voting=told.voting,
        start=_day("start_date", told.start_date),
        end=_day("end_date", told.end_date) if told.end_date else None,
        carries=told.carries_over,
        version=told.version,
    )


def _ended(told: partnership.MembershipEnded) -> Ended:
    membership, person = as_uuid(told.membership_id, field="membership_id"), as_uuid(told.person_id, field="person_id")
    return Ended(membership, told.body_id, person, _day("end_date", told.end_date), told.version)


def _present(told: partnership.PresenceRecorded) -> Present:
    return Present(
        meeting=told.meeting_id,
        item=told.item_id,
        body=told.body_id,
        decides=told.decides,
        people=[as_uuid(one, field="person_ids") for one in told.person_ids],
        at=told.at_time.ToDatetime(UTC),
        version=told.version,
    )


def _day(field: str, value: str) -> date:
    return day_of(field, value, YEARS_OF_LIVES)
