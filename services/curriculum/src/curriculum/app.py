"""What the curriculum service consists of."""

from datetime import datetime, timedelta
from pathlib import Path

from curriculum.base import metadata
from curriculum.courses import audits as courses
from curriculum.courses import uploads
from curriculum.courses.metrics import MEASURES
from curriculum.courses.projections import PROJECTIONS
from curriculum.courses.rpc import CourseServicer, MediaServicer
from curriculum.courses.subjects import COURSES
from curriculum.governance import audits as governance
from curriculum.governance.consumers import SUBSCRIPTIONS
from curriculum.governance.jobs import jobs
from curriculum.governance.rpc import BallotServicer, DecisionServicer
from curriculum.governance.subjects import Subjects
from servicekit import closed_days
from servicekit.app import ServiceApp
from servicekit.background.jobs import Job
from servicekit.data.db import Database
from servicekit.files.store import Store
from servicekit.rpc.calls import Servicer
from servicekit.settings import Settings

# On what bodies can vote.
SUBJECTS = Subjects([COURSES])


def _store(settings: Settings) -> Store:
    return Store(settings.files_dir, settings.files_gib * 1024**3)


def _jobs(settings: Settings) -> list[Job]:
    store = _store(settings)

    def collect_media(database: Database, at: datetime) -> None:
        """Remove files that never came whole, and those that no course names."""
        uploads.collect(database, store, at)

    return [Job("collect-media", timedelta(hours=6), collect_media), *jobs(SUBJECTS)]


def _servicers(settings: Settings, database: Database) -> list[Servicer]:
    return [
        CourseServicer(database),
        MediaServicer(database, _store(settings)),
        BallotServicer(database, SUBJECTS),
        DecisionServicer(database),
    ]


APP = ServiceApp(
    name="curriculum",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=_servicers,
    subscriptions=SUBSCRIPTIONS,
    make_jobs=_jobs,
    projections=PROJECTIONS,
    audits=[closed_days.MISSING, *courses.AUDITS, *governance.AUDITS],
    measures=MEASURES,
)
