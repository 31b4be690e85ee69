"""What the evaluation service consists of."""

from pathlib import Path

from evaluation import queries
from evaluation.consumers import SUBSCRIPTIONS
from evaluation.metrics import MEASURES
from evaluation.quality.jobs import jobs
from evaluation.quality.rpc import QualityServicer
from evaluation.rpc import EvaluationServicer
from evaluation.tables import metadata
from servicekit.app import ServiceApp
from servicekit.background.audits import Audit

AUDITS = [
    Audit(
        "sittings.duplicates",
        "Open sittings beyond the one that a person may have of a test version",
        queries.duplicate_sittings,
    ),
    Audit(
        "sittings.unscored",
        "Submitted sittings whose score is missing or is not the one that their state says",
        queries.unscored_sittings,
    ),
]

APP = ServiceApp(
    name="evaluation",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=lambda settings, database: [EvaluationServicer(database), QualityServicer(database, settings.keys_dir)],
    subscriptions=SUBSCRIPTIONS,
    make_jobs=lambda settings: jobs(settings.keys_dir),
    audits=AUDITS,
    measures=MEASURES,
)
