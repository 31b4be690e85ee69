"""Numbers that point to a person in a case, found in the text of a file before it is kept.

A warning, not a proof: it looks for the usual forms and leaves alone what only resembles them (telephone numbers,
dates, ZIP codes, examples that everybody prints). A person who looked may overrule it, with the reason.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

# What stands between the parts of a number; PDFs have hyphens of all kinds, and breaks after them.
_HYPHEN = r"\s?[-\u2010-\u2015\u2212]\s?"
_BY_HYPHENS = re.compile(rf"(?<![\d-])(\d{{3}}){_HYPHEN}(\d{{2}}){_HYPHEN}(\d{{4}})(?!\d|-\d)")
# Not where the same separator goes on: then it is a row of figures.
_BY_BLANKS = re.compile(r"(?<!\d)(?<!\d[ .])(\d{3})([ .])(\d{2})\2(\d{4})(?!\d|[ .-]\d)")
# Nine digits in a row are a social security number only where somebody says so.
_NAMED = re.compile(
    r"(?i)\b(?:SSN|SS\s?#|soc(?:ial|\.)?\s*sec(?:urity|\.)?)(?:\s*(?:number|no\.?|#))?[^\d\n]{0,20}(\d{9})(?!\d)"
)
# The form of these is nowhere published: a run of digits, or of groups of four, after a word that names them.
_NUMBER = r"(?:id(?:entification)?\b(?:\s*(?:numbers?\b|no\b\.?|#))?|numbers?\b|no\b\.?|#|:)"
_OF_CASE = re.compile(
    rf"(?i)\b(?:(?:participant|PAR|CSE|CCSAS)(?:\s*case)?(?:\s*{_NUMBER})?|case\s*{_NUMBER})[^\d\n]{{0,20}}"
    r"((?:\d{8,16}|\d{4}(?:[ -]\d{4}){2,3})(?:-\d{2})?)(?!\d|-\d)"
)
_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
# Printed on forms, in manuals and on a wallet insert of 1938: nobody's.
_EXAMPLES = {"123456789", "078051120", "219099999", "987654321", "111223333"}
_RUNS = ("0123456789" * 3, "9876543210" * 3)


# Where a number may be: eight digits, with no more between them than a hyphen with blanks around it. Only there, with
# what stands before, the other forms are looked for: a long text is read within a second.
_LIKELY = re.compile(r"\d(?:\D{0,3}\d){7,}")
_BEFORE, _BEHIND = 60, 5
_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Passage:
    """A part of a file: *where* it is, such as `page 2`, and its text. *by_line*: its lines say where in it."""

    where: str
    text: str
    by_line: bool = False

    def place(self, offset: int) -> str:
        """Return where *offset* is."""
        if not self.by_line:
            return self.where
        line = f"line {self.text.count(chr(10), 0, offset) + 1}"
        return f"{line} of {self.where}" if self.where else line


@dataclass(frozen=True)
class Finding:
    """A number that was found. Only its last two digits are ever repeated."""

    where: str
    what: str
    ends_with: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} ending in {self.ends_with}"


def scan(passages: Iterable[Passage]) -> list[Finding]:
    """Return the numbers of people that stand in *passages*, in order of place."""
    return [
        Finding(passage.place(offset), what, digits[-2:])
        for passage in passages
        for offset, what, digits in sorted(_found(passage.text))
    ]


def _found(text: str) -> Iterator[tuple[int, str, str]]:
    """Give each number once, whatever form says that it is one: where it ends, what it is, its digits."""
    # As many characters as before, so that places stay what they are; an ASCII text is plain already.
    plain = text if text.isascii() else "".join(map(_plain, text))
    taken: set[int] = set()
    for likely in _LIKELY.finditer(plain):
        start = max(0, likely.start() - _BEFORE)
        window = plain[start : likely.end() + _BEHIND]
        for pattern, what, possible in _FORMS if _LETTER.search(window) else _FORMS[:2]:
            for match in pattern.finditer(window):
                digits = re.sub(r"\D", "", "".join(match.groups()))
                end = start + match.end()
                if end not in taken and possible(digits):
                    taken.add(end)
                    yield end, what, digits


def _plain(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _is_social_security(digits: str) -> bool:
    """Whether the number may have been given to somebody, or be a taxpayer's (ITIN: area 9, groups 50 to 99)."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if digits in _EXAMPLES or _is_placeholder(digits) or group == "00" or serial == "0000" or area in {"000", "666"}:
        return False
    return area[0] != "9" or group >= "50"


def _is_of_case(digits: str) -> bool:
    return not (_is_placeholder(digits) or _DATE.fullmatch(digits))


def _is_placeholder(digits: str) -> bool:
    return len(set(digits)) == 1 or any(digits in run for run in _RUNS)


# The last two need a word that names the number.
_FORMS: tuple[tuple[re.Pattern[str], str, Callable[[str], bool]], ...] = (
    (_BY_HYPHENS, "social security number", _is_social_security),
    (_BY_BLANKS, "social security number", _is_social_security),
    (_NAMED, "social security number", _is_social_security),
    (_OF_CASE, "case or participant number", _is_of_case),
)
