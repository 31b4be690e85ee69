"""Feeds as programs read them: by the secret in their address, as the person whose it is, with the rights of today."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.exceptions import HTTPException
from fastapi.responses import PlainTextResponse, Response

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.partnership.v1.meeting_service_pb2 import ListMyMeetingsRequest, Meeting
from gateway.feeds import atom, dates, told
from gateway.feeds.told import Site
from gateway.identity import feeds
from gateway.identity.feeds import Feed, TooOften
from gateway.web import clients
from gateway.web.visit import Answer, Anybody, Visit
from gateway.words import glossary
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/feeds/{token}")

# One call of a service, whatever there is: what is still to do and what came last are among these.
_LOOKED_AT = 200
# Said to somebody who may not: they are told what is told of an address that never was. No word of a sign-in either,
# which would carry the address on.
_NOT_THERE = ("PERMISSION_DENIED", "NOT_FOUND", "UNAUTHENTICATED", "INVALID_ARGUMENT")


@router.get("/letters.atom")
def letters(visit: Anybody, token: str) -> Answer:
    """Letters that were issued or withdrawn: of an agency, or on a topic."""
    try:
        with _reader(visit, token, feeds.LETTERS) as feed:
            shown = atom.newest(_letters_of(visit, feed))
    except TooOften as error:
        return _too_often(error)
    content = atom.feed(_site(visit, feed), id=str(feed.id), title=title(feed), since=feed.created_at, shown=shown)
    return _answer(visit, content, atom.MEDIA_TYPE, max(map(told.changed_at, shown), default=feed.created_at))


@router.get("/dates.ics")
def days(visit: Anybody, token: str) -> Answer:
    """Days of effect and due days: of an agency, or of the person."""
    try:
        with _reader(visit, token, feeds.DATES) as feed:
            found, meetings = list(_dates_of(visit, feed)), _meetings_of(visit, feed)
    except TooOften as error:
        return _too_often(error)
    content = dates.calendar(_site(visit, feed), title(feed), found, meetings)
    changed = [*(one.changed_at for one in found), *(told.moment(one.call_time) for one in meetings)]
    return _answer(visit, content, dates.MEDIA_TYPE, max(changed, default=feed.created_at))


def title(feed: Feed | feeds.Seen) -> str:
    """What a feed has, as programs and pages call it."""
    of = f", {glossary.place(feed.agency)}" if feed.agency else ""
    if feed.kind == feeds.DATES:
        return f"Dates{of}" if of else "My dates"
    return f"Letters{of}" if of else f"Letters: {feed.topic}" if feed.topic else "Letters"


@contextmanager
def _reader(visit: Visit, token: str, kind: str) -> Iterator[Feed]:
    """Act as the person whose address it is, for what is asked inside.

    Who they are and what they may is asked anew each time: nothing of a sign-in is kept. Raises `TooOften`, and one and
    the same 404 for an address that is wrong, revoked or of another kind, whose owner left, or may not any more.
    """
    gateway = visit.gateway
    feed = feeds.use(gateway.database, token, visit.now)
    if feed is None or feed.kind != kind:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    visit.request.state.person = feed.person
    try:
        bearer = gateway.tokens.fresh(feed.person)
        with clients.acting_as(lambda: bearer):
            yield feed
    except Refused as error:
        if error.code in _NOT_THERE:
            raise HTTPException(HTTPStatus.NOT_FOUND) from error
        raise


def _letters_of(visit: Visit, feed: Feed) -> list[notice_pb.Notice]:
    if feed.agency:
        return [one.notice for one in _at_agency(visit, feed)]
    request = notice_pb.SearchNoticesRequest(query=feed.topic, page_size=_LOOKED_AT)
    return list(visit.clients.notices.SearchNotices(request).notices)


def _dates_of(visit: Visit, feed: Feed) -> Iterator[dates.Date]:
    if feed.agency:
        return dates.of_agency(feed.agency, _at_agency(visit, feed), visit.today)
    inbox = visit.clients.inbox.ListInbox(inbox_pb.ListInboxRequest(page_size=_LOOKED_AT))
    return dates.of_person(inbox.items, visit.today)


def _meetings_of(visit: Visit, feed: Feed) -> Sequence[Meeting]:
    """Return the called meetings of the person's committees; one that is canceled is gone."""
    if feed.agency:
        return ()
    return visit.clients.meetings.ListMyMeetings(ListMyMeetingsRequest()).meetings


def _at_agency(visit: Visit, feed: Feed) -> list[agency_pb.AgencyNotice]:
    request = agency_pb.ListAgencyNoticesRequest(parent=feed.agency, page_size=_LOOKED_AT)
    return list(visit.clients.agency_notices.ListAgencyNotices(request).notices)


def _site(visit: Visit, feed: Feed) -> Site:
    if feed.agency:
        return Site(visit.ours, f"/{feed.agency}/letters/{{id}}")
    return Site(visit.ours, "/training/{id}/letter" if feed.kind == feeds.LETTERS else "/training/{id}")


def _answer(visit: Visit, content: bytes, media_type: str, changed_at: datetime) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {
        "etag": tag,
        "last-modified": format_datetime(changed_at, usegmt=True),
        "cache-control": "private, no-cache",
        # What a link in it leads to is not told the address.
        "referrer-policy": "no-referrer",
    }
    known = [one.strip().removeprefix("W/") for one in visit.request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, media_type=f"{media_type}; charset=utf-8", headers=headers)


def _too_often(error: TooOften) -> Response:
    return PlainTextResponse(
        "This address is read too often.", HTTPStatus.TOO_MANY_REQUESTS, headers={"retry-after": str(error.seconds)}
    )
