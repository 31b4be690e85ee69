"""The text of a letter as passages, which stay the same ones from round to round; and what became of words in them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import prose
from notification.letters.rules.letter import Letter, digest

# What agencies read of a draft, in their order.
SECTIONS = ("subject", "change", "before", "after", "until_then", "staff_action", "body", "references")


@dataclass(frozen=True)
class Passage:
    """A paragraph or an item of a letter, in the field *section*."""

    id: str
    section: str
    text: str


def passages(letter: Letter, since: Sequence[Passage] = ()) -> list[Passage]:
    """Cut a letter into passages; those that it had before, *since* then, keep their ids."""
    return [
        Passage(one.id, section, one.text)
        for section in SECTIONS
        for one in prose.blocks(getattr(letter, section), since=_blocks(since, section), named=f"{section}-")
    ]


def hash_of(shown: Sequence[Passage]) -> str:
    """Return the hash of a text, by which a round names it: its sections and their passages, as they are written."""
    said = [[one.section, one.text] for one in shown]
    return digest(json.dumps(said, ensure_ascii=False, separators=(",", ":")))


def kept(shown: Sequence[Passage]) -> list[dict[str, str]]:
    """Return passages as a row keeps them."""
    return [asdict(one) for one in shown]


def shown(rows: Sequence[Mapping[str, str]]) -> list[Passage]:
    """Return passages as a row kept them."""
    return [Passage(**row) for row in rows]


def follow(spoken_of: prose.Anchor, then: Sequence[Passage], now: Sequence[Passage]) -> prose.Place:
    """Say what became of the words that a comment is about."""
    return prose.follow(spoken_of, _blocks(then), _blocks(now))


def anchor(digest_of: str, passage: Passage, quote: str) -> prose.Anchor:
    """Return what a comment is about.

    Raises:
        NotOnePlaceError: its words are not there, or are there more than once.
    """
    return prose.anchor(digest_of, prose.Block(passage.id, passage.text), quote)


def _blocks(of: Sequence[Passage], section: str = "") -> list[prose.Block]:
    return [prose.Block(one.id, one.text) for one in of if one.section == section or not section]
