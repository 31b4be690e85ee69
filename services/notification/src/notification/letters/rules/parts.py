"""Parts of a letter that take effect later than the rest of it, each on its day.

The letter's own day is the first of all: by it staff are ready, and from it everything that is due is counted.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField
from servicekit.text import line

MOST = 12
LONGEST = 120
# A part (*section*), as the letter's text calls it, and its day (*effective_date*): as it is kept, and hashed.
SectionDate = dict[str, str]
_FIELD = "notice.section_dates"


def read(rows: Sequence[tuple[str, str]]) -> list[SectionDate]:
    """Return parts with their days, the first day first; refuse what cannot be one, by its place among *rows*."""
    if len(rows) > MOST:
        raise InvalidField(_FIELD, len(rows), f"must be at most {MOST}")
    found: dict[str, SectionDate] = {}
    for n, (named, day) in enumerate(rows):
        section, field = line(named), f"{_FIELD}[{n}]"
        if not section:
            raise InvalidField(field, day, "must say which part takes effect then")
        if len(section) > LONGEST:
            raise InvalidField(field, section[:LONGEST], f"must name the part in at most {LONGEST} characters")
        if section.casefold() in found:
            raise InvalidField(field, section, "must name each part once")
        effective = day_of(field, day, YEARS_OF_DOCUMENTS)
        found[section.casefold()] = SectionDate(section=section, effective_date=str(effective))
    return sorted(found.values(), key=lambda one: one["effective_date"])


def check_later(parts: Iterable[SectionDate], effective: date | None) -> None:
    """Refuse a part that does not take effect after the letter; nothing while that has no day."""
    for one in parts if effective else ():
        if one["effective_date"] <= str(effective):
            said = f"must be after {effective}, the day of the letter: it is the first of all its days"
            raise InvalidField(_FIELD, f"{one['section']}: {one['effective_date']}", said)


def next_day(parts: Iterable[SectionDate], effective: date | None, today: date) -> date | None:
    """Return the next day after *today* on which a letter or a part of it takes effect; None if none comes."""
    days = [date.fromisoformat(one["effective_date"]) for one in parts]
    return min((day for day in [*days, *([effective] if effective else [])] if day > today), default=None)


def said(parts: Iterable[SectionDate]) -> str:
    """Return parts as text, a line for each."""
    return "\n".join(f"{one['effective_date']} {one['section']}" for one in parts)


def of_said(text: str) -> list[SectionDate]:
    """Return what `said` was made of."""
    apart = (one.partition(" ") for one in text.splitlines())
    return [SectionDate(section=section, effective_date=day) for day, _, section in apart]
