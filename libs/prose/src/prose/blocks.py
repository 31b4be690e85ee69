"""A text as blocks: what a person points to. Together they are the text, but for blank lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from markdown_it import MarkdownIt

# What word processors and people put before the lines of a list: a sign, a number or a letter, and a blank or a tab.
# The last four are of a word processor's own font.
SIGNS = (
    "-\u2013\u2014*+\u2022\u2023\u2043\u00b7\u25aa\u25ab\u25a0\u25a1\u25ba\u25cb\u25cf\u25e6\u2713\u27a2\u00a7o"
    "\uf0b7\uf0a7\uf0d8\uf0fc"
)
_ITEM = re.compile(rf"[ \t]*(?:[{SIGNS}]|\(?(?:\d{{1,3}}|[A-Za-z]|[ivxIVX]{{1,5}})[.)])[ \t]+\S")
_LEAVES = {"paragraph_open", "heading_open", "fence", "code_block", "html_block", "hr"}
_COMMONMARK = MarkdownIt("commonmark")


class Form(StrEnum):
    """How a text is written."""

    # Blank lines part paragraphs, and a line that begins with a sign, a number or a letter of a list is an item.
    PLAIN = "PLAIN"
    COMMONMARK = "COMMONMARK"


@dataclass(frozen=True)
class Block:
    """A paragraph, an item, a heading: the same one while its *id* is the same, whatever becomes of its text."""

    id: str
    text: str


def begins_item(line: str) -> bool:
    """Whether a line of plain text begins an item of a list."""
    return bool(_ITEM.match(line))


def cut(text: str, form: Form) -> list[str]:
    """Cut a text before each block."""
    lines = text.split("\n") if form is Form.PLAIN else text.splitlines()
    starts = list(_plain(lines) if form is Form.PLAIN else _commonmark(text))
    if not starts:
        return [text] if text.strip() else []
    # What CommonMark takes for no block, such as the address of a link, stands with what is before it.
    starts[0] = 0
    return ["\n".join(lines[start:end]).strip("\n") for start, end in pairwise([*starts, len(lines)])]


def _plain(lines: list[str]) -> Iterator[int]:
    blank = True
    for number, line in enumerate(lines):
        if line.strip() and (blank or begins_item(line)):
            yield number
        blank = not line.strip()


def _commonmark(text: str) -> Iterator[int]:
    return (token.map[0] for token in _COMMONMARK.parse(text) if token.type in _LEAVES and token.map)
