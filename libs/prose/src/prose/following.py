"""Which block of a revised text is which of the one before. Where that can be told in two ways, it is not told."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Indel

from prose.blocks import Block, Form, cut

# Of the words of two blocks, how many they share: from here on one is the other, edited; and how much more like it
# must be than the next best one.
_LIKE_ENOUGH, _CLEARLY = 0.6, 0.1
_LETTERS_OF_ID = 12
# Behind what may only stand in pairs; a million words fit there.
_FIRST_SIGN = 0xE000


def blocks(text: str, form: Form = Form.PLAIN, *, since: Sequence[Block] = (), named: str = "") -> list[Block]:
    """Cut *text* into blocks; those that were in the text before, *since* then, keep their ids.

    A block that was moved, or edited and still clearly like itself, is the same one. Of equal blocks each is known by
    what stands around it. A new block has an id that follows from its text and its place, and begins as it is *named*.
    """
    return identified(cut(text, form), since=since, named=named)


def identified(texts: Sequence[str], *, since: Sequence[Block] = (), named: str = "") -> list[Block]:
    """Give ids to blocks that somebody cut, in their order, as `blocks` does."""
    same = _Same([one.text.split() for one in since], [text.split() for text in texts]).found()
    taken = {one.id for one in since}
    found: list[Block] = []
    for place, said in enumerate(texts):
        known = same.get(place)
        id = since[known].id if known is not None else _id_of(said, place, taken, named)
        taken.add(id)
        found.append(Block(id, said))
    return found


def _id_of(text: str, place: int, taken: Collection[str], named: str) -> str:
    said, again = " ".join(text.split()), 0
    while True:
        id = named + hashlib.sha256(f"{place}/{again}/{said}".encode()).hexdigest()[:_LETTERS_OF_ID]
        if id not in taken:
            return id
        again += 1


class _Same:
    """The blocks of two texts, a sign for each word; which of *new* is which of *old* grows as more is known."""

    def __init__(self, old: Sequence[list[str]], new: Sequence[list[str]]) -> None:
        # A sign for each word: what compares strings does so many times as fast as what compares lists of them.
        signs: dict[str, str] = {}
        self._old, self._new = (
            ["".join(signs.setdefault(word, chr(_FIRST_SIGN + len(signs))) for word in words) for words in texts]
            for texts in (old, new)
        )
        self._old_of: dict[int, int] = {}
        self._new_of: dict[int, int] = {}
        # Blocks of the old text of which two of the new one may be what became of them.
        self._in_doubt: set[int] = set()

    def found(self) -> dict[int, int]:
        """Return for blocks of the new text, by place, the place in the old one."""
        self._new_of = dict(self._only_ones())
        self._in_doubt = {old for old in self._new_of if self._was_edited_too(old)}
        for old in self._in_doubt:
            del self._new_of[old]
        self._old_of = {new: old for old, new in self._new_of.items()}
        for pairs in (self._edited, self._between_known_ones):
            for old, new in list(pairs()):
                self._old_of[new], self._new_of[old] = old, new
        return self._old_of

    def _only_ones(self) -> Iterator[tuple[int, int]]:
        """Pair what stands once in either text, wherever it stands now."""
        old, new = Counter(self._old), Counter(self._new)
        place = {words: at for at, words in enumerate(self._new)}
        return ((at, place[words]) for at, words in enumerate(self._old) if old[words] == new[words] == 1)

    def _was_edited_too(self, old: int) -> bool:
        """Whether a block that stands elsewhere now may as well be the like of it that stands where it stood."""
        ends = {-1: -1, len(self._old): len(self._new)}
        before, after = (ends.get(at, self._new_of.get(at)) for at in (old - 1, old + 1))
        where_it_stood = {before + 1 if before is not None else -1, after - 1 if after is not None else -1}
        others = where_it_stood - {-1, len(self._new)} - set(self._new_of.values())
        return any(_likeness(self._old[old], self._new[at]) > 0 for at in others)

    def _edited(self) -> Iterator[tuple[int, int]]:
        """Pair what is clearly more like each other than like anything else of either text."""
        for old in [at for at in range(len(self._old)) if at not in self._new_of and at not in self._in_doubt]:
            new = _clearly_best(self._old[old], self._new)
            if new is not None and new not in self._old_of and _clearly_best(self._new[new], self._old) == old:
                yield old, new

    def _between_known_ones(self) -> Iterator[tuple[int, int]]:
        """Pair what stands between the same two blocks in both texts: all of it, where nothing of it was changed."""
        last_old, last_new = -1, -1
        for old in [*sorted(self._new_of), len(self._old)]:
            new = self._new_of.get(old, len(self._new))
            before, after = range(last_old + 1, old), range(last_new + 1, new)
            unknown = not any(at in self._old_of for at in after) and self._in_doubt.isdisjoint(before)
            equal = [self._old[at] for at in before] == [self._new[at] for at in after]
            if unknown and (equal or (len(before) == len(after) == 1 and self._is_edited(before[0], after[0]))):
                yield from zip(before, after, strict=True)
            last_old, last_new = old, new

    def _is_edited(self, old: int, new: int) -> bool:
        """Whether one is like the other, and no copy of a third."""
        return _likeness(self._old[old], self._new[new]) > 0 and self._new[new] not in self._old


def _likeness(one: str, other: str) -> float:
    """Return how many words two blocks share, from 0 to 1; 0 where they are not like enough to be one."""
    return Indel.normalized_similarity(one, other, score_cutoff=_LIKE_ENOUGH)


def _clearly_best(words: str, among: Sequence[str]) -> int | None:
    """Return the place of what is most like *words*, unless something else is nearly as like, or nothing is."""
    ranked = process.extract(words, among, scorer=Indel.normalized_similarity, score_cutoff=_LIKE_ENOUGH, limit=2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _CLEARLY):
        return None
    best: int = ranked[0][2]
    return best
