"""The demonstration's course and its test, brought in once."""

from collections.abc import Mapping

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre_cli.access import Access, request_id
from cadre_demo.content import DemoContent, Section
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
    pictures = {file: _bring_in(access, file, picture) for file, picture in content.pictures.items()}
    course = access.ask(access.courses.CreateCourse, _course_request(content, published.name, pictures))
    return access.ask(
        access.courses.PublishCourse,
        course_pb.PublishCourseRequest(
            name=course.name, etag=course.etag, request_id=request_id(course.name, "publish")
        ),
    ).name


def _bring_in(access: Access, file: str, picture: bytes) -> course_pb.Media:
    begin = media_pb.BeginUploadRequest(filename=file, most_bytes=len(picture), request_id=request_id("picture", file))
    upload = access.ask(access.media.BeginUpload, begin)
    access.ask(
        access.media.AddToUpload,
        media_pb.AddToUploadRequest(name=upload.name, content=picture, request_id=request_id(upload.name, "add")),
    )
    finish = media_pb.FinishUploadRequest(name=upload.name, request_id=request_id(upload.name, "finish"))
    return access.ask(access.media.FinishUpload, finish)


def _piece(section: Section, pictures: Mapping[str, course_pb.Media]) -> list[course_pb.Piece]:
    if picture := section.picture:
        said = course_pb.Picture(media=pictures[picture.file], alternative=picture.alternative, caption=picture.caption)
        return [course_pb.Piece(number=1, picture=said)]
    if check := section.check:
        options = [course_pb.CheckOption(text=choice.text, right=choice.correct) for choice in check.choices]
        asked = course_pb.Check(question=check.question, options=options, explanation=check.explanation)
        return [course_pb.Piece(number=1, check=asked)]
    return []


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


def _course_request(
    content: DemoContent, test_version: str, pictures: Mapping[str, course_pb.Media]
) -> course_pb.CreateCourseRequest:
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
                course_pb.Section(
                    title=section.title, minutes=section.minutes, markdown=text, pieces=_piece(section, pictures)
                )
                for section, text in zip(course.section, content.texts, strict=True)
            ],
        ),
    )
