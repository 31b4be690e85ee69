"""When people are reminded of what is due: the state's steps, those of a series, and those of a letter."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.notification.v1 import ladder_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from gateway.letters import letters
from gateway.messages import steps
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.calendar import YEARS_OF_DOCUMENTS
from servicekit.rpc.client import Refused

router = APIRouter()

_STATE, _OF_SERIES, _OF_LETTER = "/ladders/state", "/ladders/series/{series}", "/letters/{letter_id}/ladder"
# The days of an example, where it is about no letter that is due.
_EXAMPLE, _FRIDAY = timedelta(weeks=3), 4
_AT_FAULT = re.compile(r"ladder\.rungs\[(\d+)\]\.\w+")


class _Page(NamedTuple):
    """Whose steps a page is about: the name of the ladder, its title, where it is, and by when things are due."""

    name: str
    title: str
    at: str
    due: str = ""
    agency_due: str = ""
    letter: notice_pb.Notice | None = None


@router.get("/ladders")
def ladders(visit: Visitor) -> Answer:
    """Whose steps there are: the state's, and which series have some of their own."""
    listed = visit.clients.ladders.ListLadders(pb.ListLaddersRequest()).ladders
    own = {one.name for one in listed if one.source == one.name}
    series = visit.clients.series.ListSeries(series_pb.ListSeriesRequest()).series
    rows = [
        (one.name.removeprefix("series/"), one.title, f"{one.name}/ladder" in own) for one in series if not one.past
    ]
    return visit.page("messages/ladders.html", rows=rows, state_own="state/ladder" in own)


@router.get(_STATE)
def of_state(visit: Visitor) -> Answer:
    """The state's steps."""
    return _shown(visit, _state())


@router.post(_STATE)
def change_of_state(visit: Visitor, form: Sent) -> Answer:
    """Change the state's steps, or look at what they would be."""
    return _changed(visit, _state(), form)


@router.get(_OF_SERIES)
def of_series(visit: Visitor, series: str) -> Answer:
    """The steps of a series."""
    return _shown(visit, _series(visit, series))


@router.post(_OF_SERIES)
def change_of_series(visit: Visitor, series: str, form: Sent) -> Answer:
    """Change the steps of a series, or look at what they would be."""
    return _changed(visit, _series(visit, series), form)


@router.get(_OF_LETTER)
def of_letter(visit: Visitor, letter_id: str) -> Answer:
    """The steps of a letter."""
    return _shown(visit, _letter(visit, letter_id))


@router.post(_OF_LETTER)
def change_of_letter(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Change the steps of a letter, or look at what they would be."""
    return _changed(visit, _letter(visit, letter_id), form)


def _state() -> _Page:
    return _Page("state/ladder", "Reminders of all letters", _STATE)


def _series(visit: Visit, series: str) -> _Page:
    known = visit.clients.series.ListSeries(series_pb.ListSeriesRequest()).series
    if f"series/{series}" not in {one.name for one in known}:
        raise HTTPException(404)
    return _Page(f"series/{series}/ladder", f"Reminders of {series} letters", f"/ladders/series/{series}")


def _letter(visit: Visit, letter_id: str) -> _Page:
    letter = visit.letter(letter_id)
    return _Page(
        f"{letter.name}/ladder",
        f"Reminders of {letters.title(letter)}",
        f"/letters/{letter_id}/ladder",
        letter.due_date,
        letter.agency_due_date,
        letter,
    )


def _shown(visit: Visit, page: _Page) -> Answer:
    ladder = visit.clients.ladders.GetLadder(pb.GetLadderRequest(name=page.name))
    return _page(visit, page, ladder, Form.of(steps.typed(ladder.rungs) | _due(visit, page)))


def _due(visit: Visit, page: _Page) -> dict[str, str]:
    friday = visit.today + timedelta(days=(_FRIDAY - visit.today.weekday()) % 7)
    due = page.due or (friday + _EXAMPLE).isoformat()
    return {"due": due, "agency_due": page.agency_due or due}


def _changed(visit: Visit, page: _Page, form: SentForm) -> Answer:
    ladder = visit.clients.ladders.GetLadder(pb.GetLadderRequest(name=page.name))
    if form.errors:
        return _page(visit, page, ladder, form)
    if form.text("action") == "back":
        asked = pb.ResetLadderRequest(name=page.name, etag=form.text("etag"), request_id=form.request_id)
        try:
            visit.clients.ladders.ResetLadder(asked)
        except Refused as error:
            form.refuse(error)
            return _page(visit, page, ladder, form)
        return visit.go(page.at, done="ladder-back")
    places, rungs = steps.read(form)
    if form.text("action") == "save" and not form.errors:
        given = pb.Ladder(name=page.name, rungs=rungs, etag=form.text("etag"))
        try:
            visit.clients.ladders.UpdateLadder(pb.UpdateLadderRequest(ladder=given, request_id=form.request_id))
        except Refused as error:
            _refuse(form, error, places)
        else:
            return visit.go(page.at, done="ladder")
    return _page(visit, page, ladder, form, rungs, places)


def _page(
    visit: Visit,
    page: _Page,
    ladder: pb.Ladder,
    form: Form,
    rungs: Sequence[pb.Rung] = (),
    places: Sequence[str] = (),
) -> Answer:
    form.values.setdefault("etag", [ladder.etag])
    taken = _taken(page, rungs or ladder.rungs)
    days = [] if form.errors else _days(visit, form, taken, places)
    return visit.page(
        "messages/ladder.html",
        status=400 if form.errors else 200,
        page=page,
        letters=letters,
        form=form,
        ladder=ladder,
        may_write=visit.rights.state("notices.write"),
        own=ladder.source == ladder.name,
        source=letters.reminded_by(ladder),
        tables=steps.tables(form),
        when=steps.WHEN,
        days=[(sentences.named_day(day, visit.today), steps.hears(rung)) for day, rung in days],
        last_step=steps.LAST,
    )


def _taken(page: _Page, rungs: Sequence[pb.Rung]) -> Sequence[pb.Rung]:
    """Return the steps that are taken: agencies of an urgent letter are reminded by the hour, and not by these."""
    urgent = page.letter is not None and page.letter.urgent_reason
    return [rung for rung in rungs if rung.of != pb.Rung.CONFIRMATION] if urgent else rungs


def _days(visit: Visit, form: Form, rungs: Sequence[pb.Rung], places: Sequence[str]) -> list[steps.Day]:
    """Return on which days the steps fall, for what is due on the days of the form; none if a day is missing."""
    due = form.day("due", YEARS_OF_DOCUMENTS, "Give a day.")
    agency_due = form.day("agency_due", YEARS_OF_DOCUMENTS, "Give a day.")
    if due is None or agency_due is None:
        return []
    asked = pb.PreviewLadderRequest(
        ladder=pb.Ladder(rungs=rungs), due_date=due.isoformat(), agency_due_date=agency_due.isoformat()
    )
    try:
        found = visit.clients.ladders.PreviewLadder(asked).days
    except Refused as error:
        if not isinstance(form, SentForm):
            raise
        _refuse(form, error, places)
        return []
    return [steps.Day.of(one) for one in found]


def _refuse(form: SentForm, error: Refused, places: Sequence[str]) -> None:
    """Show a refusal at the step that it names."""
    for path in error.fields:
        if (at_fault := _AT_FAULT.fullmatch(path)) and (n := int(at_fault[1])) < len(places):
            form.refuse(error, {path.rpartition(".")[2]: f"{places[n]}-days"})
            return
    form.refuse(error)
