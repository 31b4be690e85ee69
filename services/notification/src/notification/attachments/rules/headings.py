"""Numbers that only a heading names: digits in a column headed *SSN*, or in the lines below such a word.

A heading is short and has no number in it. In a table it holds for its column to the end; in lines of text, where the
cells of a table may come one by one, until a sentence ends.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from notification.attachments.rules.forms import CASE, SSN, is_of_case, is_social_security

# The number of a row, and its cells: in which column, and what they say.
Cell = tuple[int, str]
Row = tuple[int, Sequence[Cell]]

_LONGEST = 60
_NO = r"(?:numbers?|nos?\b|nbr|num\b|#|ids?\b|identification)"
_OF_PERSON = re.compile(
    r"(?i)\b(?:SSNs?|SS\s?#|SS\s?nos?|soc(?:ial|\.)?\s?sec(?:urity|\.)?|seguro\s?social|ITINs?|TIN|tax(?:payer)?\s?id)(?![a-z])"
)
_OF_CASE = re.compile(
    rf"(?i)\b(?:case\s?{_NO}|(?:participant|PAR|CSE|CCSAS)\s?(?:case\s?)?{_NO}|CINs?\b|client\s?index)"
)
# Heads of data are written in one word, too: client_ssn, participantSSN.
_JOINTS = re.compile(r"_|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Every heading has one of these.
_WORDS = (
    "ssn",
    "ss#",
    "ss #",
    "ss no",
    "ssno",
    "sec",
    "seguro",
    "tin",
    "tax",
    "case",
    "par",
    "cse",
    "ccsas",
    "cin",
    "client",
)
_DIGIT = re.compile(r"\d")
_LONG = re.compile(r"\d{7}|\d{3}\D\d")
# A spreadsheet takes zeros at the front away, and may add `.0`.
_WHOLE_PERSON = re.compile(r"\s*(?:(\d{7,9})(?:\.0)?|(\d{3})[ .-]?(\d{2})[ .-]?(\d{4}))\s*")
_IN_PERSON = re.compile(r"(?<![\d.-])(\d{9})(?![\d-])")
_IN_CASE = re.compile(r"(?<![\d.-])((?:\d{8,16}|\d{4}(?:[ -]\d{4}){2,3})(?:-\d{2})?)(?!\d|-\d)")
_SSN_DIGITS = 9

Read = Callable[[str], Iterator[tuple[str, str]]]


def any_in(text: str) -> bool:
    """Whether a heading may be in *text* at all: most texts have none and need no closer look."""
    low = text.lower()
    return any(word in low for word in _WORDS)


def below(rows: Iterable[Row]) -> Iterator[tuple[int, str, str]]:
    """Give the numbers that headings name in lines of text: of which line, what they are, their digits."""
    columns = Columns(lines=True)
    for number, cells in rows:
        for what, digits in columns.take(cells):
            yield number, what, digits


class Columns:
    """The headings that hold, row after row. *lines*: of a text, where they hold until a sentence ends."""

    def __init__(self, *, lines: bool = False) -> None:
        self._named: dict[int, Read] = {}
        self._lines = lines

    def take(self, cells: Sequence[Cell]) -> Iterator[tuple[str, str]]:
        """Give the numbers in a row that a heading above them names, and keep the headings in it."""
        if self._lines and len(cells) == 1 and _ends(cells[0][1].rstrip()):
            self._named.clear()
        for column, text in cells:
            if _LONG.search(text):
                if read := self._named.get(column):
                    yield from read(text)
            elif len(text) <= _LONGEST and (named := _named_by(text)):
                self._named[column] = named


def _ends(line: str) -> bool:
    """Whether a line is prose: longer than a heading, or the end of a sentence."""
    return not _DIGIT.search(line) and (len(line) > _LONGEST or line.endswith((".", "!", "?", ";")))


def _named_by(text: str) -> Read | None:
    if not any_in(text):
        return None
    words = _JOINTS.sub(" ", text)
    if _OF_PERSON.search(words) or _OF_PERSON.search(text):
        return _persons
    if _OF_CASE.search(words) or _OF_CASE.search(text):
        return _cases
    return None


def _persons(text: str) -> Iterator[tuple[str, str]]:
    if whole := _WHOLE_PERSON.fullmatch(text):
        digits = "".join(part for part in whole.groups() if part).zfill(_SSN_DIGITS)
        if is_social_security(digits):
            yield SSN, digits
        return
    for match in _IN_PERSON.finditer(text):
        if is_social_security(match[1]):
            yield SSN, match[1]


def _cases(text: str) -> Iterator[tuple[str, str]]:
    for match in _IN_CASE.finditer(text):
        digits = re.sub(r"\D", "", match[1])
        if is_of_case(digits):
            yield CASE, digits
