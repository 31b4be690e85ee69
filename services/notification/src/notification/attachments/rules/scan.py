"""Numbers that point to a person in a case, found in the text of a file before it is kept.

A warning, not a proof: it looks for the usual forms and leaves alone what only resembles them (telephone numbers,
dates, ZIP codes, examples that everybody prints). A person who looked may overrule it, with the reason.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from notification.attachments.rules import headings
from notification.attachments.rules.forms import FORMS, LETTER, LIKELY
from notification.attachments.rules.headings import Row

# Nobody reads more places, and a file may be nothing but numbers.
_MOST = 10_000
# Where a number may be, this much before it and behind it says what it is.
_BEFORE, _BEHIND = 60, 5


@dataclass(frozen=True)
class Passage:
    """A part of a file: *where* it is, such as `page 2`, and its text.

    Cells of a table that stand side by side are divided by tabs. *by_line*: its lines say where in it.
    """

    where: str
    text: str
    by_line: bool = False

    def place(self, number: int) -> str:
        """Return where the line of that number is, counted from 1."""
        return _place(f"line {number}", self.where) if self.by_line else self.where


@dataclass(frozen=True)
class Table:
    """Rows of cells, too many perhaps to be held together. *unit*: what a row is called."""

    where: str
    rows: Iterable[Row]
    unit: str = "row"

    def place(self, number: int) -> str:
        """Return where the row of that number is."""
        return _place(f"{self.unit} {number}", self.where)


@dataclass(frozen=True)
class Finding:
    """A number that was found. Only its last two digits are ever repeated."""

    where: str
    what: str
    ends_with: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} ending in {self.ends_with}"


def scan(parts: Iterable[Passage | Table]) -> list[Finding]:
    """Return the numbers of people that stand in *parts*, in order of place; of very many the first ones."""
    return list(islice(_findings(parts), _MOST))


def _findings(parts: Iterable[Passage | Table]) -> Iterator[Finding]:
    for part in parts:
        found = _in_table(part) if isinstance(part, Table) else _in_passage(part)
        for number, what, digits in found:
            yield Finding(part.place(number), what, digits[-2:])


def _in_passage(passage: Passage) -> Iterator[tuple[int, str, str]]:
    """Give each number once, whatever says that it is one: its line, what it is, its digits."""
    plain = _plain(passage.text)
    by_line: list[tuple[int, str, str]] = []
    line, counted = 1, 0
    for end, what, digits in _found(plain):
        line, counted = line + plain.count("\n", counted, end), end
        by_line.append((line, what, digits))
    known = {(number, digits) for number, _, digits in by_line}
    if headings.any_in(plain):
        rows = ((n, tuple(enumerate(text.split("\t")))) for n, text in enumerate(plain.split("\n"), 1))
        by_line += [found for found in headings.below(rows) if (found[0], found[2]) not in known]
    yield from sorted(by_line, key=lambda found: found[0])


def _in_table(table: Table) -> Iterator[tuple[int, str, str]]:
    below = headings.Columns()
    for number, cells in table.rows:
        plain = tuple((column, _plain(text)) for column, text in cells)
        known = set()
        # Label and number may stand side by side; a number is never cut into two cells.
        for _, what, digits in _found(" | ".join(text for _, text in plain)):
            known.add(digits)
            yield number, what, digits
        for what, digits in below.take(plain):
            if digits not in known:
                yield number, what, digits


def _found(plain: str) -> Iterator[tuple[int, str, str]]:
    """Give each number that its own form or a word before it shows: where it ends, what it is, its digits."""
    last = -1
    for likely in LIKELY.finditer(plain):
        start = max(0, likely.start() - _BEFORE)
        window = plain[start : likely.end() + _BEHIND]
        matches: dict[int, tuple[str, str]] = {}
        for pattern, what, possible in FORMS if LETTER.search(window) else FORMS[:2]:
            for match in pattern.finditer(window):
                digits = re.sub(r"\D", "", "".join(match.groups()))
                end = start + match.end()
                if end > last and possible(digits):
                    matches.setdefault(end, (what, digits))
        for end, (what, digits) in sorted(matches.items()):
            yield end, what, digits
            last = end


def _plain(text: str) -> str:
    """Return *text* in plain digits and letters, as many characters as before, so that places stay what they are."""
    if text.isascii():
        return text
    return text.translate({ord(sign): _folded(sign) for sign in set(text) if not sign.isascii()})


def _folded(sign: str) -> str:
    folded = unicodedata.normalize("NFKC", sign)
    return folded if len(folded) == 1 else sign


def _place(line: str, where: str) -> str:
    return f"{line} of {where}" if where else line
