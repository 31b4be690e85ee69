"""Between the contract's messages and materials."""

from collections.abc import Sequence
from uuid import UUID

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from curriculum.courses.rules.pieces import Media
from curriculum.courses.wire import media
from curriculum.materials.queries import Given, Place, Taught
from curriculum.materials.rules.materials import Kind, Material, Module, Rights, Step, TrainerRule
from curriculum.materials.rules.package import Entry
from curriculum.works.rules import coverage as cells
from curriculum.works.rules.trace import Objective
from curriculum.works.trace_wire import choice
from servicekit import names, text
from servicekit.refusals import InvalidField

_MODE = work_pb.ModeChoice.Mode
_SAME = (
    *("title", "language", "trainers_only", "filename", "source_filename", "minutes", "pages", "captions"),
    *("transcript", "described", "credit", "objectives"),
)


def place(name: str, *, field: str) -> tuple[str, int]:
    """Read of which course, and of which version of it; 0 = the draft."""
    if "/versions/" in name:
        return names.version_in("courses/{course}/versions/{version}", name, field=field)
    return course_id(name, field=field), 0


def course_id(name: str, *, field: str) -> str:
    """Read `courses/{course}`."""
    return names.slug_in("courses/{course}", name, field=field)


def version_id(name: str, *, field: str) -> tuple[str, int]:
    """Read `courses/{course}/versions/{version}`."""
    return names.version_in("courses/{course}/versions/{version}", name, field=field)


def material_id(name: str, *, field: str = "name") -> tuple[str, int, UUID]:
    """Read of which course or version, and which material."""
    parent, between, last = name.rpartition("/materials/")
    if not between:
        raise InvalidField(field, name, "must have the form courses/{course}/materials/{material}")
    return *place(parent, field=field), names.as_uuid(last, field=field)


def draft_material_id(name: str, *, field: str = "name") -> tuple[str, UUID]:
    """Read a material of a draft: those of versions never change."""
    parsed = names.parse("courses/{course}/materials/{material}", name, field=field)
    return names.slug(parsed["course"], field=field), names.as_uuid(parsed["material"], field=field)


def material_in(message: pb.Material) -> Material:
    """Read a material; of its files only the digests, for the store knows the rest."""
    kind = choice(pb.Material.Kind, message.kind, field="material.kind")
    rights = choice(pb.Material.Rights, message.rights, field="material.rights")
    for field, given in (("kind", kind), ("rights", rights)):
        if not given:
            raise InvalidField(f"material.{field}", "", "must be given")
    modes = [choice(_MODE, one, field=f"material.modes[{n}]") for n, one in enumerate(message.modes)]
    if "" in modes:
        raise InvalidField(f"material.modes[{modes.index('')}]", "", "must be given")
    return Material(
        kind=Kind(kind),
        title=text.line(message.title),
        rights=Rights(rights),
        language=message.language.strip() or "en",
        modes=tuple(modes),
        # What its trainer says and knows is not for who is trained.
        trainers_only=message.trainers_only or kind == Kind.FACILITATOR_GUIDE,
        file=_file(message.file),
        filename=text.line(message.filename),
        source=_file(message.source),
        source_filename=text.line(message.source_filename),
        minutes=message.minutes,
        pages=message.pages,
        captions=message.captions,
        transcript=text.block(message.transcript),
        described=message.described,
        credit=text.line(message.credit),
        objectives=tuple(message.objectives),
        modules=tuple(_module_in(one) for one in message.modules),
    )


def rule_in(message: pb.TrainerRule) -> TrainerRule:
    """Read who may train."""
    return TrainerRule(tuple(text.line(one) for one in message.practice), text.block(message.credential))


def material(at: Place, given: Given, *, whole: bool) -> pb.Material:
    """Write a material; in a list without what films say, and of modules what they are called."""
    said = given.material
    answer = pb.Material(
        name=f"{at.name}/materials/{given.id}",
        kind=pb.Material.Kind.Value(said.kind),
        rights=pb.Material.Rights.Value(said.rights),
        modes=[_MODE.Value(mode) for mode in said.modes],
        modules=[_module(one, whole=whole) for one in said.modules],
        etag=str(given.revision) if given.revision else "",
        lacks=[pb.Material.Lack.Value(lack) for lack in given.lacks],
        **{name: getattr(said, name) for name in _SAME},
    )
    if said.file:
        answer.file.CopyFrom(media(said.file))
    if said.source and at.trainers:
        answer.source.CopyFrom(media(said.source))
    if not at.trainers:
        answer.source_filename = ""
    return answer


def rule(at: Place, said: TrainerRule, revision: int) -> pb.TrainerRule:
    """Write who may train."""
    etag = str(revision) if revision else ""
    return pb.TrainerRule(course=at.name, practice=said.practice, credential=said.credential, etag=etag)


def coverage(at: Place, found: Taught, given: Sequence[Given]) -> pb.Coverage:
    """Write which objective is taught by what, in each way."""
    rows = [_row(one, found, given, at) for one in found.trace.objectives]
    gaps = sum(not cell.materials and not cell.sections for row in rows for cell in row.cells)
    return pb.Coverage(course=at.name, modes=[_MODE.Value(mode) for mode in found.modes], rows=rows, gap_count=gaps)


def package(at: Place, said: TrainerRule, given: Sequence[Given], found: Sequence[Entry]) -> pb.TrainerPackage:
    """Write what a trainer package holds."""
    return pb.TrainerPackage(
        course_version=at.name,
        files=[
            pb.PackageFile(
                path=one.path,
                sha256=one.sha256,
                size_bytes=one.size_bytes,
                media=f"{at.name}/media/{one.media}" if one.media else "",
                text=one.text,
            )
            for one in found
        ],
        rule=rule(at, said, 0),
        materials=[material(at, one, whole=False) for one in given],
    )


def _row(one: Objective, found: Taught, given: Sequence[Given], at: Place) -> pb.CoverageRow:
    cell = [
        pb.CoverageCell(
            mode=_MODE.Value(mode),
            materials=[
                f"{at.name}/materials/{each.id}"
                for each in given
                if one.id in each.said["objectives"] and mode in each.said["modes"]
            ],
            sections=cells.sections(one, mode, found.titles),
        )
        for mode in found.modes
    ]
    return pb.CoverageRow(objective=one.id, behavior=one.behavior, cells=cell)


def _file(message: course_pb.Media) -> Media | None:
    return Media(message.sha256) if message.sha256 else None


def _module_in(message: pb.GuideModule) -> Module:
    return Module(
        title=text.line(message.title),
        goals=tuple(text.line(one) for one in message.goals),
        minutes=message.minutes,
        equipment=text.block(message.equipment),
        steps=tuple(Step(text.block(one.says), text.block(one.does)) for one in message.steps),
        background=text.block(message.background),
        optional=message.optional,
    )


def _module(one: Module, *, whole: bool) -> pb.GuideModule:
    answer = pb.GuideModule(title=one.title, minutes=one.minutes, optional=one.optional)
    if whole:
        answer.goals.extend(one.goals)
        answer.equipment, answer.background = one.equipment, one.background
        answer.steps.extend(pb.GuideStep(says=step.says, does=step.does) for step in one.steps)
    return answer
