"""What the evaluation service consists of."""

from pathlib import Path

# Of some areas only the statements name the tables; the metadata must know them all.
import evaluation.quality.tables
import evaluation.sittings.tables  # noqa: F401
from evaluation.base import metadata
from evaluation.metrics import MEASURES
from evaluation.quality.consumers import SUBSCRIPTIONS
from evaluation.quality.jobs import jobs
from evaluation.quality.rpc import QualityServicer
from evaluation.sittings.audits import AUDITS
from evaluation.sittings.rpc import SittingServicer
from evaluation.tests.jobs import JOBS
from evaluation.tests.rpc import TestServicer
from evaluation.tests.versions import Versions
from servicekit.app import ServiceApp
from servicekit.data.db import Database
from servicekit.rpc.calls import Servicer
from servicekit.settings import Settings


def _servicers(settings: Settings, database: Database) -> list[Servicer]:
    versions = Versions()
    return [
        TestServicer(database, versions),
        SittingServicer(database, versions),
        QualityServicer(database, settings.keys_dir),
    ]


APP = ServiceApp(
    name="evaluation",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=_servicers,
    subscriptions=SUBSCRIPTIONS,
    make_jobs=lambda settings: [*jobs(settings.keys_dir), *JOBS],
    audits=AUDITS,
    measures=MEASURES,
)
