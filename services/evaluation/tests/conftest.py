import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre.operations.v1 import operations_service_pb2 as operations
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from evaluation.app import APP
from servicekit.testing.plugin import Running

# The right options of `written()`, item by item.
RIGHT = [[1], [0, 2], [0]]


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
