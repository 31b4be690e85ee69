"""Letters that were issued elsewhere or before Cadre, as printed."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date

from notification.letters.rules import printed_days
from notification.letters.rules.numbers import parse
from servicekit.calendar import YEARS_OF_DOCUMENTS
from servicekit.refusals import InvalidField

MOST_AT_ONCE = 500
_LONGEST = {"subject": 300, "staff_action": 10_000, "references": 4_000, "supersedes": 1_000}
_LONGEST_OTHER = 500


@dataclass(frozen=True)
class HistoricLetter:
    """A letter as its source prints it; *issued_on* may be a year only, and what is not known is empty."""

    series: str
    number: str
    issuer: str = ""
    issued_on: str = ""
    subject: str = ""
    effective: str = ""
    staff_action: str = ""
    topic: str = ""
    supersedes: str = ""
    references: str = ""
    source: str = ""

    @property
    def day(self) -> date:
        """The day by which it is sorted: as printed, else the first of the year that is printed, or of its number."""
        return printed_days.issued(self.issued_on, self.number).day


def check(letters: Sequence[HistoricLetter], series: Collection[str]) -> None:
    """Refuse letters that cannot be kept; says which one."""
    if not 0 < len(letters) <= MOST_AT_ONCE:
        raise InvalidField("notices", len(letters), f"must be between 1 and {MOST_AT_ONCE}")
    for n, letter in enumerate(letters):
        if letter.series not in series:
            raise InvalidField(f"notices[{n}].series", letter.series, "must be a series on record")
        known = parse(letter.number, ())
        if known is None or known.number != letter.number:
            raise InvalidField(f"notices[{n}].number", letter.number, "must be a number such as 19-06")
        if letter.day.year not in YEARS_OF_DOCUMENTS:
            years = f"{YEARS_OF_DOCUMENTS[0]} to {YEARS_OF_DOCUMENTS[-1]}"
            raise InvalidField(f"notices[{n}].date", letter.issued_on, f"must be a day, month or year from {years}")
        if not letter.subject:
            raise InvalidField(f"notices[{n}].subject", "", "must be given")
        for field in fields(letter):
            most = _LONGEST.get(field.name, _LONGEST_OTHER)
            if len(getattr(letter, field.name)) > most:
                length = len(getattr(letter, field.name))
                raise InvalidField(f"notices[{n}].{field.name}", length, f"must have at most {most} characters")
    twice = [key for key, times in Counter((one.series, one.number) for one in letters).items() if times > 1]
    if twice:
        raise InvalidField("notices", " ".join(twice[0]), "must name each letter once")
