"""The XML of office documents, read in one pass: its text by lines, and what stands in attributes.

No document type is taken (the format forbids it, ECMA-376 part 2), so nothing can be defined that grows.
"""

from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from notification.attachments.rules.files import READABLE, FileDamaged

_PIECE = 64 * 1024
_DEEPEST = 256
# Shapes are drawn with rows of figures, which are nobody's numbers.
_DRAWN = {"d", "path", "points", "coordsize", "adj", "style", "transform", "viewBox", "formulas"}
_LEAST_SIGNS = 9
# What a paragraph is in each kind of part; within it only these cut a word.
_PARAGRAPHS = {"p", "si", "comment", "is"}
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_FIELDS = {"instrText", "delInstrText"}

Start = Callable[[str, dict[str, str]], None]
Take = Callable[[str], object]


def _ignored(_: str) -> None:
    """Pass over text, or the end of an element."""


def local(name: str) -> str:
    """Return a name without the prefix of its namespace."""
    return name.rpartition(":")[2]


def parse(file: IO[bytes], start: Start, text: Take, end: Take) -> Iterator[None]:
    """Read XML piece by piece; names come without prefixes.

    Raises:
        FileDamaged: it is no XML, or none that a document may have.
    """
    parser = expat.ParserCreate()
    deep = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal deep
        deep += 1
        if deep > _DEEPEST:
            raise FileDamaged("nested too deeply", READABLE["office"])
        start(local(name), attributes)

    def finish(name: str) -> None:
        nonlocal deep
        deep -= 1
        end(local(name))

    def refuse(*_: object) -> None:
        raise FileDamaged("document type", READABLE["office"])

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, finish, text
    parser.CommentHandler = lambda comment: text(comment) if comment.strip() else None
    parser.StartDoctypeDeclHandler = refuse
    try:
        while piece := file.read(_PIECE):
            parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
            yield
        parser.Parse(b"", True)  # noqa: FBT003 - as above
        yield
    except expat.ExpatError as error:
        raise FileDamaged("ExpatError", READABLE["office"]) from error


def each(file: IO[bytes], start: Start, text: Take = _ignored, end: Take = _ignored) -> None:
    """Read XML whole; what is not asked for is passed over."""
    for _ in parse(file, start, text, end):
        pass


class Written:
    """What is written in a part of a document.

    Attributes:
        text: paragraphs as lines, cells of a table divided by tabs.
        attributes: values that a person may have written: names, descriptions, addresses.
        fields: instructions of fields, which say what is put there.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._pieces: list[str] = []
        self._attributes: list[str] = []
        self._fields: list[str] = []
        self._within: list[str] = []
        self._paragraphs = self._cells = 0
        each(file, self._start, self._text, self._end)
        self.text = "".join(self._pieces)
        self.attributes = "\n".join(self._attributes)
        self.fields = "".join(self._fields)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._within.append(name)
        self._paragraphs += name in _PARAGRAPHS
        self._cells += name == "tc"
        # Of tabs, only those in a run stand in the text; others say where one stops.
        if name in _BREAKS and "r" in self._within[-2:-1]:
            self._pieces.append(_BREAKS[name])
        # A field may stand beside another, or within it.
        if name == "fldChar":
            self._fields.append("\n")
        for key, value in attributes.items():
            if local(key) == "instr":
                self._fields.append(f"{value}\n")
            if len(value) >= _LEAST_SIGNS and local(key) not in _DRAWN and not key.startswith("xmlns"):
                self._attributes.append(value)

    def _text(self, data: str) -> None:
        inner = self._within[-1] if self._within else ""
        if inner in _FIELDS:
            self._fields.append(data)
        # Blanks between elements are how the file is laid out.
        if inner == "t" or not data.isspace():
            self._pieces.append(data)

    def _end(self, name: str) -> None:
        self._within.pop()
        if name in _PARAGRAPHS:
            self._paragraphs -= 1
            self._fields.append("\n")
            self._pieces.append(" " if self._cells else "\n")
        elif name == "tc":
            self._cells -= 1
            self._pieces.append("\t")
        elif name == "tr" or (
            not self._paragraphs and self._pieces and not self._pieces[-1].endswith(("\n", "\t", " "))
        ):
            self._pieces.append("\n")
