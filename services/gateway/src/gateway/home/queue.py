"""One list of what waits for a person, from all services, by the day when it is due."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

URGENT, APPROVAL, OVERDUE, TODAY, THIS_WEEK, LATER, NO_DAY = (
    *("Urgent", "Waits for your approval", "Overdue", "Today", "This week", "Later", "Under way, no due day"),
)
# In this order they stand.
GROUPS = (URGENT, APPROVAL, OVERDUE, TODAY, THIS_WEEK, LATER, NO_DAY)
_FRIDAY = 4


@dataclass(frozen=True)
class Row:
    """One thing to do: *act* is what its button says, and *to* where that leads; its title leads to *about*, or there.

    *said* is the short name that tells its button from others, *agency* is said where a person has several. *also* are
    other things to do about the same *letter*, in the same row: *beside* says what each is.
    """

    kind: str
    title: str
    said: str
    facts: str
    act: str
    to: str
    about: str = ""
    due: date | None = None
    agency: str = ""
    why: str = ""
    urgent: bool = False
    to_approve: bool = False
    letter: str = ""
    beside: str = ""
    also: tuple["Row", ...] = ()


@dataclass
class Queue:
    """What is shown of everything to do, in its groups; *total* counts what is not shown too."""

    groups: list[tuple[str, list[Row]]] = field(default_factory=list)
    shown: int = 0
    total: int = 0

    def count(self, title: str) -> int:
        """How many rows of a group are shown."""
        return sum(len(rows) for group, rows in self.groups if group == title)

    @property
    def nothing_due(self) -> bool:
        """Nothing has a day, and nothing waits for an approval: what is under way may be left for a while."""
        return all(title == NO_DAY for title, _ in self.groups)


def end_of_work_week(today: date) -> date:
    """Return the day up to which something is due "this week": Friday; on a weekend the Friday of the coming week."""
    return today + timedelta(days=(_FRIDAY - today.weekday()) % 7)


def joined(rows: Iterable[Row]) -> list[Row]:
    """Put what is to do about one urgent letter into one row, led by the first of these; the others stay rows."""
    found: dict[object, Row] = {}
    for number, row in enumerate(rows):
        key = (row.letter, row.agency) if row.urgent and row.letter else number
        first = found.get(key)
        found[key] = replace(first, also=(*first.also, row)) if first else row
    return list(found.values())


def queue(rows: Iterable[Row], today: date, *, most: int, total: int) -> Queue:
    """Put *rows* into their groups, of each the soonest first, and leave out what comes after the first *most*."""
    ordered = sorted(rows, key=lambda row: (GROUPS.index(_group(row, today)), row.due or date.max))
    shown, made = ordered[:most], Queue(total=max(total, len(ordered)))
    made.shown = len(shown)
    for title in GROUPS:
        if found := [row for row in shown if _group(row, today) == title]:
            made.groups.append((title, found))
    return made


def _group(row: Row, today: date) -> str:
    if row.urgent or row.to_approve:
        return URGENT if row.urgent else APPROVAL
    if row.due is None:
        return NO_DAY
    if row.due < today:
        return OVERDUE
    if row.due == today:
        return TODAY
    return THIS_WEEK if row.due <= end_of_work_week(today) else LATER
