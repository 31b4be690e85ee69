"""Pages of courses."""

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre_cli.access import request_id

from .common import MANAGER, SPECIALIST

PIECES = "/courses/{course_id}/sections/{number}/pieces"
ROWS = [
    ("/catalogue", SPECIALIST, "/catalogue"),
    ("/catalogue", MANAGER, "/catalogue?query=nothing-is-called-so"),
    ("/catalogue", SPECIALIST, "/catalogue?offer=elsewhere"),
    ("/catalogue", SPECIALIST, "/catalogue?offer=archived"),
    ("/catalogue/{course_id}", SPECIALIST, "/catalogue/{course}"),
    ("/catalogue/{course_id}", SPECIALIST, "/catalogue/{elsewhere}"),
    ("/catalogue/{course_id}", MANAGER, "/catalogue/{begun}"),
    ("/catalogue/{course_id}/versions/{number}", SPECIALIST, "/catalogue/{course}/versions/1"),
    ("/catalogue/{course_id}/versions/{number}/changes", SPECIALIST, "/catalogue/rewritten/versions/2/changes"),
    ("/courses/new", MANAGER, "/courses/new"),
    ("/courses/{course_id}/edit", MANAGER, "/courses/{course}/edit"),
    ("/courses/{course_id}/edit", MANAGER, "/courses/{begun}/edit"),
    ("/courses/{course_id}/sections/{number}", MANAGER, "/courses/{course}/sections/1"),
    ("/courses/{course_id}/sections/{number}", MANAGER, "/courses/{begun}/sections/1"),
    (PIECES + "/new/{kind}", MANAGER, "/courses/{course}/sections/1/pieces/new/picture"),
    (PIECES + "/new/{kind}", MANAGER, "/courses/{course}/sections/1/pieces/new/recording"),
    (PIECES + "/new/{kind}", MANAGER, "/courses/{course}/sections/1/pieces/new/download"),
    (PIECES + "/{piece_number}", MANAGER, "/courses/{course}/sections/2/pieces/1"),
    (PIECES + "/{piece_number}", MANAGER, "/courses/{course}/sections/4/pieces/1"),
    ("/courses/{course_id}/preview", MANAGER, "/courses/{course}/preview?section=4"),
    ("/courses/{course_id}/preview", MANAGER, "/courses/{begun}/preview"),
    ("/courses/{course_id}/issue", MANAGER, "/courses/{course}/issue"),
    ("/courses/{course_id}/issue", MANAGER, "/courses/{begun}/issue"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/catalogue/{course_id}/versions/{number}/captions/{section}/{piece}",
    "/catalogue/{course_id}/versions/{number}/media/{sha256}",
    "/courses/uploads/{upload_id}",
    "/courses/{course_id}/captions/{section}/{piece}",
    "/courses/{course_id}/media/{sha256}",
}


def begun(access, manager):
    """A course and a test of which only the titles are written, and a course that a source describes."""
    ask = access.ask
    course = course_pb.CreateCourseRequest(
        course_id="only-begun",
        course=course_pb.Course(title="Only begun"),
        request_id=request_id("sweep", "course"),
    )
    ask(access.courses.CreateCourse, course, person=manager)
    rewritten(access, manager)
    test = test_pb.CreateTestRequest(
        test_id="only-begun", test=test_pb.Test(title="Only begun"), request_id=request_id("sweep", "test")
    )
    ask(access.tests.CreateTest, test, person=manager)
    source = "https://public.example.org/paternity-establishment-computer-based-training-course"
    described = course_pb.Course(
        name="courses/described", title="Described elsewhere", provider="Somebody else", source_url=source
    )
    brought = course_pb.ImportCatalogueRequest(courses=[described], request_id=request_id("sweep", "catalogue"))
    ask(access.courses.ImportCatalogue, brought)
    return {"begun": "only-begun", "elsewhere": "described"}


def rewritten(access, manager):
    """A course that has two versions, of which the later one says something else."""

    def ask(method, request, *what):
        request.request_id = request_id("sweep", "rewritten", *what)
        return access.ask(method, request, person=manager)

    # A small change: a large one goes through the gates of the committees.
    rest = [f"Then do what comes as number {n}." for n in range(9)]
    section = course_pb.Section(
        title="The first call", minutes=50, markdown="\n\n".join(["Call the parent first.", *rest])
    )
    course = course_pb.Course(title="Written anew", sections=[section])
    draft = ask(access.courses.CreateCourse, course_pb.CreateCourseRequest(course_id="rewritten", course=course))
    ask(access.courses.PublishCourse, course_pb.PublishCourseRequest(name=draft.name, etag=draft.etag), "first")
    draft = access.ask(access.courses.GetCourse, course_pb.GetCourseRequest(name=draft.name), person=manager)
    if draft.latest_version == 1:
        draft.sections[0].markdown = "\n\n".join(["Call the parent first, and write to them.", *rest])
        draft.sections[0].minutes = 52
        draft = ask(access.courses.UpdateCourse, course_pb.UpdateCourseRequest(course=draft), "anew")
        ask(access.courses.PublishCourse, course_pb.PublishCourseRequest(name=draft.name, etag=draft.etag), "second")
