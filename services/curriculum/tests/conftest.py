import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from cadre.curriculum.v1 import course_service_pb2 as pb
from curriculum.app import APP
from servicekit.testing.plugin import Running

LEARNER = f"people/{uuid.uuid4()}"


@dataclass
class Curriculum:
    """The service, with stubs of those who use it."""

    running: Running
    manager: SimpleNamespace
    learner: SimpleNamespace
    importer: SimpleNamespace

    def create(self, course_id="intake-basics", **changes):
        course = written(**changes)
        return self.manager.CreateCourse(
            pb.CreateCourseRequest(course_id=course_id, course=course, request_id=new_id())
        )

    def publish(self, course):
        return self.manager.PublishCourse(
            pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=new_id())
        )

    def draft(self, name):
        """A course as its writer reads it, apart from who saved it last."""
        read = self.manager.GetCourse(pb.GetCourseRequest(name=name))
        for field in ("saved_by", "save_time"):
            read.ClearField(field)
        return read

    def titles(self, **request):
        return [course.title for course in self.manager.ListCourses(pb.ListCoursesRequest(**request)).courses]

    def bring_in(self, *courses):
        request = pb.ImportCatalogueRequest(courses=courses, request_id=new_id())
        return self.importer.ImportCatalogue(request).courses_changed


@contextmanager
def noted(database):
    """The SQL statements that are sent while the block runs."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)


def new_id():
    return str(uuid.uuid4())


def written(**changes):
    """A course as a training manager writes it, complete."""
    fields = {
        "title": "Intake basics",
        "summary": "From the application to an open case.",
        "provider": "DCSS",
        "audience": "Case workers",
        "sections": [
            pb.Section(title="The application", minutes=10, markdown="# Apply\n\n<b>as given</b>"),
            pb.Section(title="Opening the case", minutes=12, markdown="Open it within 20 days."),
        ],
        "test_version": "tests/intake/versions/3",
        "demonstration": True,
    }
    return pb.Course(**fields | changes)


@pytest.fixture
def curriculum(launch):
    running = launch(APP)
    return Curriculum(
        running,
        running.stubs(rights=["courses.write", "catalogue.read"]),
        running.stubs(caller=LEARNER, rights={"catalogue.read": ["self"]}),
        running.stubs(caller="services/cli", rights=["reference.import"]),
    )


@pytest.fixture
def committee(launch):
    """A body that votes."""
    # It stands on what is above, as those do that follow.
    from .committee import Committee  # noqa: PLC0415

    return _body(launch, Committee)


@pytest.fixture
def board(launch):
    """A body that reviews."""
    from .reviewing import Reviewing  # noqa: PLC0415

    return _body(launch, Reviewing)


def _body(launch, kind):
    from .committee import Clock  # noqa: PLC0415

    clock = Clock()
    running = launch(APP, clock=clock)
    rights = ["courses.write", "catalogue.read", "bodies.read"]
    curriculum = Curriculum(running, running.stubs(caller=f"people/{uuid.uuid4()}", rights=rights), None, None)
    return kind(curriculum, clock)


@pytest.fixture
def office(launch):
    """Whoever takes works through their gates, with the two bodies that decide."""
    from .committee import Clock, Committee  # noqa: PLC0415
    from .reviewing import Reviewing  # noqa: PLC0415
    from .working import Office  # noqa: PLC0415

    clock = Clock()
    running = launch(APP, clock=clock, content_body="content-board", steering_body="steering-board")
    curriculum = Curriculum(running, running.stubs(rights=["courses.write", "catalogue.read"]), None, None)
    return Office(Reviewing(curriculum, clock, "content-board"), Committee(curriculum, clock, "steering-board"))


@pytest.fixture
def statements(curriculum):
    """The SQL statements that the service sends while the block runs."""
    return lambda: noted(curriculum.running.runtime.database)
