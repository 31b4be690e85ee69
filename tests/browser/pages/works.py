"""Pages of courses under way: one with its need alone, one with a trace that has gaps, an emergency."""

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre_cli.access import request_id

from .common import DESIGNER, MANAGER

AT = "/works/{work_id}"
NEED, TRACED, URGENT = "/works/{needed}", "/works/{traced}", "/works/{urgent}"
ROWS = [
    ("/works", DESIGNER, "/works"),
    ("/works", MANAGER, "/works?size=MAJOR&holder=me"),
    ("/works/ended", DESIGNER, "/works/ended"),
    ("/works/unreviewed", MANAGER, "/works/unreviewed"),
    ("/works/new", DESIGNER, "/works/new"),
    (AT, DESIGNER, NEED),
    (AT, DESIGNER, URGENT),
    (AT + "/history", DESIGNER, NEED + "/history"),
    (AT + "/change/{part}", DESIGNER, NEED + "/change/need"),
    (AT + "/change/{part}", DESIGNER, TRACED + "/change/design"),
    (AT + "/change/{part}", DESIGNER, TRACED + "/change/class"),
    (AT + "/hand-over", DESIGNER, NEED + "/hand-over"),
    (AT + "/gate", DESIGNER, NEED + "/gate"),
    (AT + "/turn/{turn}", DESIGNER, NEED + "/turn/hold"),
    (AT + "/turn/{turn}", DESIGNER, NEED + "/turn/decline"),
    (AT + "/confirm", DESIGNER, URGENT + "/confirm"),
    (AT + "/at-once", DESIGNER, URGENT + "/at-once"),
    (AT + "/trace", DESIGNER, TRACED + "/trace"),
    (AT + "/trace/objectives/{objective_id}", DESIGNER, TRACED + "/trace/objectives/{objective}"),
    (AT + "/trace/tasks/{task_id}", DESIGNER, TRACED + "/trace/tasks/new"),
]
# Other tests fetch these files.
DOWNLOADS = {"/works/works.csv", "/works/unreviewed.csv", AT + "/trace/trace.csv"}


def under_way(access, by_part):
    """Three works. Who has the ball is a training manager, whose lists no other test counts."""
    designer, manager = by_part["designer"], by_part["training-manager"]

    def ask(method, request, *what):
        request.request_id = request_id("sweep", "work", *what)
        return access.ask(method, request, person=designer)

    section = course_pb.Section(title="One", minutes=5, markdown="Text.")
    test_version, links = questions(ask, access, designer)
    course = course_pb.Course(title="Course of a work that is looked at", sections=[section], test_version=test_version)
    create = course_pb.CreateCourseRequest(course_id="sweep-work", course=course)
    name = ask(access.courses.CreateCourse, create, "course").name
    made = {}
    for key, given in (
        ("needed", {"source": pb.Work.LETTER, "source_text": "CSSP 26-99"}),
        ("traced", {"source": pb.Work.NEED, "source_text": "Two agencies", "course": name}),
        ("urgent", {"source": pb.Work.RELEASE, "source_text": "An outage", "emergency": True}),
    ):
        work = pb.Work(title=f"Looked at: {key}", need="They cannot do it yet.", **given)
        work = ask(access.works.CreateWork, pb.CreateWorkRequest(work=work), key)
        ask(access.works.HandOverWork, pb.HandOverWorkRequest(name=work.name, holder=manager), key, "to")
        made[key] = work.name.removeprefix("works/")
    trace = trace_pb.Trace(
        course=name,
        tasks=[trace_pb.TaskOfWork(title="Find a parent", frequency=3)],
        objectives=[
            trace_pb.Objective(behavior="finds them", tasks=["#0"], sections=["One"], items=links),
            trace_pb.Objective(behavior="knows"),
        ],
    )
    trace = ask(access.traces.UpdateTrace, trace_pb.UpdateTraceRequest(trace=trace), "trace")
    return made | {"objective": trace.objectives[0].id}


def questions(ask, access, designer):
    """A test whose second version asks one of two questions no more: its name, and links to both."""
    options = [test_pb.Option(text="The employer", correct=True), test_pb.Option(text="Nobody")]
    asked = [
        test_pb.Item(text=text, kind=test_pb.Item.SINGLE, options=options, explanation="They know.", section=section)
        for text, section in (("Whom do they ask first?", 1), ("Whom do they ask when nobody answers?", 0))
    ]
    test = test_pb.Test(title="Test of a course that is looked at", items=asked, pass_mark=1)
    test = ask(access.tests.CreateTest, test_pb.CreateTestRequest(test_id="sweep-linked", test=test), "test")
    links = [f"{test.name}/items/{one.id}" for one in test.items]
    ask(access.tests.PublishTest, test_pb.PublishTestRequest(name=test.name, etag=test.etag), "test", "first")
    draft = access.ask(access.tests.GetTest, test_pb.GetTestRequest(name=test.name), person=designer)
    if draft.latest_version == 1:
        draft.items.pop()
        draft = ask(access.tests.UpdateTest, test_pb.UpdateTestRequest(test=draft), "test", "change")
        ask(access.tests.PublishTest, test_pb.PublishTestRequest(name=draft.name, etag=draft.etag), "test", "second")
    return f"{test.name}/versions/2", links
