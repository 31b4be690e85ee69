"""One's own messages, and of which of them one gets mail. To open this page marks nothing; to follow a message does."""

from itertools import groupby
from urllib.parse import urlencode

from fastapi import APIRouter

from cadre.notification.v1 import message_service_pb2 as pb
from gateway.messages import hours, phrases
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/messages")

_PATH, _CHOICES = "/messages", "/messages/choices"
_ROWS = 25


@router.get("")
def messages(visit: Visitor, page: str = "") -> Answer:
    """What Cadre said to the visitor, by day, the newest first."""
    return _show(visit, Form(), page)


@router.post("/read")
def mark_read(visit: Visitor, form: Sent) -> Answer:
    """Mark those as read that were on the page."""
    names, page = list(dict.fromkeys(form.all("names"))), form.text("page")
    try:
        answer = visit.clients.messages.OpenMessages(pb.OpenMessagesRequest(names=names, request_id=form.request_id))
    except Refused as error:
        form.refuse(error)
        return _show(visit, form, page)
    visit.heard(answer.unopened_count)
    return visit.go(f"{_PATH}?{urlencode({'page': page})}" if page else _PATH, done="messages-read")


@router.get("/choices")
def choices(visit: Visitor) -> Answer:
    """Of which messages the visitor gets mail; links in mail lead here."""
    return _show_choices(visit, Form())


@router.post("/choices")
def choose(visit: Visitor, form: Sent) -> Answer:
    """Get mail of a kind of message, or no more."""
    wanted = form.text("wanted") == "yes"
    try:
        visit.clients.messages.ChooseMail(
            pb.ChooseMailRequest(kind=form.text("kind"), wanted=wanted, request_id=form.request_id)
        )
    except Refused as error:
        form.refuse(error)
        return _show_choices(visit, form)
    return visit.go(_CHOICES, done="mail-wanted" if wanted else "mail-not-wanted")


@router.post("/choices/morning")
def choose_morning(visit: Visitor, form: Sent) -> Answer:
    """Get the morning mail at another hour."""
    hour = form.number("hour")
    if form.errors:
        return _show_choices(visit, form)
    try:
        visit.clients.messages.ChooseMorning(pb.ChooseMorningRequest(hour=hour, request_id=form.request_id))
    except Refused as error:
        form.refuse(error)
        return _show_choices(visit, form)
    return visit.go(_CHOICES, done="mail-morning")


def _show(visit: Visit, form: Form, page: str) -> Answer:
    answer = visit.clients.messages.ListMessages(pb.ListMessagesRequest(page_size=_ROWS, page_token=page))
    visit.heard(answer.unopened_count)
    days = groupby(answer.messages, key=lambda one: pacific_date(one.create_time.ToDatetime(tzinfo=PACIFIC)))
    return visit.page(
        "messages/messages.html",
        status=400 if form.errors else 200,
        form=form,
        days=[(day, list(said)) for day, said in days],
        unopened=[message.name for message in answer.messages if not message.opened],
        phrases=phrases,
        page=page,
        next_page=answer.next_page_token,
    )


def _show_choices(visit: Visit, form: Form) -> Answer:
    answer = visit.clients.messages.GetMailChoices(pb.GetMailChoicesRequest())
    found = answer.choices
    form.values.setdefault("hour", [str(answer.morning_hour)])
    return visit.page(
        "messages/choices.html",
        status=400 if form.errors else 200,
        form=form,
        mandatory=[choice for choice in found if choice.mandatory],
        mornings=hours.MORNINGS,
        optional=[choice for choice in found if not choice.mandatory],
    )
