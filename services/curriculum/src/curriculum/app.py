"""What the curriculum service consists of."""

from datetime import datetime, timedelta
from pathlib import Path

from curriculum.base import metadata
from curriculum.courses import uploads
from curriculum.courses.audits import AUDITS
from curriculum.courses.metrics import MEASURES
from curriculum.courses.projections import PROJECTIONS
from curriculum.courses.rpc import CourseServicer, MediaServicer
from servicekit.app import ServiceApp
from servicekit.background.jobs import Job
from servicekit.data.db import Database
from servicekit.files.store import Store
from servicekit.settings import Settings


def _store(settings: Settings) -> Store:
    return Store(settings.files_dir, settings.files_gib * 1024**3)


def _jobs(settings: Settings) -> list[Job]:
    store = _store(settings)

    def collect_media(database: Database, at: datetime) -> None:
        """Remove files that never came whole, and those that no course names."""
        uploads.collect(database, store, at)

    return [Job("collect-media", timedelta(hours=6), collect_media)]


APP = ServiceApp(
    name="curriculum",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=lambda settings, database: [CourseServicer(database), MediaServicer(database, _store(settings))],
    make_jobs=_jobs,
    projections=PROJECTIONS,
    audits=AUDITS,
    measures=MEASURES,
)
