"""What the evaluation service consists of."""

from pathlib import Path

from evaluation.base import metadata
from evaluation.metrics import MEASURES
from evaluation.quality import tables as _quality  # noqa: F401 - its tables are part of the metadata
from evaluation.quality.consumers import SUBSCRIPTIONS
from evaluation.quality.jobs import jobs
from evaluation.quality.rpc import QualityServicer
from evaluation.rpc import SittingServicer, TestServicer
from evaluation.sittings import tables as _sittings  # noqa: F401 - its tables are part of the metadata
from evaluation.sittings.audits import AUDITS
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
    make_jobs=lambda settings: jobs(settings.keys_dir),
    audits=AUDITS,
    measures=MEASURES,
)
