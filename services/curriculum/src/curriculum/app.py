"""What the curriculum service consists of."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from curriculum.base import metadata
from curriculum.courses import audits as courses
from curriculum.courses import uploads
from curriculum.courses.metrics import MEASURES
from curriculum.courses.projections import PROJECTIONS
from curriculum.courses.rpc import CourseServicer, MediaServicer
from curriculum.courses.subjects import COURSES, REVIEWED
from curriculum.governance import audits as governance
from curriculum.governance.consumers import SUBSCRIPTIONS as BODIES
from curriculum.governance.jobs import jobs
from curriculum.governance.rpc import BallotServicer, DecisionServicer
from curriculum.governance.subjects import Subjects
from curriculum.materials import audits as materials
from curriculum.materials.keeper import Keeper
from curriculum.materials.rpc import Files, MaterialServicer
from curriculum.materials.standing import named_files, standing
from curriculum.materials.subjects import given, read
from curriculum.rounds import audits as rounds
from curriculum.rounds import gate
from curriculum.rounds import queries as reviews
from curriculum.rounds.jobs import JOBS
from curriculum.rounds.rpc import RoundServicer
from curriculum.rounds.subjects import Subjects as Reviewed
from curriculum.works import audits as works
from curriculum.works import subjects
from curriculum.works.consumers import SUBSCRIPTIONS as TESTS
from curriculum.works.guard import Guard
from curriculum.works.office import Office
from curriculum.works.rpc import TraceServicer, WorkServicer
from curriculum.works.rules.gates import Reviewed as Findings
from servicekit import closed_days
from servicekit.app import ServiceApp
from servicekit.background.jobs import Job
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db
from servicekit.files.store import Store
from servicekit.rpc.calls import Servicer
from servicekit.settings import Settings

# What bodies can review.
REVIEWS = Reviewed([read(REVIEWED)])


def office(settings: Settings) -> Office:
    """Return which bodies decide on works, and what reviews and materials say of courses."""
    return Office(settings.content_body, settings.steering_body, _reviewed, standing)


def _reviewed(db: Db, courses: Collection[str]) -> Mapping[str, Findings]:
    found = reviews.standing(db, [f"courses/{one}" for one in courses], pacific_date(db.at))
    return {name.removeprefix("courses/"): Findings(one.open_must, one.waits) for name, one in found.items()}


def subjects_of(settings: Settings) -> Subjects:
    """Return on what bodies can vote."""
    return Subjects(
        [subjects.guarded(office(settings), given(gate.reviewed(COURSES))), subjects.works(office(settings))]
    )


def _store(settings: Settings) -> Store:
    return Store(settings.files_dir, settings.files_gib * 1024**3)


def _jobs(settings: Settings) -> list[Job]:
    store = _store(settings)

    def collect_media(database: Database, at: datetime) -> None:
        """Remove files that never came whole, and those that no course names."""
        uploads.collect(database, store, at, named_files)

    return [Job("collect-media", timedelta(hours=6), collect_media), *jobs(subjects_of(settings)), *JOBS]


def _servicers(settings: Settings, database: Database) -> list[Servicer]:
    keeper = Keeper(Guard(office(settings)))
    return [
        CourseServicer(database, keeper),
        MediaServicer(database, _store(settings), Files(office(settings))),
        BallotServicer(database, subjects_of(settings)),
        DecisionServicer(database),
        RoundServicer(database, REVIEWS),
        WorkServicer(database, office(settings)),
        TraceServicer(database, office(settings)),
        MaterialServicer(database, office(settings), keeper),
    ]


APP = ServiceApp(
    name="curriculum",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=_servicers,
    subscriptions=[*BODIES, *TESTS],
    make_jobs=_jobs,
    projections=PROJECTIONS,
    audits=[closed_days.MISSING, *courses.AUDITS, *governance.AUDITS, *rounds.AUDITS, *works.AUDITS, *materials.AUDITS],
    measures=MEASURES,
)
