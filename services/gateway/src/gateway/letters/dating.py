"""The earlier day by which an agency wants its own people ready: the page on which its coordinator sets it."""

from fastapi import APIRouter

from cadre.notification.v1 import local_date_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.letters import agency_lists, letters
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.calendar import YEARS_OF_DOCUMENTS
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/letters/{letter_id}/our-date")

# More than there are agencies.
_MOST = 200


@router.get("")
def our_date(visit: Visitor, agency_id: str, letter_id: str) -> Answer:
    """The two days, and the form."""
    return _shown(visit, agency_id, letter_id, None)


@router.post("")
def give(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Give our people an earlier day."""
    day = form.day("due_date", YEARS_OF_DOCUMENTS, "Give the day.")
    if day is None or form.errors:
        return _shown(visit, agency_id, letter_id, form)
    return _set(visit, agency_id, letter_id, form, day.isoformat(), "our-date")


@router.post("/take-back")
def take_back(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """The state's day again."""
    return _set(visit, agency_id, letter_id, form, "", "our-date-back")


def of_agency(visit: Visit, agency_id: str, letter: notice_pb.Notice) -> pb.LocalDate:
    """Return the days of a letter at an agency; none of its own where it only has people under the letter."""
    try:
        return visit.clients.local_dates.GetLocalDate(
            pb.GetLocalDateRequest(parent=f"agencies/{agency_id}", notice=letter.name)
        )
    except Refused as error:
        if error.reason != "NOT_FOUND":
            raise
        return pb.LocalDate(state_due_date=letter.due_date)


def of_letter(visit: Visit, letter: notice_pb.Notice) -> dict[str, str]:
    """Return the days of their own that agencies have for a letter."""
    asked = pb.ListLocalDatesRequest(notice=letter.name, page_size=_MOST)
    return {one.agency: one.due_date for one in visit.clients.local_dates.ListLocalDates(asked).local_dates}


def _set(visit: Visit, agency_id: str, letter_id: str, form: SentForm, day: str, done: str) -> Answer:
    try:
        visit.clients.local_dates.SetLocalDate(
            pb.SetLocalDateRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                due_date=day,
                etag=form.text("etag"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.values.setdefault("due_date", [day])
        form.refuse(error)
        return _shown(visit, agency_id, letter_id, form, stale=error.reason == "STALE")
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done=done)


def _shown(visit: Visit, agency_id: str, letter_id: str, form: Form | None, *, stale: bool = False) -> Answer:
    parent = f"agencies/{agency_id}"
    mine = agency_lists.at(visit, agency_id, letter_id)
    dates = of_agency(visit, agency_id, mine.notice)
    form = form or Form()
    form.beside({"due_date": dates.due_date}, dates.etag, stale=stale)
    return visit.page(
        "letters/our_date.html",
        status=400 if form.errors else 200,
        letter=mine.notice,
        letters=letters,
        agency=visit.agency(parent),
        dates=dates,
        to_go=agency_lists.to_go(mine.readiness.counts),
        names=visit.names([dates.setter]),
        years=YEARS_OF_DOCUMENTS,
        may_write=visit.rights.at("notices.confirm_for_agency", parent),
        form=form,
    )
