"""What a change notice says: its fields, what a draft may hold, what it must hold before it is approved, its hash."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from notification.letters.rules import parts, statements
from notification.letters.rules.parts import SectionDate
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField

# Business days, where the author says nothing.
BEFORE_EFFECTIVE = 3
AFTER_ISSUE = 5
AGENCY_CONFIRMS_WITHIN = 3

_MOST_DAYS = 250
_MOST_MONTHS = 60
# What a letter is; the series that it stands in usually says which.
KINDS = ("POLICY", "PROGRAM", "RELEASE", "OUTAGE", "INFORMATION")
_SERIES = re.compile(r"[A-Z]{2,10}")
_NUMBER = re.compile(r"[0-9]{2}-[0-9]{2,4}")
_REQUIRED = (
    "kind",
    "series",
    "addressees",
    "subject",
    "reason",
    "contact",
    "change",
    "effective_date",
    "audience_id",
    "asks",
)
# What of a file belongs to the text.
_OF_FILE = ("kind", "title", "filename", "media_type", "size_bytes", "sha256")
# The request's name for what is kept under another name here.
_FIELD = {"audience_id": "audience", "course_id": "course_version"}


class Asks(StrEnum):
    """What a notice asks of the people it is for. Each value includes those before it."""

    NOTHING = "NOTHING"
    READ = "READ"
    CONFIRM = "CONFIRM"
    TRAIN = "TRAIN"


@dataclass(frozen=True)
class Text:
    """A text of a letter: of so many characters at most, of one line or of *several*; its words find the letter."""

    most: int
    several: bool = False
    finds: bool = False


def _text(most: int, *, several: bool = False, finds: bool = False, unsaid: str = "") -> Any:  # noqa: ANN401 - as `field` itself
    return field(default=unsaid, metadata={"text": Text(most, several, finds)})


@dataclass(frozen=True)
class Letter:
    """The text of a notice and what it asks; an empty value is not said yet. Of its texts, the most telling first."""

    kind: str = ""
    series: str = _text(10)
    number: str = _text(7)
    addressees: str = _text(300)
    subject: str = _text(300, finds=True)
    topic: str = _text(200, finds=True)
    change: str = _text(2_000, several=True, finds=True)
    reason: str = ""
    references: str = _text(4_000, several=True, finds=True)
    supersedes: str = _text(1_000, finds=True)
    replaces: str = _text(1_000, finds=True)
    contact: str = _text(1_000)
    contact_telephone: str = _text(100)
    staff_action: str = _text(10_000, several=True, finds=True)
    before: str = _text(10_000, several=True, finds=True)
    after: str = _text(10_000, several=True, finds=True)
    until_then: str = _text(10_000, several=True, finds=True)
    body: str = _text(100_000, several=True, finds=True)
    # Why it is urgent; one that says nothing is not.
    urgent_reason: str = _text(300)
    # What who confirms it says by that: a person for themselves, and who confirms for an agency.
    statement: str = _text(statements.MOST, unsaid=statements.OWN)
    agency_statement: str = _text(statements.MOST, unsaid=statements.FOR_AGENCY)
    # Of an amendment: what it changes and why.
    what_changed: str = _text(2_000, several=True)
    # Of an amendment: fields of the contract that its author says are changed in substance.
    substantive: list[str] = field(default_factory=list)
    effective_date: date | None = None
    # Parts that take effect later, in the order of their days.
    section_dates: list[SectionDate] = field(default_factory=list)
    audience_id: UUID | None = None
    # The local agencies that receive it, in order; none = every one.
    receivers: list[str] = field(default_factory=list)
    asks: str = ""
    course_id: str = ""
    course_version: int = 0
    business_days_before_effective: int = BEFORE_EFFECTIVE
    business_days_after_issue: int = AFTER_ISSUE
    agency_confirms_within: int = AGENCY_CONFIRMS_WITHIN
    demonstration: bool = False
    briefing_counts: bool = False
    staff_release_days: int = 0
    # A course taken for another letter so many months before counts; 0 = none does.
    credit_months: int = 0


# Its texts, as they are written, in their order.
TEXTS: Mapping[str, Text] = {one.name: one.metadata["text"] for one in fields(Letter) if "text" in one.metadata}
# What stands for a text that is not said.
UNSAID: Mapping[str, str] = {name: getattr(Letter, name) for name in TEXTS}


def check_draft(letter: Letter) -> None:
    """Refuse what not even a draft may hold: a malformed series or number, a text too long, days out of range."""
    if letter.series:
        check_series("notice.series", letter.series)
    if letter.number and not _NUMBER.fullmatch(letter.number):
        raise InvalidField("notice.number", letter.number, "must be two digits of the year, a hyphen and a number")
    for name, text in TEXTS.items():
        length = len(getattr(letter, name))
        if length > text.most:
            raise InvalidField(f"notice.{name}", length, f"must have at most {text.most} characters")
    for name, days, least in (
        ("due_rule.business_days_before_effective", letter.business_days_before_effective, 0),
        ("due_rule.business_days_after_issue", letter.business_days_after_issue, 0),
        ("agency_confirms_within", letter.agency_confirms_within, 1),
        ("staff_release_days", letter.staff_release_days, 0),
    ):
        if not least <= days <= _MOST_DAYS:
            raise InvalidField(f"notice.{name}", days, f"must be between {least} and {_MOST_DAYS} business days")
    if not 0 <= letter.credit_months <= _MOST_MONTHS:
        raise InvalidField("notice.credit_months", letter.credit_months, f"must be between 0 and {_MOST_MONTHS} months")
    parts.check_later(letter.section_dates, letter.effective_date)
    if letter.course_id and letter.asks != Asks.TRAIN:
        raise InvalidField("notice.course_version", letter.course_id, "must be empty unless the notice asks to train")


def check_no_amendment(letter: Letter) -> None:
    """Refuse what only an amendment says."""
    for name, value in (("what_changed", letter.what_changed), ("substantive", " ".join(letter.substantive))):
        if value:
            raise InvalidField(f"notice.{name}", value, "must be empty: this is no amendment")


def check_series(field: str, series: str) -> None:
    """Refuse what cannot be the name of a series."""
    if not _SERIES.fullmatch(series):
        raise InvalidField(field, series, "must be 2 to 10 capital letters")


def check_complete(letter: Letter, *, amends: bool = False) -> None:
    """Refuse a letter that lacks what an approver must see. All that is missing stands in the metadata."""
    required = (
        *_REQUIRED,
        *(("course_id",) if letter.asks == Asks.TRAIN else ()),
        *(("what_changed",) if amends else ()),
    )
    missing = [_FIELD.get(name, name) for name in required if not getattr(letter, name)]
    if missing:
        refusal = InvalidField(f"notice.{missing[0]}", "", "must be given before the notice is sent for approval")
        refusal.metadata["missing"] = ",".join(missing)
        raise refusal
    # A draft may have a day of before there was a range.
    day_of("notice.effective_date", str(letter.effective_date), YEARS_OF_DOCUMENTS)


def canonical(letter: Letter, files: Sequence[Mapping[str, object]] = ()) -> str:
    """Return the letter with its files in the one form of which its hash is taken: JSON, sorted, without spare space.

    For each file it holds what the reader sees and the hash of its content.
    """
    said = {**asdict(letter), "files": files_said(files)}
    return json.dumps(said, default=str, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def files_said(files: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return what of a letter's files belongs to its text."""
    return [{name: file[name] for name in _OF_FILE} for file in files]


def digest(text: str) -> str:
    """Return the SHA-256 of a canonical text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
