"""Pages of materials: of a course under way with a guide, and of a version that somebody takes."""

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from cadre.curriculum.v1.material_service_pb2_grpc import MaterialServiceStub
from cadre_cli.access import request_id

from .common import DESIGNER, SPECIALIST

AT, VERSION = "/works/{work_id}/materials", "/catalogue/{course_id}/versions/{number}/materials/{material_id}"
TRACED, NEW = "/works/{traced}/materials", "/works/{traced}/materials/new"
GUIDE = TRACED + "/{guide}"
CARD = b"1. Ask three sources.\n"
ROWS = [
    (AT, DESIGNER, TRACED),
    (AT + "/new", DESIGNER, NEW + "?kind=SLIDES"),
    (AT + "/trainer-rule", DESIGNER, TRACED + "/trainer-rule"),
    (AT + "/{material_id}", DESIGNER, GUIDE),
    (AT + "/{material_id}/source", DESIGNER, GUIDE + "/source"),
    (AT + "/{material_id}/remove", DESIGNER, GUIDE + "/remove"),
    (AT + "/{material_id}/modules/{number}", DESIGNER, GUIDE + "/modules/1"),
    (AT + "/{material_id}/modules/{number}", DESIGNER, GUIDE + "/modules/2"),
    ("/courses/{course_id}/materials/{material_id}", DESIGNER, "/courses/sweep-work/materials/{guide}"),
    (VERSION, SPECIALIST, "/catalogue/sweep-given/versions/1/materials/{handed}"),
    ("/catalogue/{course_id}/versions/{number}", DESIGNER, "/catalogue/sweep-given/versions/1"),
]
# Other tests fetch these files.
DOWNLOADS = {
    AT + "/materials.csv",
    AT + "/objectives.csv",
    VERSION + "/captions",
    "/courses/{course_id}/materials/{material_id}/captions",
    "/catalogue/{course_id}/versions/{number}/trainer-package.zip",
}


def given_with(access, by_part, objective):
    """A guide with a part in the draft of a course under way, and a course that is out with a job aid."""

    materials = access.channels["curriculum"].stub(MaterialServiceStub)

    def ask(method, request, *what):
        request.request_id = request_id("sweep", "material", *what)
        return access.ask(method, request, person=by_part["designer"])

    def add(course, key, **said):
        material = pb.Material(title=f"Looked at: {key}", rights=pb.Material.OUR_OWN, **said)
        create = pb.CreateMaterialRequest(parent=course, material=material)
        return ask(materials.CreateMaterial, create, key).name.rpartition("/")[2]

    step = pb.GuideStep(says="Welcome, all of you.", does="Hand out the card.")
    part = pb.GuideModule(title="Opening", goals=["They know why"], minutes=10, steps=[step], background="Long ago.")
    guide = add(
        "courses/sweep-work",
        "guide",
        kind=pb.Material.FACILITATOR_GUIDE,
        modes=[work_pb.ModeChoice.CLASSROOM],
        objectives=[objective],
        modules=[part],
    )
    section = course_pb.Section(title="One", minutes=5, markdown="Text.")
    course = course_pb.Course(title="Course that is given with a card", sections=[section])
    create = course_pb.CreateCourseRequest(course_id="sweep-given", course=course)
    made = ask(access.courses.CreateCourse, create, "course")
    begin = media_pb.BeginUploadRequest(filename="card.txt", most_bytes=len(CARD))
    upload = ask(access.media.BeginUpload, begin, "begin").name
    ask(access.media.AddToUpload, media_pb.AddToUploadRequest(name=upload, content=CARD), "content")
    file = ask(access.media.FinishUpload, media_pb.FinishUploadRequest(name=upload), "file")
    way = [work_pb.ModeChoice.JOB_AID]
    card = {"kind": pb.Material.JOB_AID, "modes": way, "file": file, "filename": "card.txt", "described": True}
    handed = add(made.name, "card", **card)
    draft = ask_plain(access, by_part["designer"], made.name)
    publish = course_pb.PublishCourseRequest(name=draft.name, etag=draft.etag)
    ask(access.courses.PublishCourse, publish, "publish")
    return {"guide": guide, "handed": handed}


def ask_plain(access, person, name):
    """The draft as it is now: a material more is another draft."""
    return access.ask(access.courses.GetCourse, course_pb.GetCourseRequest(name=name), person=person)
