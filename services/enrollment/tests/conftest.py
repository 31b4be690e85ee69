"""Enrollment with its database and a JetStream, and the other services' events as they would arrive."""

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import nats
import pytest
from google.protobuf.message import Message
from sqlalchemy import event as sqlalchemy_event

from cadre.curriculum.v1 import events_pb2 as curriculum
from cadre.directory.v1 import events_pb2 as directory
from cadre.enrollment.v1 import assignment_service_pb2 as pb
from cadre.enrollment.v1 import events_pb2 as pb_events
from cadre.evaluation.v1 import events_pb2 as evaluation
from cadre.notification.v1 import events_pb2 as notification
from enrollment.app import APP
from servicekit.data.outbox import subject_of
from servicekit.events.bus import EVENT_ID, Outgoing, ensure_stream, message_headers, stream_of
from servicekit.events.nats_config import inbox_of
from servicekit.testing.drain import await_quiet
from servicekit.testing.plugin import Running
from servicekit.testing.waiting import wait_until

COURSE, COURSE_VERSION, SECTIONS, MINUTES = "income-withholding", 3, 2, 25
TEST, TEST_VERSION = "income-withholding-test", 1
DUE = date(2027, 3, 1)
JOINER_DAYS = 5
ISSUED_AT = datetime.now(UTC) - timedelta(days=10)
ANNOUNCED = {
    "created": pb_events.AssignmentCreated,
    "completed": pb_events.AssignmentCompleted,
    "waived": pb_events.AssignmentWaived,
    "withdrawn": pb_events.AssignmentWithdrawn,
    "retracted": pb_events.CompletionRetracted,
}


def person(number: int) -> str:
    """Id of the test's person of that number."""
    return str(uuid.UUID(int=number, version=4))


def change(
    number: int,
    agency: str = "lake",
    *,
    member: bool = True,
    on_leave: bool = False,
    local: bool = False,
    units: Sequence[str] = (),
) -> directory.MemberChange:
    """What holds for a person at an agency."""
    return directory.MemberChange(
        person_id=person(number), agency_id=agency, units=units, member=member, on_leave=on_leave, local=local
    )


@dataclass
class Letter:
    """A notice with its audience and course, and what the other services say about them."""

    notice_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    audience_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    course_id: str = COURSE
    due_date: date = DUE
    briefing_counts: bool = True
    staff_release_date: str = ""
    credit_months: int = 0

    @property
    def name(self) -> str:
        return f"notices/{self.notice_id}"

    def published(self, revision: int = 1) -> notification.NoticePublished:
        message = notification.NoticePublished(
            notice_id=self.notice_id,
            version=1,
            audience_id=self.audience_id,
            audience_revision=revision,
            course_id=self.course_id,
            course_version=COURSE_VERSION if self.course_id else 0,
            due_date=self.due_date.isoformat(),
            joiner_business_days=JOINER_DAYS,
            briefing_counts=self.briefing_counts,
            staff_release_date=self.staff_release_date,
            credit_months=self.credit_months,
        )
        message.publish_time.FromDatetime(ISSUED_AT)
        return message

    def amended(
        self, version: int, *, revision: int = 1, course_version: int = COURSE_VERSION, **values: object
    ) -> notification.NoticeAmended:
        """A newer version of it: as it is, but for *values*."""
        message = notification.NoticeAmended(
            notice_id=self.notice_id,
            version=version,
            change=notification.NoticeAmended.SUBSTANTIVE,
            audience_revision=revision,
            course_version=course_version if values.get("course_id", self.course_id) else 0,
            joiner_business_days=JOINER_DAYS,
            **{
                "audience_id": self.audience_id,
                "course_id": self.course_id,
                "due_date": self.due_date.isoformat(),
                "briefing_counts": self.briefing_counts,
                "staff_release_date": self.staff_release_date,
                "credit_months": self.credit_months,
            }
            | values,
        )
        message.publish_time.FromDatetime(ISSUED_AT)
        message.amend_time.GetCurrentTime()
        return message

    def withdrawn(self) -> notification.NoticeWithdrawn:
        message = notification.NoticeWithdrawn(notice_id=self.notice_id, version=1)
        message.withdraw_time.GetCurrentTime()
        return message

    def released(self, agency: str) -> notification.NoticeReleased:
        message = notification.NoticeReleased(notice_id=self.notice_id, version=1, agency_id=agency)
        message.release_time.GetCurrentTime()
        return message

    def dated(self, agency: str, number: int, day: date | None) -> notification.LocalDateChanged:
        """An agency gives its people an earlier day, for the *number*-th time; None = takes it back."""
        said = {"due_date": day.isoformat()} if day else {}
        return notification.LocalDateChanged(notice_id=self.notice_id, agency_id=agency, number=number, **said)

    def changed(
        self,
        revision: int,
        changes: Sequence[directory.MemberChange],
        *,
        effective: date = date(2027, 1, 4),
        chunk: int = 1,
        chunks: int = 1,
    ) -> directory.AudienceMembersChanged:
        return directory.AudienceMembersChanged(
            audience_id=self.audience_id,
            revision=revision,
            chunk=chunk,
            chunks=chunks,
            effective_date=effective.isoformat(),
            changes=changes,
        )


def course(
    *, test: bool = True, course_id: str = COURSE, version: int = COURSE_VERSION
) -> curriculum.CourseVersionPublished:
    """The course can be taken."""
    return curriculum.CourseVersionPublished(
        course_id=course_id,
        version=version,
        section_count=SECTIONS,
        minutes=MINUTES,
        test_id=TEST if test else "",
        test_version=TEST_VERSION if test else 0,
    )


def passed(number: int, *, at: datetime | None = None) -> evaluation.TestPassed:
    """A person passed the course's test."""
    message = evaluation.TestPassed(
        sitting_id=str(uuid.uuid4()), person_id=person(number), test_id=TEST, test_version=TEST_VERSION
    )
    message.submit_time.FromDatetime(at or datetime.now(UTC))
    return message


class Others:
    """The other services: they publish to JetStream as themselves."""

    def __init__(self, url_of) -> None:
        self._url_of = url_of
        self._runner = asyncio.Runner()
        self._clients: dict[str, nats.NATS] = {}

    def publish(self, messages: Sequence[Message]) -> None:
        self._runner.run(self._publish(messages))

    async def _publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            subject = subject_of(message.DESCRIPTOR)
            service = stream_of(subject)
            if service not in self._clients:
                self._clients[service] = await nats.connect(self._url_of(service), inbox_prefix=inbox_of(service))
                await ensure_stream(self._clients[service].jetstream(), service)
            event = Outgoing(str(uuid.uuid4()), subject, message.SerializeToString(), {}, datetime.now(UTC))
            js = self._clients[service].jetstream()
            await js.publish(subject, event.payload, headers=message_headers(service, event))

    def close(self) -> None:
        for client in self._clients.values():
            self._runner.run(client.close())
        self._runner.close()


@dataclass
class World:
    """Enrollment at work, and everybody it hears: over JetStream, or by the handlers alone (no *others*)."""

    service: Running
    others: Others | None = None
    _stubs: dict[tuple, SimpleNamespace] = field(default_factory=dict)

    def hear(self, *messages: Message) -> None:
        """Let the other services say *messages*, one after another, and return when everything is handled."""
        if self.others is None:
            for message in messages:
                self.hear_together(message)
        else:
            self.others.publish(messages)
            self.quiet()

    def hear_together(self, *messages: Message) -> None:
        """Hand messages of one type to their handler in one transaction, as the kit does, without a bus."""
        (subscription,) = [one for one in APP.subscriptions if isinstance(messages[0], one.message_type)]
        headers = {"ce-time": datetime.now(UTC).isoformat()}
        events = [
            subscription.read(message.SerializeToString(), {**headers, EVENT_ID: str(uuid.uuid4())})
            for message in messages
        ]
        with self.service.runtime.database.transaction(actor="services/enrollment", method="test") as db:
            subscription.handler(db, events)

    def quiet(self) -> None:
        await_quiet([self.service.runtime.worker])

    def learner(self, number: int) -> SimpleNamespace:
        """What a person calls for themselves."""
        return self.stub({"learning.do": ["self"], "self.read": ["self"]}, caller=f"people/{person(number)}")

    def coordinator(self, *agencies: str) -> SimpleNamespace:
        """What a coordinator of these agencies calls."""
        scopes = [f"agencies/{agency}" for agency in agencies]
        rights = {"assignments.read": scopes, "training.record": scopes, "self.read": ["self", *scopes]}
        return self.stub(rights, caller=f"people/{person(999_999)}")

    def stub(self, rights, *, caller: str = "services/test") -> SimpleNamespace:
        """A stub of any caller; the same one for the same, since each has a connection."""
        key = (caller, str(rights))
        if key not in self._stubs:
            self._stubs[key] = self.service.stubs(caller=caller, rights=rights)
        return self._stubs[key]

    def rows(self, sql: str, *params: object) -> list[tuple]:
        """Look into the database."""
        with self.service.connect() as connection:
            return connection.execute(sql, params).fetchall()

    def assignments(self, letter: Letter) -> dict[str, tuple[str, date]]:
        """State and due date by person."""
        return {
            str(person_id): (state, due_date)
            for person_id, state, due_date in self.rows(
                "SELECT person_id, a.state, a.due_date FROM assignment AS a JOIN requirement ON id = requirement_id"
                " WHERE notice_id = %s",
                letter.notice_id,
            )
        }

    def states(self, letter: Letter) -> dict[int, str]:
        """State by the number of the person."""
        return {
            uuid.UUID(person_id).int & 0xFFFFFFFF: state for person_id, (state, _) in self.assignments(letter).items()
        }

    def due(self, letter: Letter, number: int) -> date:
        return self.assignments(letter)[person(number)][1]

    def announced(self, fact: str) -> list[Message]:
        """Events of that fact in the outbox, in order."""
        message_type = ANNOUNCED[fact]
        return [
            message_type.FromString(bytes(payload))
            for (payload,) in self.rows(
                "SELECT payload FROM outbox WHERE subject = %s ORDER BY seq", subject_of(message_type.DESCRIPTOR)
            )
        ]

    def audits(self) -> dict[str, int]:
        with self.service.runtime.database.read() as db:
            return {audit.name: audit.count(db) for audit in APP.audits}

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Collect the statements that the service runs in the meantime, except the relay's."""
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_) -> None:
            seen.append(statement)

        engine = self.service.runtime.database.engine
        sqlalchemy_event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sqlalchemy_event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def world(nats_server, launch):
    """Enrollment at work, hearing the others over JetStream."""
    service = launch(APP, role="all")
    # Quiet means nothing before every consumer is there.
    consumers = len({subscription.stream for subscription in APP.subscriptions})
    wait_until(lambda: len(service.runtime.worker.bus().consumers) == consumers, "a consumer for each producer")
    others = Others(nats_server.url)
    world = World(service, others)
    try:
        yield world
        world.quiet()
        check_books(world)
    finally:
        others.close()


@pytest.fixture
def world_without_bus(launch):
    """Enrollment answering calls; events go to its handlers without a bus. For tests that are about calls."""
    world = World(launch(APP))
    yield world
    check_books(world)


def check_books(world: World) -> None:
    """Whatever a test did: nothing is missing, double or at odds."""
    audits = world.audits()
    assert len(audits) == 7
    assert not any(audits.values()), audits


@pytest.fixture
def letter() -> Letter:
    """A notice that asks for the course."""
    return Letter()


def assignment_name(world: World, letter: Letter, number: int) -> str:
    """Resource name of a person's assignment under a letter."""
    ((requirement_id,),) = world.rows("SELECT id FROM requirement WHERE notice_id = %s", letter.notice_id)
    return f"requirements/{requirement_id}/assignments/{person(number)}"


def request_id() -> str:
    """A fresh id for a write."""
    return str(uuid.uuid4())


def take(world, letter, number, sections=(1, 2)):
    """Start the course and finish sections of it; the last answer."""
    learner, name = world.learner(number), assignment_name(world, letter, number)
    answer = learner.StartAssignment(pb.StartAssignmentRequest(name=name, request_id=request_id()))
    for section in sections:
        request = pb.CompleteSectionRequest(name=name, section=section, request_id=request_id())
        answer = learner.CompleteSection(request)
    return answer
