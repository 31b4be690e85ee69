"""The state's holidays by year, and where an agency differs from them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.exceptions import HTTPException

from cadre.directory.v1 import calendar_service_pb2 as pb
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.calendar import YEARS_OF_DOCUMENTS, Calendar
from servicekit.rpc.client import Refused

router = APIRouter()

_AGENCY = "/agencies/{agency_id}/calendar"
Year = Annotated[int, Query(ge=0, le=YEARS_OF_DOCUMENTS[-1])]


@router.get("/calendar")
def state_calendar(visit: Visitor, year: Year = 0) -> Answer:
    """The holidays of a year, with what they are for; this year's unless another is asked for."""
    return _state(visit, year or visit.today.year, _blank())


@router.post("/calendar")
def add_holiday(visit: Visitor, form: Sent, year: Year) -> Answer:
    """Add a holiday to a year that is on record."""
    calendar = _load(visit).get(year)
    if calendar is None:
        raise HTTPException(404)
    holiday = _holiday(form)
    if not form.errors and _save(visit, year, [*calendar.holidays, holiday], form):
        return visit.go(f"/calendar?year={year}", done="calendar")
    return _state(visit, year, form)


@router.post("/calendar/begin")
def begin_year(visit: Visitor, form: Sent, year: Year) -> Answer:
    """Begin a year: with the holidays of the years before, on the days on which they fall."""
    if not form.errors and _save(visit, year, [], form):
        return visit.go(f"/calendar?year={year}", done="calendar")
    return _state(visit, year, form)


@router.get("/calendar/{day}")
def holiday_page(visit: Visitor, day: date) -> Answer:
    """One holiday, to be changed or removed."""
    calendar, holiday = _find(visit, day)
    form = (
        _blank()
        if calendar is None
        else Form.of(
            {"date": holiday.date, "title": holiday.title, "closed_on": holiday.closed_on, "etag": calendar.etag}
        )
    )
    return _one(visit, day, form)


@router.post("/calendar/{day}")
def change_holiday(visit: Visitor, day: date, form: Sent) -> Answer:
    """Change a holiday, or remove it."""
    calendar, holiday = _find(visit, day)
    others = [one for one in calendar.holidays if one.date != holiday.date]
    if form.text("action") != "remove":
        others.append(_holiday(form))
    if not form.errors and _save(visit, day.year, others, form):
        return visit.go(f"/calendar?year={day.year}", done="calendar")
    return _one(visit, day, form)


@router.get(_AGENCY)
def agency_calendar(visit: Visitor, agency_id: str, year: Year = 0) -> Answer:
    """The days on which an agency differs from the state's calendar."""
    return _agency(visit, agency_id, year or visit.today.year, Form.of({"date": "", "title": "", "kind": "closed"}))


@router.post(_AGENCY)
def add_agency_day(visit: Visitor, agency_id: str, form: Sent, year: Year) -> Answer:
    """Add a day on which the agency differs."""
    day = form.day("date", YEARS_OF_DOCUMENTS, "Give the day.")
    form.needs("title", "Say in a few words why.")
    known = _of_agency(visit, agency_id, year)
    if not form.errors and day is not None:
        known.days.add(date=day.isoformat(), title=form.text("title"), closed=form.text("kind") == "closed")
        if _save_agency(visit, agency_id, known, form):
            return visit.go(f"/agencies/{agency_id}/calendar?year={year}", done="agency-calendar")
    return _agency(visit, agency_id, year, form)


@router.post(_AGENCY + "/remove")
def remove_agency_day(visit: Visitor, agency_id: str, form: Sent, year: Year) -> Answer:
    """Take a day off: the agency is as the state then."""
    known = _of_agency(visit, agency_id, year)
    kept = [one for one in known.days if one.date != form.text("date")]
    del known.days[:]
    known.days.extend(kept)
    if not form.errors and _save_agency(visit, agency_id, known, form):
        return visit.go(f"/agencies/{agency_id}/calendar?year={year}", done="agency-calendar")
    return _agency(visit, agency_id, year, form)


def _blank() -> Form:
    return Form.of({"date": "", "title": "", "closed_on": ""})


def _load(visit: Visit) -> dict[int, pb.Calendar]:
    listed = visit.clients.calendars.ListCalendars(pb.ListCalendarsRequest(page_size=200)).calendars
    return {int(one.name.removeprefix("calendars/")): one for one in listed}


def _find(visit: Visit, day: date) -> tuple[pb.Calendar, pb.Holiday]:
    calendar = _load(visit).get(day.year, pb.Calendar())
    for holiday in calendar.holidays:
        if holiday.date == day.isoformat():
            return calendar, holiday
    raise HTTPException(404)


def _holiday(form: Form) -> pb.Holiday:
    day = form.day("date", YEARS_OF_DOCUMENTS, "Give the day of the holiday.")
    form.needs("title", "Give its name.")
    return pb.Holiday(date=day.isoformat() if day else "", title=form.text("title"), closed_on=form.text("closed_on"))


def _save(visit: Visit, year: int, holidays: list[pb.Holiday], form: SentForm) -> bool:
    calendar = pb.Calendar(name=f"calendars/{year}", holidays=holidays, etag=form.text("etag"))
    try:
        visit.clients.calendars.UpdateCalendar(pb.UpdateCalendarRequest(calendar=calendar, request_id=form.request_id))
    except Refused as error:
        form.refuse(error)
        return False
    visit.clients.reference.forget_calendar()
    return True


def _of_agency(visit: Visit, agency_id: str, year: int) -> pb.AgencyCalendar:
    name = f"agencies/{agency_id}/calendars/{year}"
    return visit.clients.calendars.GetAgencyCalendar(pb.GetAgencyCalendarRequest(name=name))


def _save_agency(visit: Visit, agency_id: str, calendar: pb.AgencyCalendar, form: SentForm) -> bool:
    calendar.etag = form.text("etag")
    request = pb.UpdateAgencyCalendarRequest(
        parent=f"agencies/{agency_id}", calendar=calendar, request_id=form.request_id
    )
    try:
        visit.clients.calendars.UpdateAgencyCalendar(request)
    except Refused as error:
        form.refuse(error)
        return False
    return True


def _workdays(year: int, holidays: list[pb.Holiday]) -> int:
    closed = frozenset(date.fromisoformat(one.closed_on) for one in holidays if one.closed_on)
    return Calendar(closed).between(date(year - 1, 12, 31), date(year, 12, 31))


def _state(visit: Visit, year: int, form: Form) -> Answer:
    years = _load(visit)
    calendar = years.get(year)
    form.values["etag"] = [calendar.etag if calendar else ""]
    return visit.page(
        "calendars/calendar.html",
        status=400 if form.errors else 200,
        year=year,
        years=sorted(years),
        known=calendar is not None,
        holidays=list(calendar.holidays) if calendar else [],
        workdays=_workdays(year, list(calendar.holidays)) if calendar else 0,
        may_begin=year - 1 in years and year in YEARS_OF_DOCUMENTS,
        may_write=visit.rights.state("calendar.write"),
        form=form,
    )


def _one(visit: Visit, day: date, form: Form) -> Answer:
    calendar, holiday = _find(visit, day)
    others = [one for one in calendar.holidays if one.date != holiday.date]
    return visit.page(
        "calendars/holiday.html",
        status=400 if form.errors else 200,
        holiday=holiday,
        year=day.year,
        workdays=_workdays(day.year, list(calendar.holidays)),
        without=_workdays(day.year, others),
        may_write=visit.rights.state("calendar.write"),
        form=form,
    )


def _agency(visit: Visit, agency_id: str, year: int, form: Form) -> Answer:
    known = _of_agency(visit, agency_id, year)
    years = _load(visit)
    form.values["etag"] = [known.etag]
    return visit.page(
        "calendars/agency_calendar.html",
        status=400 if form.errors else 200,
        agency=visit.agency(f"agencies/{agency_id}"),
        agency_id=agency_id,
        year=year,
        years=sorted({*years, year}),
        days=list(known.days),
        may_write=visit.rights.at("calendar.write_agency", f"agencies/{agency_id}"),
        form=form,
    )
