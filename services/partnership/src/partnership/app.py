"""What the partnership service consists of: its areas, each with what it answers."""

from pathlib import Path

from partnership.base import metadata
from partnership.bodies.rpc import BodyServicer
from partnership.meetings import audits as meetings
from partnership.meetings.rpc import MeetingServicer
from partnership.memberships import audits as memberships
from partnership.memberships.consumers import SUBSCRIPTIONS
from partnership.memberships.rpc import MembershipServicer
from partnership.projections import PROJECTIONS
from servicekit.app import ServiceApp

APP = ServiceApp(
    name="partnership",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=lambda _settings, database: [
        BodyServicer(database),
        MembershipServicer(database),
        MeetingServicer(database),
    ],
    subscriptions=SUBSCRIPTIONS,
    projections=PROJECTIONS,
    audits=[*memberships.AUDITS, *meetings.AUDITS],
)
