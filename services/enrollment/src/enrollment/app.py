"""What the enrollment service consists of."""

from pathlib import Path

# Of some areas only the statements name the tables; the metadata must know them all.
import enrollment.assignments.tables  # noqa: F401
from enrollment.assignments import audits, consumers
from enrollment.assignments.rpc import AssignmentServicer
from enrollment.base import metadata
from enrollment.completions.rpc import CompletionServicer
from enrollment.exemptions.rpc import ExemptionServicer
from enrollment.metrics import MEASURES
from enrollment.requirements import consumers as copies
from servicekit import closed_days
from servicekit.app import ServiceApp

APP = ServiceApp(
    name="enrollment",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=lambda _settings, database: [
        AssignmentServicer(database),
        CompletionServicer(database),
        ExemptionServicer(database),
    ],
    subscriptions=[*copies.SUBSCRIPTIONS, *consumers.SUBSCRIPTIONS],
    audits=[closed_days.MISSING, *audits.AUDITS],
    measures=MEASURES,
)
