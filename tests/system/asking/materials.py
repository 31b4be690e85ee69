"""What is asked of materials: one of each method, of courses that the person of the sweep sees under way."""

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1.material_service_pb2_grpc import MaterialServiceStub

from . import works
from .common import fresh


def creating(w):
    # Neither a file nor a version goes out with it: a draft may lack both.
    material = pb.Material(kind=pb.Material.HANDOUT, title="Sheet", rights=pb.Material.OUR_OWN)
    return pb.CreateMaterialRequest(parent=works.traced(w), material=material, request_id=fresh())


def material(w):
    """One of a course of which the person of the sweep has the work in hand."""
    stub = w.access.channels["curriculum"].stub(MaterialServiceStub)
    return w.call(stub.CreateMaterial, creating(w), w.cast.analyst, works.DESIGNS)


def updating(w):
    made = material(w)
    made.title = "Another sheet"
    return pb.UpdateMaterialRequest(material=made, request_id=fresh())


def deleting(w):
    made = material(w)
    return pb.DeleteMaterialRequest(name=made.name, etag=made.etag, request_id=fresh())


def ruling(w):
    rule = pb.TrainerRule(course=works.traced(w), practice=["Finds the order"])
    return pb.UpdateTrainerRuleRequest(rule=rule, request_id=fresh())


def package(w):
    """Of a course that was out before the work on it began."""
    course = works.course(w)
    publish = course_pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=fresh())
    version = w.call(w.access.courses.PublishCourse, publish, w.cast.analyst, works.DESIGNS)
    works.work(w, course.name)
    return pb.GetTrainerPackageRequest(course_version=version.name)


REQUESTS = {
    "MaterialService": {
        "ListMaterials": lambda w: pb.ListMaterialsRequest(parent=works.traced(w)),
        "GetMaterial": lambda w: pb.GetMaterialRequest(name=material(w).name),
        "CreateMaterial": creating,
        "UpdateMaterial": updating,
        "DeleteMaterial": deleting,
        "UpdateTrainerRule": ruling,
        "GetCoverage": lambda w: pb.GetCoverageRequest(course=works.traced(w)),
        "GetTrainerPackage": package,
    },
}
