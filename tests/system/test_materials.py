"""A version with its materials: what a learner is shown, and the package of a trainer, whose every digest holds."""

import hashlib
import io
import json
import zipfile
from contextlib import closing
from uuid import uuid4

import pytest

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from cadre.curriculum.v1.material_service_pb2_grpc import MaterialServiceStub
from servicekit.files import packets

from .visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

TEXT = b"1. Ask three sources.\n2. Note each.\n" * 50_000


def issued(cadre, designer):
    """A course that is out with a card for everybody, a guide for trainers and who may train with it."""
    access, key = cadre.access, uuid4().hex[:8]
    materials = access.channels["curriculum"].stub(MaterialServiceStub)

    def ask(method, request):
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            request.request_id = str(uuid4())
        return access.ask(method, request, person=designer)

    upload = ask(access.media.BeginUpload, media_pb.BeginUploadRequest(filename="card.txt", most_bytes=len(TEXT))).name
    ask(access.media.AddToUpload, media_pb.AddToUploadRequest(name=upload, content=TEXT))
    file = ask(access.media.FinishUpload, media_pb.FinishUploadRequest(name=upload))
    section = course_pb.Section(title="One", minutes=5, markdown="Text.")
    course = course_pb.Course(title=f"With a package {key}", sections=[section])
    name = ask(
        access.courses.CreateCourse, course_pb.CreateCourseRequest(course_id=f"package-{key}", course=course)
    ).name
    part = pb.GuideModule(title="Opening", minutes=10, steps=[pb.GuideStep(says="Welcome", does="Hand out the card")])
    way = [work_pb.ModeChoice.CLASSROOM]
    for material in (
        pb.Material(kind=pb.Material.JOB_AID, title="Card", file=file, filename="card.txt", modes=way, described=True),
        pb.Material(kind=pb.Material.FACILITATOR_GUIDE, title="Guide for a day", modules=[part], modes=way),
    ):
        material.rights = pb.Material.OUR_OWN
        ask(materials.CreateMaterial, pb.CreateMaterialRequest(parent=name, material=material))
    rule = pb.TrainerRule(course=name, practice=["Gives the opening"], credential="Who gave it once beside a trainer")
    ask(materials.UpdateTrainerRule, pb.UpdateTrainerRuleRequest(rule=rule))
    draft = ask(access.courses.GetCourse, course_pb.GetCourseRequest(name=name))
    ask(access.courses.PublishCourse, course_pb.PublishCourseRequest(name=name, etag=draft.etag))
    return f"/catalogue/{name.removeprefix('courses/')}/versions/1"


def test_a_learner_sees_what_is_handed_out_and_a_trainer_gets_a_package_of_which_every_digest_holds(cadre, tmp_path):
    designer, learner = Visitor(cadre, "designer"), Visitor(cadre, "learner")
    with closing(designer.client), closing(learner.client):
        at = issued(cadre, designer.person)

        shown = learner.text(at)
        assert "Card" in shown
        assert ("Guide for a day" in shown, "Trainer package" in shown) == (False, False)
        assert learner.client.get(f"{at}/trainer-package.zip").status_code in (403, 404)

        shown = designer.text(at)
        assert "Guide for a day" in shown
        assert "Who gave it once beside a trainer" in shown
        answer = designer.page(f"{at}/trainer-package.zip")

    course = at.split("/")[2]
    assert f'filename="{course}-version-1-trainer-package.zip"' in answer.headers["content-disposition"]
    path = tmp_path / "package.zip"
    path.write_bytes(answer.content)
    checked = packets.check(path)
    assert (checked.problems, checked.about["course_version"]) == ([], f"courses/{course}/versions/1")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        manifest = json.loads(package.read("manifest.json"))
        held = {name: package.read(name) for name in manifest["files"]}
        assert {name: hashlib.sha256(one).hexdigest() for name, one in held.items()} == manifest["files"]
        assert {name: len(held[name]) for name in manifest["about"]["sizes"]} == manifest["about"]["sizes"]
    assert TEXT in held.values()
    assert any(b"Hand out the card" in one for name, one in held.items() if name.endswith(".md"))
