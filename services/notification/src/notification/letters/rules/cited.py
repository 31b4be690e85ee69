"""What a letter names: the rules that it is about, and other letters, with what it does to each."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from citations import find
from notification.letters.rules.numbers import LetterNumber, cited

_MOST = 500
# Where another thing is said: what stands there has a beginning of its own.
_APART = re.compile(r"[;\n]+|(?<=[a-z)\d]{2})\.\s+(?=[A-Z])")
# The word by which a part begins that says what this letter does to what it names.
_VERB = re.compile(r"\W*(?:(?:this letter|it)\s+)?(clarif|correct|implement|rescind)(?:y|ies|s)?\b", re.IGNORECASE)


class Kind(StrEnum):
    """What a letter does to another one, or to a rule; the strongest first."""

    SUPERSEDES = "SUPERSEDES"
    RESCINDS = "RESCINDS"
    CORRECTS = "CORRECTS"
    CLARIFIES = "CLARIFIES"
    IMPLEMENTS = "IMPLEMENTS"
    CITES = "CITES"


_STRONGEST = {kind: n for n, kind in enumerate(Kind)}
_OF_VERB = {
    "clarif": Kind.CLARIFIES,
    "correct": Kind.CORRECTS,
    "implement": Kind.IMPLEMENTS,
    "rescind": Kind.RESCINDS,
}


@dataclass(frozen=True)
class Ending:
    """A letter that another one ends: *whole* or in part, by nothing that takes its place if it *rescinds*.

    *said* is the part of the text that says so.
    """

    number: LetterNumber
    whole: bool
    rescinds: bool
    said: str


def rules_named(texts: Iterable[str]) -> list[str]:
    """Return the keys of the rules that *texts* name, each once, sorted; the first ones of too many."""
    keys = (key for text in texts for one in find(text) for key in (one.key, one.through) if key)
    return sorted({str(key) for key in keys})[:_MOST]


def ended(replaces: str, supersedes: str, series: Collection[str], *, historic: bool) -> dict[LetterNumber, Ending]:
    """Return the letters that one supersedes or rescinds. Of *series* see `cited`.

    What it *replaces* it ends altogether, what it *supersedes* in part; one from before Cadre has one list, of whole
    letters.
    """
    found = {}
    for text, whole in ((supersedes, historic), (replaces, True)):
        for part, verb in _parts(text):
            for one in cited(part, series):
                if one.number.series:
                    found[one.number] = Ending(one.number, whole, verb is Kind.RESCINDS, part)
    return found


def referred(references: str, others: Iterable[str], series: Collection[str]) -> dict[LetterNumber, Kind]:
    """Return the letters that one names without ending them, each with the strongest that is said of it.

    A part of its *references* says what it does to what it names by its first word: *Clarifies CSS 12-02; implements
    AB 1686*. What *others* of its texts name is cited.
    """
    found: dict[LetterNumber, Kind] = {}
    for part, kind in _said(references, others):
        for one in cited(part, series):
            if one.number.series:
                found[one.number] = _stronger(kind, found.get(one.number, Kind.CITES))
    return found


def ruled(references: str, others: Iterable[str]) -> dict[str, Kind]:
    """Return the keys of the laws and rules that a letter names, each with the strongest that is said of it."""
    found: dict[str, Kind] = {}
    for part, kind in _said(references, others):
        for one in find(part):
            for key in (one.key, one.through):
                if key and not key.is_letter:
                    found[str(key)] = _stronger(kind, found.get(str(key), Kind.CITES))
    return dict(sorted(found.items())[:_MOST])


def circle(
    own: LetterNumber, ending: Mapping[LetterNumber, bool], known: Mapping[LetterNumber, Mapping[LetterNumber, bool]]
) -> Sequence[LetterNumber]:
    """Return the letters by which a letter would supersede itself, from it back to it; () if it would not.

    Each letter is given with those that it ends, and of each whether *altogether*. Letters that supersede nothing but
    parts of one another are no circle: both hold with what is left of them.
    """
    todo: list[tuple[tuple[LetterNumber, ...], bool]] = [((own,), False)]
    done = set()
    while todo:
        path, altogether = todo.pop()
        for other, whole in (ending if len(path) == 1 else known.get(path[-1], {})).items():
            if other == own and len(path) > 1 and (altogether or whole):
                return (*path, own)
            reached = (other, altogether or whole)
            if other != own and reached not in done:
                done.add(reached)
                todo.append(((*path, other), reached[1]))
    return ()


def _said(references: str, others: Iterable[str]) -> Iterable[tuple[str, Kind]]:
    for part, verb in _parts(references):
        yield part, verb if verb and verb is not Kind.RESCINDS else Kind.CITES
    for text in others:
        yield text, Kind.CITES


def _parts(text: str) -> Iterable[tuple[str, Kind | None]]:
    for part in _APART.split(text):
        verb = _VERB.match(part)
        yield part.strip(), _OF_VERB[verb[1].lower()] if verb else None


def _stronger(one: Kind, other: Kind) -> Kind:
    return min(one, other, key=_STRONGEST.__getitem__)
