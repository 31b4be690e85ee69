"""What the state reads from the figures of its agencies: who needs a call, and the table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import forecast_service_pb2 as forecast_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from gateway.letters import forecasts
from gateway.web.table import Asked, Column, Filter, Part, Table
from gateway.words import sentences
from servicekit.words import fold

# Longer ones are cut by e-mail programs in use.
_LONGEST_LINK = 1800
# So many staff past due, or so large a part of those at work if that is fewer, make it worth a call.
_MANY, _PART = 5, 20
_NOTHING: Mapping[str, Any] = MappingProxyType({})
# Later than any moment, in nanoseconds.
_NEVER = 1 << 63
_AGENCIES = Table(
    rows=("agency", "agencies"),
    columns=(
        Column("Agency", "name"),
        Column("Confirmed", "confirmed"),
        Column("Staff", "staff", number=True, down=True),
        Column("Ready", "ready"),
        Column("Not started", "not_started", number=True, down=True),
        Column("On leave", "on_leave", number=True, down=True),
        Column("Problem", "problem", down=True),
    ),
    by="name",
    search="Agency",
    size=100,
)


class Why(IntEnum):
    """Why an agency needs a call, in this order."""

    UNCONFIRMED = 0
    PROBLEM = 1
    BLOCKED = 2
    BEHIND = 3


@dataclass(frozen=True)
class Needed:
    """An agency that needs a call, why, and whom to call there; *gain* is how many people a call could gain."""

    agency: agency_pb.Agency
    reason: str
    why: Why
    gain: int = 0

    @property
    def contacts(self) -> list[agency_pb.Contact]:
        """Its coordinators and directors."""
        return list(self.agency.contacts)


@dataclass(frozen=True)
class Row:
    """One line of the table of all agencies."""

    agency: agency_pb.Agency
    figures: pb.AgencyReadiness


def many_past_due(overdue: int, at_work: int) -> bool:
    """Whether so many are past due that their agency needs a call: five people, or 5 percent if that is fewer.

    So in an agency of up to 20 the first one does, and of 1,899 the fifth.
    """
    return overdue >= _MANY or 0 < at_work <= overdue * _PART


def needs_a_call(
    readiness: pb.Readiness,
    agencies: Mapping[str, agency_pb.Agency],
    blocked: Mapping[str, Sequence[str]] = _NOTHING,
    *,
    urgent: bool = False,
    ahead: Iterable[forecast_pb.Forecast] = (),
) -> list[Needed]:
    """Return who needs a call: confirmation past due, a reported problem, something *blocked*, many staff late.

    They stand in this order. Of an *urgent* letter every agency that is asked to confirm, and has not yet, comes first.
    Each agency stands once, for its first reason. Those with staff who are late, or will be by what lies *ahead*: first
    whom a call could gain most people.
    """
    found = []
    expected = {one.agency: one for one in ahead if forecasts.surely_short(one)}
    for figures in readiness.agencies:
        agency, counts = agencies.get(figures.agency), figures.counts
        if agency is None:
            continue
        if figures.confirmation_overdue:
            found.append(Needed(agency, "Has not confirmed, and the day for it has passed.", Why.UNCONFIRMED))
        elif urgent and figures.deliver_time.seconds and not (figures.confirm_time.seconds or figures.asked_no_more):
            found.append(Needed(agency, "Has not confirmed yet, and the letter is urgent.", Why.UNCONFIRMED))
        elif figures.problem:
            found.append(Needed(agency, f"Reports: {figures.problem}", Why.PROBLEM))
        elif figures.agency in blocked:
            found.append(Needed(agency, f"Blocked: {'; '.join(blocked[figures.agency])}", Why.BLOCKED))
        elif many_past_due(counts.overdue, counts.at_work):
            said = sentences.of(counts.overdue, counts.at_work)
            gain = max(counts.overdue, forecasts.gain(expected.get(figures.agency, forecast_pb.Forecast())))
            found.append(Needed(agency, f"{said} staff are past due.", Why.BEHIND, gain))
        elif (one := expected.get(figures.agency)) and many_past_due(forecasts.gain(one), counts.at_work):
            said = forecasts.expected(one)
            found.append(Needed(agency, f"At their pace {said} are ready in time.", Why.BEHIND, forecasts.gain(one)))
    return sorted(found, key=_in_order)


def calls(
    letters: Iterable[notice_pb.Notice],
    figures: Mapping[str, pb.Readiness],
    agencies: Mapping[str, agency_pb.Agency],
    blocked: Mapping[str, Mapping[str, Sequence[str]]] = _NOTHING,
) -> list[tuple[notice_pb.Notice, Needed]]:
    """Return who needs a call about any of the letters that are out, in the same order, each agency once."""
    found = [
        (letter, needed)
        for letter in letters
        if letter.state == notice_pb.Notice.PUBLISHED and letter.name in figures
        for needed in needs_a_call(
            figures[letter.name], agencies, blocked.get(letter.name, _NOTHING), urgent=bool(letter.urgent_reason)
        )
    ]
    found.sort(key=lambda pair: _in_order(pair[1]))
    first: dict[str, tuple[notice_pb.Notice, Needed]] = {}
    for letter, needed in found:
        first.setdefault(needed.agency.name, (letter, needed))
    return list(first.values())


def _in_order(needed: Needed) -> tuple[int, int, str]:
    return needed.why, -needed.gain, needed.agency.short_title


def rows(
    readiness: pb.Readiness, agencies: Mapping[str, agency_pb.Agency], *, region: str = "", size: str = ""
) -> list[Row]:
    """Return the lines of the table, A-Z: never ranked. *region* and *size* leave only those that have them."""
    found = [
        Row(agencies[figures.agency], figures)
        for figures in readiness.agencies
        if figures.agency in agencies
        and region in ("", agencies[figures.agency].region)
        and size in ("", agencies[figures.agency].size_class)
    ]
    return sorted(found, key=lambda row: row.agency.short_title)


def asked_of(params: Mapping[str, str], letter: str, page: str, agencies: Mapping[str, agency_pb.Agency]) -> Asked:
    """Read what is asked of the table of agencies, on one of the pages of a letter (`/letters/{id}` and below)."""
    filters = [
        Filter("region", "Region", [("", "All regions"), *_options(one.region for one in agencies.values())]),
        Filter("size", "Size", [("", "All sizes"), *_options(one.size_class for one in agencies.values())]),
        Filter("only", "Show", [("", "All agencies"), *((key, title) for key, (title, _) in _ONLY.items())]),
    ]
    at = "#all-agencies" if page == letter else ""
    return _AGENCIES.asked(params, page, filters, file=f"{letter}/agencies.csv", at=at)


def shown(asked: Asked, readiness: pb.Readiness, agencies: Mapping[str, agency_pb.Agency]) -> tuple[list[Row], Part]:
    """Return the lines that are asked for: A-Z, until somebody sorts them."""
    found = rows(readiness, agencies, region=asked.text("region"), size=asked.text("size"))
    _, fits = _ONLY.get(asked.text("only"), ("", lambda _: True))
    wanted = fold(asked.query).split()
    kept = [
        row
        for row in found
        if fits(row.figures) and all(word in fold(f"{row.agency.title} {row.agency.short_title}") for word in wanted)
    ]
    return asked.cut(kept, _KEYS)


def addresses(needed: Sequence[Needed]) -> str:
    """Return the e-mail addresses of those to call, as an e-mail program takes them."""
    return "; ".join(_addresses(needed))


def mail_to(needed: Sequence[Needed]) -> str:
    """Return a link that opens an e-mail to those to call, none of whom sees the others; empty if it were too long."""
    found = ",".join(quote(address, safe="@") for address in _addresses(needed))
    return f"mailto:?bcc={found}" if 0 < len(found) <= _LONGEST_LINK else ""


# Who has not confirmed stands after who has; of nobody at work nothing is ready.
_KEYS: Mapping[str, Callable[[Row], Any]] = {
    "name": lambda row: row.agency.short_title,
    "confirmed": lambda row: row.figures.confirm_time.ToNanoseconds() or _NEVER,
    "staff": lambda row: row.figures.counts.of,
    "ready": lambda row: row.figures.counts.ready / (row.figures.counts.at_work or 1),
    "not_started": lambda row: row.figures.counts.not_started,
    "on_leave": lambda row: row.figures.counts.on_leave,
    "problem": lambda row: bool(row.figures.problem),
}
_ONLY: Mapping[str, tuple[str, Callable[[pb.AgencyReadiness], bool]]] = {
    "unconfirmed": (
        "Not confirmed",
        lambda one: bool(one.deliver_time.seconds) and not one.confirm_time.seconds and not one.asked_no_more,
    ),
    "problem": ("Report a problem", lambda one: bool(one.problem)),
    "overdue": ("Staff past due", lambda one: one.counts.overdue > 0),
    "affected": ("Staff affected", lambda one: one.counts.of > 0),
}


def _options(values: Iterable[str]) -> list[tuple[str, str]]:
    """Give each value once, as what a list offers."""
    return [(value, value.replace("-", " ").capitalize()) for value in sorted(set(values)) if value]


def _addresses(needed: Sequence[Needed]) -> list[str]:
    return list(dict.fromkeys(contact.email for one in needed for contact in one.contacts if contact.email))
