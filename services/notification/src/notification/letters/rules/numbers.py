"""Numbers of letters: series, year of two digits, and a running number that starts over each year.

They are written in many ways: `CSS Letter 15-09`, `CSSP-19-06`, `CSSIN Letter: 10-06`, `ACF-OCSS-DCL-25-01`,
`DCL-98-100`.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_DASH = r"[-\u2010-\u2015\u2212]"
# Initials of the issuer, before the series.
_ISSUERS = rf"(?:(?:ACF|OCSS|OCSE|DCSS|CDSS|HHS)(?:\s*{_DASH}\s*|\s+))*"
_FORM = re.compile(
    rf"(?<![\w-]){_ISSUERS}(?P<series>[A-Za-z]{{2,10}})\b"
    rf"(?:\s*(?:letters?|release|no\.?|number)\b\.?){{0,2}}\s*(?:[:#]|{_DASH})?\s*"
    rf"(?P<year>(?:19|20)?\d{{2}})\s*{_DASH}\s*(?P<running>\d{{1,4}})(?!\w|{_DASH}\d)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<![\w-])(?P<year>\d{{2}}){_DASH}(?P<running>\d{{1,4}})(?!\w|{_DASH}\d)")
# What somebody types who looks for one letter: a word before, dots inside the series, any sign or none between parts.
_ASKED = re.compile(
    r"\W*(?:(?:letter|release|number|no)\b\W*)?(?P<series>[A-Za-z](?:\.?[A-Za-z]){1,9})\W*?"
    r"(?:\b(?:letter|release|number|no)\b\W*){0,2}\W*(?P<year>(?:19|20)?\d{2})\W*(?P<running>\d{1,4})\W*",
    re.IGNORECASE,
)
# Figures alone may be a number too: `2601`, `26/101`, `202601`. Of three behind the year the first is no zero.
_FIGURES = re.compile(r"\W*(?:19|20)?(?P<year>\d{2})\W*(?P<running>[1-9]\d{2}|\d{2})\W*")
_CENTURY = 100
# A running number has at most four digits.
_LAST = 9_999
# Two digits of a year: the oldest series of the field begin in 1975.
_OLDEST = 70


@dataclass(frozen=True)
class LetterNumber:
    """A number in one form: *series* in capitals ('' = not said), *number* such as `19-06`."""

    series: str
    number: str

    def __str__(self) -> str:
        return f"{self.series} {self.number}".strip()


@dataclass(frozen=True)
class Cited:
    """A number that stands in a text from *start* to *end*."""

    number: LetterNumber
    start: int
    end: int


def cited(text: str, series: Collection[str] | None) -> Iterator[Cited]:
    """Give the numbers in *text*, in order; only of *series*, since other words stand before figures too.

    None = of any series, where it does not matter if it is none.
    """
    end = 0
    for match in _FORM.finditer(text):
        name = match["series"].upper()
        if series is None or name in series:
            yield from _bare(text, end, match.start())
            yield Cited(LetterNumber(name, _normal(match)), match.start(), match.end())
            end = match.end()
    yield from _bare(text, end, len(text))


def parse(text: str, series: Collection[str]) -> LetterNumber | None:
    """Return the number that *text* is and nothing else, with or without its series; None if it is none."""
    stripped = text.strip()
    found = [one for one in cited(stripped, series) if (one.start, one.end) == (0, len(stripped))]
    return found[0].number if found else None


def asked_for(text: str, series: Collection[str]) -> LetterNumber | None:
    """Return the number that somebody asks for, and nothing else, in whatever form: `cssp2604`, `C.S.S.P. 26 04`.

    Looser than what may be cited in a text: a series that there is, and figures after it.
    """
    match = _ASKED.fullmatch(text)
    name = match["series"].replace(".", "").upper() if match else ""
    return LetterNumber(name, _normal(match)) if match and name in series else None


def perhaps_asked_for(text: str) -> LetterNumber | None:
    """Return the number, without its series, that figures alone may mean; they may be something else: `4058`."""
    match = _FIGURES.fullmatch(text)
    return LetterNumber("", _normal(match)) if match else None


def meant(text: str, series: Collection[str]) -> LetterNumber | None:
    """Return the number that a question is, in whatever form, or may be; its series is '' where it was not said."""
    return asked_for(text, series) or parse(text, series) or perhaps_asked_for(text.strip())


def year_of(number: str) -> int:
    """Return the year of a number such as `98-100`."""
    year = int(number[:2])
    return 1900 + year if year >= _OLDEST else 2000 + year


def next_free(taken: Collection[str], year: int) -> str:
    """Return the number after the highest of *taken* in *year*, such as `26-04`. Gaps stay: a letter had the number.

    After the last that there may be (somebody's slip: `26-9999`) it is the lowest free one; '' if all are taken.
    """
    prefix = f"{year % _CENTURY:02d}-"
    used = {int(number.removeprefix(prefix)) for number in taken if number.startswith(prefix)}
    following = max(used, default=0) + 1
    free = following if following <= _LAST else next((n for n in range(1, _LAST) if n not in used), 0)
    return f"{prefix}{free:02d}" if free else ""


def _bare(text: str, start: int, end: int) -> Iterator[Cited]:
    for match in _BARE.finditer(text, start, end):
        yield Cited(LetterNumber("", _normal(match)), match.start(), match.end())


def _normal(match: re.Match[str]) -> str:
    return f"{match['year'][-2:]}-{int(match['running']):02d}"
