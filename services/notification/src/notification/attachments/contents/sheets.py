"""The sheets of an Excel document as rows of cells, hidden ones too: what a person reads in them, read row by row."""

import re
import zipfile
from collections.abc import Iterator, Mapping

from notification.attachments.contents.markup import each, local, parse
from notification.attachments.rules.headings import Row

_LONGEST_WHOLE = 17
_PERSONS_DIGITS = 9
_LETTERS = re.compile(r"[A-Z]+")
# The number of a person as a format: 412680937 is shown as 412-68-0937.
_PERSONS = re.compile(r"000\W{1,3}00\W{1,3}0000")


class Book:
    """A workbook: its sheets by the names of their parts.

    Attributes:
        sheets: what a person calls them: `sheet Cases`.
        formulas: those of the sheet that was read last, by lines.
    """

    def __init__(
        self,
        archive: zipfile.ZipFile,
        parts: Mapping[str, zipfile.ZipInfo],
        main: str,
        links: Mapping[str, tuple[str, str]],
    ) -> None:
        self._archive, self._parts = archive, parts
        self.formulas = ""
        self.sheets = {part: f"sheet {part}" for kind, part in links.values() if kind == "worksheet" and part in parts}
        if not self.sheets:
            return
        self._strings = self._texts(self._part(links, "sharedstrings"))
        self._persons = self._formats(self._part(links, "styles"))

        def name(element: str, attributes: dict[str, str]) -> None:
            link = next((value for key, value in attributes.items() if key != "id" and local(key) == "id"), "")
            part = links.get(link, ("", ""))[1]
            if element == "sheet" and part in self.sheets:
                self.sheets[part] = f"sheet {attributes.get('name', '')}"

        with archive.open(parts[main]) as file:
            each(file, name)

    def rows(self, part: str) -> Iterator[Row]:
        """Give the rows of a sheet, each with its number and its cells as they are shown."""
        reader = _Rows(self._strings, self._persons)
        with self._archive.open(self._parts[part]) as file:
            for _ in parse(file, reader.start, reader.text, reader.end):
                yield from reader.taken()
        self.formulas = "\n".join(reader.formulas)

    def _part(self, links: Mapping[str, tuple[str, str]], wanted: str) -> str:
        return next((part for kind, part in links.values() if kind == wanted and part in self._parts), "")

    def _texts(self, part: str) -> list[str]:
        """Return the strings that cells share. What is read aloud beside a string is another part's matter."""
        strings: list[list[str]] = []
        within: list[str] = []

        def start(element: str, _: dict[str, str]) -> None:
            within.append(element)
            if element == "si":
                strings.append([])

        def text(data: str) -> None:
            if strings and within[-1:] == ["t"] and "rPh" not in within:
                strings[-1].append(data)

        if part:
            with self._archive.open(self._parts[part]) as file:
                each(file, start, text, lambda _: within.pop())
        return ["".join(pieces) for pieces in strings]

    def _formats(self, part: str) -> frozenset[str]:
        """Return the styles that show a number as one of a person."""
        formats: set[str] = set()
        styles: list[str] = []
        within: list[str] = []

        def start(element: str, attributes: dict[str, str]) -> None:
            within.append(element)
            if element == "numFmt" and _PERSONS.search(attributes.get("formatCode", "")):
                formats.add(attributes.get("numFmtId", ""))
            if element == "xf" and within[-2:-1] == ["cellXfs"]:
                styles.append(attributes.get("numFmtId", ""))

        if part:
            with self._archive.open(self._parts[part]) as file:
                each(file, start, end=lambda _: within.pop())
        return frozenset(str(n) for n, style in enumerate(styles) if style in formats)


class _Rows:
    """Collects rows while a sheet is parsed."""

    def __init__(self, strings: list[str], persons: frozenset[str]) -> None:
        self._strings, self._persons = strings, persons
        self._rows: list[Row] = []
        self._cells: list[tuple[int, str]] = []
        self._number = self._column = 0
        self._kind = self._style = self._inner = ""
        self._value: list[str] = []
        self._formula: list[str] = []
        self.formulas: list[str] = []

    def taken(self) -> list[Row]:
        """Return the rows that are complete, and forget them."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        if element == "row":
            said = attributes.get("r", "")
            self._number = int(said) if said.isdecimal() else self._number + 1
            self._column = 0
        elif element == "c":
            letters = _LETTERS.match(attributes.get("r", ""))
            self._column = _column(letters[0]) if letters else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._inner = element

    def text(self, data: str) -> None:
        """Take text: a cell's value, or its formula."""
        if self._inner in {"v", "t"}:
            self._value.append(data)
        elif self._inner == "f" or not data.isspace():
            self._formula.append(data)

    def end(self, element: str) -> None:
        """Take the end of an element."""
        if element == "c":
            if shown := self._shown("".join(self._value)):
                self._cells.append((self._column, shown))
            self._value.clear()
        elif element == "row":
            if self._cells:
                self._rows.append((self._number, tuple(self._cells)))
            self._cells = []
        if self._formula and element != "c":
            self.formulas.append("".join(self._formula))
            self._formula.clear()
        self._inner = ""

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            return self._strings[int(value)] if value.isdecimal() and int(value) < len(self._strings) else value
        if self._kind != "n":
            return value
        try:
            number = float(value)
        except ValueError:
            return value
        if not number.is_integer() or len(value) > _LONGEST_WHOLE + 8 or abs(number) >= 10**_LONGEST_WHOLE:
            return value
        # As it stands if it is a whole number: not every one of many digits is one of a float's.
        whole = value if value.lstrip("-").isdecimal() else str(int(number))
        if self._style in self._persons and len(whole) <= _PERSONS_DIGITS:
            padded = whole.zfill(_PERSONS_DIGITS)
            return f"{padded[:3]}-{padded[3:5]}-{padded[5:]}"
        return whole


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
