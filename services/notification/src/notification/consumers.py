"""What this service hears, one function per event."""

from datetime import datetime
from typing import Any

from cadre.directory.v1 import events_pb2 as directory
from cadre.enrollment.v1 import events_pb2 as enrollment
from notification import assignments, deliveries, heard, memberships
from servicekit import closed_days
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription


def agency_listed(db: Db, events: list[Delivered[directory.AgencyListed]]) -> None:
    """Agencies are on record: letters that are out go to the local ones too."""
    deliveries.list_agencies(db, [heard.agency(event.message) for event in events], at=db.at)


def members_changed(db: Db, events: list[Delivered[directory.AudienceMembersChanged]]) -> None:
    """Memberships changed: the copy, and every open notice with it."""
    memberships.apply(db, [heard.chunk(event.message) for event in events])


def assignment_created(db: Db, events: list[Delivered[enrollment.AssignmentCreated]]) -> None:
    """Training is on people's lists: whoever was excused is so no longer."""
    assignments.take_back_excuse(db, [key for event in events for key in heard.assigned(event.message)])


def assignment_completed(db: Db, events: list[Delivered[enrollment.AssignmentCompleted]]) -> None:
    """People completed their training."""
    completions: dict[assignments.Key, datetime] = {}
    for event in events:
        # The first one told is the one that counts.
        completions = heard.completions(event.message) | completions
    assignments.complete(db, completions)


def assignment_waived(db: Db, events: list[Delivered[enrollment.AssignmentWaived]]) -> None:
    """People were excused."""
    assignments.excuse(db, [key for event in events for key in heard.assigned(event.message)])


# `assignment.withdrawn` is not heard: the membership that caused it arrives by itself, and takes them off the list.
SUBSCRIPTIONS: list[Subscription[Any]] = [
    Subscription(directory.AgencyListed, agency_listed),
    Subscription(directory.CalendarChanged, closed_days.follow),
    Subscription(directory.AudienceMembersChanged, members_changed),
    Subscription(enrollment.AssignmentCreated, assignment_created),
    Subscription(enrollment.AssignmentCompleted, assignment_completed),
    Subscription(enrollment.AssignmentWaived, assignment_waived),
]
