import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from types import SimpleNamespace

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from prometheus_client import CollectorRegistry
from sqlalchemy import event

from cadre.directory.v1 import events_pb2 as directory
from cadre.enrollment.v1 import events_pb2 as enrollment
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from cadre.operations.v1 import operations_service_pb2 as operations
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from notification.app import APP
from servicekit.calendar import pacific_date
from servicekit.data.outbox import subject_of
from servicekit.events.bus import CE_TIME, EVENT_ID
from servicekit.events.consumers import Envelope, Handling, HandlingMetrics, Outcome
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar
from servicekit.testing.plugin import Running

SERIES = ("CSSP", "CSSI", "CSS", "CSSIN", "PI", "AT", "DCL", "CCSAS")
AGENCIES = ("alameda", "lake", "los-angeles", "yolo")
ANALYST, COLLEAGUE, APPROVER = (f"people/{uuid.uuid4()}" for _ in range(3))
TODAY = pacific_date(datetime.now(UTC))
EFFECTIVE = state_calendar().add(TODAY, 28)


def new_id():
    return str(uuid.uuid4())


def person_ids(count):
    return [new_id() for _ in range(count)]


def change(person, agency, *units, member=True, on_leave=False, local=False):
    return directory.MemberChange(
        person_id=person, agency_id=agency, units=sorted(units), member=member, on_leave=on_leave, local=local
    )


def written(audience, **changes):
    """A letter as an analyst writes it, complete."""
    fields = {
        "kind": notice_pb.Notice.POLICY,
        "series": "CSSP",
        "number": "26-04",
        "addressees": "ALL IV-D DIRECTORS",
        "subject": "Earning capacity replaces presumed income",
        "reason": notice_pb.Notice.STATE_LAW,
        "references": "Family Code 4058",
        "contact": "policy@dcss.example.org",
        "change": "A complaint no longer presumes full-time work.",
        "before": "It presumed minimum wage.",
        "after": "It pleads real income or earning capacity.",
        "staff_action": "Try three times to reach the person.",
        "body": "# Earning capacity\n\nThe whole letter.",
        "effective_date": EFFECTIVE.isoformat(),
        "audience": f"audiences/{audience}",
        "asks": notice_pb.CONFIRM,
    }
    fields |= changes
    if fields["asks"] == notice_pb.TRAIN:
        fields.setdefault("course_version", "courses/earning-capacity/versions/2")
    return notice_pb.Notice(**fields)


def reason_of(call, *arguments):
    """Why a call is refused, '' if it is not."""
    try:
        call(*arguments)
    except Refused as refused:
        return refused.reason
    return ""


def id_of(notice):
    return notice.name.removeprefix("notices/")


def figures(counts):
    """Counts that are not zero, by name, but for the denominator, which follows from two of them."""
    assert counts.at_work == counts.of - counts.on_leave
    return {descriptor.name: value for descriptor, value in counts.ListFields() if descriptor.name != "at_work"}


@dataclass
class Cadre:
    """The service, with stubs of those who use it, and with events from those whom it hears."""

    running: Running
    analyst: SimpleNamespace
    colleague: SimpleNamespace
    approver: SimpleNamespace
    operator: OperationsServiceStub
    handlings: dict = field(default_factory=dict)
    revisions: dict = field(default_factory=dict)
    numbers: int = 0
    # What the test broke on purpose: audits that are not zero at its end.
    broken: dict = field(default_factory=dict)

    today = TODAY
    effective = EFFECTIVE
    agencies = AGENCIES
    new_id = staticmethod(new_id)
    people = staticmethod(person_ids)
    at = staticmethod(change)
    figures = staticmethod(figures)
    written = staticmethod(written)
    reason_of = staticmethod(reason_of)

    # ---- people ----

    def learner(self, person):
        rights = {"learning.do": ["self"], "notices.read": ["self"]}
        return self.running.stubs(caller=f"people/{person}", rights=rights)

    def coordinator(self, agency, person=None):
        scopes = [f"agencies/{agency}"]
        rights = {"readiness.read_agency": scopes, "notices.confirm_for_agency": scopes}
        return self.running.stubs(caller=f"people/{person or new_id()}", rights=rights)

    # ---- events ----

    def deliver(self, *messages, event_ids=None, producer="", at=None):
        """Hand over events of one type as the stream would; every one of them must be handled."""
        outcomes = self.try_to_deliver(*messages, event_ids=event_ids, producer=producer, at=at)
        assert set(outcomes) == {Outcome.HANDLED}
        return outcomes

    def try_to_deliver(self, *messages, event_ids=None, producer="", at=None):
        subject = subject_of(messages[0].DESCRIPTOR, producer)
        envelopes = []
        for message, event_id in zip(messages, event_ids or person_ids(len(messages)), strict=True):
            headers = {EVENT_ID: event_id, CE_TIME: (at or datetime.now(UTC)).isoformat()}
            envelopes.append(Envelope(subject, message.SerializeToString(), headers, f"test/{event_id}"))
        return [verdict.outcome for verdict in self.handlings[subject.split(".")[1]].deliver(envelopes)]

    def chunks(self, audience, *changes, effective=TODAY, size=1000):
        """The next revision of an audience, as the directory tells it."""
        revision = self.revisions[audience] = self.revisions.get(audience, 0) + 1
        rest = iter(changes)
        parts = list(iter(lambda: list(islice(rest, size)), [])) or [[]]
        return [
            directory.AudienceMembersChanged(
                audience_id=audience,
                revision=revision,
                chunk=number,
                chunks=len(parts),
                effective_date=effective.isoformat(),
                changes=part,
            )
            for number, part in enumerate(parts, 1)
        ]

    def members(self, audience, *changes, effective=TODAY):
        self.deliver(*self.chunks(audience, *changes, effective=effective))

    def new_audience(self, *changes):
        audience = new_id()
        self.members(audience, *changes)
        return audience

    def completed(self, notice, *people, at=None):
        stamp = Timestamp()
        stamp.FromDatetime(at or datetime.now(UTC))
        done = [enrollment.PersonCompletion(person_id=person, complete_time=stamp) for person in people]
        return enrollment.AssignmentCompleted(requirement_id=new_id(), notice_id=id_of(notice), completions=done)

    # ---- notices ----

    def draft(self, audience, **changes):
        self.numbers += 1
        letter = written(audience, **({"number": f"26-{self.numbers:02d}"} | changes))
        return self.analyst.CreateNotice(notice_pb.CreateNoticeRequest(notice=letter, request_id=new_id()))

    def submitted(self, audience, **changes):
        draft = self.draft(audience, **changes)
        return self.analyst.SubmitNotice(
            notice_pb.SubmitNoticeRequest(name=draft.name, etag=draft.etag, request_id=new_id())
        )

    def publish(self, notice, *, by=None, revision=None):
        return (by or self.approver).PublishNotice(
            notice_pb.PublishNoticeRequest(
                name=notice.name,
                etag=notice.etag,
                audience_revision=self.revisions[notice.audience.removeprefix("audiences/")]
                if revision is None
                else revision,
                request_id=new_id(),
            )
        )

    def issued(self, audience, **changes):
        return self.publish(self.submitted(audience, **changes))

    def import_series(self, *names):
        series = [
            series_pb.Series(name=f"series/{name}", title=f"{name} letters", kind=notice_pb.Notice.POLICY)
            for name in names
        ]
        return self.importer.ImportSeries(series_pb.ImportSeriesRequest(series=series, request_id=new_id()))

    @property
    def importer(self):
        return self.running.stubs(rights=["reference.import"])

    # ---- what is seen ----

    def readiness(self, notice):
        return self.analyst.GetReadiness(readiness_pb.GetReadinessRequest(notice=notice.name))

    def state(self, notice):
        return figures(self.readiness(notice).state)

    def agency(self, notice, agency):
        (row,) = (row for row in self.readiness(notice).agencies if row.agency == f"agencies/{agency}")
        return figures(row.counts)

    def read(self, notice, person):
        return self.learner(person).ReadNotice(inbox_pb.ReadNoticeRequest(notice=notice.name, request_id=new_id()))

    def confirm(self, notice, person, **changes):
        fields = {"notice": notice.name, "text_sha256": notice.text_sha256, "request_id": new_id()} | changes
        return self.learner(person).ConfirmNotice(inbox_pb.ConfirmNoticeRequest(**fields))

    def inbox(self, person, **request):
        return self.learner(person).ListInbox(inbox_pb.ListInboxRequest(**request)).items

    def audits(self):
        answer = self.operator.RunAudits(operations.RunAuditsRequest())
        # No relay runs in most tests, so events stay in the outbox.
        return {audit.name: audit.count for audit in answer.audits if not audit.name.startswith("outbox.")}

    def rows(self, sql, **params):
        with self.running.connect() as connection:
            return connection.execute(sql, params).fetchall()


@pytest.fixture
def made():
    """What tests make things with, without a running service."""
    return Cadre


@pytest.fixture
def settings():
    """What the service is started with; a module of tests may say otherwise."""
    return {}


@pytest.fixture
def cadre(launch, settings):
    running = launch(APP, **settings)
    author = ["notices.write", "readiness.read", "notices.read"]
    service = Cadre(
        running,
        running.stubs(caller=ANALYST, rights=author),
        running.stubs(caller=COLLEAGUE, rights=[*author, "notices.approve"]),
        running.stubs(caller=APPROVER, rights=["notices.approve", "readiness.read"]),
        running.stub(OperationsServiceStub, rights=["operations.read"]),
    )
    measured = HandlingMetrics(CollectorRegistry())
    for stream in ("directory", "enrollment", "notification"):
        heard = [subscription for subscription in APP.subscriptions if subscription.stream == stream]
        handling = Handling("notification", running.runtime.database, heard, measured)
        service.handlings[stream] = handling
    service.import_series(*SERIES)
    kinds = dict.fromkeys(AGENCIES, "single-county") | {"dcss": "state"}
    service.deliver(*(directory.AgencyListed(agency_id=agency, kind=kind) for agency, kind in kinds.items()))
    yield service
    # Whatever a test did: nothing twice, nobody forgotten, and the figures are those of a recount.
    assert {name: count for name, count in service.audits().items() if count} == service.broken


@pytest.fixture
def statements(cadre):
    """The SQL statements that the service sends while the block runs."""
    engine = cadre.running.runtime.database.engine

    @contextmanager
    def record():
        sent = []

        def note(_connection, _cursor, statement, *_):
            sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        yield sent
        event.remove(engine, "before_cursor_execute", note)

    return record
