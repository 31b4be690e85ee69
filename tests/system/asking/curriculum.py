"""A request for each method of the curriculum, and what it names."""

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb

from . import ballots, materials, rounds, works
from .common import fresh

PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(8)


def sections():
    return [course_pb.Section(title="One", minutes=5, markdown="Text.")]


def new_course(world):
    request = course_pb.CreateCourseRequest(
        course_id=f"c-{fresh()}", course=course_pb.Course(title="C", sections=sections()), request_id=fresh()
    )
    return world.rightly(world.access.courses.CreateCourse, request, "courses.write")


def begin_upload(_world):
    return media_pb.BeginUploadRequest(filename="form.png", most_bytes=len(PICTURE), request_id=fresh())


def by_lead(world, method, request):
    """An upload is its owner's: the caller whom the sweep calls by."""
    return world.call(method, request, world.lead, {"courses.write": ("state",)})


def new_upload(world):
    return by_lead(world, world.access.media.BeginUpload, begin_upload(world)).name


def add_to_upload(world, upload=""):
    return media_pb.AddToUploadRequest(name=upload or new_upload(world), content=PICTURE, request_id=fresh())


def whole_upload(world):
    upload = new_upload(world)
    by_lead(world, world.access.media.AddToUpload, add_to_upload(world, upload))
    return upload


def get_media(world):
    request = media_pb.FinishUploadRequest(name=whole_upload(world), request_id=fresh())
    kept = by_lead(world, world.access.media.FinishUpload, request)
    pictured = course_pb.Piece(number=1, picture=course_pb.Picture(media=kept, alternative="A form"))
    section = course_pb.Section(title="One", minutes=5, pieces=[pictured])
    request = course_pb.CreateCourseRequest(
        course_id=f"c-{fresh()}", course=course_pb.Course(title="C", sections=[section]), request_id=fresh()
    )
    course = world.rightly(world.access.courses.CreateCourse, request, "courses.write")
    publish = course_pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=fresh())
    version = world.rightly(world.access.courses.PublishCourse, publish, "courses.write")
    return media_pb.GetMediaRequest(name=f"{version.name}/media/{kept.sha256}", limit=100)


def publish_course(world):
    course = new_course(world)
    return course_pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=fresh())


def course_of(world):
    return world.cadre.course_version.partition("/versions/")[0]


REQUESTS = {
    **ballots.REQUESTS,
    **materials.REQUESTS,
    **rounds.REQUESTS,
    **works.REQUESTS,
    "CourseService": {
        "ListCourses": lambda w: course_pb.ListCoursesRequest(),
        "GetCourse": lambda w: course_pb.GetCourseRequest(name=new_course(w).name),
        "CreateCourse": lambda w: course_pb.CreateCourseRequest(
            course_id=f"c-{fresh()}", course=course_pb.Course(title="C", sections=sections()), request_id=fresh()
        ),
        "UpdateCourse": lambda w: course_pb.UpdateCourseRequest(course=new_course(w), request_id=fresh()),
        "PublishCourse": publish_course,
        "GetCourseVersion": lambda w: course_pb.GetCourseVersionRequest(name=w.cadre.course_version),
        "GetCatalogueEntry": lambda w: course_pb.GetCatalogueEntryRequest(name=course_of(w)),
        "ListCourseVersions": lambda w: course_pb.ListCourseVersionsRequest(parent=course_of(w)),
        "BatchGetCourseVersions": lambda w: course_pb.BatchGetCourseVersionsRequest(names=[w.cadre.course_version]),
        "ImportCatalogue": lambda w: course_pb.ImportCatalogueRequest(request_id=fresh()),
    },
    "MediaService": {
        "BeginUpload": begin_upload,
        "AddToUpload": add_to_upload,
        "GetUpload": lambda w: media_pb.GetUploadRequest(name=new_upload(w)),
        "FinishUpload": lambda w: media_pb.FinishUploadRequest(name=whole_upload(w), request_id=fresh()),
        "GetMedia": get_media,
    },
}
