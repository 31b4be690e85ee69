"""Partnership with its database and a clock of its own, and the people who sit in its bodies."""

import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import event

from cadre.messages.v1 import messages_pb2 as messages
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from partnership.app import APP
from partnership.projections import PROJECTIONS
from servicekit.background.jobs import Progress
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.data.outbox import subject_of
from servicekit.rpc.client import Refused
from servicekit.rpc.incoming import LONGEST_STRING
from servicekit.testing.plugin import Running

# A Wednesday, 9 a.m. in California. It is the clock's: no test knows what day it is elsewhere.
BEGINS = datetime(2027, 3, 10, 9, tzinfo=PACIFIC)
PART = membership_pb.Membership.Part
RULES = body_pb.BodyRules(
    quorum=body_pb.Fraction(numerator=1, denominator=2),
    quorum_of_each_constituency=1,
    thresholds=[
        body_pb.Threshold(
            decision_class="MAJOR",
            of_all=body_pb.Fraction(numerator=2, denominator=3),
            of_each_constituency=body_pb.Fraction(numerator=1, denominator=2),
            yes_of_each_constituency=1,
        ),
        body_pb.Threshold(decision_class="MINOR", of_all=body_pb.Fraction(numerator=1, denominator=2)),
    ],
    notice_hours=72,
    override=body_pb.Fraction(numerator=2, denominator=3),
    conflict_text="Your agency wrote part of this.",
)


def new_id() -> str:
    return str(uuid.uuid4())


def person(number: int) -> str:
    """Name of the test's person of that number."""
    return f"people/{uuid.UUID(int=number, version=4)}"


def seat(id_: str, *, voting: bool = True) -> body_pb.Seat:
    return body_pb.Seat(id=id_, title=f"Seat {id_}", voting=voting)


def committee(**said: object) -> body_pb.Body:
    """A committee of two constituencies with two seats each, seen by everybody."""
    fields = {
        "title": "Statewide Training Steering Committee",
        "code": f"C{uuid.uuid4().hex[:12].upper()}",
        "kind": body_pb.Body.COMMITTEE,
        "visibility": body_pb.Body.EVERYONE,
        "purpose": "Steers.",
        "newcomers_read_all": True,
        "rules": RULES,
        "source": "ours",
        "constituencies": [
            body_pb.Constituency(id="state", title="The state", seats=[seat("state-1"), seat("state-2")]),
            body_pb.Constituency(id="local", title="Local agencies", seats=[seat("local-1"), seat("local-2")]),
        ],
    }
    return body_pb.Body(**(fields | said))


@dataclass
class World:
    """The service, its clock, and stubs of whoever calls."""

    running: Running
    clock: SimpleNamespace
    _stubs: dict[str, object] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return pacific_date(self.clock.now)

    def day(self, offset: int) -> str:
        """So many days from the clock's today."""
        return (self.today + timedelta(days=offset)).isoformat()

    def pass_days(self, days: int) -> None:
        self.clock.now += timedelta(days=days)

    def by(self, caller: str):
        """Whoever signs in: what they may do follows from their parts."""
        return self._stub(caller, {"bodies.read": ["self"]})

    @property
    def convener(self):
        return self._stub(person(1), {"bodies.read": ["self"], "bodies.convene": ["state"]})

    def _stub(self, caller: str, rights):
        if caller not in self._stubs:
            self._stubs[caller] = self.running.stubs(caller=caller, rights=rights)
        return self._stubs[caller]

    def body(self, **said: object) -> body_pb.Body:
        request = body_pb.CreateBodyRequest(body_id=f"b-{new_id()}", body=committee(**said), request_id=new_id())
        return self.convener.CreateBody(request)

    def give(self, body, who: str, part: int, *, by=None, start: int = 0, **said: object):
        """Give somebody a part, from so many days from today on."""
        membership = membership_pb.Membership(
            person=who, organization="lake", part=part, start_date=self.day(start), **said
        )
        request = membership_pb.CreateMembershipRequest(parent=body.name, membership=membership, request_id=new_id())
        return (by or self.convener).CreateMembership(request)

    def end(self, membership, day: int, *, by=None, reason: str = "They moved", etag: str = ""):
        request = membership_pb.EndMembershipRequest(
            name=membership.name,
            end_date=self.day(day),
            reason=reason,
            etag=etag or membership.etag,
            request_id=new_id(),
        )
        return (by or self.convener).EndMembership(request)

    def there(self, body, day: int = 0, *, by=None) -> list[tuple[str, str, str]]:
        """Person, part and seat of whoever has one on a day."""
        request = membership_pb.ListMembershipsRequest(parent=body.name, day=self.day(day))
        found = (by or self.convener).ListMemberships(request).memberships
        return [(one.person, PART.Name(one.part), one.seat) for one in found]

    def refused(self, call, *arguments, **named) -> tuple[str, dict[str, str]]:
        """Why a call is refused, and what it says with it."""
        with pytest.raises(Refused) as refused:
            call(*arguments, **named)
        return refused.value.reason, dict(refused.value.metadata)

    def told(self, *types) -> list:
        """Events of these types in the outbox, in order."""
        by_subject = {subject_of(one.DESCRIPTOR): one for one in types}
        return [
            by_subject[subject].FromString(bytes(payload))
            for subject, payload in self.rows("SELECT subject, payload FROM outbox ORDER BY seq")
            if subject in by_subject
        ]

    def rows(self, sql: str, *params: object) -> list[tuple]:
        with self.running.connect() as connection:
            return connection.execute(sql, params).fetchall()

    def tell_again(self, name: str) -> None:
        """Have a projection rebuilt, as an operator does."""
        (projection,) = [one for one in PROJECTIONS if one.name == name]
        database = self.running.runtime.database
        projection.rebuild(database, self.clock.now, Progress(database, projection.entry))

    def audits(self) -> dict[str, int]:
        with self.running.runtime.database.read() as db:
            return {audit.name: audit.count(db) for audit in APP.audits}


STATE, ITEM = pb.Meeting.State, pb.AgendaItem
CHAIR, SECRETARY, FIRST, SECOND, ALTERNATE, STRANGER = (person(number) for number in range(11, 17))


def moment(at) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def item(title: str, kind: int = ITEM.DISCUSSION, **said: object) -> pb.AgendaItem:
    return ITEM(**({"title": title, "kind": kind, "minutes": 10} | said))


class Room:
    """A committee with its people, and what its secretary does with a meeting."""

    def __init__(self, world, **said: object) -> None:
        self.world = world
        self.body = world.body(**said)
        world.give(self.body, CHAIR, PART.CHAIR)
        world.give(self.body, SECRETARY, PART.SECRETARY)
        world.give(self.body, FIRST, PART.MEMBER, seat="state-1")
        world.give(self.body, SECOND, PART.MEMBER, seat="local-1")
        world.give(self.body, ALTERNATE, PART.ALTERNATE, seat="local-1")
        self.secretary, self.chair = world.by(SECRETARY), world.by(CHAIR)

    def said(self, days: float = 10, **said: object) -> pb.Meeting:
        start = self.world.clock.now + timedelta(days=days)
        fields = {
            "title": "Spring meeting",
            "start_time": moment(start),
            "end_time": moment(start + timedelta(hours=2)),
            "zone": "America/Chicago",
            "place": "Room 12",
            "link": "https://meet.example.org/spring",
            "items": [
                item("Minutes of last time", ITEM.CONSENT),
                item("The new course", ITEM.DECISION, decides=f"ballots/{new_id()}"),
            ],
        }
        return pb.Meeting(**(fields | said))

    def draft(self, days: float = 10, *, by=None, like: str = "", **said: object) -> pb.Meeting:
        request = pb.CreateMeetingRequest(
            parent=self.body.name, meeting=self.said(days, **said), like=like, request_id=new_id()
        )
        return (by or self.secretary).CreateMeeting(request)

    def step(self, name: str, meeting: pb.Meeting, *, by=None, etag: str = "", **said: object) -> pb.Meeting:
        request = getattr(pb, f"{name}Request")(
            name=meeting.name, etag=etag or self.get(meeting).etag, request_id=new_id(), **said
        )
        return getattr(by or self.secretary, name)(request)

    def called(self, days: float = 10, **said: object) -> pb.Meeting:
        return self.step("CallMeeting", self.draft(days, **said))

    def get(self, meeting: pb.Meeting, by=None) -> pb.Meeting:
        return (by or self.secretary).GetMeeting(pb.GetMeetingRequest(name=meeting.name))

    def presence(self, meeting: pb.Meeting, *came: tuple, by=None) -> pb.Meeting:
        """Who came and left so many minutes after the start; None = is still there."""
        start = meeting.start_time.ToDatetime()
        there = [
            pb.Presence(
                person=who,
                arrive_time=moment(start + timedelta(minutes=arrive)),
                leave_time=None if leave is None else moment(start + timedelta(minutes=leave)),
            )
            for who, arrive, leave in came
        ]
        return self.step("RecordPresence", meeting, by=by, presence=there)

    def record(self, meeting: pb.Meeting, number: int, minutes: int | None = None, **said: object) -> pb.Meeting:
        if minutes is not None:
            said["end_time"] = moment(meeting.start_time.ToDatetime() + timedelta(minutes=minutes))
        return self.step("RecordItem", meeting, item=self.get(meeting).items[number].id, **said)

    def held(self, **said: object) -> pb.Meeting:
        meeting = self.called(**said)
        self.world.pass_days(11)
        return self.step("HoldMeeting", meeting)

    def noted(self, **said: object) -> pb.Meeting:
        return self.step("PublishNotes", self.held(**said))

    def document(self, name: str, edition: int = 0, by=None) -> pb.Document:
        return (by or self.secretary).GetDocument(pb.GetDocumentRequest(name=name, edition=edition))

    def packet(self, meeting: pb.Meeting, by=None) -> pb.Packet:
        return (by or self.secretary).GetPacket(pb.GetPacketRequest(name=meeting.name))

    def add(self, meeting: pb.Meeting, *, by=None, **said: object) -> pb.Document:
        fields = {"kind": pb.Document.PAPER, "title": "A paper", "text": "It says this."} | said
        if len(fields["text"]) > LONGEST_STRING:
            fields["written"] = pb.Document(text=fields.pop("text"))
        return (by or self.secretary).AddEdition(
            pb.AddEditionRequest(parent=meeting.name, request_id=new_id(), **fields)
        )

    def messages(self) -> list[tuple[str, set[str]]]:
        """Kinds of messages that were wanted, and whom they go to."""
        return [
            (one.kind, {f"people/{id_}" for id_ in one.person_ids})
            for (payload,) in self.world.rows(
                "SELECT payload FROM outbox WHERE subject = 'cadre.partnership.message.wanted.v1' ORDER BY seq"
            )
            for one in [messages.MessageWanted.FromString(bytes(payload))]
        ]


def reason_of(call, *arguments, **named) -> str:
    try:
        call(*arguments, **named)
    except Refused as refused:
        return refused.reason
    return ""


def change(meeting: pb.Meeting, **said: object) -> pb.UpdateMeetingRequest:
    """A change of these fields."""
    kept = {field.name: getattr(meeting, field.name) for field, _ in meeting.ListFields() if field.name not in said}
    return pb.UpdateMeetingRequest(meeting=pb.Meeting(**kept, **said), request_id=new_id())


def doing(room, who: str, days: int = 5, what: str = "Ask the counties") -> pb.CreateActionRequest:
    action = pb.Action(what=what, owner=who, due_date=room.world.day(days))
    return pb.CreateActionRequest(parent=room.body.name, action=action, request_id=new_id())


@pytest.fixture
def statements(world):
    """Collects the statements that the service runs."""

    @contextmanager
    def collect():
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_) -> None:
            seen.append(statement)

        engine = world.running.runtime.database.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect


@pytest.fixture
def world(launch):
    clock = SimpleNamespace(now=BEGINS.astimezone(UTC))
    world = World(launch(APP, clock=lambda: clock.now), clock)
    yield world
    assert not any(world.audits().values()), world.audits()


@pytest.fixture
def room(world):
    return Room(world)
