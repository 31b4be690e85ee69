"""Words of a text: what stands between white space. Two texts with the same words in the same order say the same."""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

_WORD = re.compile(r"\S+")


class Words:
    """A text, and where its words stand. Each word has the white space behind it; the first also what is before it."""

    def __init__(self, text: str) -> None:
        found = list(_WORD.finditer(text))
        self.text = text
        self.all = [word[0] for word in found]
        self._starts = [word.start() for word in found]

    def slice(self, start: int, end: int) -> str:
        """Return the text of the words from *start* to before *end*; together, slices are the whole text."""
        return self.text[self._at(start) : self._at(end)]

    def length(self, start: int, end: int) -> int:
        """Return how many signs `slice` would have."""
        return self._at(end) - self._at(start)

    def blank_before(self, index: int) -> str:
        """Return the white space before a word."""
        start = self._starts[index]
        return self.text[len(self.text[:start].rstrip()) : start]

    def _at(self, index: int) -> int:
        if index == 0:
            return 0
        return self._starts[index] if index < len(self._starts) else len(self.text)


@dataclass(frozen=True)
class Stretch:
    """What stands from *a* to before *a_end* in one sequence and from *b* to before *b_end* in the other."""

    a: int
    a_end: int
    b: int
    b_end: int
    same: bool


def aligned(one: Sequence[Hashable], other: Sequence[Hashable]) -> Iterator[Stretch]:
    """Yield the stretches of the longest common subsequence of two sequences, and what lies between them, in order."""
    numbers: dict[Hashable, int] = {}
    coded = [[numbers.setdefault(item, len(numbers)) for item in items] for items in (one, other)]
    return joined(
        Stretch(step.src_start, step.src_end, step.dest_start, step.dest_end, same=step.tag == "equal")
        for step in LCSseq.opcodes(*coded)
    )


def joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Make one stretch of neighbors that are alike."""
    last: Stretch | None = None
    for stretch in stretches:
        if last is not None and last.same == stretch.same:
            last = Stretch(last.a, stretch.a_end, last.b, stretch.b_end, same=last.same)
            continue
        if last is not None:
            yield last
        last = stretch
    if last is not None:
        yield last
