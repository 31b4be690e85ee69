"""What is read of meetings on paper: parts with their kinds, which a template sets. Nothing of it is markup."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
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


def pdf(title: str, foot: str, parts: Iterable[Part], at: datetime) -> bytes:
    """Set *parts* under their title, with *foot* below each page."""
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

    def blocks(self, nodes: Sequence[SyntaxTreeNode]) -> list[Part]:
        return [part for node in nodes for part in self._block(node)]

    def _block(self, node: SyntaxTreeNode) -> Iterator[Part]:
        kind = node.type
        if kind == "heading":
            # Paper that is read aloud may not skip a level.
            self._last = min(int(node.tag[1]) + self._shift, self._last + 1, _DEEPEST)
            yield {"kind": "heading", "level": self._last, "parts": _inside(node)}
        elif kind == "paragraph":
            yield {"kind": "paragraph", "parts": _inside(node)}
        elif kind in ("bullet_list", "ordered_list"):
            items = [self.blocks(item.children) for item in node.children]
            yield {"kind": kind, "start": int(node.attrs.get("start", 1)), "items": items}
        elif kind == "blockquote":
            yield {"kind": "quote", "blocks": self.blocks(node.children)}
        elif kind in ("fence", "code_block"):
            yield {"kind": "code", "text": node.content.rstrip("\n")}
        elif kind == "table":
            rows = [[_inside(cell) for cell in row.children] for part in node.children for row in part.children]
            yield {"kind": "table", "head": rows[0], "rows": rows[1:]}
        elif kind == "hr":
            yield {"kind": "rule"}


def _inside(node: SyntaxTreeNode) -> list[Part]:
    return [part for inline in node.children for child in inline.children for part in _inline(child)]


def _inline(node: SyntaxTreeNode) -> Iterator[Part]:
    children = [part for child in node.children for part in _inline(child)]
    if node.type in ("em", "strong"):
        yield {"kind": node.type, "parts": children}
    elif node.type == "link":
        to = str(node.attrs.get("href", ""))
        if to.startswith(_ADDRESSES):
            yield {"kind": "link", "to": to, "parts": children}
        else:
            yield from children
    elif node.type == "image":
        # A picture is not in the text: what it shows is said.
        yield {"kind": "text", "text": node.content}
    elif node.type == "code_inline":
        yield {"kind": "code", "text": node.content}
    elif node.type == "hardbreak":
        yield {"kind": "break"}
    else:
        yield {"kind": "text", "text": " " if node.type == "softbreak" else node.content}
