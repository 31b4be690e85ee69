"""A committee as curriculum knows it, by what it hears; and its people, who call."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.operations.v1 import operations_service_pb2 as operations
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from cadre.partnership.v1 import events_pb2 as partnership
from curriculum.app import subjects_of
from curriculum.governance import consumers, jobs
from servicekit.calendar import pacific_date
from servicekit.events.consumers import Delivered
from servicekit.rpc.client import Refused

from .conftest import new_id

RULES = {
    "quorum": {"numerator": 1, "denominator": 2},
    "quorumOfEachConstituency": 1,
    "thresholds": [
        {
            "decisionClass": "MAJOR",
            "ofAll": {"numerator": 2, "denominator": 3},
            "ofEachConstituency": {"numerator": 1, "denominator": 2},
            "yesOfEachConstituency": 1,
        }
    ],
    "override": {"numerator": 2, "denominator": 3},
    "writtenVotes": True,
}


SEATS = ("lake", "kern", "marin", "state-1", "state-2")


def reason(call, *args, **said):
    """Why a call is refused."""
    with pytest.raises(Refused) as refused:
        call(*args, **said)
    return refused.value.reason


class Clock:
    """A clock that is put forward."""

    def __init__(self):
        self.at = datetime.now(UTC)

    def __call__(self):
        return self.at

    def forward(self, **by):
        self.at += timedelta(**by)

    def stay_in_a_year(self, days):
        """Go past a New Year that is no more than so many days ahead: what is numbered is so by year."""
        if pacific_date(self.at).year != pacific_date(self.at + timedelta(days=days)).year:
            self.forward(days=days)


@dataclass
class Committee:
    """Three seats of local agencies, two of the state, a secretary; and a course that is written."""

    curriculum: object
    clock: Clock
    body: str = field(default_factory=lambda: f"board-{uuid.uuid4().hex[:8]}")
    people: dict = field(default_factory=dict)
    terms: dict = field(default_factory=dict)
    versions: int = 0

    def __post_init__(self):
        self.rule(RULES)
        self.give("secretary", "SECRETARY")
        for n, seat in enumerate(SEATS):
            self.give(seat, "MEMBER", seat=seat, constituency="local" if n < 3 else "state")

    @property
    def database(self):
        return self.curriculum.running.runtime.database

    @property
    def subjects(self):
        return subjects_of(self.curriculum.running.runtime.settings)

    def hear(self, handler, *messages):
        delivered = [Delivered(uuid.uuid4(), one, self.clock(), {}) for one in messages]
        with self.database.transaction(actor="services/curriculum", method="hear") as db:
            handler(db, delivered)

    def rule(self, rules):
        self.versions += 1
        code = self.body.replace("-", "").upper()
        told = partnership.BodyRuled(body_id=self.body, code=code, rules_json=json.dumps(rules), version=self.versions)
        self.hear(consumers.body_ruled, told)

    def day(self, days=0):
        return (pacific_date(self.clock()) + timedelta(days=days)).isoformat()

    def membership(self, who, part, *, seat="", constituency="", start=-30, end=None, version=1):
        return partnership.MembershipStarted(
            membership_id=str(uuid.uuid4()),
            body_id=self.body,
            person_id=str(self.people.setdefault(who, uuid.uuid4())),
            part=part,
            seat_id=seat,
            constituency_id=constituency,
            voting=bool(seat),
            start_date=self.day(start),
            end_date="" if end is None else self.day(end),
            version=version,
        )

    def give(self, who, part, **told):
        message = self.membership(who, part, **told)
        self.terms[who] = message.membership_id
        self.hear(consumers.membership_started, message)

    def take(self, who, end=0):
        told = partnership.MembershipEnded(
            membership_id=self.terms[who],
            body_id=self.body,
            person_id=str(self.people[who]),
            end_date=self.day(end),
            version=2,
        )
        self.hear(consumers.membership_ended, told)

    def were_there(self, ballot, *who, body="", version=1):
        told = partnership.PresenceRecorded(
            meeting_id=ballot.meeting.rpartition("/")[2],
            body_id=body or self.body,
            item_id=f"item-of-{body}",
            decides=ballot.name,
            person_ids=[str(self.people[one]) for one in who],
            version=version,
        )
        told.at_time.FromDatetime(self.clock())
        self.hear(consumers.presence_recorded, told)

    def person(self, who):
        return f"people/{self.people.setdefault(who, uuid.uuid4())}"

    def as_(self, who):
        return self.curriculum.running.stubs(caller=self.person(who), rights={"bodies.read": ["self"]})

    # ---- what is seen from outside ----

    def payloads(self, kind):
        """What the service told the bus, the first first."""
        with self.curriculum.running.connect() as connection:
            sql = "SELECT payload FROM outbox WHERE subject LIKE %s ORDER BY seq"
            return [payload for (payload,) in connection.execute(sql, [f"%{kind}%"]).fetchall()]

    def audits(self, *of):
        """What must be zero, of these areas."""
        operator = self.curriculum.running.stub(OperationsServiceStub, rights=["operations.read"])
        found = operator.RunAudits(operations.RunAuditsRequest()).audits
        return {audit.name: audit.count for audit in found if audit.name.startswith(of or ("ballots", "decisions"))}

    # ---- ballots ----

    def course(self):
        return self.curriculum.create(f"course-{uuid.uuid4().hex[:8]}")

    def digest(self, course):
        with self.database.transaction(actor="services/test", method="look") as db:
            return self.subjects.of(course.name).digest(db, course.name)

    def prepare(self, course, *, digest=None, meeting="", hours=24, authors=()):
        ballot = pb.Ballot(
            body=f"bodies/{self.body}",
            motion="Take the course as it is",
            decision_class=decision_pb.MAJOR,
            subject=course.name,
            digest=digest or self.digest(course),
            meeting=meeting,
            authors=[self.person(one) for one in authors],
        )
        ballot.close_time.FromDatetime(self.clock() + timedelta(hours=hours))
        return self.as_("secretary").CreateBallot(pb.CreateBallotRequest(ballot=ballot, request_id=new_id()))

    def open(self, course=None, **said):
        ballot = self.prepare(course or self.course(), **said)
        return self.as_("secretary").OpenBallot(pb.OpenBallotRequest(name=ballot.name, request_id=new_id()))

    def cast(self, ballot, who, choice, **said):
        request = pb.CastPositionRequest(
            name=ballot.name, choice=choice, **{"digest": ballot.digest, "request_id": new_id()} | said
        )
        return self.as_(who).CastPosition(request)

    def record(self, ballot, who, choice, **said):
        request = pb.RecordPositionRequest(
            name=ballot.name, person=self.person(who), choice=choice, request_id=new_id(), **said
        )
        return self.as_("secretary").RecordPosition(request)

    def close(self, ballot):
        return self.as_("secretary").CloseBallot(pb.CloseBallotRequest(name=ballot.name, request_id=new_id()))

    def get(self, ballot, who="secretary"):
        return self.as_(who).GetBallot(pb.GetBallotRequest(name=ballot.name))

    def run_job(self):
        jobs.close_due(self.database, self.clock(), self.subjects)

    def publish(self, course):
        return self.curriculum.publish(course)

    def update(self, course, **changes):
        for name, value in changes.items():
            setattr(course, name, value)
        request = course_pb.UpdateCourseRequest(course=course, request_id=new_id())
        return self.curriculum.manager.UpdateCourse(request)
