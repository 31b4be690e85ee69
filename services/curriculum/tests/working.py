"""Works as their people take them through their gates."""

import uuid
from dataclasses import dataclass, field

import pytest

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from servicekit.rpc.client import Refused

from .committee import Committee
from .conftest import new_id

DESIGNS = ["works.write", "courses.write", "catalogue.read", "bodies.read"]
MANAGES = [*DESIGNS, "bodies.convene"]
NEED = {
    "source": pb.Work.AGENCY_REQUEST,
    "source_text": "Lake asks for it.",
    "need": "Orders are entered late.",
    "problem": pb.Work.SKILL,
    "analysis": "Those who were trained do it in time.",
    "people": 120,
    "agencies": 14,
    "measure": trace_pb.TaskOfWork.ORDERS,
    "importance": 4,
    "gap": 3,
    "effort_days": 10,
}


@dataclass
class Office:
    """A designer, a manager of training, and the two bodies that decide."""

    content: Committee
    steering: Committee
    people: dict = field(default_factory=dict)

    @property
    def running(self):
        return self.content.curriculum.running

    def person(self, who):
        return f"people/{self.people.setdefault(who, uuid.uuid4())}"

    def as_(self, who="designer"):
        if who == "stranger":
            return self.running.stubs(caller=self.person(who), rights={"bodies.read": ["self"]})
        return self.running.stubs(caller=self.person(who), rights=MANAGES if who == "manager" else DESIGNS)

    # ---- courses ----

    def course(self, **changes):
        new = course_pb.CreateCourseRequest(
            course_id=f"course-{uuid.uuid4().hex[:8]}", course=written(**changes), request_id=new_id()
        )
        return self.as_().CreateCourse(new)

    def draft(self, name):
        return self.as_().GetCourse(course_pb.GetCourseRequest(name=name))

    def rewrite(self, name, change, who="designer"):
        course = self.draft(name)
        change(course)
        return self.as_(who).UpdateCourse(course_pb.UpdateCourseRequest(course=course, request_id=new_id()))

    def publish(self, name, who="designer"):
        request = course_pb.PublishCourseRequest(name=name, etag=self.draft(name).etag, request_id=new_id())
        return self.as_(who).PublishCourse(request)

    # ---- works ----

    def begin(self, course=None, who="designer", **said):
        work = pb.Work(**{"title": "Orders in time", "course": course.name if course else ""} | NEED | said)
        return self.as_(who).CreateWork(pb.CreateWorkRequest(work=work, request_id=new_id()))

    def get(self, work, who="designer"):
        return self.as_(who).GetWork(pb.GetWorkRequest(name=work.name))

    def write(self, work, who="designer", **changes):
        current = self.get(work)
        for name, value in changes.items():
            setattr(current, name, value)
        return self.as_(who).UpdateWork(pb.UpdateWorkRequest(work=current, request_id=new_id()))

    def design(self, work):
        current = self.get(work)
        current.modes.add(mode=pb.ModeChoice.SELF_PACED, reason="They are at 58 agencies.")
        current.evaluation_level, current.sunset_date = 2, "2035-06-30"
        self.trace(current.course)
        return self.as_().UpdateWork(pb.UpdateWorkRequest(work=current, request_id=new_id()))

    def trace(self, course, objectives=None, tasks=None):
        read = self.as_().GetTrace(trace_pb.GetTraceRequest(course=course))
        asked = trace_pb.Trace(
            course=course, etag=read.etag, objectives=objectives or [objective()], tasks=tasks or [task()]
        )
        return self.as_().UpdateTrace(trace_pb.UpdateTraceRequest(trace=asked, request_id=new_id()))

    def try_out(self, work):
        current = self.get(work)
        current.pilot.MergeFrom(pb.Pilot(people=6, stated_minutes=22, real_minutes=30))
        current.policy_sign_off = current.legal_sign_off = "Read, and so it is."
        return self.as_().UpdateWork(pb.UpdateWorkRequest(work=current, request_id=new_id()))

    def decide(self, work, body=None, decision_class=decision_pb.MAJOR):
        """Let a body vote on what the gate of the work's phase asks for; return the name of its decision."""
        body, current = body or self.content, self.get(work)
        ballot = self.prepare(current, body, decision_class)
        opened = body.as_("secretary").OpenBallot(ballot_pb.OpenBallotRequest(name=ballot.name, request_id=new_id()))
        for seat in ("lake", "kern", "marin", "state-1", "state-2"):
            body.cast(opened, seat, ballot_pb.YES)
        return body.close(opened).decision

    def prepare(self, current, body, decision_class=decision_pb.MAJOR):
        ballot = ballot_pb.Ballot(
            body=f"bodies/{body.body}",
            motion="Go on",
            decision_class=decision_class,
            subject=current.subject,
            digest=current.digest,
        )
        ballot.close_time.FromDatetime(body.clock().replace(year=body.clock().year + 1, day=1))
        return body.as_("secretary").CreateBallot(ballot_pb.CreateBallotRequest(ballot=ballot, request_id=new_id()))

    def pass_(self, work, decision="", who="designer", phase=None):
        current = self.get(work)
        request = pb.PassGateRequest(
            name=work.name, phase=phase or current.phase, decision=decision, request_id=new_id()
        )
        return self.as_(who).PassGate(request)

    def confirm(self, work, stubs, digest=None):
        asked = digest or self.get(work).digest
        return stubs.ConfirmWork(pb.ConfirmWorkRequest(name=work.name, digest=asked, request_id=new_id()))

    def set_status(self, work, status, **said):
        return self.as_().SetWorkStatus(
            pb.SetWorkStatusRequest(name=work.name, status=status, request_id=new_id(), **said)
        )

    def to_develop(self, course=None):
        """A work whose design is decided on."""
        work = self.begin(course or self.course())
        self.pass_(work, self.decide(work, self.steering))
        self.design(work)
        self.pass_(work, self.decide(work))
        return self.try_out(work)

    def out(self, **changes):
        """A course that has a version."""
        course = self.course(**changes)
        self.publish(course.name)
        return course

    def without_steering(self):
        """Nobody sits in one of the two bodies any more: large changes go out without a work, as they did before."""
        for who in list(self.steering.terms):
            self.steering.take(who)

    def audits(self):
        return self.content.audits("work")

    def steps(self, work):
        asked = pb.ListWorkStepsRequest(parent=work.name)
        return [pb.WorkStep.Kind.Name(one.kind) for one in self.as_().ListWorkSteps(asked).steps][::-1]


def written(**changes):
    texts = ["\n\n".join(f"Rule {n}.{m} is to be kept." for m in range(10)) for n in (1, 2)]
    sections = [course_pb.Section(title=f"Part {n}", minutes=10, markdown=text) for n, text in enumerate(texts, 1)]
    return course_pb.Course(**{"title": "Orders", "sections": sections, "audience": "Case workers"} | changes)


def objective(**said):
    fields = {
        "condition": "Given an order",
        "behavior": "the worker enters it",
        "standard": "within five days",
        "tasks": ["#0"],
        "planned_items": 2,
    }
    return trace_pb.Objective(**fields | said)


def task(**said):
    return trace_pb.TaskOfWork(**{"title": "Enter an order", "measure": trace_pb.TaskOfWork.ORDERS} | said)


def needs(gate, state=pb.GateLine.MISSING):
    return {pb.GateLine.Need.Name(line.need) for line in gate.lines if line.state == state}


def gate_of(work, phase):
    return next(gate for gate in work.gates if gate.phase == phase)


MUST = "Rule 1.1 is to be kept."


def refused(expected, call, /, *args, **said):
    with pytest.raises(Refused) as caught:
        call(*args, **said)
    assert caught.value.reason == expected, caught.value
    return caught.value.metadata


def reword(old, new):
    """A change of the draft: one wording for another."""

    def change(course):
        course.sections[0].markdown = course.sections[0].markdown.replace(old, new)

    return change
