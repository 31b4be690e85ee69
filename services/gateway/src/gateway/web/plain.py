"""Plain text as it was typed, to HTML: only blank lines, line ends and what begins a line mean anything."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from markupsafe import Markup, escape

from prose import SIGNS, begins_item
from servicekit import text as cleaning

# The line of an item is one for those who hear the page, and hangs for those who see it. A number stays as typed;
# in the place of a sign one dot is seen, as in any list, and what was typed stays in the page.
_SIGN = re.compile(rf"([ \t]*)([{SIGNS}][ \t]+)")
# The signs of a word processor's own font, which no other has.
_OF_A_FONT = str.maketrans("\uf0b7\uf0a7\uf0d8\uf0fc", "\u2022\u25aa\u27a2\u2713")


@lru_cache(maxsize=512)
def to_html(text: str) -> Markup:
    """Write *text*: a paragraph for each blank line, lines below each other, items in a list; long lines wrap."""
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", cleaning.block(text).translate(_OF_A_FONT))
    blocks = [block for paragraph in paragraphs if paragraph for block in _blocks(paragraph.split("\n"))]
    said: list[Markup] = []
    # Items with blank lines between them are one list.
    for is_list, same in groupby(blocks, key=lambda block: block[0]):
        if is_list:
            items = [Markup("<li>{}</li>").format(_item(item)) for _, item in same]
            said.append(Markup('<ul class="as-typed-list">{}</ul>').format(Markup().join(items)))
        else:
            said += [Markup('<p class="as-typed">{}</p>').format(_lines(lines)) for _, lines in same]
    return Markup().join(said)


def _blocks(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """Cut a paragraph before each line that begins an item; says of each part whether it is one."""
    part: list[str] = []
    for line in lines:
        if part and begins_item(line):
            yield begins_item(part[0]), part
            part = []
        part.append(line)
    yield begins_item(part[0]), part


def _item(lines: list[str]) -> Markup:
    signed = _SIGN.match(lines[0])
    if signed is None:
        return _lines(lines)
    rest = [lines[0][signed.end() :], *lines[1:]]
    return Markup('{}<span class="as-typed-list__sign">{}</span>{}').format(*signed.groups(), _lines(rest))


def _lines(lines: list[str]) -> Markup:
    return Markup("<br>").join(escape(line) for line in lines)
