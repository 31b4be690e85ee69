"""What the notification service consists of: its areas, each with what it answers, hears, does and counts."""

from pathlib import Path

import notification.approvals.tables
import notification.attachments.tables
import notification.checklists.tables
import notification.connections.tables
import notification.days.tables
import notification.deliveries.tables
import notification.evidence.tables
import notification.inbox.tables
import notification.links.tables
import notification.local_audience.tables
import notification.messages.tables
import notification.notices.tables
import notification.packets.tables
import notification.questions.tables
import notification.releases.tables
import notification.reviews.tables
import notification.series.tables
import notification.supplements.tables  # noqa: F401 - statements name these tables, and no code does
from notification.acknowledgements.rpc import AcknowledgementServicer
from notification.agencies.rpc import AgencyNoticeServicer, ReadinessServicer
from notification.attachments import audits as attachments
from notification.attachments.rpc import AttachmentServicer
from notification.base import metadata
from notification.checklists.rpc import ChecklistServicer
from notification.connections import audits as connections
from notification.connections import jobs as called
from notification.connections.rpc import ConnectionServicer
from notification.consumers import SUBSCRIPTIONS
from notification.days import audits as days
from notification.days import jobs as daily
from notification.deliveries import audits as deliveries
from notification.evidence import making
from notification.evidence.rpc import EvidenceServicer
from notification.forecasts.rpc import ForecastServicer
from notification.inbox import audits as inbox
from notification.inbox import projections as people
from notification.inbox.rpc import InboxServicer
from notification.local_audience import projections as local_audience
from notification.local_audience.rpc import LocalAudienceServicer
from notification.local_dates.rpc import LocalDateServicer
from notification.messages import audits as messages
from notification.messages import jobs as sent
from notification.messages.rpc import LadderServicer, MessageServicer
from notification.metrics import MEASURES
from notification.notices import audits as notices
from notification.notices.jobs import JOBS
from notification.notices.rpc import ApprovalServicer, NoticeServicer
from notification.packets.rpc import PacketServicer
from notification.questions import jobs as questioned
from notification.questions.rpc import QuestionServicer
from notification.register.rpc import RegisterServicer
from notification.releases.rpc import ReleaseServicer
from notification.reviews import jobs as reviewed
from notification.reviews.rpc import ReviewServicer
from notification.series.rpc import SeriesServicer
from notification.supplements import jobs as supplemented
from notification.supplements.rpc import SupplementServicer
from notification.versions.rpc import VersionServicer
from servicekit import closed_days
from servicekit.app import ServiceApp
from servicekit.background.jobs import Job
from servicekit.background.runner import Kind
from servicekit.data.db import Database
from servicekit.rpc.calls import Servicer
from servicekit.settings import Settings

SERVICERS = (
    NoticeServicer,
    ApprovalServicer,
    AttachmentServicer,
    SeriesServicer,
    RegisterServicer,
    AgencyNoticeServicer,
    ReadinessServicer,
    ForecastServicer,
    InboxServicer,
    LadderServicer,
    ReviewServicer,
    QuestionServicer,
    ChecklistServicer,
    SupplementServicer,
    LocalDateServicer,
    LocalAudienceServicer,
    VersionServicer,
    AcknowledgementServicer,
    PacketServicer,
    ReleaseServicer,
)


def _servicers(settings: Settings, database: Database) -> list[Servicer]:
    return [
        *(servicer(database) for servicer in SERVICERS),
        MessageServicer(database, settings),
        ConnectionServicer(database, settings),
        EvidenceServicer(database, settings),
    ]


def _tasks(settings: Settings) -> list[Kind]:
    areas = (sent, called, reviewed, questioned, supplemented, making)
    return [task for area in areas for task in area.tasks(settings)]


def _jobs(settings: Settings) -> list[Job]:
    return [*sent.jobs(settings), *making.jobs(settings)]


APP = ServiceApp(
    name="notification",
    metadata=metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    servicers=_servicers,
    subscriptions=SUBSCRIPTIONS,
    jobs=[*JOBS, *daily.JOBS, *called.JOBS],
    make_jobs=_jobs,
    make_listeners=sent.listeners,
    make_tasks=_tasks,
    projections=(*people.PROJECTIONS, *local_audience.PROJECTIONS),
    audits=[
        closed_days.MISSING,
        *inbox.AUDITS,
        *days.AUDITS,
        *messages.AUDITS,
        *connections.AUDITS,
        *deliveries.AUDITS,
        *attachments.AUDITS,
        *notices.AUDITS,
    ],
    measures=MEASURES,
)
