"""What a course is given with, what it may hold, and what it lacks."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from curriculum.courses.rules import captions
from curriculum.courses.rules.pieces import Media
from curriculum.governance.rules.saying import check_text
from servicekit import digests, text
from servicekit.refusals import InvalidField

# Of a course; and how many letters all that is written of them may have, so that a package is read in one go.
MOST, MOST_LETTERS = 200, 3_000_000
_LONGEST_LINE, _LONGEST_TEXT, _LONGEST_FILM_TEXT = 300, 4_000, 200_000
_MOST_MODULES, _MOST_STEPS, _MOST_GOALS, _MOST_LINKS, _MOST_MODES, _MOST_PRACTICE = 60, 100, 20, 200, 8, 50
_MOST_MINUTES, _MOST_PAGES = 100_000, 100_000
# As of BCP 47: a language, then a script, a region, variants.
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?(?:-[0-9A-Za-z]{4,8})*")


class Kind(StrEnum):
    """What it is; in the order in which they are listed."""

    FACILITATOR_GUIDE = "FACILITATOR_GUIDE"
    PARTICIPANT_GUIDE = "PARTICIPANT_GUIDE"
    SLIDES = "SLIDES"
    JOB_AID = "JOB_AID"
    HANDOUT = "HANDOUT"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"
    PACKAGE = "PACKAGE"
    SCENARIO = "SCENARIO"
    EVALUATION_FORM = "EVALUATION_FORM"


class Rights(StrEnum):
    """Whose it is."""

    OUR_OWN = "OUR_OWN"
    PUBLIC_DOMAIN = "PUBLIC_DOMAIN"
    WITH_PERMISSION = "WITH_PERMISSION"
    LICENSED = "LICENSED"


class Lack(StrEnum):
    """Something that it lacks before a version is given with it."""

    CONTENT = "CONTENT"
    CAPTIONS = "CAPTIONS"
    TRANSCRIPT = "TRANSCRIPT"
    DESCRIPTION = "DESCRIPTION"
    CREDIT = "CREDIT"


UNSEEN = frozenset({Lack.CAPTIONS, Lack.TRANSCRIPT, Lack.DESCRIPTION})
# In a sentence, to a body that is to vote and to who publishes.
SAID: Mapping[Lack, str] = {
    Lack.CONTENT: "a file",
    Lack.CAPTIONS: "captions for 95 % of its length",
    Lack.TRANSCRIPT: "a transcript",
    Lack.DESCRIPTION: "that it is described for who does not see it",
    Lack.CREDIT: "the credit that its rights ask for",
}
_CREDITED = frozenset({Rights.WITH_PERMISSION, Rights.LICENSED})
_HEARD: Mapping[Kind, str] = {Kind.VIDEO: "video", Kind.AUDIO: "audio"}


@dataclass(frozen=True)
class Step:
    """What a trainer says and does."""

    says: str = ""
    does: str = ""


@dataclass(frozen=True)
class Module:
    """A part of a facilitator guide."""

    title: str
    goals: tuple[str, ...] = ()
    minutes: int = 0
    equipment: str = ""
    steps: tuple[Step, ...] = ()
    background: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Material:
    """All that is said of a material."""

    kind: Kind
    title: str
    rights: Rights
    language: str = "en"
    modes: tuple[str, ...] = ()
    trainers_only: bool = False
    file: Media | None = None
    filename: str = ""
    source: Media | None = None
    source_filename: str = ""
    minutes: int = 0
    pages: int = 0
    captions: str = ""
    transcript: str = ""
    described: bool = False
    credit: str = ""
    objectives: tuple[str, ...] = ()
    modules: tuple[Module, ...] = ()

    @property
    def plays(self) -> bool:
        """Whether its file is a film or a recording."""
        return self.file is not None and self.file.shown in ("video", "audio")

    @property
    def sha256(self) -> str:
        """Digest of all of it, with the digests of its files."""
        return digests.sha256(self)

    def lacks(self) -> list[Lack]:
        """Return what it lacks."""
        written = self.kind is Kind.FACILITATOR_GUIDE and bool(self.modules)
        length = self.file.milliseconds if self.file else 0
        found = {
            Lack.CONTENT: self.file is None and not written,
            Lack.CAPTIONS: self.plays and not captions.cover(self.captions, length),
            Lack.TRANSCRIPT: self.plays and not text.line(self.transcript),
            Lack.DESCRIPTION: self.file is not None and not self.plays and not self.described,
            Lack.CREDIT: self.rights in _CREDITED and not text.line(self.credit),
        }
        return [lack for lack, lacking in found.items() if lacking]


@dataclass(frozen=True)
class TrainerRule:
    """Who may train with a version, and what they show before they do."""

    practice: tuple[str, ...] = ()
    credential: str = ""


def digest(materials: Mapping[str, str], rule: TrainerRule) -> str:
    """Return the digest of all that a course is given with: *materials* are their own ones by id; '' = nothing."""
    if not materials and rule == TrainerRule():
        return ""
    return digests.sha256_of({"materials": dict(materials), "rule": asdict(rule)})


def check(material: Material, objectives: Collection[str]) -> None:
    """Refuse what a material may not hold; *objectives* are those that the course has."""
    _check_texts(material)
    if not _LANGUAGE.fullmatch(material.language):
        raise InvalidField("material.language", material.language, "must be a language such as en, es or zh-Hans")
    if len(material.modes) > _MOST_MODES or len(set(material.modes)) < len(material.modes):
        raise InvalidField("material.modes", material.modes, "must name each mode once")
    for name, most in (("minutes", _MOST_MINUTES), ("pages", _MOST_PAGES)):
        _check_number(f"material.{name}", getattr(material, name), most)
    if material.captions:
        captions.read(material.captions, field="material.captions")
    links = material.objectives
    if len(links) > _MOST_LINKS or len(set(links)) < len(links):
        raise InvalidField("material.objectives", len(links), f"must be at most {_MOST_LINKS}, each once")
    if strange := [one for one in links if one not in objectives]:
        raise InvalidField("material.objectives", strange[0], "must be the id of an objective of the course")
    if material.modules and material.kind is not Kind.FACILITATOR_GUIDE:
        raise InvalidField("material.modules", len(material.modules), "must be empty but for a facilitator guide")
    if len(material.modules) > _MOST_MODULES:
        raise InvalidField("material.modules", len(material.modules), f"must be at most {_MOST_MODULES}")
    for n, module in enumerate(material.modules):
        _check_module(module, field=f"material.modules[{n}]")


def check_files(material: Material) -> None:
    """Refuse a file that is nothing of the kind that the material says."""
    shown = _HEARD.get(material.kind)
    if shown and material.file is not None and material.file.shown != shown:
        called = "a film (MP4)" if shown == "video" else "a recording (M4A, MP3 or WAV)"
        raise InvalidField("material.file", material.file.media_type, f"must be {called}")
    if not material.plays and (material.captions or material.transcript):
        field = "captions" if material.captions else "transcript"
        raise InvalidField(f"material.{field}", getattr(material, field), "must be empty but for a film or a recording")


def check_rule(rule: TrainerRule) -> None:
    """Refuse what a trainer rule may not hold."""
    if len(rule.practice) > _MOST_PRACTICE:
        raise InvalidField("rule.practice", len(rule.practice), f"must be at most {_MOST_PRACTICE}")
    for n, line in enumerate(rule.practice):
        check_text(f"rule.practice[{n}]", line, most=_LONGEST_LINE, given=True)
    check_text("rule.credential", rule.credential, most=_LONGEST_TEXT)


def _check_texts(material: Material) -> None:
    longest = {"captions": _LONGEST_FILM_TEXT, "transcript": _LONGEST_FILM_TEXT, "credit": _LONGEST_TEXT}
    for part in fields(material):
        value = getattr(material, part.name)
        if isinstance(value, str):
            most = longest.get(part.name, _LONGEST_LINE)
            check_text(f"material.{part.name}", value, most=most, given=part.name == "title")


def _check_module(module: Module, *, field: str) -> None:
    check_text(f"{field}.title", module.title, most=_LONGEST_LINE, given=True)
    _check_number(f"{field}.minutes", module.minutes, _MOST_MINUTES)
    for name, most in (("goals", _MOST_GOALS), ("steps", _MOST_STEPS)):
        if len(getattr(module, name)) > most:
            raise InvalidField(f"{field}.{name}", len(getattr(module, name)), f"must be at most {most}")
    for where, said in _said(module):
        check_text(f"{field}.{where}", said, most=_LONGEST_TEXT)


def _said(module: Module) -> Iterator[tuple[str, str]]:
    yield "equipment", module.equipment
    yield "background", module.background
    yield from ((f"goals[{n}]", goal) for n, goal in enumerate(module.goals))
    for n, step in enumerate(module.steps):
        yield f"steps[{n}].says", step.says
        yield f"steps[{n}].does", step.does


def _check_number(field: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise InvalidField(field, value, f"must be from 0 to {most}")
