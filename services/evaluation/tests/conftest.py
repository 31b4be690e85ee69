import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from cadre.curriculum.v1 import events_pb2 as curriculum
from cadre.evaluation.v1 import quality_service_pb2 as quality_pb
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre.evaluation.v1.quality_service_pb2_grpc import QualityServiceStub
from cadre.operations.v1 import operations_service_pb2 as operations
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from evaluation.app import APP
from evaluation.quality.box import box_of
from evaluation.quality.consumers import course_versions_published
from evaluation.quality.releases import release
from servicekit.events.consumers import Delivered
from servicekit.rpc.client import Refused
from servicekit.testing.plugin import Running

# The right options of `written()`, item by item.
RIGHT = [[1], [0, 2], [0]]
COURSE = "courses/income-withholding"
VERSION = f"{COURSE}/versions/1"
QUESTIONS = ["useful", "realistic", "able", "intend", "supported"]


@dataclass
class Evaluation:
    """The service, with stubs of those who write tests and those who take them."""

    running: Running
    manager: SimpleNamespace
    learner: SimpleNamespace
    colleague: SimpleNamespace
    person_id: str

    def create(self, test_id="intake", **changes):
        request = test_pb.CreateTestRequest(test_id=test_id, test=written(**changes), request_id=new_id())
        return self.manager.CreateTest(request)

    def publish(self, test):
        return self.manager.PublishTest(test_pb.PublishTestRequest(name=test.name, etag=test.etag, request_id=new_id()))

    def draft(self, name):
        """A test as its writer reads it, apart from who saved it last."""
        read = self.manager.GetTest(test_pb.GetTestRequest(name=name))
        for said in ("saved_by", "save_time"):
            read.ClearField(said)
        return read

    def start(self, version, *, by=None):
        request = sitting_pb.StartSittingRequest(test_version=version.name, request_id=new_id())
        return (by or self.learner).StartSitting(request)

    def submit(self, sitting, *answers, by=None):
        return (by or self.learner).SubmitSitting(submission(sitting, *answers))

    def take(self, version, *answers):
        return self.submit(self.start(version), *answers)

    def get(self, name):
        return self.learner.GetSitting(sitting_pb.GetSittingRequest(name=name))

    def audit(self, name):
        operator = self.running.stub(OperationsServiceStub, rights=["operations.read"])
        audits = operator.RunAudits(operations.RunAuditsRequest()).audits
        return {audit.name: audit.count for audit in audits}[name]


@dataclass
class Quality:
    """The service, what it heard of courses, and people who answer."""

    evaluation: object
    keys_dir: object
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def stub(self, caller="services/test", **rights):
        held = {right.replace("_", ".", 1): reach for right, reach in rights.items()}
        return self.evaluation.running.stub(QualityServiceStub, caller=caller, rights=held)

    def hear(self, version=1, *, test=None, course=COURSE):
        test_id, test_version = test or ("", 0)
        message = curriculum.CourseVersionPublished(
            course_id=course.removeprefix("courses/"),
            version=version,
            section_count=1,
            minutes=5,
            test_id=test_id,
            test_version=test_version,
        )
        with self.database.transaction(actor="services/evaluation", method="hear") as db:
            course_versions_published(db, [Delivered(uuid.uuid4(), message, self.at, {})])

    @property
    def database(self):
        return self.evaluation.running.runtime.database

    def form(self, person, version=VERSION):
        stub = self.stub(person, tests_take=["self"])
        return stub.GetReactionForm(quality_pb.GetReactionFormRequest(course_version=version))

    def send(self, *ratings, comment="", agency="lake", version=VERSION, person=None, ticket=None):
        person = person or f"people/{new_id()}"
        request = quality_pb.SendReactionRequest(
            course_version=version,
            ratings=ratings or [4] * 5,
            comment=comment,
            ticket=self.form(person, version).ticket if ticket is None else ticket,
            agency=f"agencies/{agency}" if agency else "",
        )
        self.stub(person, tests_take=["self"]).SendReaction(request)
        return request

    def release(self, days=1):
        release(self.database, self.at + timedelta(days=days), box_of(self.keys_dir))

    def course(self, name=COURSE):
        return self.stub(quality_read=["state"]).GetCourseQuality(quality_pb.GetCourseQualityRequest(name=name))

    def agency(self, agency="lake"):
        stub = self.stub(readiness_read_agency=[f"agencies/{agency}"])
        request = quality_pb.ListAgencyCourseQualityRequest(parent=f"agencies/{agency}")
        return {course.course: course for course in stub.ListAgencyCourseQuality(request).courses}

    def comments(self):
        stub = self.stub(courses_write=["state"])
        return list(stub.ListComments(quality_pb.ListCommentsRequest(parent=COURSE)).batches)

    def rows(self, sql):
        with self.evaluation.running.connect() as connection:
            return connection.execute(sql).fetchall()

    def waiting(self):
        return self.rows("SELECT count(*) FROM sealed_answer")[0][0]


def new_id():
    return str(uuid.uuid4())


def submission(sitting, *answers):
    return sitting_pb.SubmitSittingRequest(
        name=sitting.name, answers=[sitting_pb.Answer(options=options) for options in answers], request_id=new_id()
    )


def item(text, kind, *options, correct, **fields):
    offered = [test_pb.Option(text=option, correct=n in correct) for n, option in enumerate(options)]
    return test_pb.Item(text=text, kind=kind, options=offered, **fields)


def written(**changes):
    """A sound test of three items, two of which must be right."""
    fields = {
        "title": "Intake",
        "items": [
            item(
                "Within how many days?",
                test_pb.Item.SINGLE,
                "10",
                "20",
                "30",
                correct={1},
                explanation="20.",
                section=1,
            ),
            item("Who?", test_pb.Item.MULTIPLE, "Ann", "Ben", "Cay", correct={0, 2}, explanation="Not Ben.", section=2),
            item("Where?", test_pb.Item.MULTIPLE, "Here", "There", correct={0}, explanation="Here.", section=3),
        ],
        "pass_mark": 2,
    }
    return test_pb.Test(**fields | changes)


@pytest.fixture
def evaluation(launch):
    running = launch(APP)
    person_id, colleague = new_id(), new_id()
    own = {"tests.take": ["self"]}
    return Evaluation(
        running,
        running.stubs(rights=["tests.write"]),
        running.stubs(caller=f"people/{person_id}", rights=own),
        running.stubs(caller=f"people/{colleague}", rights=own),
        person_id,
    )


@pytest.fixture
def published(evaluation):
    """The version of `written()`."""
    return evaluation.publish(evaluation.create())


@pytest.fixture
def statements(evaluation) -> Callable:
    """The SQL statements that the service sends while the block runs."""
    engine = evaluation.running.runtime.database.engine

    @contextmanager
    def record():
        sent = []

        def note(_connection, _cursor, statement, *_):
            sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        yield sent
        event.remove(engine, "before_cursor_execute", note)

    return record


@pytest.fixture
def quality(evaluation, keys_dir):
    quality = Quality(evaluation, keys_dir)
    quality.hear()
    return quality


def means(course):
    return {ratings.question: (ratings.n, ratings.mean) for ratings in course.ratings}


def refusal(ask, *args, **options):
    with pytest.raises(Refused) as refused:
        ask(*args, **options)
    return refused.value
