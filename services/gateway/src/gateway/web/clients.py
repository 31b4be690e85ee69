"""The services behind the pages: one channel each, and on whose behalf a call is made.

The service decides what the caller may do; the gateway only says who that is. Each page names its caller once
(`acting_as`), and every call on that page carries their token.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from threading import Lock
from typing import Any, cast

from cachetools import TTLCache, cachedmethod

from cadre.curriculum.v1.ballot_service_pb2_grpc import BallotServiceStub
from cadre.curriculum.v1.course_service_pb2_grpc import CourseServiceStub
from cadre.curriculum.v1.decision_service_pb2_grpc import DecisionServiceStub
from cadre.curriculum.v1.material_service_pb2_grpc import MaterialServiceStub
from cadre.curriculum.v1.media_service_pb2_grpc import MediaServiceStub
from cadre.curriculum.v1.round_service_pb2_grpc import RoundServiceStub
from cadre.curriculum.v1.trace_service_pb2_grpc import TraceServiceStub
from cadre.curriculum.v1.work_service_pb2_grpc import WorkServiceStub
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import calendar_service_pb2 as calendar_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
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
from cadre.notification.v1 import message_service_pb2 as message_pb
from cadre.notification.v1.acknowledgement_service_pb2_grpc import AcknowledgementServiceStub
from cadre.notification.v1.agency_notice_service_pb2_grpc import AgencyNoticeServiceStub
from cadre.notification.v1.approval_service_pb2_grpc import ApprovalServiceStub
from cadre.notification.v1.attachment_service_pb2_grpc import AttachmentServiceStub
from cadre.notification.v1.checklist_service_pb2_grpc import ChecklistServiceStub
from cadre.notification.v1.connection_service_pb2_grpc import ConnectionServiceStub
from cadre.notification.v1.evidence_service_pb2_grpc import EvidenceServiceStub
from cadre.notification.v1.forecast_service_pb2_grpc import ForecastServiceStub
from cadre.notification.v1.inbox_service_pb2_grpc import InboxServiceStub
from cadre.notification.v1.ladder_service_pb2_grpc import LadderServiceStub
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
from cadre.notification.v1.version_service_pb2_grpc import VersionServiceStub
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from cadre.partnership.v1.body_service_pb2_grpc import BodyServiceStub
from cadre.partnership.v1.meeting_service_pb2_grpc import MeetingServiceStub
from cadre.partnership.v1.membership_service_pb2_grpc import MembershipServiceStub
from servicekit.calendar import Calendar
from servicekit.clock import Clock, utc
from servicekit.rpc.client import Channel, Refused
from servicekit.rpc.tokens import Signer
from servicekit.settings import Settings

# A page is not worth waiting longer for: the person tries again.
DEADLINE_SECONDS = 8.0
# The directory gives five minutes; a page that starts just before the end still needs some.
_TOKEN_SECONDS = 240.0

# Nobody who reads a page minds that an agency was renamed that recently; a page that asked each time would spend
# a fifth of its time on it.
_REFERENCE_SECONDS = 5.0
# The bell of a page knows of what came so long ago at the latest, and keeps no page waiting longer.
_BELL_SECONDS, _BELL_PATIENCE_SECONDS = 20.0, 0.5
# More than there are staff at work in four minutes.
_SIGN_INS_KEPT = 20_000

_token: ContextVar[Callable[[], str] | None] = ContextVar("token", default=None)


@dataclass
class Calls:
    """How many calls a page made: the number must not grow with what is on it."""

    number: int = 0
    # Of whom the directory told: names of others are recorded (`web/disclosed.py`).
    people: set[str] = field(default_factory=set)


_calls: ContextVar[Calls | None] = ContextVar("calls", default=None)


def count_calls() -> Calls:
    """Count the calls made from here on, in this context and in the threads that it starts."""
    calls = Calls()
    _calls.set(calls)
    return calls


def seen_people() -> set[str]:
    """Return of whom the directory told in this context: `people/{uuid}`."""
    calls = _calls.get()
    return calls.people if calls is not None else set()


class _Noting:
    """The stub of people: notes of whom each answer tells."""

    def __init__(self, stub: PersonServiceStub) -> None:
        self._stub = stub

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401 - as the stub has it
        call = getattr(self._stub, method)

        def ask(request: Any, **given: Any) -> Any:  # noqa: ANN401 - a message of the contract
            answer = call(request, **given)
            told = [answer] if isinstance(answer, person_pb.Person) else getattr(answer, "people", ())
            seen_people().update(one.name for one in told if isinstance(one, person_pb.Person))
            return answer

        setattr(self, method, ask)
        return ask


def _current_token() -> str:
    token, calls = _token.get(), _calls.get()
    if calls is not None:
        calls.number += 1
    if token is None:
        raise RuntimeError("a call needs a caller: acting_as")
    return token()


def act_as(token: Callable[[], str]) -> None:
    """Make every call from here on, in this context, for the bearer of *token*."""
    _token.set(token)


@contextmanager
def acting_as(token: Callable[[], str]) -> Iterator[None]:
    """Make the calls inside for the bearer of *token*."""
    before = _token.set(token)
    try:
        yield
    finally:
        _token.reset(before)


class Reference:
    """Agencies with whom to call there, and work units: the same for everybody who may read agencies.

    They change by import, and contacts when somebody gets a role: a page shows them at most five seconds old. Figures
    are never kept.
    """

    def __init__(self, agencies: AgencyServiceStub, calendars: CalendarServiceStub) -> None:
        self._of_agencies = agencies
        self._of_calendars = calendars
        self._lock = Lock()
        self._agencies: TTLCache[object, dict[str, agency_pb.Agency]] = TTLCache(1, _REFERENCE_SECONDS)
        self._calendar: TTLCache[object, Calendar] = TTLCache(1, _REFERENCE_SECONDS)
        self._vocabulary: TTLCache[object, agency_pb.Vocabulary] = TTLCache(1, _REFERENCE_SECONDS)

    @cachedmethod(attrgetter("_agencies"), lock=attrgetter("_lock"))
    def agencies(self) -> dict[str, agency_pb.Agency]:
        """Return every agency by its name, `agencies/{slug}`. Not to be changed."""
        answer = self._of_agencies.ListAgencies(agency_pb.ListAgenciesRequest(page_size=200))
        return {agency.name: agency for agency in answer.agencies}

    @cachedmethod(attrgetter("_calendar"), lock=attrgetter("_lock"))
    def calendar(self) -> Calendar:
        """Return when the state's offices are closed, in the years that are on record."""
        years = self._of_calendars.ListCalendars(calendar_pb.ListCalendarsRequest(page_size=200)).calendars
        closed = (day.closed_on for year in years for day in year.holidays if day.closed_on)
        known = (int(year.name.removeprefix("calendars/")) for year in years)
        return Calendar(frozenset(map(date.fromisoformat, closed)), frozenset(known))

    def forget_calendar(self) -> None:
        """Ask again: the calendar was changed here."""
        with self._lock:
            self._calendar.clear()

    @cachedmethod(attrgetter("_vocabulary"), lock=attrgetter("_lock"))
    def vocabulary(self) -> agency_pb.Vocabulary:
        """Return work units, classes of jobs and columns of rosters. Not to be changed."""
        return self._of_agencies.ListVocabulary(agency_pb.ListVocabularyRequest())


class Clients:
    """Stubs of every service."""

    def __init__(self, settings: Settings, clock: Clock = utc) -> None:
        self.names = tuple(sorted(settings.peers))
        self._channels = {
            name: Channel(address, _current_token, deadline_seconds=DEADLINE_SECONDS)
            for name, address in settings.peers.items()
        }
        self.agencies = self._channels["directory"].stub(AgencyServiceStub)
        self.calendars = self._channels["directory"].stub(CalendarServiceStub)
        self.mailing_lists = self._channels["directory"].stub(MailingListServiceStub)
        self.people = cast("PersonServiceStub", _Noting(self._channels["directory"].stub(PersonServiceStub)))
        self.organizations = self._channels["directory"].stub(OrganizationServiceStub)
        self.sign_ins = self._channels["directory"].stub(SignInServiceStub)
        self.rosters = self._channels["directory"].stub(RosterServiceStub)
        self.audiences = self._channels["directory"].stub(AudienceServiceStub)
        self.units = self._channels["directory"].stub(UnitServiceStub)
        self.reference = Reference(self.agencies, self.calendars)
        of_courses = self._channels["curriculum"].stub
        self.courses, self.media = of_courses(CourseServiceStub), of_courses(MediaServiceStub)
        self.ballots, self.decisions = of_courses(BallotServiceStub), of_courses(DecisionServiceStub)
        self.rounds, self.works, self.traces, self.materials = (
            of_courses(RoundServiceStub),
            of_courses(WorkServiceStub),
            of_courses(TraceServiceStub),
            of_courses(MaterialServiceStub),
        )
        self.assignments = self._channels["enrollment"].stub(AssignmentServiceStub)
        self.completions = self._channels["enrollment"].stub(CompletionServiceStub)
        self.exemptions = self._channels["enrollment"].stub(ExemptionServiceStub)
        self.tests = self._channels["evaluation"].stub(TestServiceStub)
        self.sittings = self._channels["evaluation"].stub(SittingServiceStub)
        self.quality = self._channels["evaluation"].stub(QualityServiceStub)
        self.notices = self._channels["notification"].stub(NoticeServiceStub)
        self.attachments = self._channels["notification"].stub(AttachmentServiceStub)
        self.approvals = self._channels["notification"].stub(ApprovalServiceStub)
        self.series = self._channels["notification"].stub(SeriesServiceStub)
        self.register = self._channels["notification"].stub(RegisterServiceStub)
        self.forecasts = self._channels["notification"].stub(ForecastServiceStub)
        self.versions = self._channels["notification"].stub(VersionServiceStub)
        self.readiness = self._channels["notification"].stub(ReadinessServiceStub)
        self.agency_notices = self._channels["notification"].stub(AgencyNoticeServiceStub)
        self.inbox = self._channels["notification"].stub(InboxServiceStub)
        self.messages = self._channels["notification"].stub(MessageServiceStub)
        self.ladders = self._channels["notification"].stub(LadderServiceStub)
        self.connections = self._channels["notification"].stub(ConnectionServiceStub)
        self.releases = self._channels["notification"].stub(ReleaseServiceStub)
        self.reviews = self._channels["notification"].stub(ReviewServiceStub)
        self.supplements = self._channels["notification"].stub(SupplementServiceStub)
        self.local_dates = self._channels["notification"].stub(LocalDateServiceStub)
        self.local_audiences = self._channels["notification"].stub(LocalAudienceServiceStub)
        self.checklists = self._channels["notification"].stub(ChecklistServiceStub)
        self.questions = self._channels["notification"].stub(QuestionServiceStub)
        self.packets = self._channels["notification"].stub(PacketServiceStub)
        self.acknowledgements = self._channels["notification"].stub(AcknowledgementServiceStub)
        self.evidence = self._channels["notification"].stub(EvidenceServiceStub)
        self.bodies = self._channels["partnership"].stub(BodyServiceStub)
        self.memberships = self._channels["partnership"].stub(MembershipServiceStub)
        self.meetings = self._channels["partnership"].stub(MeetingServiceStub)
        self.operations: Mapping[str, OperationsServiceStub] = {
            name: channel.stub(OperationsServiceStub) for name, channel in self._channels.items()
        }
        self.own_token = Signer(settings.keys_dir, "gateway").own_tokens(clock)

    def close(self) -> None:
        """Close the channels."""
        for channel in self._channels.values():
            channel.close()


class Tokens:
    """Tokens and answers to "who am I", each kept for a sign-in as long as they are good."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._kept: TTLCache[bytes, tuple[str, person_pb.Me]] = TTLCache(
            _SIGN_INS_KEPT, _TOKEN_SECONDS, lambda: clock().timestamp()
        )
        self._lock = Lock()

    def of(self, digest: bytes, person: str) -> tuple[str, person_pb.Me]:
        """Return a token for *person*, signed in under *digest*, and what the directory says of them."""
        with self._lock:
            kept = self._kept.get(digest)
        if kept is None:
            kept = self._exchange(person)
            with self._lock:
                self._kept[digest] = kept
        return kept

    def forget(self, digest: bytes) -> None:
        """Drop what is kept for a sign-in that ended."""
        with self._lock:
            self._kept.pop(digest, None)

    def fresh(self, person: str) -> str:
        """Return a token for *person* with the rights of this moment; nothing is kept."""
        with acting_as(self._clients.own_token):
            return self._clients.sign_ins.ExchangeSignIn(sign_in_pb.ExchangeSignInRequest(person=person)).token

    def _exchange(self, person: str) -> tuple[str, person_pb.Me]:
        token = self.fresh(person)
        with acting_as(lambda: token):
            me = self._clients.people.GetMe(person_pb.GetMeRequest())
        return token, me


class Bell:
    """How many messages somebody has not opened, as the head of every page says it: kept a while for a sign-in."""

    # While nobody answers, nobody is asked: it is as if each had none.
    _SILENCE = b""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._kept: TTLCache[bytes, int] = TTLCache(_SIGN_INS_KEPT, _BELL_SECONDS, lambda: clock().timestamp())
        self._lock = Lock()

    def of(self, digest: bytes, token: str) -> int:
        """Return how many the bearer of *token* has, who is signed in under *digest*; 0 if nobody answers."""
        with self._lock:
            kept = self._kept.get(digest, self._kept.get(self._SILENCE))
        if kept is not None:
            return kept
        request = message_pb.ListMessagesRequest(page_size=1)
        try:
            with acting_as(lambda: token):
                answer = self._clients.messages.ListMessages(request, timeout=_BELL_PATIENCE_SECONDS)
        except Refused:
            self.keep(self._SILENCE, 0)
            return 0
        self.keep(digest, answer.unopened_count)
        return answer.unopened_count

    def keep(self, digest: bytes, unopened: int) -> None:
        """Say how many it is from now on: a page has just been told."""
        with self._lock:
            self._kept[digest] = unopened
