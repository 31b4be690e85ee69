"""What the enrollment service consists of."""

from pathlib import Path

from enrollment.audits import AUDITS
from enrollment.consumers import SUBSCRIPTIONS
from enrollment.metrics import MEASURES
from enrollment.rpc import EnrollmentServicer
from enrollment.tables import metadata
from servicekit.app import ServiceApp

APP = ServiceApp(
    name="enrollment",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=lambda _settings, database: [EnrollmentServicer(database)],
    subscriptions=SUBSCRIPTIONS,
    audits=AUDITS,
    measures=MEASURES,
)
