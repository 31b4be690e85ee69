"""The demonstration's course and its test, brought in once."""

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre_cli.access import Access, request_id
from cadre_demo.content import DemoContent
from servicekit.rpc.client import Refused


def load(access: Access, content: DemoContent) -> str:
    """Bring the demonstration's test and course in and publish them, once. Return the course version's name."""
    version = f"courses/{content.course.slug}/versions/1"
    try:
        access.ask(access.courses.GetCourseVersion, course_pb.GetCourseVersionRequest(name=version))
        return version
    except Refused as refused:
        if refused.code != "NOT_FOUND":
            raise
    test = access.ask(access.tests.CreateTest, _test_request(content))
    published = access.ask(
        access.tests.PublishTest,
        test_pb.PublishTestRequest(name=test.name, etag=test.etag, request_id=request_id(test.name, "publish")),
    )
    course = access.ask(access.courses.CreateCourse, _course_request(content, published.name))
    return access.ask(
        access.courses.PublishCourse,
        course_pb.PublishCourseRequest(
            name=course.name, etag=course.etag, request_id=request_id(course.name, "publish")
        ),
    ).name


def _test_request(content: DemoContent) -> test_pb.CreateTestRequest:
    kinds = {"single": test_pb.Item.SINGLE, "multiple": test_pb.Item.MULTIPLE}
    return test_pb.CreateTestRequest(
        test_id=content.course.slug,
        request_id=request_id("test", content.course.slug),
        test=test_pb.Test(
            title=content.test.title,
            pass_mark=content.test.pass_mark,
            items=[
                test_pb.Item(
                    text=question.text,
                    kind=kinds[question.kind],
                    explanation=question.explanation,
                    section=question.look_again,
                    options=[test_pb.Option(text=choice.text, correct=choice.correct) for choice in question.choices],
                )
                for question in content.test.question
            ],
        ),
    )


def _course_request(content: DemoContent, test_version: str) -> course_pb.CreateCourseRequest:
    course = content.course
    return course_pb.CreateCourseRequest(
        course_id=course.slug,
        request_id=request_id("course", course.slug),
        course=course_pb.Course(
            title=course.title,
            summary=course.summary,
            provider=course.provider,
            delivery_mode=course.delivery_mode,
            duration=f"{course.minutes} minutes",
            demonstration=True,
            test_version=test_version,
            sections=[
                course_pb.Section(title=section.title, minutes=section.minutes, markdown=text)
                for section, text in zip(course.section, content.texts, strict=True)
            ],
        ),
    )
