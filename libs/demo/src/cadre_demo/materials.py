"""What courses under way of the demonstration are given with: small texts of ours, each flagged as such."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from cadre.curriculum.v1.material_service_pb2_grpc import MaterialServiceStub
from cadre_cli.access import Access, request_id
from cadre_cli.datafiles import Note, Text

_EXACT = ConfigDict(extra="forbid")
_FAR = Annotated[int, Field(ge=0)]
_FLAG = "DEMONSTRATION, not issued by DCSS"


@dataclass(frozen=True, config=_EXACT)
class Step:
    """What a trainer says and does."""

    says: Note = ""
    does: Note = ""


@dataclass(frozen=True, config=_EXACT)
class Module:
    """A part of a facilitator guide."""

    title: Text
    minutes: _FAR
    goals: tuple[Text, ...] = ()
    equipment: Note = ""
    background: Note = ""
    optional: bool = False
    step: tuple[Step, ...] = ()


@dataclass(frozen=True, config=_EXACT)
class Material:
    """A material, with the objectives that it teaches by their place; its file is a text of ours, or it has none."""

    kind: str
    title: Text
    modes: tuple[str, ...] = ()
    objectives: tuple[int, ...] = ()
    filename: Note = ""
    text: str = ""
    trainers_only: bool = False
    minutes: _FAR = 0
    rights: str = "OUR_OWN"
    credit: Note = ""
    module: tuple[Module, ...] = ()


@dataclass(frozen=True, config=_EXACT)
class Rule:
    """Who may train, and what they show before."""

    practice: tuple[Text, ...]
    credential: Note


def give(access: Access, person: str, course: str, told: tuple[Material, ...], rule: Rule | None) -> None:
    """Give the draft of a course what is told, but for what it has by its title."""
    materials = access.channels["curriculum"].stub(MaterialServiceStub)
    listed = access.ask(materials.ListMaterials, pb.ListMaterialsRequest(parent=course), person=person)
    known = {one.title for one in listed.materials}
    trace = access.ask(access.traces.GetTrace, trace_pb.GetTraceRequest(course=course), person=person)
    for one in told:
        if one.title not in known:
            material = _material(one, [trace.objectives[place].id for place in one.objectives])
            if one.text:
                material.file.CopyFrom(_bring_in(access, person, course, one))
            create = pb.CreateMaterialRequest(
                parent=course, material=material, request_id=request_id(course, "material", one.title)
            )
            access.ask(materials.CreateMaterial, create, person=person)
    if rule and not listed.rule.etag:
        said = pb.TrainerRule(course=course, practice=rule.practice, credential=rule.credential)
        update = pb.UpdateTrainerRuleRequest(rule=said, request_id=request_id(course, "trainer rule"))
        access.ask(materials.UpdateTrainerRule, update, person=person)


def _material(told: Material, objectives: list[str]) -> pb.Material:
    return pb.Material(
        kind=pb.Material.Kind.Value(told.kind),
        title=told.title,
        rights=pb.Material.Rights.Value(told.rights),
        credit=told.credit,
        modes=[work_pb.ModeChoice.Mode.Value(mode) for mode in told.modes],
        objectives=objectives,
        filename=told.filename,
        trainers_only=told.trainers_only,
        minutes=told.minutes,
        # A text says all that it shows.
        described=bool(told.text),
        modules=[
            pb.GuideModule(
                title=one.title,
                minutes=one.minutes,
                goals=one.goals,
                equipment=one.equipment,
                background=one.background,
                optional=one.optional,
                steps=[pb.GuideStep(says=step.says, does=step.does) for step in one.step],
            )
            for one in told.module
        ],
    )


def _bring_in(access: Access, person: str, course: str, told: Material) -> course_pb.Media:
    """Bring in the file of a material; what it is, it says first."""
    content = f"{_FLAG}\n\n{told.title}\n\n{told.text.strip()}\n".encode()
    named = request_id(course, "file", told.filename)
    begin = media_pb.BeginUploadRequest(filename=told.filename, most_bytes=len(content), request_id=named)
    upload = access.ask(access.media.BeginUpload, begin, person=person)
    add = media_pb.AddToUploadRequest(name=upload.name, content=content, request_id=request_id(upload.name, "add"))
    access.ask(access.media.AddToUpload, add, person=person)
    finish = media_pb.FinishUploadRequest(name=upload.name, request_id=request_id(upload.name, "finish"))
    return access.ask(access.media.FinishUpload, finish, person=person)
