"""What the directory consists of."""

from pathlib import Path

# Of some areas only the statements name the tables; the metadata must know them all.
import directory.calendars.tables
import directory.mailing.tables  # noqa: F401
from directory.agencies import projections as agency_projections
from directory.agencies.rpc import AgencyServicer
from directory.audiences import projections as audience_projections
from directory.audiences.audits import AUDITS
from directory.audiences.consumers import SUBSCRIPTIONS
from directory.audiences.rpc import AudienceServicer
from directory.base import metadata
from directory.calendars import projections as calendar_projections
from directory.calendars.rpc import CalendarServicer
from directory.contacts.rpc import ContactServicer
from directory.mailing import jobs as mailing_jobs
from directory.mailing.rpc import MailingListServicer
from directory.metrics import MEASURES
from directory.organizations.rpc import OrganizationServicer
from directory.people import jobs as people_jobs
from directory.people.rpc import PersonServicer
from directory.rosters import jobs as roster_jobs
from directory.rosters.rpc import RosterServicer
from directory.rosters.work import TASKS
from directory.sign_in.rpc import SignInServicer
from directory.units import jobs as unit_jobs
from directory.units import projections as unit_projections
from directory.units.rpc import UnitServicer
from servicekit.app import ServiceApp
from servicekit.data.db import Database
from servicekit.rpc.calls import Servicer
from servicekit.rpc.tokens import Signer
from servicekit.settings import Settings


def _servicers(settings: Settings, database: Database) -> list[Servicer]:
    signer = Signer(settings.keys_dir, settings.service)
    return [
        AgencyServicer(database),
        CalendarServicer(database),
        PersonServicer(database),
        OrganizationServicer(database),
        ContactServicer(database),
        MailingListServicer(database),
        SignInServicer(database, signer, demonstration=settings.demo),
        UnitServicer(database),
        AudienceServicer(database),
        RosterServicer(database),
    ]


APP = ServiceApp(
    name="directory",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=_servicers,
    subscriptions=SUBSCRIPTIONS,
    jobs=(*people_jobs.JOBS, *unit_jobs.JOBS, *roster_jobs.JOBS, *mailing_jobs.JOBS),
    tasks=TASKS,
    projections=(
        *audience_projections.PROJECTIONS,
        *agency_projections.PROJECTIONS,
        *calendar_projections.PROJECTIONS,
        *unit_projections.PROJECTIONS,
    ),
    audits=AUDITS,
    measures=MEASURES,
)
