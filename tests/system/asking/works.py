"""What is asked of works and traces: one of each method, of works that the person of the sweep has in hand."""

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb

from .common import day, fresh

# Whoever designs; it is the person of the sweep who looks at it as the second.
DESIGNS = dict.fromkeys(("works.write", "courses.write"), ("state",))
READS = {"bodies.read": ("self",)}


def creating(_w, course=""):
    work = pb.Work(
        title="Of the sweep", course=course, source=pb.Work.NEED, source_text="Asked", need="It is slow", people=3
    )
    return pb.CreateWorkRequest(work=work, request_id=fresh())


def work(w, course=""):
    """One that the person of the sweep has in hand."""
    made = w.call(w.access.works.CreateWork, creating(w, course), w.cast.analyst, DESIGNS)
    return w.call(w.access.works.HandOverWork, handing(made, w.person), w.cast.analyst, DESIGNS)


def handing(made, person):
    return pb.HandOverWorkRequest(name=made.name, holder=person, request_id=fresh())


def course(w, markdown="Text."):
    sections = [course_pb.Section(title="One", minutes=5, markdown=markdown)]
    new = course_pb.CreateCourseRequest(
        course_id=f"w-{fresh()}", course=course_pb.Course(title="Under way", sections=sections), request_id=fresh()
    )
    return w.call(w.access.courses.CreateCourse, new, w.cast.analyst, DESIGNS)


def small(w):
    """A work on a sign in a course that is out."""
    made = course(w)
    publish = course_pb.PublishCourseRequest(name=made.name, etag=made.etag, request_id=fresh())
    w.call(w.access.courses.PublishCourse, publish, w.cast.analyst, DESIGNS)
    draft = w.call(w.access.courses.GetCourse, course_pb.GetCourseRequest(name=made.name), w.cast.analyst, DESIGNS)
    draft.sections[0].markdown = "Text!"
    update = course_pb.UpdateCourseRequest(course=draft, request_id=fresh())
    w.call(w.access.courses.UpdateCourse, update, w.cast.analyst, DESIGNS)
    return work(w, made.name)


def confirming(w):
    made = small(w)
    return pb.ConfirmWorkRequest(name=made.name, digest=made.digest, request_id=fresh())


def passing(w):
    request = confirming(w)
    w.call(w.access.works.ConfirmWork, request, w.person, READS)
    return pb.PassGateRequest(name=request.name, phase=pb.DEVELOP, request_id=fresh())


def updating(w):
    made = work(w)
    made.target_date = day(90)
    return pb.UpdateWorkRequest(work=made, request_id=fresh())


def traced(w):
    made = course(w)
    work(w, made.name)
    return made.name


REQUESTS = {
    "WorkService": {
        "CreateWork": creating,
        "UpdateWork": updating,
        "HandOverWork": lambda w: handing(work(w), w.person),
        "PassGate": passing,
        "ConfirmWork": confirming,
        # Nobody of the sweep is the chair of the committee that decides.
        "DecideAtOnce": lambda w: pb.DecideAtOnceRequest(name=work(w).name, reason="It is wrong", request_id=fresh()),
        "SetWorkStatus": lambda w: pb.SetWorkStatusRequest(
            name=work(w).name, status=pb.Work.ON_HOLD, reason="Wait", request_id=fresh()
        ),
        "GetWork": lambda w: pb.GetWorkRequest(name=work(w).name),
        "ListWorks": lambda w: pb.ListWorksRequest(),
        "ListWorkSteps": lambda w: pb.ListWorkStepsRequest(parent=work(w).name),
    },
    "TraceService": {
        "GetTrace": lambda w: trace_pb.GetTraceRequest(course=traced(w)),
        "CompareCourseVersions": lambda w: trace_pb.CompareCourseVersionsRequest(
            course=w.cadre.course_version.partition("/versions/")[0], from_version=1
        ),
        "UpdateTrace": lambda w: trace_pb.UpdateTraceRequest(
            trace=trace_pb.Trace(course=course(w).name, tasks=[trace_pb.TaskOfWork(title="Enter it")]),
            request_id=fresh(),
        ),
    },
}
