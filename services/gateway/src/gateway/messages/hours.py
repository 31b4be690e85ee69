"""In which hours an agency's people get mail: set by its training coordinator, within the hours of all."""

from fastapi import APIRouter

from cadre.notification.v1 import message_service_pb2 as pb
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/mail-hours")


def named(hour: int) -> str:
    """`7 a.m.`, `noon`, `6 p.m.`."""
    if hour == _NOON:
        return "noon"
    return f"{hour} a.m." if hour < _NOON else f"{hour - _NOON} p.m."


_NOON = 12
MORNINGS = [(str(hour), named(hour)) for hour in range(7, 13)]
_OPENS = [(str(hour), named(hour)) for hour in range(7, 18)]
_CLOSES = [(str(hour), named(hour)) for hour in range(8, 19)]


@router.get("")
def hours(visit: Visitor, agency_id: str) -> Answer:
    """The hours of an agency as they are."""
    kept = visit.clients.messages.GetMailHours(pb.GetMailHoursRequest(parent=f"agencies/{agency_id}"))
    values = {"open_hour": str(kept.open_hour), "close_hour": str(kept.close_hour), "etag": kept.etag}
    return _show(visit, agency_id, Form.of(values))


@router.post("")
def change(visit: Visitor, agency_id: str, form: Sent) -> Answer:
    """Give an agency other hours."""
    opens, closes = form.number("open_hour"), form.number("close_hour")
    if form.errors:
        return _show(visit, agency_id, form)
    given = pb.MailHours(open_hour=opens, close_hour=closes, etag=form.text("etag"))
    ask = pb.UpdateMailHoursRequest(parent=f"agencies/{agency_id}", hours=given, request_id=form.request_id)
    try:
        visit.clients.messages.UpdateMailHours(ask)
    except Refused as error:
        form.refuse(error)
        return _show(visit, agency_id, form)
    return visit.go(f"/agencies/{agency_id}/mail-hours", done="mail-hours")


def _show(visit: Visit, agency_id: str, form: Form) -> Answer:
    return visit.page(
        "messages/hours.html",
        status=400 if form.errors else 200,
        form=form,
        agency=visit.agency(f"agencies/{agency_id}"),
        opens=_OPENS,
        closes=_CLOSES,
    )
