"""How much a course changes: what its owner may raise and never lower.

A program does not know what words mean. So it takes for editorial only what hardly can say something else: signs,
capitals, and a word that is spelled otherwise. A second person looks at that as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

from curriculum.courses.rules.courses import Content, Section
from curriculum.governance.rules.bodies import DecisionClass
from prose import Block, Form, blocks

# Of a hundred blocks, or minutes: with more it is another course [ours].
MOST_CHANGED = 20
_WEIGHT = {DecisionClass.EDITORIAL: 0, DecisionClass.MINOR: 1, DecisionClass.MAJOR: 2}
# A number with its signs is one word: 1.5 is not 1,5.
_WORD = re.compile(r"\d[\d.,/:%-]*\d%?|\w+")
_LIKE, _LEAST_LETTERS = 0.75, 4
_WEIGHTY = frozenset({"must", "shall", "should", "could", "might", "will", "unless", "only", "except", "never"})


class Cause(StrEnum):
    """Why a class is computed."""

    NEW_COURSE = "NEW_COURSE"
    OBJECTIVE_CHANGED = "OBJECTIVE_CHANGED"
    # Of a test, courses know which version completes them: another one may have another key, or another pass mark.
    KEY_CHANGED = "KEY_CHANGED"
    AUDIENCE_CHANGED = "AUDIENCE_CHANGED"
    BLOCKS_CHANGED = "BLOCKS_CHANGED"
    MINUTES_CHANGED = "MINUTES_CHANGED"
    FACTS_CHANGED = "FACTS_CHANGED"
    MATERIALS_CHANGED = "MATERIALS_CHANGED"


@dataclass(frozen=True)
class Reason:
    """Why a class is computed; of blocks and minutes, how many of a hundred changed."""

    cause: Cause
    percent: int = 0


@dataclass(frozen=True)
class Edition:
    """A course as it is compared. None of audience and objectives: that is not on record of an old version."""

    content: Content
    audience: str | None = None
    # What each is, by its id.
    objectives: frozenset[tuple[str, ...]] | None = None


def weighs_less(one: DecisionClass, other: DecisionClass) -> bool:
    """Whether *one* weighs less than *other*."""
    return _WEIGHT[one] < _WEIGHT[other]


def heavier(one: DecisionClass, other: DecisionClass | None) -> DecisionClass:
    """Return the class that weighs more."""
    return other if other is not None and weighs_less(one, other) else one


def computed(before: Edition | None, after: Edition | None) -> tuple[DecisionClass, tuple[Reason, ...]]:
    """Return the class of what changed, and why; None = there was no version, or there is no course yet."""
    if before is None or after is None:
        return DecisionClass.MAJOR, (Reason(Cause.NEW_COURSE),)
    major = list(_major(before, after))
    changed, whole = _blocks(before.content, after.content)
    minutes = _percent(_minutes(before.content, after.content), max(before.content.minutes, after.content.minutes))
    major += [
        Reason(cause, percent)
        for cause, percent in ((Cause.BLOCKS_CHANGED, _percent(changed, whole)), (Cause.MINUTES_CHANGED, minutes))
        if percent > MOST_CHANGED
    ]
    if major:
        return DecisionClass.MAJOR, tuple(major)
    minor = {
        Cause.FACTS_CHANGED: changed or minutes or not _same_frame(before.content, after.content),
        Cause.MATERIALS_CHANGED: before.content.materials_sha256 != after.content.materials_sha256,
    }
    reasons = tuple(Reason(cause) for cause, found in minor.items() if found)
    return DecisionClass.MINOR if reasons else DecisionClass.EDITORIAL, reasons


def _major(before: Edition, after: Edition) -> Iterator[Reason]:
    if before.objectives is not None and before.objectives != after.objectives:
        yield Reason(Cause.OBJECTIVE_CHANGED)
    if before.content.test_version != after.content.test_version:
        yield Reason(Cause.KEY_CHANGED)
    if before.audience is not None and before.audience != after.audience:
        yield Reason(Cause.AUDIENCE_CHANGED)


def _percent(part: int, whole: int) -> int:
    """Of a hundred, rounded up: a little over the limit is over it."""
    return -(-100 * part // max(whole, 1))


def _minutes(before: Content, after: Content) -> int:
    """Return how many minutes came or went, section by section."""
    pairs = zip_longest(before.sections, after.sections)
    return sum(abs((old.minutes if old else 0) - (new.minutes if new else 0)) for old, new in pairs)


def _same_frame(before: Content, after: Content) -> bool:
    """Whether what stands around the sections says the same."""
    titles = [_same_facts(old.title, new.title) for old, new in zip(before.sections, after.sections, strict=True)]
    said = _same_facts(before.title, after.title) and _same_facts(before.summary, after.summary)
    return said and all(titles) and before.demonstration == after.demonstration


def _blocks(before: Content, after: Content) -> tuple[int, int]:
    """Return how many blocks say something else, are new or gone, and of how many; a piece is one too."""
    changed = old_count = new_count = 0
    for old, new in zip_longest(before.sections, after.sections):
        was = _cut(old)
        now = _cut(new, was)
        known, left = {one.id: one.text for one in was}, {one.id for one in now}
        changed += sum(one.id in known and not _same_facts(known[one.id], one.text) for one in now)
        # What is not clearly the same one, in its order.
        gone, new_ones = [one for one in was if one.id not in left], [one for one in now if one.id not in known]
        pairs = zip_longest(gone, new_ones)
        changed += sum(not (one and other and _same_facts(one.text, other.text)) for one, other in pairs)
        pieces_before, pieces_after = set(old.pieces if old else ()), set(new.pieces if new else ())
        changed += max(len(pieces_before - pieces_after), len(pieces_after - pieces_before))
        old_count += len(was) + len(pieces_before)
        new_count += len(now) + len(pieces_after)
    return changed, max(old_count, new_count)


def _cut(section: Section | None, since: list[Block] | None = None) -> list[Block]:
    return blocks(section.markdown, Form.COMMONMARK, since=since or ()) if section else []


def _same_facts(old: str, new: str) -> bool:
    """Whether two texts differ in nothing but signs, capitals and spelling."""
    if old == new:
        return True
    was, now = _WORD.findall(old.casefold()), _WORD.findall(new.casefold())
    return len(was) == len(now) and all(
        one == other or _respelled(one, other) for one, other in zip(was, now, strict=True)
    )


def _respelled(old: str, new: str) -> bool:
    """Whether a word is hardly another one: it begins and ends alike, and most of its letters are the same."""
    if min(len(old), len(new)) < _LEAST_LETTERS or {old, new} & _WEIGHTY or not (old.isalpha() and new.isalpha()):
        return False
    ends = (old[0], old[-1]) == (new[0], new[-1])
    return ends and SequenceMatcher(None, old, new, autojunk=False).ratio() >= _LIKE
