"""What changed between two texts, word by word, as a person would mark it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from prose.words import Stretch, Words, aligned, joined


class Kind(StrEnum):
    """What became of words."""

    SAME = "SAME"
    ADDED = "ADDED"
    REMOVED = "REMOVED"


@dataclass(frozen=True)
class Piece:
    """Words that stand together and share what became of them, with the white space around them."""

    kind: Kind
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """Say what changed from *before* to *after*.

    The pieces that are the same or added are *after*, letter by letter; those that are the same or removed are
    *before* up to white space, of which no change is one of words. Where words took the place of others, those removed
    come first. A few words that stayed between many that changed are said anew, since a person reads no mosaic.
    """
    old, new = Words(before), Words(after)
    pieces: list[Piece] = []
    for stretch in _without_crumbs(joined(_stretches(old, new)), old, new):
        if stretch.same:
            pieces.append(Piece(Kind.SAME, new.slice(stretch.b, stretch.b_end)))
            continue
        if stretch.a < stretch.a_end:
            pieces.append(Piece(Kind.REMOVED, _removed(old, stretch, pieces)))
        if stretch.b < stretch.b_end:
            pieces.append(Piece(Kind.ADDED, new.slice(stretch.b, stretch.b_end)))
    if after and not new.all:
        pieces.append(Piece(Kind.SAME, after))
    return pieces


def _stretches(old: Words, new: Words) -> Iterator[Stretch]:
    """Align lines first and the words of what is left then: a line that stayed is never taken apart for its words."""
    old_lines, new_lines = _Lines(old.text), _Lines(new.text)
    for stretch in aligned(old_lines.all, new_lines.all):
        a, a_end = old_lines.word(stretch.a), old_lines.word(stretch.a_end)
        b, b_end = new_lines.word(stretch.b), new_lines.word(stretch.b_end)
        if stretch.same:
            yield Stretch(a, a_end, b, b_end, same=True)
        else:
            for part in aligned(old.all[a:a_end], new.all[b:b_end]):
                yield Stretch(a + part.a, a + part.a_end, b + part.b, b + part.b_end, same=part.same)


class _Lines:
    """The lines of a text that have words, as their words, and at which word of the text each begins."""

    def __init__(self, text: str) -> None:
        self.all = [words for line in text.splitlines() if (words := tuple(line.split()))]
        self._words = [0]
        for words in self.all:
            self._words.append(self._words[-1] + len(words))

    def word(self, line: int) -> int:
        return self._words[line]


_CHANGE_SAME_CHANGE = 3


def _without_crumbs(stretches: Iterable[Stretch], old: Words, new: Words) -> list[Stretch]:
    """Take what stayed for changed where it is not longer than what changed before it, and than what did after it."""
    kept: list[Stretch] = []
    for stretch in stretches:
        kept.append(stretch)
        # A change that swallowed what stood before it is larger now, and may swallow more.
        while not stretch.same and len(kept) >= _CHANGE_SAME_CHANGE:
            before, same = kept[-3:-1]
            if old.length(same.a, same.a_end) > min(_size(before, old, new), _size(kept[-1], old, new)):
                break
            kept[-3:] = [Stretch(before.a, kept[-1].a_end, before.b, kept[-1].b_end, same=False)]
    return kept


def _size(change: Stretch, old: Words, new: Words) -> int:
    return max(old.length(change.a, change.a_end), new.length(change.b, change.b_end))


def _removed(old: Words, stretch: Stretch, pieces: Sequence[Piece]) -> str:
    """Return what was removed, with white space where it would touch what stands around it."""
    text = old.slice(stretch.a, stretch.a_end)
    if pieces and not pieces[-1].text[-1].isspace():
        text = (old.blank_before(stretch.a) or " ") + text
    return text if text[-1].isspace() else f"{text} "
