"""The last hour of the services, minute by minute, as each of them remembers it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cadre.operations.v1 import operations_service_pb2 as pb
from gateway.operations import health

MINUTES = 60
_MINUTE_SECONDS = 60.0
# A page is answered or fails; nothing waits of it.
_OF_PAGES = 2
# From so many seconds on an event is late: what takes longer does not mend itself.
_LATE_SECONDS = 60.0
# What is less is said to be so, and not to be nothing.
_LEAST = 0.1
Values = tuple[float | None, ...]


@dataclass(frozen=True)
class Line:
    """A figure for each minute of the hour, None where it is not known; *said* is the newest in words."""

    title: str
    values: Values
    said: str
    late: bool = False

    @property
    def spoken(self) -> str:
        """The line in words, for those who do not see it; none where there is nothing yet."""
        known = [value for value in self.values if value is not None]
        if not known:
            return ""
        return f"{self.title} in the last hour: {_short(known[0])} first, at most {_short(max(known))}, {self.said} now"


@dataclass(frozen=True)
class Row:
    """A service, or all of them; *state* is None for all."""

    title: str
    state: health.State | None
    lines: tuple[Line, ...]
    dead_letters: int


def rows(statuses: Mapping[str, pb.Status], pages: pb.Status, whole: health.Node, now: datetime) -> list[Row]:
    """Return a row for all services that answered, one for the *pages* of this process, and one for each service."""
    hours = {name: _hour(status, now) for name, status in statuses.items()}
    states = {node.title: node.state for node in whole.parts}
    found = [
        Row(name, states[name], _lines(hours[name]), status.dead_letters) for name, status in sorted(statuses.items())
    ]
    together = {figure: _together([hour[figure] for hour in hours.values()], joined) for figure, joined in _JOINED}
    return [
        Row("All services", None, _lines(together), sum(row.dead_letters for row in found)),
        Row("Pages of the gateway", states[pages.service], _lines(_hour(pages, now))[:_OF_PAGES], 0),
        *found,
    ]


# A figure of a minute, and how those of several services are one.
_JOINED: tuple[tuple[str, Callable[[Iterable[float]], float]], ...] = (
    ("calls", sum),
    ("failures", sum),
    ("oldest_seconds", max),
    ("waiting", sum),
)


def _hour(status: pb.Status, now: datetime) -> dict[str, Values]:
    """Put the minutes of a service in their places: the newest by its age, the others by their distance from it."""
    placed: dict[int, pb.Minute] = {}
    if status.minutes:
        newest = status.minutes[-1].end_time.ToDatetime(UTC)
        ended = MINUTES - 1 - max(int((now - newest).total_seconds() // _MINUTE_SECONDS), 0)
        for minute in status.minutes:
            before = (newest - minute.end_time.ToDatetime(UTC)).total_seconds() / _MINUTE_SECONDS
            placed[ended - round(before)] = minute
    return {
        figure: tuple(_figure(placed[n], figure) if n in placed else None for n in range(MINUTES))
        for figure, _ in _JOINED
    }


def _figure(minute: pb.Minute, name: str) -> float | None:
    optional = name in ("oldest_seconds", "waiting")
    return None if optional and not minute.HasField(name) else getattr(minute, name)  # type: ignore[arg-type]


def _together(of_each: Iterable[Values], joined: Callable[[Iterable[float]], float]) -> Values:
    at_once = (tuple(value for value in minute if value is not None) for minute in zip(*of_each, strict=True))
    return tuple(joined(minute) if minute else None for minute in at_once)


def _lines(hour: Mapping[str, Values]) -> tuple[Line, ...]:
    failed, oldest = _newest(hour["failures"]), _newest(hour["oldest_seconds"])
    return (
        Line("Calls a second", hour["calls"], _said(_newest(hour["calls"]))),
        Line("Failed a second", hour["failures"], _said(failed), late=bool(failed)),
        Line("Events waiting", hour["waiting"], _said(_newest(hour["waiting"]))),
        Line("Oldest to send, seconds", hour["oldest_seconds"], _said(oldest), late=(oldest or 0) > _LATE_SECONDS),
    )


def _newest(values: Values) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _said(value: float | None) -> str:
    return "Not yet" if value is None else _short(value)


def _short(value: float) -> str:
    """`0`, `0.2`, `22.5`, `1,204`: one figure behind the point as long as it says something; never 0 for something."""
    if 0 < value < _LEAST:
        return f"under {_LEAST}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}".removesuffix(".0")  # noqa: PLR2004 - three figures
