"""What a change notice says: its fields, what a draft may hold, what it must hold before it is approved, its hash."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField

# Business days, where the author says nothing.
BEFORE_EFFECTIVE = 3
AFTER_ISSUE = 5
AGENCY_CONFIRMS_WITHIN = 3

_MOST_DAYS = 250
# What a letter is; the series that it stands in usually says which.
KINDS = ("POLICY", "PROGRAM", "RELEASE", "OUTAGE", "INFORMATION")
_SERIES = re.compile(r"[A-Z]{2,10}")
_NUMBER = re.compile(r"[0-9]{2}-[0-9]{2,4}")
_LONGEST = {
    "addressees": 300,
    "subject": 300,
    "references": 4_000,
    "supersedes": 1_000,
    "replaces": 1_000,
    "contact": 1_000,
    "contact_telephone": 100,
    "topic": 200,
    "change": 2_000,
    "before": 10_000,
    "after": 10_000,
    "staff_action": 10_000,
    "until_then": 10_000,
    "body": 100_000,
}
_REQUIRED = (
    "kind",
    "series",
    "number",
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
class Letter:
    """The text of a notice and what it asks; an empty value is not said yet."""

    kind: str = ""
    series: str = ""
    number: str = ""
    addressees: str = ""
    subject: str = ""
    reason: str = ""
    references: str = ""
    supersedes: str = ""
    contact: str = ""
    change: str = ""
    before: str = ""
    after: str = ""
    staff_action: str = ""
    until_then: str = ""
    body: str = ""
    effective_date: date | None = None
    audience_id: UUID | None = None
    asks: str = ""
    course_id: str = ""
    course_version: int = 0
    business_days_before_effective: int = BEFORE_EFFECTIVE
    business_days_after_issue: int = AFTER_ISSUE
    agency_confirms_within: int = AGENCY_CONFIRMS_WITHIN
    demonstration: bool = False
    briefing_counts: bool = False
    contact_telephone: str = ""
    replaces: str = ""
    topic: str = ""
    staff_release_days: int = 0


def check_draft(letter: Letter) -> None:
    """Refuse what not even a draft may hold: a malformed series or number, a text too long, days out of range."""
    if letter.series:
        check_series("notice.series", letter.series)
    if letter.number and not _NUMBER.fullmatch(letter.number):
        raise InvalidField("notice.number", letter.number, "must be two digits of the year, a hyphen and a number")
    for name, most in _LONGEST.items():
        length = len(getattr(letter, name))
        if length > most:
            raise InvalidField(f"notice.{name}", length, f"must have at most {most} characters")
    for field, days, least in (
        ("due_rule.business_days_before_effective", letter.business_days_before_effective, 0),
        ("due_rule.business_days_after_issue", letter.business_days_after_issue, 0),
        ("agency_confirms_within", letter.agency_confirms_within, 1),
        ("staff_release_days", letter.staff_release_days, 0),
    ):
        if not least <= days <= _MOST_DAYS:
            raise InvalidField(f"notice.{field}", days, f"must be between {least} and {_MOST_DAYS} business days")
    if letter.course_id and letter.asks != Asks.TRAIN:
        raise InvalidField("notice.course_version", letter.course_id, "must be empty unless the notice asks to train")


def check_series(field: str, series: str) -> None:
    """Refuse what cannot be the name of a series."""
    if not _SERIES.fullmatch(series):
        raise InvalidField(field, series, "must be 2 to 10 capital letters")


def check_complete(letter: Letter) -> None:
    """Refuse a letter that lacks what an approver must see. All that is missing stands in the metadata."""
    required = (*_REQUIRED, "course_id") if letter.asks == Asks.TRAIN else _REQUIRED
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
