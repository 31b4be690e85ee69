"""What a course is given with, in words: its materials, what they lack, and which objective is taught by what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from gateway.web.visit import Visit
from gateway.words import glossary, sentences
from gateway.works import written
from servicekit.rpc.client import Refused

# By kind, in the order of the list.
KINDS: Mapping[str, str] = {
    "FACILITATOR_GUIDE": "Guide for trainers",
    "PARTICIPANT_GUIDE": "Guide for participants",
    "SLIDES": "Slides",
    "JOB_AID": "Job aid",
    "HANDOUT": "Handout",
    "VIDEO": "Film",
    "AUDIO": "Recording",
    "PACKAGE": "Package for another system",
    "SCENARIO": "Scenario to practice",
    "EVALUATION_FORM": "Evaluation form",
}
RIGHTS: Mapping[str, str] = {
    "OUR_OWN": "Ours",
    "PUBLIC_DOMAIN": "Nobody's: in the public domain",
    "WITH_PERMISSION": "Somebody else's, with their permission",
    "LICENSED": "Somebody else's, under a license",
}
LACKS: Mapping[str, str] = {
    "CONTENT": "Its content",
    "CAPTIONS": "Captions",
    "TRANSCRIPT": "A transcript",
    "DESCRIPTION": "A word that those who do not see it get all of it",
    "CREDIT": "A credit to whose it is",
}
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "es": "Spanish",
    "zh": "Chinese",
    "vi": "Vietnamese",
    "tl": "Tagalog",
    "ko": "Korean",
    "hy": "Armenian",
    "ru": "Russian",
    "fa": "Farsi",
    "ar": "Arabic",
}
_KIND = pb.Material.Kind
_SEEN_OR_HEARD = (pb.Material.VIDEO, pb.Material.AUDIO)
_MOST, _SHORT_DIGEST = 200, 12
# What a service says to who may not see it, and an older one to everybody.
_NOT_THEIRS = ("NOT_FOUND", "PERMISSION_DENIED", "UNIMPLEMENTED")


@dataclass(frozen=True)
class Given:
    """What a course is given with, as far as the visitor sees it."""

    parent: str
    materials: Sequence[pb.Material] = ()
    rule: pb.TrainerRule | None = None

    @property
    def groups(self) -> list[tuple[str, list[pb.Material]]]:
        """The materials by kind."""
        kinds = KINDS.items()
        found = [(title, [one for one in self.materials if _KIND.Name(one.kind) == name]) for name, title in kinds]
        return [(title, those) for title, those in found if those]

    @property
    def lacking(self) -> int:
        """How many lack something."""
        return sum(bool(one.lacks) for one in self.materials)

    @property
    def has_rule(self) -> bool:
        """Whether anything is said of who may train with it."""
        return self.rule is not None and bool(self.rule.practice or self.rule.credential)

    @property
    def for_trainers(self) -> bool:
        """Whether the visitor is shown what is there for trainers alone: the package is theirs as well."""
        return self.has_rule or any(one.trainers_only for one in self.materials)


def of_course(visit: Visit, parent: str) -> Given:
    """Return what a course, or a version of one, is given with."""
    answer = visit.clients.materials.ListMaterials(pb.ListMaterialsRequest(parent=parent, page_size=_MOST))
    return Given(parent, answer.materials, answer.rule)


def if_theirs(visit: Visit, parent: str) -> Given:
    """The same; nothing to who may not see it."""
    try:
        return of_course(visit, parent)
    except Refused as error:
        if error.code not in _NOT_THEIRS:
            raise
        return Given(parent)


def coverage(visit: Visit, course: str) -> pb.Coverage:
    """Return which objective is taught by what; nothing to who may not see it."""
    try:
        return visit.clients.materials.GetCoverage(pb.GetCoverageRequest(course=course))
    except Refused as error:
        if error.code not in _NOT_THEIRS:
            raise
        return pb.Coverage(course=course)


def kind(one: pb.Material) -> str:
    """`Slides`."""
    return KINDS.get(_KIND.Name(one.kind), "Material")


def language(one: pb.Material) -> str:
    """`Spanish`; its code where this page has no word for it."""
    code = one.language or "en"
    return LANGUAGES.get(code, code)


def mode(value: work_pb.ModeChoice.Mode.ValueType) -> str:
    """`In a classroom`."""
    return written.MODES.get(work_pb.ModeChoice.Mode.Name(value), "")


def modes(one: pb.Material) -> str:
    """`In a classroom and on the job`: the ways of giving it that a material serves."""
    said = [word for value in one.modes if (word := mode(value))]
    return sentences.listed([said[0], *(f"{word[:1].lower()}{word[1:]}" for word in said[1:])]) if said else ""


def rights(one: pb.Material) -> str:
    """`Ours`."""
    return RIGHTS.get(pb.Material.Rights.Name(one.rights), "Not said")


def lacks(one: pb.Material) -> list[str]:
    """Return what it lacks, in words."""
    return [
        LACKS.get(pb.Material.Lack.Name(value), "Something that this page does not know yet") for value in one.lacks
    ]


def extent(one: pb.Material) -> str:
    """`PDF, 12 pages, 40 minutes, 1.4 MB`: how much it is."""
    said = [glossary.media(one.file.media_type)] if one.file.sha256 else []
    said += [sentences.count(len(one.modules), "part")] if one.modules else []
    said += [sentences.count(one.pages, "page")] if one.pages else []
    said += [sentences.count(one.minutes, "minute")] if one.minutes else []
    said += [glossary.size(one.file.size_bytes)] if one.file.sha256 else []
    return ", ".join(said)


def digest(one: pb.Material) -> str:
    """Return the beginning of the checksum of its file; empty without one."""
    return one.file.sha256[:_SHORT_DIGEST]


def is_played(one: pb.Material) -> bool:
    """Whether its file is a film or a recording."""
    return one.kind in _SEEN_OR_HEARD and one.file.media_type.startswith(("video/", "audio/"))


def is_guide(one: pb.Material) -> bool:
    """Whether it is a guide for trainers: it has parts."""
    return one.kind == pb.Material.FACILITATOR_GUIDE


def page(one: pb.Material) -> str:
    """Return the address where a material is read: of a version in the catalogue, else of the draft."""
    return f"/catalogue/{one.name.removeprefix('courses/')}" if "/versions/" in one.name else f"/{one.name}"


def file_at(one: pb.Material, sha256: str) -> str:
    """Return the address of a file of a material."""
    return f"{page(one).partition('/materials/')[0]}/media/{sha256}"


def cells(found: pb.Coverage) -> int:
    """How many cells the table of objectives and ways has."""
    return len(found.modes) * len(found.rows)


def covered(found: pb.Coverage) -> str:
    """`3 of 12 cells are empty`."""
    if not cells(found):
        return ""
    if not found.gap_count:
        return f"None of {sentences.count(cells(found), 'cell')} is empty"
    are = "is" if found.gap_count == 1 else "are"
    return f"{found.gap_count:,} of {sentences.count(cells(found), 'cell')} {are} empty"


def counted(given: Given) -> str:
    """`5 materials, 2 of them lack something`."""
    if not given.materials:
        return "None yet"
    said = sentences.count(len(given.materials), "material")
    if not given.lacking:
        return said
    if len(given.materials) == 1:
        return f"{said}, which lacks something"
    return f"{said}, {given.lacking:,} of them {'lacks' if given.lacking == 1 else 'lack'} something"
