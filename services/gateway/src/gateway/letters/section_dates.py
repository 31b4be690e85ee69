"""Parts of a letter that take effect later than the rest: typed row by row, found in its text, and said."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import prose
from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.web.declared import Field
from gateway.web.forms import Form
from gateway.words import sentences
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField

MOST = 12
_LONGEST = 120
# Rows that stand empty behind those that are filled.
_SPARE = 2
_LONGEST_HEADING, _MOST_HEADINGS = 80, 50
# A line of a list; `§ 4` and `4. Forms` are none.
_BULLET = re.compile(rf"[{prose.SIGNS.replace('§', '')}][ \t]")


@dataclass(frozen=True)
class SectionDates(Field):
    """Rows of a part and its day; what is wrong with one is said at it."""

    years: range = YEARS_OF_DOCUMENTS
    control: ClassVar[str] = "parts"

    def put(self, message: Any, value: Any) -> None:  # noqa: ANN401 - as in any field
        """Set the rows in the message."""
        message.ClearField(self.name)
        getattr(message, self.name).extend(value)

    def shown(self, message: Any) -> str:  # noqa: ANN401 - as in any field
        """Return all rows as one text, by which what was typed is compared with what is saved."""
        return "\n".join(f"{one.effective_date} {one.section}" for one in self.value(message))

    def opened(self, message: Any) -> dict[str, str | list[str]]:  # noqa: ANN401 - as in any field
        """Return the rows as they stand in the form."""
        rows: dict[str, str | list[str]] = {}
        for n, one in enumerate(self.value(message)):
            rows |= {f"part-{n}": one.section, f"part_day-{n}": one.effective_date}
        return {self.name: self.shown(message), **rows}

    def said(self, message: Any) -> str:  # noqa: ANN401 - as in any field
        """`Section 4, Jan 4, 2027; Form 7, Mar 1, 2027`."""
        return said(self.value(message), date.min)

    def read(self, form: Form, message: Any) -> None:  # noqa: ANN401 - as in any field
        """Take over the rows in which something stands, by their days."""
        found = list(_rows(form, message.effective_date))
        self.put(message, sorted(found, key=lambda one: one.effective_date))
        form.values[self.name] = [self.shown(message)]


def rows_of(form: Form) -> range:
    """Return the rows to be shown: those up to the last one in which something stands, and empty ones behind."""
    filled = [n for n in range(MOST) if form.text(f"part-{n}") or form.text(f"part_day-{n}")]
    return range(min(MOST, max(filled, default=-1) + 1 + _SPARE))


def headings(letter: pb.Notice) -> list[str]:
    """Return what stands in a letter's text by itself in a line, as headings do: one may be meant by a part."""
    blocks = (one.text.strip().lstrip("#").strip() for one in prose.blocks(letter.body))
    short = (text for text in blocks if "\n" not in text and 0 < len(text) <= _LONGEST_HEADING)
    found = dict.fromkeys(text for text in short if text[-1] not in ".;:,?!" and not _BULLET.match(text))
    return list(found)[:_MOST_HEADINGS]


def said(parts: Iterable[pb.SectionDate], today: date) -> str:
    """`Section 4, Jan 4, 2027; Form 7, Mar 1, 2027`."""
    return "; ".join(f"{one.section}, {sentences.short_day(one.effective_date, today)}" for one in parts)


def as_compared(text: str, today: date) -> str:
    """Say the parts of one of two versions, which stand in a line each."""
    apart = (one.partition(" ") for one in text.splitlines())
    return said((pb.SectionDate(section=section, effective_date=day) for day, _, section in apart), today) or "None"


def _rows(form: Form, effective: str) -> Iterator[pb.SectionDate]:
    """Give the rows of a form that are right; what is wrong with the others is said at them."""
    seen = set[str]()
    for n in range(MOST):
        section, typed = " ".join(form.text(f"part-{n}").split()), form.text(f"part_day-{n}")
        if not (section or typed):
            continue
        if wrong := _wrong_part(section, typed, seen):
            form.errors[f"part-{n}"] = wrong
        elif wrong := _wrong_day(section, typed, effective):
            form.errors[f"part_day-{n}"] = wrong
        seen.add(section.casefold())
        yield pb.SectionDate(section=section, effective_date=typed)


def _wrong_part(section: str, typed: str, seen: set[str]) -> str:
    if not section:
        return f"Say which part takes effect on {_day(typed)}, or clear the day."
    if len(section) > _LONGEST:
        return f"“{section[:20]}…” has {len(section)} characters; the name of a part has at most {_LONGEST}."
    return f"“{section}” stands above already: give each part one day." if section.casefold() in seen else ""


def _wrong_day(section: str, typed: str, effective: str) -> str:
    if not typed:
        return f"Give the day on which “{section}” takes effect, or clear the row."
    try:
        day_of("part_day", typed, YEARS_OF_DOCUMENTS)
    except InvalidField as error:
        return f"The day of “{section}” is “{typed}”: it {error.metadata['rule']}."
    if effective and typed <= effective:
        return (
            f"“{section}” on {_day(typed)} is not after {_day(effective)}, the effective date of the letter: that is"
            " the first of all its days."
        )
    return ""


def _day(value: str) -> str:
    """`Jan 4, 2027`; what is no day as it was typed."""
    day = sentences.as_date(value)
    return sentences.short_day(day, date.min) if day else value
