"""How letters are found: what is kept of a letter, and what a question means.

Both are cut into words in one way (the kit's `words`). A number is one word in whatever form it is written, and may be
cited with its series or without; so is a rule (`citations`): who asks for `45 CFR 303.11` finds what names a paragraph
of it. The people of a case have an old and a new name in letters: each finds the other.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from citations import Citation, Key, find
from notification.letters.rules.numbers import Cited, LetterNumber, asked_for, cited, perhaps_asked_for
from servicekit import words
from servicekit.refusals import InvalidField
from servicekit.text import line

LONGEST_QUERY = 200
# Of a subject, the first so many words are compared, and none with fewer letters.
MOST_TELLING = 16
_TELLING = 3
# A title of the federal rules, or a code, says nothing without a section.
_LEAST_PARTS = 3
# Version of the cutting into words. Raise it whenever a text would be kept by other words than before: a job recuts
# what was kept under a lower one. Raise that of letters as well, which is also of their links, their rules and the days
# on which they rule.
CUT = 3
CUT_OF_LETTERS = 4
# The person paying support, and the person receiving it; before about 2015, the noncustodial and the custodial parent.
_SPOKEN = re.compile(
    r"\b(?:(?P<xpps>pps|ncp|persons? paying support|non[ -]?custodial parent)"
    r"|(?P<xprs>prs|cp|persons? receiving support|(?<!non[ -])custodial parent))s?\b"
)


@dataclass(frozen=True)
class Question:
    """What a letter must have: numbers and people of a case as one word each, rules, and all other words.

    Or *instead*, a number that the whole may be. Of a rule there is its key, and the words by which it was asked for: a
    part of its number will do.
    """

    names: tuple[str, ...]
    chains: tuple[words.Chain, ...]
    instead: str = ""
    rules: tuple[tuple[str, tuple[words.Chain, ...]], ...] = ()

    def english(self) -> list[str]:
        """Return the words that have an English stem."""
        asked = (*self.chains, *(chain for _, spoken in self.rules for chain in spoken))
        return words.english({part: None for chain in asked for part in chain.parts})

    def query(self, stems: Mapping[str, Collection[str]]) -> str:
        """Return it as a `tsquery`; '' has no word that a letter could have.

        A word without a stem (*the*) counts only where nothing else is said.
        """
        said = [chain for chain in self.chains if len(chain.parts) > 1 or stems.get(chain.parts[0], " ")]
        chains = said if said or self.names or self.rules else self.chains
        asked = " & ".join(self._terms(chains, stems))
        return f"('{self.instead}' | {asked})" if self.instead else asked

    def telling(self, stems: Mapping[str, Collection[str]]) -> list[str]:
        """Return what may make a letter like another, each as a `tsquery`: no word without a stem, or too short."""
        said = [
            chain
            for chain in self.chains
            if len(chain.parts) > 1 or (len(chain.parts[0]) >= _TELLING and stems.get(chain.parts[0], " "))
        ]
        return self._terms(said[:MOST_TELLING], stems)

    def _terms(self, chains: Iterable[words.Chain], stems: Mapping[str, Collection[str]]) -> list[str]:
        def of(asked: Iterable[words.Chain]) -> list[str]:
            return [chain.query(lambda word: stems.get(word, ())) for chain in asked]

        names = [f"'{name}'" for name in self.names]
        rules = [f"('{key}' | {' & '.join(of(spoken))})" for key, spoken in self.rules]
        return [*names, *rules, *of(chains)]


def kept(texts: Iterable[str], series: Collection[str] | None, *, most_bytes: int) -> list[str]:
    """Return the words that *texts* are found by, the first ones if all would be too many; of *series* see `cited`."""
    found: dict[str, None] = {}
    room = most_bytes
    for text in texts:
        plain = line(text)
        names = [word for one in cited(plain, series) for word in words_of(one.number)]
        spoken = [match.lastgroup or "" for match in _SPOKEN.finditer(words.fold(plain))]
        for word in (*names, *_rules(plain), *spoken, *words.kept(text)):
            if word not in found:
                room -= len(word.encode()) + 1
                if room < 0:
                    return list(found)
                found[word] = None
    return list(found)


def _rules(text: str) -> list[str]:
    """Return the rules that *text* names, each with what it is a part of, as words."""
    named = (key for one in find(text) for key in (one.key, one.through) if key and not key.is_letter)
    return [str(Key(key.parts[:n])) for key in named for n in range(_LEAST_PARTS, len(key.parts) + 1)]


def words_of(number: LetterNumber) -> list[str]:
    """Return the words under which a number is found: with its series, and without."""
    bare = f"x{number.number.replace('-', '')}"
    return [f"x{number.series.lower()}{bare[1:]}", bare] if number.series else [bare]


def question(text: str, series: Collection[str]) -> Question:
    """Return what *text* asks for: every word (its beginning will do) and every number."""
    if len(text) > LONGEST_QUERY:
        raise InvalidField("query", text[:LONGEST_QUERY], f"must have at most {LONGEST_QUERY} characters")
    plain = line(text)
    number = asked_for(plain, series)
    if number:
        return Question((words_of(number)[0],), ())
    perhaps = perhaps_asked_for(plain)
    names, rules, rest = [], [], []
    numbers = list(cited(plain, series))
    end = 0
    marked: list[Cited | Citation] = [*numbers, *_apart(find(plain), numbers)]
    for one in sorted(marked, key=lambda each: each.start):
        rest.append(plain[end : one.start])
        end = one.end
        if isinstance(one, Citation):
            spoken = tuple(words.asked(words.fold(plain[one.start : end])))
            rules.append((str(one.key), spoken))
        else:
            names.append(words_of(one.number)[0])
    folded = words.fold(" ".join([*rest, plain[end:]]))
    names += [match.lastgroup or "" for match in _SPOKEN.finditer(folded)]
    chains = tuple(words.asked(_SPOKEN.sub(" ", folded)))
    instead = words_of(perhaps)[0] if perhaps and chains else ""
    return Question(tuple(dict.fromkeys(names)), chains, instead, tuple(rules))


def _apart(rules: Iterable[Citation], numbers: Sequence[Cited]) -> list[Citation]:
    """Return the *rules*: no letters, and nothing that is in another way one of the *numbers* of letters."""
    return [
        one
        for one in rules
        if not one.key.is_letter and all(one.end <= other.start or other.end <= one.start for other in numbers)
    ]
