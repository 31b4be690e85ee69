"""How the command line and the demonstration reach the services: the same RPCs that the pages call.

Every call is patient: a service that is being restarted is asked again, with the same request and so the same
`request_id`, until it answers or a minute has passed.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from cadre.curriculum.v1.ballot_service_pb2_grpc import BallotServiceStub
from cadre.curriculum.v1.course_service_pb2_grpc import CourseServiceStub
from cadre.curriculum.v1.decision_service_pb2_grpc import DecisionServiceStub
from cadre.curriculum.v1.media_service_pb2_grpc import MediaServiceStub
from cadre.curriculum.v1.round_service_pb2_grpc import RoundServiceStub
from cadre.curriculum.v1.trace_service_pb2_grpc import TraceServiceStub
from cadre.curriculum.v1.work_service_pb2_grpc import WorkServiceStub
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.directory.v1.agency_service_pb2_grpc import AgencyServiceStub
from cadre.directory.v1.audience_service_pb2_grpc import AudienceServiceStub
from cadre.directory.v1.calendar_service_pb2_grpc import CalendarServiceStub
from cadre.directory.v1.mailing_list_service_pb2_grpc import MailingListServiceStub
from cadre.directory.v1.organization_service_pb2_grpc import OrganizationServiceStub
from cadre.directory.v1.person_service_pb2_grpc import PersonServiceStub
from cadre.directory.v1.roster_service_pb2_grpc import RosterServiceStub
from cadre.directory.v1.sign_in_service_pb2_grpc import SignInServiceStub
from cadre.directory.v1.unit_service_pb2_grpc import UnitServiceStub
from cadre.enrollment.v1.assignment_service_pb2_grpc import AssignmentServiceStub
from cadre.enrollment.v1.completion_service_pb2_grpc import CompletionServiceStub
from cadre.enrollment.v1.exemption_service_pb2_grpc import ExemptionServiceStub
from cadre.evaluation.v1.quality_service_pb2_grpc import QualityServiceStub
from cadre.evaluation.v1.sitting_service_pb2_grpc import SittingServiceStub
from cadre.evaluation.v1.test_service_pb2_grpc import TestServiceStub
from cadre.notification.v1.agency_notice_service_pb2_grpc import AgencyNoticeServiceStub
from cadre.notification.v1.approval_service_pb2_grpc import ApprovalServiceStub
from cadre.notification.v1.attachment_service_pb2_grpc import AttachmentServiceStub
from cadre.notification.v1.checklist_service_pb2_grpc import ChecklistServiceStub
from cadre.notification.v1.connection_service_pb2_grpc import ConnectionServiceStub
from cadre.notification.v1.evidence_service_pb2_grpc import EvidenceServiceStub
from cadre.notification.v1.inbox_service_pb2_grpc import InboxServiceStub
from cadre.notification.v1.local_audience_service_pb2_grpc import LocalAudienceServiceStub
from cadre.notification.v1.local_date_service_pb2_grpc import LocalDateServiceStub
from cadre.notification.v1.message_service_pb2_grpc import MessageServiceStub
from cadre.notification.v1.notice_service_pb2_grpc import NoticeServiceStub
from cadre.notification.v1.packet_service_pb2_grpc import PacketServiceStub
from cadre.notification.v1.question_service_pb2_grpc import QuestionServiceStub
from cadre.notification.v1.readiness_service_pb2_grpc import ReadinessServiceStub
from cadre.notification.v1.register_service_pb2_grpc import RegisterServiceStub
from cadre.notification.v1.release_service_pb2_grpc import ReleaseServiceStub
from cadre.notification.v1.review_service_pb2_grpc import ReviewServiceStub
from cadre.notification.v1.series_service_pb2_grpc import SeriesServiceStub
from cadre.notification.v1.supplement_service_pb2_grpc import SupplementServiceStub
from cadre.operations.v1 import operations_service_pb2 as operations_pb
from cadre.operations.v1 import operations_service_pb2_grpc as operations_grpc
from cadre.partnership.v1.body_service_pb2_grpc import BodyServiceStub
from cadre.partnership.v1.meeting_service_pb2_grpc import MeetingServiceStub
from cadre.partnership.v1.membership_service_pb2_grpc import MembershipServiceStub
from servicekit.clock import Clock, utc
from servicekit.rpc.client import Channel, Refused
from servicekit.rpc.tokens import Signer

Q = TypeVar("Q")
A = TypeVar("A")

PATIENCE_SECONDS = 90.0
_PAUSE_SECONDS = 0.1
# Counting a million people takes half a minute; a slow machine is given time.
_AUDIT_SECONDS = 900.0
# A token lives five minutes; a new one is asked for well before.
_TOKEN_SECONDS = 200.0
_REQUESTS = uuid.UUID("6f2f8a52-7c1f-4a7e-9c55-3e6d1f0f7c11")

Call = Callable[..., Any]


def request_id(*parts: object) -> str:
    """Return the id of a request that is the same each time the same thing is asked: a repeat changes nothing."""
    return str(uuid.uuid5(_REQUESTS, "/".join(map(str, parts))))


class Access:
    """Stubs of the services, called as the principal *name*, or as a person whom it signs in.

    *channels* are by service, for contracts of which the command line itself has no stub.
    """

    def __init__(self, peers: dict[str, str], keys_dir: Path, name: str, clock: Clock = utc) -> None:
        self.clock = clock
        token = Signer(keys_dir, name).own_tokens(clock)
        self.channels = {service: Channel(address, token) for service, address in peers.items()}
        self._tokens: dict[str, tuple[str, float]] = {}
        self._lock = Lock()
        self.agencies = self.channels["directory"].stub(AgencyServiceStub)
        self.calendars = self.channels["directory"].stub(CalendarServiceStub)
        self.mailing_lists = self.channels["directory"].stub(MailingListServiceStub)
        self.people = self.channels["directory"].stub(PersonServiceStub)
        self.units = self.channels["directory"].stub(UnitServiceStub)
        self.organizations = self.channels["directory"].stub(OrganizationServiceStub)
        self.sign_ins = self.channels["directory"].stub(SignInServiceStub)
        self.rosters = self.channels["directory"].stub(RosterServiceStub)
        self.audiences = self.channels["directory"].stub(AudienceServiceStub)
        self.courses = self.channels["curriculum"].stub(CourseServiceStub)
        self.media = self.channels["curriculum"].stub(MediaServiceStub)
        self.ballots = self.channels["curriculum"].stub(BallotServiceStub)
        self.decisions = self.channels["curriculum"].stub(DecisionServiceStub)
        self.rounds = self.channels["curriculum"].stub(RoundServiceStub)
        self.traces = self.channels["curriculum"].stub(TraceServiceStub)
        self.works = self.channels["curriculum"].stub(WorkServiceStub)
        self.assignments = self.channels["enrollment"].stub(AssignmentServiceStub)
        self.completions = self.channels["enrollment"].stub(CompletionServiceStub)
        self.exemptions = self.channels["enrollment"].stub(ExemptionServiceStub)
        self.tests = self.channels["evaluation"].stub(TestServiceStub)
        self.sittings = self.channels["evaluation"].stub(SittingServiceStub)
        self.quality = self.channels["evaluation"].stub(QualityServiceStub)
        self.notices = self.channels["notification"].stub(NoticeServiceStub)
        self.attachments = self.channels["notification"].stub(AttachmentServiceStub)
        self.approvals = self.channels["notification"].stub(ApprovalServiceStub)
        self.series = self.channels["notification"].stub(SeriesServiceStub)
        self.readiness = self.channels["notification"].stub(ReadinessServiceStub)
        self.agency_notices = self.channels["notification"].stub(AgencyNoticeServiceStub)
        self.inbox = self.channels["notification"].stub(InboxServiceStub)
        self.messages = self.channels["notification"].stub(MessageServiceStub)
        self.connections = self.channels["notification"].stub(ConnectionServiceStub)
        self.register = self.channels["notification"].stub(RegisterServiceStub)
        self.releases = self.channels["notification"].stub(ReleaseServiceStub)
        self.reviews = self.channels["notification"].stub(ReviewServiceStub)
        self.supplements = self.channels["notification"].stub(SupplementServiceStub)
        self.local_dates = self.channels["notification"].stub(LocalDateServiceStub)
        self.local_audiences = self.channels["notification"].stub(LocalAudienceServiceStub)
        self.checklists = self.channels["notification"].stub(ChecklistServiceStub)
        self.questions = self.channels["notification"].stub(QuestionServiceStub)
        self.bodies = self.channels["partnership"].stub(BodyServiceStub)
        self.memberships = self.channels["partnership"].stub(MembershipServiceStub)
        self.meetings = self.channels["partnership"].stub(MeetingServiceStub)
        self.packets = self.channels["notification"].stub(PacketServiceStub)
        self.evidence = self.channels["notification"].stub(EvidenceServiceStub)
        self.operations = {
            service: channel.stub(operations_grpc.OperationsServiceStub) for service, channel in self.channels.items()
        }

    def close(self) -> None:
        """Close all connections."""
        for channel in self.channels.values():
            channel.close()

    def ask(self, method: Callable[..., A], request: object, *, person: str = "") -> A:
        """Call *method* as *person* (as ourselves if empty), and again while the service does not answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if not person:
                    return method(request)
                return method(request, metadata=(("authorization", f"Bearer {self._token(person)}"),))
            except Refused as refused:
                if not refused.passing or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_SECONDS)

    def every(self, method: Callable[..., Any], request: Any, field: str, *, person: str = "") -> Iterator[Any]:  # noqa: ANN401
        """Give the rows of all pages of a list."""
        while True:
            answer = self.ask(method, request, person=person)
            yield from getattr(answer, field)
            if not answer.next_page_token:
                return
            request.page_token = answer.next_page_token

    def wrong(self) -> dict[str, int]:
        """Have every service count now what must be zero, and give what is not: the counts by `service: audit`.

        What could not be counted is not zero either; its name says why.
        """
        counted: dict[str, int] = {}
        for service, stub in self.operations.items():
            run = partial(stub.RunAudits, timeout=_AUDIT_SECONDS)
            answer = self.ask(run, operations_pb.RunAuditsRequest())
            counted |= {f"{service}: {audit.name}": audit.count for audit in answer.audits if audit.count}
            counted |= {f"{service}: {audit.name} ({audit.error})": 1 for audit in answer.audits if audit.error}
        return counted

    def quiet(self) -> bool:
        """Whether no service has anything left to publish or to handle."""
        statuses = [self.ask(stub.GetStatus, operations_pb.GetStatusRequest()) for stub in self.operations.values()]
        return not any(
            status.outbox_depth or any(consumer.pending or consumer.in_flight for consumer in status.consumers)
            for status in statuses
        )

    def _token(self, person: str) -> str:
        with self._lock:
            known = self._tokens.get(person)
        if known is None or time.monotonic() > known[1]:
            answer = self.ask(self.sign_ins.ExchangeSignIn, sign_in_pb.ExchangeSignInRequest(person=person))
            known = (answer.token, time.monotonic() + _TOKEN_SECONDS)
            with self._lock:
                self._tokens[person] = known
        return known[0]
