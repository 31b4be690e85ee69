"""Text as its author wrote it, in CommonMark, to HTML that can do no harm."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h2", "h3", "h4", "h5", "h6", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_LOWEST = 6


@lru_cache(maxsize=512)
def to_html(text: str, top: int = 3) -> Markup:
    """Render *text*. Its highest headings get the level *top*, so that they go on from the page's own."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = top - min(levels, default=top)
    for index, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + shift, _LOWEST)}"
        elif token.type == "th_open":
            if tokens[index + 1].content:
                token.attrSet("scope", "col")
            else:
                # The empty corner of a table heads nothing.
                token.tag = tokens[index + 2].tag = "td"
    dirty = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        dirty,
        tags=_TAGS,
        attributes={"a": {"href"}, "th": {"scope"}, "ol": {"start"}},
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - cleaned above
