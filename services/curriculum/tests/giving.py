"""Materials as those bring them in who write courses, and as others see them."""

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb

from .conftest import new_id
from .test_media import PNG, sound

CLASSROOM, SELF_PACED = work_pb.ModeChoice.CLASSROOM, work_pb.ModeChoice.SELF_PACED
KIND, OURS, LICENSED = pb.Material, pb.Material.OUR_OWN, pb.Material.LICENSED
SOUND, PLAIN, EDITABLE = sound(), PNG, b"DEMONSTRATION. What can be edited."


class Giving:
    """One course, and what it is given with."""

    def __init__(self, office, course=None):
        self.office, self.course = office, course or office.course()

    @property
    def name(self):
        return self.course.name

    def as_(self, who, **rights):
        """Somebody with rights of their own: who takes courses, or has a part in a committee."""
        scopes = {"catalogue.read": ["self"], "bodies.read": ["self"], **rights}
        people = self.office.content.people
        caller = self.office.content.person(who) if who in people else self.office.person(who)
        return self.office.running.stubs(caller=caller, rights=scopes)

    @property
    def learner(self):
        return self.as_("learner")

    @property
    def trainer(self):
        return self.as_("trainer", **{"training.record": ["agencies/lake"]})

    # ---- files ----

    def file(self, content):
        stub = self.office.as_()
        begin = media_pb.BeginUploadRequest(filename="file", most_bytes=len(content), request_id=new_id())
        upload = stub.BeginUpload(begin)
        stub.AddToUpload(media_pb.AddToUploadRequest(name=upload.name, content=content, request_id=new_id()))
        return stub.FinishUpload(media_pb.FinishUploadRequest(name=upload.name, request_id=new_id()))

    def bytes_(self, stub, media, place=None):
        name = f"{place or self.name}/media/{media.sha256}"
        return stub.GetMedia(media_pb.GetMediaRequest(name=name, limit=100_000)).content

    # ---- materials ----

    def bring(self, who="designer", request_id=None, **said):
        request = pb.CreateMaterialRequest(
            parent=self.name, material=material(**said), request_id=request_id or new_id()
        )
        return self.office.as_(who).CreateMaterial(request)

    def guide(self, **said):
        step = pb.GuideStep(says="Who decides?", does="Wait for an answer.")
        module = pb.GuideModule(title="The order", goals=["They find it"], minutes=30, steps=[step], optional=True)
        return self.bring(**{"kind": KIND.FACILITATOR_GUIDE, "title": "Guide", "modules": [module]} | said)

    def slides(self, **said):
        files = {"file": self.file(PLAIN), "filename": "The slides.png", "source": self.file(EDITABLE)}
        return self.bring(**{"title": "Slides", "described": True, "source_filename": "slides.txt"} | files | said)

    def change(self, material, who="designer", **said):
        changed = pb.Material()
        changed.CopyFrom(material)
        for name, value in said.items():
            if isinstance(value, list):
                changed.ClearField(name)
                getattr(changed, name).extend(value)
            else:
                setattr(changed, name, value)
        request = pb.UpdateMaterialRequest(material=changed, request_id=new_id())
        return self.office.as_(who).UpdateMaterial(request)

    def take_out(self, material):
        request = pb.DeleteMaterialRequest(name=material.name, etag=material.etag, request_id=new_id())
        return self.office.as_().DeleteMaterial(request)

    def rule(self, *practice, credential="A trainer of the county.", etag=""):
        rule = pb.TrainerRule(course=self.name, practice=practice, credential=credential, etag=etag)
        return self.office.as_().UpdateTrainerRule(pb.UpdateTrainerRuleRequest(rule=rule, request_id=new_id()))

    def listed(self, stub=None, place=None):
        asked = pb.ListMaterialsRequest(parent=place or self.name)
        return (stub or self.office.as_()).ListMaterials(asked)

    def get(self, name, stub=None):
        return (stub or self.office.as_()).GetMaterial(pb.GetMaterialRequest(name=name))

    def coverage(self, stub=None, place=None):
        return (stub or self.office.as_()).GetCoverage(pb.GetCoverageRequest(course=place or self.name))

    def package(self, version, stub=None):
        asked = pb.GetTrainerPackageRequest(course_version=version.name)
        return (stub or self.office.as_()).GetTrainerPackage(asked)

    def digest(self):
        return self.office.draft(self.name).content_sha256

    def drift(self):
        return self.office.content.audits("materials")["materials.drift"]


def material(**said):
    return pb.Material(**{"kind": KIND.SLIDES, "title": "Slides", "rights": OURS, "modes": [CLASSROOM]} | said)


def media(sha256):
    return course_pb.Media(sha256=sha256)
