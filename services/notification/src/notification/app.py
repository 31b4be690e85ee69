"""Composition root of the notification service."""

from pathlib import Path

from notification.audits import AUDITS
from notification.consumers import SUBSCRIPTIONS
from notification.jobs import JOBS
from notification.metrics import MEASURES
from notification.projections import PROJECTIONS
from notification.rpc import NotificationServicer
from notification.tables import metadata
from servicekit.app import ServiceApp

APP = ServiceApp(
    name="notification",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=lambda _settings, database: [NotificationServicer(database)],
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
    projections=PROJECTIONS,
    audits=AUDITS,
    measures=MEASURES,
)
