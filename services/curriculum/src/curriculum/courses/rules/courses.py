"""What a course may hold, when it can be published, and what its content is."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from curriculum.courses.rules import pieces
from curriculum.courses.rules.pieces import Piece
from servicekit import digests, names, text
from servicekit.refusals import InvalidField, Refusal

_LONGEST_LINE = 1_000
_LONGEST_MARKDOWN = 200_000
_MOST_SECTIONS = 100
# A working day; what takes longer is more than one section.
_MOST_MINUTES = 480


class CourseIncomplete(Refusal):
    """The draft lacks what a learner needs; `missing` says what, one part a line of `;`."""


class CourseUnchanged(Refusal):
    """The draft is what the newest version holds: another version would differ in nothing but its number."""


@dataclass(frozen=True)
class Section:
    """A part of a course that is read and completed in one go. *markdown* is CommonMark, stored as given."""

    title: str
    minutes: int
    markdown: str
    pieces: tuple[Piece, ...] = ()

    def written(self) -> dict[str, Any]:
        """Return it as it is kept and hashed: one without pieces as before there were any."""
        kept = asdict(self)
        if not self.pieces:
            del kept["pieces"]
        return kept


@dataclass(frozen=True)
class Course:
    """What people write of a course: its entry in the catalogue, and the draft of its next version."""

    title: str
    provider: str = ""
    delivery_mode: str = ""
    duration: str = ""
    audience: str = ""
    source_url: str = ""
    confidence: str = ""
    year_or_date: str = ""
    summary: str = ""
    demonstration: bool = False
    sections: tuple[Section, ...] = ()
    test_version: str = ""


@dataclass(frozen=True)
class Content:
    """What a version of a course holds for ever."""

    title: str
    summary: str
    sections: tuple[Section, ...]
    test_version: str
    demonstration: bool
    # The digest of what it is given with; '' = nothing.
    materials_sha256: str = ""

    @property
    def minutes(self) -> int:
        """How long its sections take together."""
        return sum(section.minutes for section in self.sections)

    @property
    def sha256(self) -> str:
        """Digest of its canonical form: without materials as before there were any."""
        kept = asdict(self) | {"sections": [section.written() for section in self.sections]}
        if not self.materials_sha256:
            del kept["materials_sha256"]
        return digests.sha256_of(kept)


def content_of(course: Course, materials_sha256: str = "") -> Content:
    """Return what the next version of *course* would hold, given with materials of that digest."""
    said = (course.title, course.summary, course.sections, course.test_version, course.demonstration)
    return Content(*said, materials_sha256)


def check(course: Course, *, field: str = "course") -> None:
    """Refuse what not even a draft may hold. An unfinished draft is fine: `check_complete` judges that."""
    if not text.line(course.title):
        raise InvalidField(f"{field}.title", course.title, "must be given")
    for part in fields(course):
        value = getattr(course, part.name)
        if isinstance(value, str):
            _check_text(value, _LONGEST_LINE, field=f"{field}.{part.name}")
    if len(course.sections) > _MOST_SECTIONS:
        raise InvalidField(f"{field}.sections", len(course.sections), f"must be at most {_MOST_SECTIONS}")
    for n, section in enumerate(course.sections):
        where = f"{field}.sections[{n}]"
        _check_text(section.title, _LONGEST_LINE, field=f"{where}.title")
        _check_text(section.markdown, _LONGEST_MARKDOWN, field=f"{where}.markdown")
        if not 0 <= section.minutes <= _MOST_MINUTES:
            raise InvalidField(f"{where}.minutes", section.minutes, f"must be from 0 to {_MOST_MINUTES}")
        pieces.check(section.pieces, field=f"{where}.pieces")
    reference_of(course.test_version, field=f"{field}.test_version")


def missing(course: Course) -> list[str]:
    """Return what the draft lacks to be published, in words; empty if nothing."""
    lacks = [] if course.sections else ["a section"]
    for number, section in enumerate(course.sections, 1):
        if not text.line(section.title):
            lacks.append(f"section {number}: title")
        if not text.line(section.markdown) and not section.pieces:
            lacks.append(f"section {number}: text")
        if section.minutes < 1:
            lacks.append(f"section {number}: minutes")
        lacks += [f"section {number}: {what}" for piece in section.pieces for what in pieces.missing(piece)]
    return lacks


def check_complete(course_id: str, course: Course) -> None:
    """Refuse a draft that cannot be published, naming all that it lacks."""
    if lacks := missing(course):
        raise CourseIncomplete("The course is not complete.", course=f"courses/{course_id}", missing="; ".join(lacks))


def reference_of(test_version: str, *, field: str = "test_version") -> tuple[str, int]:
    """Return id and version of the test named, or `("", 0)` for none; refuse what names no version of a test."""
    return names.version_in("tests/{test}/versions/{version}", test_version, field=field) if test_version else ("", 0)


def _check_text(value: str, longest: int, *, field: str) -> None:
    if len(value) > longest:
        raise InvalidField(field, value, f"must have at most {longest} letters")
    if "\0" in value:
        raise InvalidField(field, value, "must not hold the character NUL")
