from cadre.curriculum.v1 import course_service_pb2 as pb
from curriculum.app import APP
from servicekit.testing.drain import await_quiet


def test_a_published_version_reaches_the_stream(launch):
    running = launch(APP, role="all")
    manager = running.stubs(rights=["courses.write"])
    sections = [pb.Section(title="One", minutes=5, markdown="Text.")]
    course = manager.CreateCourse(
        pb.CreateCourseRequest(course_id="intake", course=pb.Course(title="x", sections=sections), request_id="a")
    )
    manager.PublishCourse(pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id="b"))

    await_quiet([running.runtime.worker])

    assert running.runtime.worker.outbox().depth == 0
    # With the decision that it stands on.
    assert running.runtime.worker.bus().messages == 2
