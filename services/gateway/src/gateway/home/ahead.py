"""Coming changes of an agency on one page: where it stands with each, who needs what, and how it will end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import checklist_service_pb2 as checklist_pb
from cadre.notification.v1 import forecast_service_pb2 as forecast_pb
from gateway.home import changes
from gateway.letters import agency_lists, checklists, forecasts, letters
from gateway.letters.forecasts import Forecast
from gateway.web import sheets
from gateway.web.visit import Answer, Visit, Visitor
from gateway.words import sentences

router = APIRouter(prefix="/agencies/{agency_id}/coming")

# Letters of an agency out of which these are found, as for home; as many as one forecast takes; and in detail.
_LOOKED_AT, _MOST, _IN_DETAIL = 100, 20, 10
# Why there is no forecast, where that is news: in fewer words than on the page of a letter.
_NONE = {
    Forecast.TOO_EARLY: "Too early for a forecast",
    Forecast.DAYS_UNKNOWN: "No forecast: how the last days ended is not on record",
}
COLUMNS = (
    *("Letter", "Subject", "As of", "Takes effect", "Confirmed", "Confirm by", "At work", "Ready", "Past due"),
    *("Expected", "From", "To", "Checklist", "Blocked", "What helps soonest"),
)


@dataclass(frozen=True)
class Line:
    """A letter at an agency: how it stands, how it will end, and how far the checklist is."""

    mine: agency_notice_pb.AgencyNotice
    ahead: Forecast
    checklist: checklist_pb.ChecklistSummary
    blocked: Sequence[str]

    @property
    def to_confirm(self) -> bool:
        """Whether the agency has still to confirm it."""
        return agency_lists.to_confirm(self.mine)

    @property
    def expected(self) -> str:
        """Say how it will end, or why that cannot be said; empty where nothing lies ahead."""
        if self.ahead.missing:
            return _NONE.get(self.ahead.missing, "")
        if not self.short:
            return "Expected: everyone in time"
        late = "" if self.ahead.never else f"; the last one {forecasts.short(self.ahead)}"
        return f"Expected: {forecasts.expected(self.ahead)}{late}"

    @property
    def short(self) -> bool:
        """Whether somebody is expected not to be ready in time."""
        return not self.ahead.missing and self.ahead.expected < self.ahead.at_work


@dataclass(frozen=True)
class Coming:
    """The page: its lines, how many there are beside them, and who has still something to do."""

    lines: Sequence[Line]
    others: int
    still: changes.StillToDo
    names: Mapping[str, str]


@router.get("")
def coming_page(visit: Visitor, agency_id: str) -> Answer:
    """All that comes, the soonest first."""
    agency = visit.agency(f"agencies/{agency_id}")
    found = _coming(visit, agency.name)
    return visit.page(
        "home/ahead.html",
        home=found,
        agency=agency,
        standing=standing(found.lines),
        foretold=any(not one.ahead.missing for one in found.lines),
        letters=letters,
        forecasts=forecasts,
        to_go=agency_lists.to_go,
        units=visit.units(),
        confirms=visit.rights.at("notices.confirm_for_agency", agency.name),
    )


@router.get(".csv")
def coming_file(visit: Visitor, agency_id: str) -> Answer:
    """The same as a file: counts, without names."""
    agency = visit.agency(f"agencies/{agency_id}")
    content = sheets.file_of(COLUMNS, [_cells(visit, one) for one in _coming(visit, agency.name).lines])
    return visit.download(content, f"coming-changes-{agency_id}-{visit.today}.csv", sheets.MEDIA_TYPE)


def standing(lines: Sequence[Line]) -> str:
    """`3 changes: 1 to confirm, 1 with something blocked`: what is not as it should be, in one sentence."""
    wrong = (
        ("to confirm", sum(one.to_confirm for one in lines)),
        ("with people past due", sum(one.mine.readiness.counts.overdue > 0 for one in lines)),
        ("expected to be short of people", sum(one.short for one in lines)),
        ("with something blocked", sum(bool(one.blocked) for one in lines)),
    )
    said = [f"{number} {what}" for what, number in wrong if number]
    return f"{sentences.count(len(lines), 'change')}: {', '.join(said) or 'nothing is in the way'}"


def _coming(visit: Visit, agency: str) -> Coming:
    """Ask for the letters, then for what belongs to all of them at once: as many calls, however many come."""
    request = agency_notice_pb.ListAgencyNoticesRequest(
        parent=agency,
        page_size=_LOOKED_AT,
        left_for=_IN_DETAIL,
        left_most=agency_lists.NAMES_AT_ONCE,
        which=agency_notice_pb.COMING,
    )
    every = changes.of_agency(visit.clients.agency_notices.ListAgencyNotices(request).notices, visit.today)
    found = every[:_MOST]
    people = [person for one in found for person in (*one.left, one.readiness.lead, one.readiness.confirmed_by)]
    names = visit.names([person for person in people if person])
    return Coming(_lines(visit, agency, found), len(every) - len(found), changes.still_to_do(found, names), names)


def _lines(visit: Visit, agency: str, found: Iterable[agency_notice_pb.AgencyNotice]) -> list[Line]:
    mine = list(found)
    if not mine:
        return []
    asked = [one.notice.name for one in mine]
    ahead = visit.clients.forecasts.ListAgencyForecasts(
        forecast_pb.ListAgencyForecastsRequest(parent=agency, notices=asked)
    )
    expected = {one.notice: one.forecast for one in ahead.forecasts}
    lists = checklists.at_agency(visit, agency, asked)
    nothing = checklist_pb.ChecklistSummary()
    return [
        Line(
            one,
            expected.get(one.notice.name, Forecast(missing=Forecast.NOTHING_ASKED)),
            said := lists.get(one.notice.name, nothing),
            checklists.blocked([said]).get(agency, []),
        )
        for one in mine
    ]


def _cells(visit: Visit, one: Line) -> list[str | int]:
    letter, counts, ahead = one.mine.notice, one.mine.readiness.counts, one.ahead
    known: list[str | int] = ["", "", ""] if ahead.missing else [ahead.expected, ahead.low, ahead.high]
    return [
        letters.title(letter),
        letter.subject,
        visit.today.isoformat(),
        letter.effective_date,
        sheets.moment(one.mine.readiness.confirm_time),
        letter.agency_due_date,
        counts.at_work,
        counts.ready,
        counts.overdue,
        *known,
        sentences.of(one.checklist.done, one.checklist.of),
        "; ".join(one.blocked),
        forecasts.help_by(ahead, visit.today),
    ]
