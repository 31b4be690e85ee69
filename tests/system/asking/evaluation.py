"""A request for each method of evaluation, and what it names."""

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.evaluation.v1 import quality_service_pb2 as quality
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

from .common import HOME, fresh
from .curriculum import course_of


def items():
    options = [test_pb.Option(text="yes", correct=True), test_pb.Option(text="no")]
    return [test_pb.Item(text="Is it?", kind=test_pb.Item.SINGLE, options=options, explanation="It is.")]


def new_test(world):
    request = test_pb.CreateTestRequest(
        test_id=f"t-{fresh()}", test=test_pb.Test(title="T", items=items(), pass_mark=1), request_id=fresh()
    )
    return world.rightly(world.access.tests.CreateTest, request, "tests.write")


def version_of_test(world):
    request = course_pb.GetCourseVersionRequest(name=world.cadre.course_version)
    return world.call(
        world.access.courses.GetCourseVersion, request, world.person, {"catalogue.read": ("self",)}
    ).test_version


def new_sitting(world):
    request = sitting_pb.StartSittingRequest(test_version=version_of_test(world), request_id=fresh())
    return world.call(world.access.sittings.StartSitting, request, world.person, {"tests.take": ("self",)})


def publish_test(world):
    test = new_test(world)
    return test_pb.PublishTestRequest(name=test.name, etag=test.etag, request_id=fresh())


def try_test(world):
    test = new_test(world)
    return test_pb.TryTestRequest(name=test.name, etag=test.etag, answers=[sitting_pb.Answer(options=[0])])


def submit_sitting(world):
    sitting = new_sitting(world)
    answers = [sitting_pb.Answer() for _ in range(sitting.items)]
    return sitting_pb.SubmitSittingRequest(name=sitting.name, answers=answers, request_id=fresh())


def known_course(world):
    """The course, as soon as evaluation has heard of it."""
    request = quality.GetCourseQualityRequest(name=course_of(world))

    def heard():
        try:
            return world.rightly(world.access.quality.GetCourseQuality, request, "quality.read")
        except Refused:
            return None

    wait_until(heard, "evaluation does not hear of the course")
    return request


def reaction_form(world):
    known_course(world)
    ask, own = world.access, {"learning.do": ("self",), "catalogue.read": ("self",), "tests.take": ("self",)}
    version = course_pb.GetCourseVersionRequest(name=world.cadre.course_version)
    test = world.call(ask.courses.GetCourseVersion, version, world.person, own).test_version
    start = sitting_pb.StartSittingRequest(test_version=test, request_id=fresh())
    sitting = world.call(ask.sittings.StartSitting, start, world.person, own)
    answers = [sitting_pb.Answer() for _ in range(sitting.items)]
    submit = sitting_pb.SubmitSittingRequest(name=sitting.name, answers=answers, request_id=fresh())
    world.call(ask.sittings.SubmitSitting, submit, world.person, own)
    return quality.GetReactionFormRequest(course_version=world.cadre.course_version)


def reaction(world):
    own = {"tests.take": ("self",)}
    form = world.call(world.access.quality.GetReactionForm, reaction_form(world), world.person, own)
    return quality.SendReactionRequest(
        course_version=world.cadre.course_version, ratings=[4] * 5, ticket=form.ticket, agency=HOME
    )


REQUESTS = {
    "TestService": {
        "CreateTest": lambda w: test_pb.CreateTestRequest(
            test_id=f"t-{fresh()}", test=test_pb.Test(title="T", items=items(), pass_mark=1), request_id=fresh()
        ),
        "UpdateTest": lambda w: test_pb.UpdateTestRequest(test=new_test(w), request_id=fresh()),
        "GetTest": lambda w: test_pb.GetTestRequest(name=new_test(w).name),
        "ListTests": lambda w: test_pb.ListTestsRequest(),
        "ListTestVersions": lambda w: test_pb.ListTestVersionsRequest(
            parent=version_of_test(w).partition("/versions/")[0]
        ),
        "GetAnswerKey": lambda w: test_pb.GetAnswerKeyRequest(name=version_of_test(w)),
        "TryTest": try_test,
        "PublishTest": publish_test,
        "GetTestVersion": lambda w: test_pb.GetTestVersionRequest(name=version_of_test(w)),
    },
    "SittingService": {
        "StartSitting": lambda w: sitting_pb.StartSittingRequest(test_version=version_of_test(w), request_id=fresh()),
        "SubmitSitting": submit_sitting,
        "GetSitting": lambda w: sitting_pb.GetSittingRequest(name=new_sitting(w).name),
        "ListSittings": lambda w: sitting_pb.ListSittingsRequest(test_version=version_of_test(w)),
    },
    "QualityService": {
        "GetReactionForm": reaction_form,
        "SendReaction": reaction,
        "ListCourseQuality": lambda w: quality.ListCourseQualityRequest(),
        "GetCourseQuality": known_course,
        "ListAgencyCourseQuality": lambda w: quality.ListAgencyCourseQualityRequest(parent=HOME),
        "ListComments": lambda w: quality.ListCommentsRequest(parent=course_of(w)),
    },
}
