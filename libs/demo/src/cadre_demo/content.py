"""The demonstration's letter, course and test under ``data/demo``: our own words, not issued by DCSS."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from cadre_cli.datafiles import DataFileError, Note, Slug, Text, data_root, read_document

FLAG = "DEMONSTRATION, not issued by DCSS"

Flag = Literal["DEMONSTRATION, not issued by DCSS"]
Days = Annotated[int, Field(ge=0)]
Minutes = Annotated[int, Field(ge=1)]

# A key that is misspelled must not pass for one that was left out.
_EXACT = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_EXACT)
class Later:
    """A part of the letter that takes effect later than the rest."""

    part: Text
    business_days_after_issue: Days


@dataclass(frozen=True, config=_EXACT)
class Effective:
    """When the change takes effect, counted from the day of issue so that the letter can be shown at any time."""

    business_days_after_issue: Days
    later: tuple[Later, ...] = ()


@dataclass(frozen=True, config=_EXACT)
class Contact:
    """Whom staff ask about the letter."""

    name: Text
    email: Text
    telephone: Text


@dataclass(frozen=True, config=_EXACT)
class Citation:
    """A law, rule or earlier letter that the letter refers to."""

    citation: Text
    address: Text | None = None


@dataclass(frozen=True, config=_EXACT)
class Audience:
    """Who the letter is for; an empty list chooses all."""

    agencies: tuple[Slug, ...] = ()
    units: tuple[Slug, ...] = ()
    job_classes: tuple[Slug, ...] = ()


@dataclass(frozen=True, config=_EXACT)
class Ask:
    """What is asked of staff and of agencies, and by when (in business days)."""

    of_staff: Literal["nothing", "read", "read_and_confirm", "read_confirm_and_train"]
    agency_confirms_within_business_days: Days
    due_business_days_before_effective: Days
    due_not_before_business_days_after_issue: Days
    local_briefing_counts: bool
    course: Slug | None = None


@dataclass(frozen=True, config=_EXACT)
class Comment:
    """What an agency says of a draft: of the passage that begins so, or of the whole; and what the state answers."""

    agency: Slug
    head: Literal["resources", "performance", "policy"]
    kind: Literal["clarity", "procedure_conflict", "local_variation", "system_mismatch"]
    severity: Literal["must", "should", "could", "question"]
    text: Text
    passage: Note = ""
    wording: Note = ""
    answer: Literal["", "accepted", "in_part", "not_accepted"] = ""
    response: Note = ""


@dataclass(frozen=True, config=_EXACT)
class Review:
    """Agencies that review a draft: those that sent comments, and those that are still *writing*."""

    writing: tuple[Slug, ...]
    comment: Annotated[tuple[Comment, ...], Field(min_length=1)]


@dataclass(frozen=True, config=_EXACT)
class Amendment:
    """What an amendment changes of a letter, and why; what it does not say stays."""

    what_changed: Text
    change: Note = ""
    after: Note = ""


@dataclass(frozen=True, config=_EXACT)
class Letter:
    """A change notice as the composer takes it; an empty number means the next free one of the series.

    *fate*: how far the demonstration takes it.
    """

    flag: Flag
    series: Text
    number: Note
    to: Text
    subject: Text
    reason: Literal["state_law", "federal_law", "court_order", "clarification", "started_by_dcss"]
    replaces: tuple[Text, ...]
    supersedes: tuple[Text, ...]
    change: Text
    before: Text
    after: Text
    staff_must: Annotated[tuple[Text, ...], Field(min_length=1)]
    until_then: Text
    effective: Effective
    contact: Contact
    audience: Audience
    ask: Ask
    reference: tuple[Citation, ...] = ()
    kind: Literal["policy", "program", "release", "outage", "information"] = "policy"
    fate: Literal["issued", "awaiting_approval", "withdrawn", "under_review"] = "issued"
    withdraw_reason: Note = ""
    # Why it is urgent; empty = it is not.
    urgent: Note = ""
    # Who reviews it, where its fate is to be under review.
    review: Review | None = None
    # What became of it since it was issued, the first amendment first.
    amendment: tuple[Amendment, ...] = ()


@dataclass(frozen=True, config=_EXACT)
class Choice:
    """An answer that the learner may choose."""

    text: Text
    correct: bool


@dataclass(frozen=True, config=_EXACT)
class Picture:
    """A picture of a section; its text says `[[1]]` where it stands."""

    file: Text
    alternative: Text
    caption: Text


@dataclass(frozen=True, config=_EXACT)
class Check:
    """A question of a section that learners ask themselves; its text says `[[1]]` where it stands."""

    question: Text
    explanation: Text
    choices: Annotated[tuple[Choice, ...], Field(min_length=2)]


@dataclass(frozen=True, config=_EXACT)
class Section:
    """A section of a course; its text is Markdown, in a file beside the course's."""

    title: Text
    minutes: Minutes
    file: Text
    picture: Picture | None = None
    check: Check | None = None


@dataclass(frozen=True, config=_EXACT)
class DemoCourse:
    """The demonstration's course: its sections in order, and the file of its test."""

    flag: Flag
    slug: Slug
    title: Text
    summary: Text
    provider: Text
    delivery_mode: Text
    objectives: Annotated[tuple[Text, ...], Field(min_length=1)]
    test: Text
    test_minutes: Minutes
    section: Annotated[tuple[Section, ...], Field(min_length=1)]

    @property
    def minutes(self) -> int:
        """How long the course takes, test included."""
        return sum(section.minutes for section in self.section) + self.test_minutes


@dataclass(frozen=True, config=_EXACT)
class Question:
    """A question, why its answer is right, and the section (from 1) to look at again after a wrong answer."""

    id: Slug
    kind: Literal["single", "multiple"]
    text: Text
    explanation: Text
    look_again: Annotated[int, Field(ge=1)]
    choices: Annotated[tuple[Choice, ...], Field(min_length=2)]


@dataclass(frozen=True, config=_EXACT)
class Test:
    """A test: it is passed with *pass_mark* right answers."""

    # Not a test case, although pytest would take the name for one.
    __test__ = False

    flag: Flag
    title: Text
    pass_mark: Annotated[int, Field(ge=1)]
    question: Annotated[tuple[Question, ...], Field(min_length=1)]


@dataclass(frozen=True, config=_EXACT)
class DemoContent:
    """The demonstration's letter, and the course and test that it asks for; *texts* are the sections', in order.

    *others* are the letters that stand beside it: withdrawn, for information, without lead time, awaiting approval,
    under review.
    """

    letter: Letter
    course: DemoCourse
    texts: tuple[str, ...]
    test: Test
    # By the file that a section names.
    pictures: Mapping[str, bytes] = Field(default_factory=dict)
    others: tuple[Letter, ...] = ()


def load(root: Path | None = None) -> DemoContent:
    """Read the demonstration's content under *root* (by default the data folder) and check that its parts fit."""
    folder = (root or data_root()) / "demo"
    letter = read_document(folder / "letter.toml", Letter)
    course = read_document(folder / "course.toml", DemoCourse)
    test = read_document(folder / course.test, Test)
    others = {path: read_document(path, Letter) for path in sorted((folder / "letters").glob("*.toml"))}
    for path, asking in {folder / "letter.toml": letter, **others}.items():
        _check_letter(path, asking, course.slug)
    texts = tuple(_text(folder, section) for section in course.section)
    _check_test(folder / course.test, test, len(texts))
    named = [section.picture.file for section in course.section if section.picture]
    pictures = {name: _existing(folder, name).read_bytes() for name in named}
    return DemoContent(letter, course, texts, test, pictures, tuple(others.values()))


def _check_letter(path: Path, letter: Letter, course: str) -> None:
    wanted = course if letter.ask.of_staff == "read_confirm_and_train" else None
    if letter.ask.course != wanted:
        raise DataFileError(path, None, "ask.course", letter.ask.course, f"must be {wanted or 'left out'}")
    if (letter.fate == "withdrawn") != bool(letter.withdraw_reason):
        raise DataFileError(path, None, "withdraw_reason", letter.withdraw_reason, "belongs to a withdrawn letter")
    first = letter.effective.business_days_after_issue
    if early := [one for one in letter.effective.later if one.business_days_after_issue <= first]:
        raise DataFileError(path, None, "effective.later", early[0].part, f"must be more than {first}")
    if letter.amendment and letter.fate != "issued":
        raise DataFileError(path, None, "amendment", letter.fate, "belongs to a letter that is out")
    if (letter.fate == "under_review") != (letter.review is not None):
        raise DataFileError(path, None, "review", letter.fate, "belongs to a letter under review")


def _existing(folder: Path, file: str) -> Path:
    path = folder / file
    if not path.is_file():
        raise DataFileError(folder / "course.toml", None, "section.file", file, "does not exist")
    return path


def _text(folder: Path, section: Section) -> str:
    path = _existing(folder, section.file)
    text = path.read_text(encoding="utf-8")
    if FLAG not in text:
        raise DataFileError(path, None, "(text)", text[:40], f"must say {FLAG!r}")
    return text


def _check_test(path: Path, test: Test, sections: int) -> None:
    if test.pass_mark > len(test.question):
        raise DataFileError(path, None, "pass_mark", test.pass_mark, f"there are {len(test.question)} questions")
    ids = [question.id for question in test.question]
    if len(set(ids)) < len(ids):
        raise DataFileError(path, None, "question.id", ids, "must differ")
    for question in test.question:
        right = sum(choice.correct for choice in question.choices)
        if right == 0 or (question.kind == "single" and right > 1):
            raise DataFileError(path, None, question.id, right, "a single question has one right choice, others some")
        if question.look_again > sections:
            raise DataFileError(path, None, question.id, question.look_again, f"the course has {sections} sections")
