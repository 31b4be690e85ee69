"""Text as its author wrote it, in CommonMark, to HTML that can do no harm."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h2", "h3", "h4", "h5", "h6", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_LOWEST = 6
_PLACE = re.compile(r"\[\[(\d{1,4})\]\]")


@dataclass(frozen=True)
class Place:
    """The place of something that is no text, by its number."""

    number: int


def to_html(text: str, top: int = 3) -> Markup:
    """Render *text*. Its highest headings get the level *top*, so that they go on from the page's own."""
    return Markup("").join(part for part in parts(text, top) if isinstance(part, Markup))


@lru_cache(maxsize=512)
def parts(text: str, top: int = 3, anchor: str = "") -> tuple[Markup | Place, ...]:
    """Render *text* in parts: between them are the places that its paragraphs `[[1]]` name.

    With an *anchor* each paragraph, list and table can be pointed to: with `b`, `#b1` is the first.
    """
    parser = _parser()
    tokens = parser.parse(text)
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = top - min(levels, default=top)
    blocks = 0
    for index, token in enumerate(tokens):
        if anchor and token.level == 0 and token.nesting >= 0 and token.tag:
            blocks += 1
            token.attrSet("id", f"{anchor}{blocks}")
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + shift, _LOWEST)}"
        elif token.type == "th_open":
            if tokens[index + 1].content:
                token.attrSet("scope", "col")
            else:
                # The empty corner of a table heads nothing.
                token.tag = tokens[index + 2].tag = "td"
        elif token.type == "td_open" and tokens[index - 1].type == "tr_open" and tokens[index + 1].content:
            # What a row is about stands first in it.
            token.tag = tokens[index + 2].tag = "th"
            token.attrSet("scope", "row")
    found: list[Markup | Place] = []
    begin = 0
    for index, token in enumerate(tokens):
        place = _PLACE.fullmatch(token.content) if token.type == "inline" and token.level == 1 else None
        if place and tokens[index - 1].type == "paragraph_open":
            found += [_clean(parser, tokens[begin : index - 1]), Place(int(place.group(1)))]
            begin = index + 2
    return (*found, _clean(parser, tokens[begin:]))


def tree(text: str) -> SyntaxTreeNode:
    """Return *text* as its parts, for what is no page."""
    return SyntaxTreeNode(_parser().parse(text))


def has_picture(text: str) -> bool:
    """Whether *text* names a picture, which nobody would see."""
    return any(child.type == "image" for token in _parser().parse(text) for child in token.children or ())


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _clean(parser: MarkdownIt, tokens: Sequence[Token]) -> Markup:
    clean = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=_TAGS,
        # Ids are ours: HTML of the author's is text.
        attributes={"*": {"id"}, "a": {"href"}, "th": {"scope"}, "ol": {"start"}},
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - cleaned above
