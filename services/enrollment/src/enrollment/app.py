"""What the enrollment service consists of."""

from pathlib import Path

from enrollment.assignments import audits, consumers
from enrollment.assignments import tables as _assignments  # noqa: F401 - its tables are part of the metadata
from enrollment.base import metadata
from enrollment.metrics import MEASURES
from enrollment.requirements import consumers as copies
from enrollment.rpc import AssignmentServicer, CompletionServicer
from servicekit import closed_days
from servicekit.app import ServiceApp

APP = ServiceApp(
    name="enrollment",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=lambda _settings, database: [AssignmentServicer(database), CompletionServicer(database)],
    subscriptions=[*copies.SUBSCRIPTIONS, *consumers.SUBSCRIPTIONS],
    audits=[closed_days.MISSING, *audits.AUDITS],
    measures=MEASURES,
)
