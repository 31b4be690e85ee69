"""What an amendment changes of a letter, and what that means for those who confirmed it.

A rule gives each changed part the least that it can mean; the author of the amendment may say that it is more.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import prose
from notification.letters.rules import parts
from notification.letters.rules.letter import Letter, canonical
from servicekit.refusals import InvalidField


class Change(StrEnum):
    """What becomes of confirmations; the last is the most."""

    EDITORIAL = "EDITORIAL"
    MOVED = "MOVED"
    SUBSTANTIVE = "SUBSTANTIVE"


_ORDER = list(Change)
# Whatever of it changes, it asks something else, or of others.
_SUBSTANTIVE = ("asks", "course_version", "audience", "staff_action", "statement", "agency_statement")
# Its days move, and with them when it is due.
_MOVED = (
    *("effective_date", "section_dates"),
    *("due_rule.business_days_before_effective", "due_rule.business_days_after_issue"),
)
# What it says: by the words that differ.
_BY_WORDS = (
    *("subject", "topic", "change", "references", "supersedes", "replaces", "before", "after", "until_then", "body"),
    "urgent_reason",
)
# To whom it goes and whom to ask, and what counts as done.
_EDITORIAL = (
    *("kind", "addressees", "reason", "contact", "contact_telephone", "receivers", "agency_confirms_within"),
    *("demonstration", "briefing_counts", "credit_months"),
)
# In the order in which a letter is read.
FIELDS = (
    *("kind", "addressees", "subject", "topic", "urgent_reason", "change", "effective_date"),
    *("section_dates", "audience", "receivers"),
    *("asks", "course_version", "due_rule.business_days_before_effective", "due_rule.business_days_after_issue"),
    *("agency_confirms_within", "staff_action", "before", "after", "until_then", "body", "reason", "references"),
    *("supersedes", "replaces", "contact", "contact_telephone", "statement", "agency_statement"),
    *("briefing_counts", "credit_months", "demonstration"),
    "files",
)
_TEXTS = frozenset(
    (*_BY_WORDS, "staff_action", "addressees", "contact", "contact_telephone", "statement", "agency_statement")
)
# A number, a day, or whether something must be done: who changes one of them, or their order, changes what is asked.
_TELLING = re.compile(
    r"\d[\d.,:/-]*|\b(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|sixty|ninety"
    r"|days?|weeks?|months?|years?|must|shall|cannot|not?|never|only|always|unless|except|before|after|until)\b"
)


@dataclass(frozen=True)
class FieldChange:
    """A part of a letter that differs. *change* is what it means, *least* what the rules make of it.

    Of a text the *pieces* say how, word by word; of anything else there is what was *before* and what is *after*.
    """

    field: str
    change: Change
    least: Change
    pieces: Sequence[prose.Piece] = ()
    before: str = ""
    after: str = ""


def said(text: str) -> dict[str, Any]:
    """Read a letter from its canonical form, by the contract's names; what it did not have yet is empty."""
    letter: dict[str, Any] = json.loads(canonical(Letter())) | json.loads(text)
    course = f"courses/{letter['course_id']}/versions/{letter['course_version']}" if letter["course_id"] else ""
    return letter | {
        "audience": f"audiences/{letter['audience_id']}" if letter["audience_id"] else "",
        "receivers": " ".join(f"agencies/{one}" for one in letter["receivers"]),
        "course_version": course,
        "section_dates": parts.said(letter["section_dates"]),
        "due_rule.business_days_before_effective": letter["business_days_before_effective"],
        "due_rule.business_days_after_issue": letter["business_days_after_issue"],
    }


def between(before: Mapping[str, Any], after: Mapping[str, Any], raised: Collection[str] = ()) -> list[FieldChange]:
    """Return what differs between two letters (as `said`), in their order; what is *raised* counts as substantive."""
    found = (_field(name, before[name], after[name]) for name in FIELDS if before[name] != after[name])
    return [_raised(one, raised) for one in found]


def most(changes: Iterable[FieldChange]) -> Change | None:
    """Return what all changes together mean; None if nothing differs."""
    return max((one.change for one in changes), key=_ORDER.index, default=None)


def check_raised(fields: Sequence[str]) -> list[str]:
    """Return *fields* in the order of a letter, each once; refuse what is no part of one."""
    for unknown in set(fields) - set(FIELDS):
        raise InvalidField("notice.substantive", unknown, "must be parts of a letter")
    return [name for name in FIELDS if name in fields]


def _field(name: str, before: Any, after: Any) -> FieldChange:  # noqa: ANN401 - values of any field
    if name == "files":
        return _files(before, after)
    if name not in _TEXTS:
        least = _least_of_value(name)
        return FieldChange(name, least, least, before=_shown(before), after=_shown(after))
    least = _least_of_text(name, before, after)
    return FieldChange(name, least, least, prose.compare(before, after))


def _least_of_value(name: str) -> Change:
    if name in _SUBSTANTIVE:
        return Change.SUBSTANTIVE
    return Change.MOVED if name in _MOVED else Change.EDITORIAL


def _least_of_text(name: str, before: str, after: str) -> Change:
    if name in _SUBSTANTIVE or (name == "urgent_reason" and bool(before) != bool(after)):
        return Change.SUBSTANTIVE
    if name not in _BY_WORDS:
        return Change.EDITORIAL
    return Change.EDITORIAL if _telling(before) == _telling(after) else Change.SUBSTANTIVE


def _telling(text: str) -> list[str]:
    return [word.rstrip(".,:/-") for word in _TELLING.findall(text.casefold())]


def _files(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> FieldChange:
    """Other contents say something else; what nobody compares word by word is taken for it."""
    contents = [{one["sha256"] for one in files} for files in (before, after)]
    least = Change.EDITORIAL if contents[0] == contents[1] else Change.SUBSTANTIVE
    titles = ["\n".join(f"{one['title']} ({one['filename']})" for one in files) for files in (before, after)]
    return FieldChange("files", least, least, prose.compare(*titles))


def _raised(one: FieldChange, raised: Collection[str]) -> FieldChange:
    if one.field not in raised:
        return one
    return FieldChange(one.field, Change.SUBSTANTIVE, one.least, one.pieces, one.before, one.after)


def _shown(value: object) -> str:
    return "" if value in (None, False, 0, "") else str(value)
