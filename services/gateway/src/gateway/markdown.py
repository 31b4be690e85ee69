"""Text as its author wrote it, in CommonMark, to HTML that can do no harm."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h2", "h3", "h4", "h5", "h6", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_SHIFT = {f"h{level}": f"h{min(level + 1, 6)}" for level in range(1, 7)}


@lru_cache(maxsize=512)
def to_html(text: str) -> Markup:
    """Render *text*. Its headings go one level down, below the page's own."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    for token in tokens:
        token.tag = _SHIFT.get(token.tag, token.tag)
        if token.type == "th_open":
            token.attrSet("scope", "col")
    dirty = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        dirty,
        tags=_TAGS,
        attributes={"a": {"href"}, "th": {"scope"}, "ol": {"start"}},
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - cleaned above
