"""The steps by which people are reminded: as they are typed in a table, read from it, and said in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from cadre.notification.v1 import ladder_service_pb2 as pb
from gateway.web.forms import Form

LAST = 30
# Empty rows for steps that are new.
_NEW = 2
_MANY = 99
WHEN = (("before", "before the due day"), ("after", "after the due day"))
_STAFF, _COORDINATORS = "staff", "coordinators"
# Who hears it -> as a choice calls them.
_WHOM: Mapping[str, tuple["pb.Rung.Whom.ValueType", str]] = {
    _STAFF: (pb.Rung.STAFF, "Staff themselves"),
    "leads": (pb.Rung.SUPERVISOR, "Who leads their unit"),
    _COORDINATORS: (pb.Rung.COORDINATOR, "Training coordinators"),
    "directors": (pb.Rung.DIRECTOR, "Directors"),
    "state": (pb.Rung.STATE, "The state's policy analysts"),
}
_NAMED = {value: (name, title) for name, (value, title) in _WHOM.items()}


class _Kind(NamedTuple):
    """A table of steps: what is waited for, and who can hear of it."""

    key: str
    of: "pb.Rung.Of.ValueType"
    title: str
    whom: tuple[str, ...]
    first: str


_KINDS = (
    _Kind("work", pb.Rung.WORK, "Until staff have done it", tuple(_WHOM), _STAFF),
    _Kind(
        "confirm",
        pb.Rung.CONFIRMATION,
        "Until their agency has confirmed",
        (_COORDINATORS, "directors", "state"),
        _COORDINATORS,
    ),
)
_HEARS = {
    (pb.Rung.WORK, pb.Rung.STAFF): "staff who have still something to do hear of it",
    (pb.Rung.WORK, pb.Rung.SUPERVISOR): "who leads a unit hears how many of it are past due",
    (pb.Rung.WORK, pb.Rung.COORDINATOR): "training coordinators hear how many at their agency are past due",
    (pb.Rung.WORK, pb.Rung.DIRECTOR): "directors hear how many at their agency are past due",
    (pb.Rung.WORK, pb.Rung.STATE): "the state's policy analysts hear how many are past due, and at how many agencies",
    (pb.Rung.CONFIRMATION, pb.Rung.COORDINATOR): "training coordinators hear that their agency has not confirmed",
    (pb.Rung.CONFIRMATION, pb.Rung.DIRECTOR): "directors hear that their agency has not confirmed",
    (pb.Rung.CONFIRMATION, pb.Rung.STATE): "the state's policy analysts hear how many agencies have not confirmed",
}
# What stands above the fields, for messages about them.
LABELS = {
    f"{kind.key}-{n}-{field}": f"{kind.title}, step {n + 1}, {said}"
    for kind in _KINDS
    for n in range(LAST + _NEW)
    for field, said in (("days", "business days"), ("whom", "who hears it"), ("when", "when"), ("on", "is taken"))
}


class Day(NamedTuple):
    """A day on which a step falls."""

    day: date
    rung: pb.Rung

    @classmethod
    def of(cls, message: pb.RungDay) -> "Day":
        """Read what the service counted."""
        return cls(date.fromisoformat(message.date), message.rung)


class Table(NamedTuple):
    """A table of steps as the form has it: its rows by name, and who can be chosen."""

    key: str
    title: str
    rows: Sequence[str]
    whom: Sequence[tuple[str, str]]


def typed(rungs: Sequence[pb.Rung]) -> dict[str, str]:
    """Write steps as a form has them, with rows for new ones."""
    values: dict[str, str] = {}
    for kind in _KINDS:
        own = [rung for rung in rungs if rung.of == kind.of]
        for n, rung in enumerate(own):
            values |= _row(f"{kind.key}-{n}", _NAMED[rung.whom][0], rung.business_days, on=rung.on)
        for n in range(len(own), len(own) + _NEW):
            values |= _row(f"{kind.key}-{n}", kind.first, None, on=True)
    return values


def _row(name: str, whom: str, days: int | None, *, on: bool) -> dict[str, str]:
    return {
        f"{name}-whom": whom,
        f"{name}-days": "" if days is None else str(abs(days)),
        f"{name}-when": "before" if days is not None and days < 0 else "after",
        f"{name}-on": "yes" if on else "",
    }


def tables(form: Form) -> list[Table]:
    """Return the tables of a form."""
    return [
        Table(kind.key, kind.title, _rows(form, kind), [(one, _WHOM[one][1]) for one in kind.whom]) for kind in _KINDS
    ]


def _rows(form: Form, kind: _Kind) -> list[str]:
    rows = [f"{kind.key}-{n}" for n in range(LAST + _NEW)]
    return [row for row in rows if f"{row}-days" in form.values]


def read(form: Form) -> tuple[list[str], list[pb.Rung]]:
    """Read the steps of a form, and in which row each stands; a row without a number is none."""
    places, rungs = [], []
    for kind in _KINDS:
        for row in _rows(form, kind):
            if not form.text(f"{row}-days"):
                continue
            days = min(form.number(f"{row}-days"), _MANY)
            whom, _ = _WHOM.get(form.text(f"{row}-whom"), (pb.Rung.WHOM_UNSPECIFIED, ""))
            before = form.text(f"{row}-when") == "before"
            on = form.text(f"{row}-on") == "yes"
            places.append(row)
            rungs.append(pb.Rung(of=kind.of, whom=whom, business_days=-days if before else days, on=on))
    return places, rungs


def hears(rung: pb.Rung) -> str:
    """Say who hears what at a step."""
    return _HEARS[rung.of, rung.whom]
