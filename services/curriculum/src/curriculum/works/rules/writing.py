"""What is written down of a work, phase by phase."""

from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum

from curriculum.governance.rules.saying import check_text
from curriculum.works.rules.trace import is_measured
from servicekit import text
from servicekit.calendar import Calendar
from servicekit.refusals import InvalidField

_LONGEST_LINE, _LONGEST_TEXT = 300, 20_000
MOST_REASON = 2_000
_LINES = frozenset({"source_name", "audience", "successor", "duty"})
_MOST_PEOPLE, _MOST_DAYS, _MOST_MINUTES, _MOST_MODES = 1_000_000, 10_000, 100_000, 8
_BUSINESS_DAYS_BEFORE = 10


class Source(StrEnum):
    """Where a need comes from."""

    LETTER = "LETTER"
    NEED = "NEED"
    RELEASE = "RELEASE"
    AGENCY_REQUEST = "AGENCY_REQUEST"
    RESULTS = "RESULTS"


class Problem(StrEnum):
    """What a need turned out to be: of these, training helps with skill alone."""

    SKILL = "SKILL"
    TOOL = "TOOL"
    POLICY = "POLICY"
    STAFFING = "STAFFING"


class Outcome(StrEnum):
    """What becomes of the course in the end."""

    KEEP = "KEEP"
    REVISE = "REVISE"
    RETIRE = "RETIRE"


@dataclass(frozen=True)
class Mode:
    """A way in which it is given, and why."""

    mode: str
    reason: str = ""


@dataclass(frozen=True)
class Pilot:
    """Those who tried it first."""

    people: int = 0
    stated_minutes: int = 0
    real_minutes: int = 0
    changes: str = ""


@dataclass(frozen=True)
class Written:
    """What people write of a work. Days are `YYYY-MM-DD`, or '' as long as they are not known."""

    source: str = ""
    source_name: str = ""
    source_text: str = ""
    need: str = ""
    problem: str = ""
    analysis: str = ""
    audience: str = ""
    people: int = 0
    agencies: int = 0
    measure: str = ""
    duty: str = ""
    importance: int = 0
    gap: int = 0
    effort_days: int = 0
    modes: tuple[Mode, ...] = ()
    evaluation_level: int = 0
    evaluation_plan: str = ""
    cost: str = ""
    sunset_date: str = ""
    pilot: Pilot = field(default_factory=Pilot)
    policy_sign_off: str = ""
    legal_sign_off: str = ""
    outcome: str = ""
    results: str = ""
    successor: str = ""

    @property
    def priority(self) -> float:
        """Importance by gap by people, over the days of effort; 0 as long as one of them is not known."""
        return self.importance * self.gap * self.people / self.effort_days if self.effort_days else 0.0

    @property
    def measured(self) -> bool:
        """Whether it serves a measure, or a duty that is named."""
        return is_measured(self.measure, self.duty)

    @property
    def has_source(self) -> bool:
        """Whether it says what is needed, and who says so."""
        return bool(self.source and text.line(self.need) and text.line(self.source_name + self.source_text))


def check(title: str, written: Written) -> None:
    """Refuse what a work may not hold."""
    check_text("work.title", title, most=_LONGEST_LINE, given=True)
    for part in fields(written):
        value = getattr(written, part.name)
        if isinstance(value, str):
            _check_text(part.name, value)
    _check_text("pilot.changes", written.pilot.changes)
    _check_modes(written.modes)
    scale = {"importance": 5, "gap": 5, "evaluation_level": 4}
    limits = scale | {"people": _MOST_PEOPLE, "agencies": _MOST_PEOPLE, "effort_days": _MOST_DAYS}
    for name, most in limits.items():
        _check_number(name, getattr(written, name), most)
    for name, most in (("people", _MOST_PEOPLE), ("stated_minutes", _MOST_MINUTES), ("real_minutes", _MOST_MINUTES)):
        _check_number(f"pilot.{name}", getattr(written.pilot, name), most)
    if written.duty and written.measure != "LEGAL_DUTY":
        raise InvalidField("work.duty", written.duty, "must be empty but for a legal duty")


def target(effective: date | None, calendar: Calendar) -> date | None:
    """Return the day by which it has to be there: 10 business days before what it is for takes effect."""
    return calendar.as_far_as_known().add(effective, -_BUSINESS_DAYS_BEFORE) if effective else None


def _check_modes(modes: tuple[Mode, ...]) -> None:
    names = [one.mode for one in modes]
    if len(names) > _MOST_MODES or len(set(names)) < len(names):
        raise InvalidField("work.modes", names, "must name each mode once")
    for one in modes:
        _check_text("modes.reason", one.reason)


def _check_text(name: str, value: str) -> None:
    check_text(f"work.{name}", value, most=_LONGEST_LINE if name in _LINES else _LONGEST_TEXT)


def _check_number(name: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise InvalidField(f"work.{name}", value, f"must be from 0 to {most}")
