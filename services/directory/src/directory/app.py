"""What the directory consists of."""

from pathlib import Path

from directory.audits import AUDITS
from directory.jobs import JOBS
from directory.metrics import MEASURES
from directory.projections import PROJECTIONS
from directory.roster_work import TASKS
from directory.rpc import DirectoryServicer
from directory.tables_calendars import metadata
from servicekit.app import ServiceApp
from servicekit.data.db import Database
from servicekit.rpc.calls import Servicer
from servicekit.rpc.tokens import Signer
from servicekit.settings import Settings


def _servicers(settings: Settings, database: Database) -> list[Servicer]:
    signer = Signer(settings.keys_dir, settings.service)
    return [DirectoryServicer(database, signer, demonstration=settings.demo)]


APP = ServiceApp(
    name="directory",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=_servicers,
    jobs=JOBS,
    tasks=TASKS,
    projections=PROJECTIONS,
    audits=AUDITS,
    measures=MEASURES,
)
