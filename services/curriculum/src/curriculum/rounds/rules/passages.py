"""A thing as passages, which stay the same ones from round to round, and what became of the words of a comment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import prose

Part = tuple[str, str]


class Became(StrEnum):
    """What became of the passage of a comment that a round took over."""

    CARRIED = "CARRIED"
    CHANGED = "CHANGED"
    GONE = "GONE"


@dataclass(frozen=True)
class Passage:
    """What a comment can be about: a paragraph, an item, an answer to choose, what a picture says."""

    id: str
    section: str
    text: str


@dataclass(frozen=True)
class Spoken:
    """What a comment is about: a passage and words in it; no *block* = the whole, or a passage that is gone.

    Of one that was taken over: what *became* of its passage, the passage as it said when it was written
    (*words_then*), and whether somebody said where it belongs since.
    """

    block: str
    quote: str
    before: str
    after: str
    became: str = ""
    words_then: str = ""
    placed: bool = False

    @property
    def lost(self) -> bool:
        """Whether nobody can tell where its words are; a person may."""
        return self.became in {Became.CHANGED, Became.GONE} and not self.placed


def cut(section: str, text: str) -> list[Part]:
    """Cut CommonMark into parts of a section."""
    return [(section, block) for block in prose.cut(text, prose.Form.COMMONMARK)]


def passages(parts: Iterable[Part], since: Sequence[Passage] = ()) -> list[Passage]:
    """Make passages of parts; those that the thing had before, *since* then, keep their ids, wherever they stand."""
    said = [(section, text) for section, text in parts if text.strip()]
    known = [prose.Block(one.id, one.text) for one in since]
    found = prose.identified([text for _, text in said], since=known)
    return [Passage(block.id, section, block.text) for (section, _), block in zip(said, found, strict=True)]


def kept(shown: Sequence[Passage]) -> list[dict[str, str]]:
    """Return passages as a row keeps them."""
    return [asdict(one) for one in shown]


def shown(rows: Sequence[Mapping[str, str]]) -> list[Passage]:
    """Return passages as a row kept them."""
    return [Passage(**row) for row in rows]


def spoken(digest: str, passage: Passage, quote: str) -> Spoken:
    """Return what a comment on words of a passage is about; without words it is all of it.

    Raises:
        NotOnePlaceError: its words are not there, or are there more than once.
    """
    found = prose.anchor(digest, prose.Block(passage.id, passage.text), quote)
    return Spoken(passage.id, found.quote, found.before, found.after)


class Following:
    """What became, from the text *then* to the text *now*, of the words of any number of comments."""

    def __init__(self, digest: str, then: Sequence[Passage], now: Sequence[Passage]) -> None:
        self._digest = digest
        self._then = {one.id: one for one in then}
        self._now = {one.id: one for one in now}

    def follow(self, of: Spoken) -> Spoken:
        """Return what a comment is about in the text now. Nothing is guessed: what is lost stays so."""
        if of.became == Became.GONE and not of.placed:
            return of
        if not of.block:
            # Of the whole; or of a passage of which somebody said that it is nowhere any more.
            became = Became.GONE if of.became == Became.GONE or of.words_then else Became.CARRIED
            return Spoken("", of.quote, of.before, of.after, became, of.words_then)
        was = of.words_then if of.lost else self._then[of.block].text
        now = self._now.get(of.block)
        if now is None:
            return Spoken("", of.quote, of.before, of.after, Became.GONE, was)
        if of.lost or not self._stayed(of, now):
            return Spoken(of.block, of.quote, of.before, of.after, Became.CHANGED, was)
        return self._anew(of, now, was)

    def _stayed(self, of: Spoken, now: Passage) -> bool:
        anchor = prose.Anchor(self._digest, of.block, of.quote, of.before, of.after)
        then = self._then[of.block]
        if then.text == now.text:
            return True
        found = prose.follow(anchor, [prose.Block(then.id, then.text)], [prose.Block(now.id, now.text)])
        return found.state is prose.State.CARRIED

    def _anew(self, of: Spoken, now: Passage, was: str) -> Spoken:
        """Return the words with what stands beside them now."""
        try:
            found = spoken(self._digest, now, of.quote)
        except prose.NotOnePlaceError:
            return Spoken(of.block, of.quote, of.before, of.after, Became.CARRIED, was)
        return Spoken(of.block, found.quote, found.before, found.after, Became.CARRIED, was)
