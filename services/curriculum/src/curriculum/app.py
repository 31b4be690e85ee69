"""What the curriculum service consists of."""

from pathlib import Path

from curriculum.audits import AUDITS
from curriculum.metrics import MEASURES
from curriculum.projections import PROJECTIONS
from curriculum.rpc import CourseServicer
from curriculum.tables import metadata
from servicekit.app import ServiceApp

APP = ServiceApp(
    name="curriculum",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=lambda _settings, database: [CourseServicer(database)],
    projections=PROJECTIONS,
    audits=AUDITS,
    measures=MEASURES,
)
