"""The forms in which numbers of people are written, and which numbers can be nobody's."""

import re
from collections.abc import Callable

SSN, CASE = "social security number", "case or participant number"

# What stands between the parts of a number; PDFs have hyphens of all kinds, and breaks after them.
_HYPHEN = r"\s?[-\u2010-\u2015\u2212]\s?"
_BY_HYPHENS = re.compile(rf"(?<![\d-])(\d{{3}}){_HYPHEN}(\d{{2}}){_HYPHEN}(\d{{4}})(?!\d|-\d)")
# Not where the same separator goes on: then it is a row of figures.
_BY_BLANKS = re.compile(r"(?<!\d)(?<!\d[ .])(\d{3})([ .])(\d{2})\2(\d{4})(?!\d|[ .-]\d)")
# Nine digits in a row are a social security number only where somebody says so.
_NAMED = re.compile(
    r"(?i)\b(?:SSN|SS\s?#|soc(?:ial|\.)?\s*sec(?:urity|\.)?|seguro\s*social)(?:\s*(?:number|no\.?|#))?"
    r"[^\d\n]{0,20}(\d{9})(?!\d)"
)
# The form of these is not published anywhere: a run of digits, or of groups of four, after a word that names them.
_NUMBER = r"(?:id(?:entification)?\b(?:\s*(?:numbers?\b|no\b\.?|#))?|numbers?\b|no\b\.?|#|:)"
_OF_CASE = re.compile(
    rf"(?i)\b(?:(?:participant|PAR|CSE|CCSAS|CIN)(?:\s*case)?(?:\s*{_NUMBER})?|case\s*{_NUMBER})[^\d\n]{{0,20}}"
    r"((?:\d{8,16}|\d{4}(?:[ -]\d{4}){2,3})(?:-\d{2})?)(?!\d|-\d)"
)
_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
# Printed on forms, in manuals and on a wallet insert of 1938: nobody's.
_EXAMPLES = {"123456789", "078051120", "219099999", "987654321", "111223333"}
_RUNS = ("0123456789" * 3, "9876543210" * 3)

# Where a number may be: eight digits, with no more between them than a hyphen with blanks around it. Only there, with
# what stands before, the forms are looked for: a long text is read within a second.
LIKELY = re.compile(r"\d(?:\D{0,3}\d){7,}")
LETTER = re.compile(r"[A-Za-z]")


def is_social_security(digits: str) -> bool:
    """Whether the number may have been given to somebody, or be a taxpayer's (ITIN: area 9, groups 50 to 99)."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if digits in _EXAMPLES or _is_placeholder(digits) or group == "00" or serial == "0000" or area in {"000", "666"}:
        return False
    return area[0] != "9" or group >= "50"


def is_of_case(digits: str) -> bool:
    """Whether the number may be a case's or a participant's: no placeholder and no date."""
    return not (_is_placeholder(digits) or _DATE.fullmatch(digits))


def _is_placeholder(digits: str) -> bool:
    return len(set(digits)) == 1 or any(digits in run for run in _RUNS)


# The last two need a word that names the number.
FORMS: tuple[tuple[re.Pattern[str], str, Callable[[str], bool]], ...] = (
    (_BY_HYPHENS, SSN, is_social_security),
    (_BY_BLANKS, SSN, is_social_security),
    (_NAMED, SSN, is_social_security),
    (_OF_CASE, CASE, is_of_case),
)
