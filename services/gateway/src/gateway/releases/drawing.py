"""Where the dates of a release stand in its picture. Across, places are percent; upward, pixels."""

from dataclasses import dataclass
from datetime import date, timedelta

from cadre.notification.v1 import release_service_pb2 as pb
from gateway.words import sentences

ROW, _SCALE = 34, 8
_MIDDLE = 50


@dataclass(frozen=True)
class Mark:
    """A day with its words: a line of the picture."""

    title: str
    day: str
    place: float
    top: int
    anchor: str


@dataclass(frozen=True)
class Picture:
    """The picture of a release: environments, the freeze window, and where today stands (None = outside)."""

    marks: list[Mark]
    freeze: tuple[float, float] | None
    now: float | None
    height: int


def dates(release: pb.Release, today: date) -> list[tuple[str, str]]:
    """Return the days of a release with their words, in order."""
    given = (
        ("Test environment", release.test_date),
        ("Training environment", release.training_date),
        ("Production", release.production_date),
    )
    found = [(title, day) for title, day in given if day]
    return sorted(found, key=lambda one: one[1]) if today else found


def picture(release: pb.Release, today: date) -> Picture:
    """Lay out the days of a release from the first to the last, with a little room on both sides."""
    found = dates(release, today)
    ends = [day for day in (release.freeze_from_date, release.freeze_to_date) if day]
    days = [date.fromisoformat(day) for day in (*(day for _, day in found), *ends)]
    first, last = min(days), max(days)
    if first - timedelta(days=31) <= today <= last + timedelta(days=31):
        first, last = min(first, today), max(last, today)
    room = max(timedelta(days=3), (last - first) / 12)
    first, length = first - room, (last - first) + 2 * room

    def place(day: date) -> float:
        return round(100 * (day - first) / length, 2)

    marks = []
    for n, (title, day) in enumerate(found):
        at = place(date.fromisoformat(day))
        marks.append(Mark(title, sentences.short_day(day, today), at, n * ROW, "end" if at > _MIDDLE else "start"))
    freeze = None
    if len(ends) == 2:  # noqa: PLR2004 - a first and a last day
        begins, over = (date.fromisoformat(day) for day in ends)
        left = place(begins)
        freeze = (left, round(max(place(over + timedelta(days=1)) - left, 0.8), 2))
    now = place(today) if first <= today <= first + length else None
    return Picture(marks, freeze, now, len(marks) * ROW + (ROW if freeze else 0) + _SCALE)
