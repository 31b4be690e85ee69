"""What differs between two versions of a course, by objective and by words."""

from collections.abc import Sequence
from dataclasses import dataclass

from curriculum.courses.rules.courses import Content, Section
from curriculum.works.rules.trace import Objective, Trace
from prose import Piece, compare


@dataclass(frozen=True)
class SectionChange:
    """A section that differs; None where it came or went."""

    before: Section | None
    after: Section | None
    words: tuple[Piece, ...]


def objectives(before: Trace, after: Trace) -> list[tuple[Objective | None, Objective | None]]:
    """Return the objectives that came, went or say something else: each is the same one by its id."""
    known = {one.id: one for one in before.objectives}
    kept = {one.id for one in after.objectives}
    found: list[tuple[Objective | None, Objective | None]] = [
        (known.get(one.id), one) for one in after.objectives if one.id not in known or known[one.id].said != one.said
    ]
    return found + [(one, None) for one in before.objectives if one.id not in kept]


def sections(before: Content, after: Content) -> list[SectionChange]:
    """Return the sections that came, went or say something else, each beside the one that it was."""
    found = [
        SectionChange(old, new, _words(old, new)) for old, new in _pairs(before.sections, after.sections) if old != new
    ]
    return [one for one in found if one.after] + [one for one in found if not one.after]


def _pairs(before: Sequence[Section], after: Sequence[Section]) -> list[tuple[Section | None, Section | None]]:
    """Set sections beside each other: by their titles, and of the rest by their order."""
    left = list(before)
    beside: dict[int, Section] = {}
    for n, new in enumerate(after):
        old = next((one for one in left if one.title == new.title), None)
        if old is not None:
            beside[n] = old
            left.remove(old)
    for n in range(len(after)):
        if n not in beside and left:
            beside[n] = left.pop(0)
    return [(beside.get(n), new) for n, new in enumerate(after)] + [(old, None) for old in left]


def _words(old: Section | None, new: Section | None) -> tuple[Piece, ...]:
    was, now = old.markdown if old else "", new.markdown if new else ""
    return tuple(compare(was, now)) if was != now else ()
