"""What is read of meetings on paper: parts with their kinds, which a template sets. Nothing of it is markup."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from gateway.web import markdown
from servicekit.files import paper

MEDIA_TYPE = "application/pdf"
Part = dict[str, Any]
_TEMPLATE = Path(__file__).parent / "paper.typ"
# Whom a link may lead to; another is its words.
_ADDRESSES = ("https://", "http://", "mailto:")
_DEEPEST = 6
# What is set within each other, and how large a table is one: what is beyond is said without.
_MOST_WITHIN, _MOST_COLUMNS, _MOST_CELLS = 8, 12, 4_000
# So many are set at a time: the pages go on beside them.
_places = BoundedSemaphore(2)


def pdf(title: str, foot: str, parts: Iterable[Part], at: datetime) -> bytes:
    """Set *parts* under their title, with *foot* below each page."""
    with _places:
        return paper.pdf(_TEMPLATE, {"title": title, "foot": foot, "parts": list(parts)}, at)


def heading(level: int, text: str) -> Part:
    """Say what follows is about."""
    return {"kind": "heading", "level": level, "parts": words(text)}


def said(*sentences: str) -> Iterator[Part]:
    """Say each of these that is not empty, as a paragraph of its own."""
    return ({"kind": "paragraph", "parts": words(one)} for one in sentences if one)


def strong(text: str) -> Part:
    """Say what matters most of something."""
    return {"kind": "paragraph", "parts": [{"kind": "strong", "parts": words(text)}]}


def small(text: str) -> Part:
    """Say what few need."""
    return {"kind": "small", "parts": words(text)}


def link(to: str, text: str) -> Part:
    """Say where something is."""
    return {"kind": "paragraph", "parts": [{"kind": "link", "to": to, "parts": words(text)}]}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Part:
    """Say something in rows."""
    return {"kind": "table", "head": list(map(words, head)), "rows": [list(map(words, row)) for row in rows]}


def listed(items: Iterable[str]) -> Part:
    """Say something in a list."""
    return {"kind": "bullet_list", "items": [list(said(one)) for one in items]}


def words(text: str) -> list[Part]:
    """Return a text as it is."""
    return [{"kind": "text", "text": text}] if text else []


def blocks(text: str, below: int) -> list[Part]:
    """Return the blocks of a text, its headings *below* that level and none of them skipping one."""
    root = markdown.tree(text)
    return _Setting(root, below).blocks(root.children)


class _Setting:
    """The headings of one text, which go on from each other."""

    def __init__(self, root: SyntaxTreeNode, below: int) -> None:
        levels = [int(node.tag[1]) for node in root.walk() if node.type == "heading"]
        self._shift = below + 1 - min(levels, default=1)
        self._last = below

    def blocks(self, nodes: Sequence[SyntaxTreeNode], within: int = 0) -> list[Part]:
        return [part for node in nodes for part in self._block(node, within)]

    def _block(self, node: SyntaxTreeNode, within: int) -> Iterator[Part]:
        kind = node.type
        if kind in ("bullet_list", "ordered_list", "list_item", "blockquote"):
            yield from self._around(node, within)
        elif kind == "heading":
            if said_there := _inside(node):
                # Paper that is read aloud may not skip a level.
                self._last = min(int(node.tag[1]) + self._shift, self._last + 1, _DEEPEST)
                yield {"kind": "heading", "level": self._last, "parts": said_there}
        elif kind == "paragraph":
            yield {"kind": "paragraph", "parts": _inside(node)}
        elif kind in ("fence", "code_block"):
            yield {"kind": "code", "text": node.content.rstrip("\n")}
        elif kind == "table":
            yield from _table(node)
        elif kind == "hr":
            yield {"kind": "rule"}

    def _around(self, node: SyntaxTreeNode, within: int) -> Iterator[Part]:
        """Give what holds blocks of its own."""
        if within >= _MOST_WITHIN:
            yield from self.blocks(node.children, within)
        elif node.type == "blockquote":
            yield {"kind": "quote", "blocks": self.blocks(node.children, within + 1)}
        else:
            items = [self.blocks(item.children, within + 1) for item in node.children]
            yield {"kind": node.type, "start": int(node.attrs.get("start", 1)), "items": items}


def _table(node: SyntaxTreeNode) -> Iterator[Part]:
    rows = [[_inside(cell) for cell in row.children] for part in node.children for row in part.children]
    columns = len(rows[0])
    if columns <= _MOST_COLUMNS and columns * len(rows) <= _MOST_CELLS:
        yield {"kind": "table", "head": rows[0], "rows": rows[1:]}
        return
    for row in rows:
        said = [part for cell in row for part in (*cell, *words(" · "))]
        yield {"kind": "paragraph", "parts": said[:-1]}


def _inside(node: SyntaxTreeNode) -> list[Part]:
    return [part for inline in node.children for child in inline.children for part in _inline(child, 0)]


def _inline(node: SyntaxTreeNode, within: int) -> Iterator[Part]:
    children = [part for child in node.children for part in _inline(child, within + 1)]
    if within >= _MOST_WITHIN and children:
        yield from children
    elif node.type in ("em", "strong"):
        yield {"kind": node.type, "parts": children}
    elif node.type == "link":
        to = str(node.attrs.get("href", ""))
        if to.startswith(_ADDRESSES):
            yield {"kind": "link", "to": to, "parts": children}
        else:
            yield from children
    elif node.type == "image":
        # A picture is not in the text: what it shows is said.
        yield from words(node.content)
    elif node.type == "code_inline":
        yield {"kind": "code", "text": node.content}
    elif node.type == "hardbreak":
        yield {"kind": "break"}
    else:
        yield from words(" " if node.type == "softbreak" else node.content)
