"""Calendars and feeds: make an address for a program, see how often each is read, revoke one."""

import contextlib
import uuid

from fastapi import APIRouter

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.feeds import reading
from gateway.identity import feeds
from gateway.identity.feeds import TooMany, Wanted
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import glossary
from servicekit.refusals import RequestIdReused
from servicekit.rpc.client import Refused
from servicekit.text import line

router = APIRouter(prefix="/calendars-and-feeds")

_FILES = {feeds.DATES: "dates.ics", feeds.LETTERS: "letters.atom"}
_LONGEST_NAME = 100


@router.get("")
def calendars_and_feeds(visit: Visitor) -> Answer:
    """Show the visitor's addresses, and offer to make one."""
    return _show(visit, Form())


@router.post("")
def make(visit: Visitor, form: Sent) -> Answer:
    """Make an address, and show it in the answer: the only time, so no page follows it."""
    wanted = _wanted(visit, form)
    if wanted is None:
        return _show(visit, form)
    try:
        token = feeds.make(
            visit.gateway.database,
            visit.gateway.settings.keys_dir,
            wanted,
            person=visit.person,
            request_id=form.request_id,
            at=visit.now,
        )
    except TooMany:
        form.errors[""] = (
            f"You have {feeds.MOST_HELD} addresses already. Revoke one that you do not use, then make this."
        )
        return _show(visit, form)
    except RequestIdReused:
        form.errors[""] = "This form was sent before with other content. Check it, then send it again."
        form.request_id = str(uuid.uuid4())
        return _show(visit, form)
    return _show(visit, Form(), f"{visit.ours}/feeds/{token}/{_FILES[wanted.kind]}", wanted)


@router.post("/revoke")
def revoke(visit: Visitor, form: Sent) -> Answer:
    """Revoke one of the visitor's addresses."""
    with contextlib.suppress(ValueError):
        feeds.revoke(visit.gateway.database, visit.person, uuid.UUID(form.text("feed")), visit.now)
    return visit.go("/calendars-and-feeds", done="feed-revoked")


def _show(visit: Visit, form: Form, address: str = "", made: Wanted | None = None) -> Answer:
    return visit.page(
        "feeds/feeds.html",
        status=400 if form.errors else 200,
        once=address != "",
        form=form,
        offered=list(_offered(visit).items()),
        held=feeds.of(visit.gateway.database, visit.person, visit.now),
        title=reading.title,
        address=address,
        made=made,
        dates=feeds.DATES,
    )


def _offered(visit: Visit) -> dict[str, str]:
    """What the visitor may have read for them, by what the form sends: a kind, and an agency or none."""
    found = {feeds.DATES: "My dates: what takes effect, and what I have to do by when"}
    for agency in visit.rights.agencies("readiness.read_agency"):
        place = glossary.place(agency)
        found[f"{feeds.DATES} {agency}"] = f"Dates of {place}: what takes effect, and what it has to confirm by when"
        found[f"{feeds.LETTERS} {agency}"] = f"Letters that {place} received"
    return found | {feeds.LETTERS: "Letters on a topic"}


def _wanted(visit: Visit, form: SentForm) -> Wanted | None:
    """Read what was asked for; None if something is wrong with it."""
    chosen = form.text("what")
    if chosen not in _offered(visit):
        form.errors["what"] = "Choose what your program is to show."
    kind, _, agency = chosen.partition(" ")
    of_topic = kind == feeds.LETTERS and not agency
    topic = line(form.text("topic")) if of_topic else ""
    title = line(form.needs("title", "Give it a name by which you know it again, such as Outlook at work."))
    if len(title) > _LONGEST_NAME:
        form.errors["title"] = f"This must have at most {_LONGEST_NAME} characters."
    if topic and not form.errors:
        try:
            visit.clients.notices.SearchNotices(notice_pb.SearchNoticesRequest(query=topic, page_size=1))
        except Refused as error:
            form.refuse(error, {"query": "topic"})
    return None if form.errors else Wanted(kind, agency, topic, title)
