"""Anchors: which words of which text somebody speaks of, and what became of them in the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from prose.blocks import Block
from prose.comparing import Kind, compare

_AROUND = 32


class NotOnePlaceError(ValueError):
    """The words do not stand in the block, or stand there more than once."""


@dataclass(frozen=True)
class Anchor:
    """The words of a block that somebody speaks of, with what stands before and after them there.

    *digest* is the hash of the whole text that they saw.
    """

    digest: str
    block: str
    quote: str
    before: str
    after: str


class State(StrEnum):
    """What became of the words."""

    CARRIED = "CARRIED"
    # They say something else now, or it cannot be told where they are.
    CHANGED = "CHANGED"
    GONE = "GONE"


@dataclass(frozen=True)
class Place:
    """Where an anchor is in a later text: the block's wording then and now; now there is none where it is gone."""

    state: State
    was: str
    now: str


def anchor(digest: str, block: Block, quote: str = "") -> Anchor:
    """Anchor to words of a block, or to all of it.

    Raises:
        NotOnePlaceError: the words are not there, or are there more than once.
    """
    said, words = _plain(block.text), _plain(quote or block.text)
    if said.count(words) != 1:
        raise NotOnePlaceError(words)
    start = said.index(words)
    end = start + len(words)
    return Anchor(digest, block.id, words, said[max(start - _AROUND, 0) : start], said[end : end + _AROUND])


def follow(of: Anchor, shown: Sequence[Block], now: Sequence[Block]) -> Place:
    """Say where an anchor of the text *shown* is in the text *now*. A person may say otherwise; this never guesses."""
    was = next(one.text for one in shown if one.id == of.block)
    block = next((one for one in now if one.id == of.block), None)
    if block is None:
        return Place(State.GONE, was, "")
    return Place(State.CARRIED if _stays(of, was, block.text) else State.CHANGED, was, block.text)


def _stays(of: Anchor, was: str, now: str) -> bool:
    """Whether words stayed as they were: beside what stood beside them, and not written anew somewhere else."""
    said = _plain(now)
    left, right = f"{of.before}{of.quote}", f"{of.quote}{of.after}"
    if said.count(of.quote) > 1:
        return said.count(left + of.after) == 1 and bool(of.before or of.after)
    beside = [one for one in (left, right) if one != of.quote] or [of.quote]
    same = (_plain(piece.text) for piece in compare(was, now) if piece.kind is Kind.SAME)
    return any(one in said for one in beside) and any(of.quote in piece for piece in same)


def _plain(text: str) -> str:
    return " ".join(text.split())
