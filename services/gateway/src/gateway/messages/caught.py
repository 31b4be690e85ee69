"""In a demonstration: the mail that would have gone out, by letter and by person, as text and as it would look."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.exceptions import HTTPException
from fastapi.responses import HTMLResponse

from cadre.notification.v1 import message_service_pb2 as pb
from gateway.messages import phrases
from gateway.web.table import Column, Table
from gateway.web.visit import Answer, Visit, Visitor

_PATH = "/operations/mail/caught"
_TABLE = Table(
    rows=("mail", "mails"),
    columns=(Column("When"), Column("To"), Column("Subject"), Column("About")),
    by="",
    stands="the newest first",
    search="Number of a letter",
    size=25,
    keeps=("person",),
)
# The mail brings its styles with it, in attributes; nothing loads, nothing runs, and it is of no origin of ours.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def _of_demonstration(visit: Visitor) -> Visit:
    """Return the visit; elsewhere no mail is kept, and there is no such page."""
    if not visit.gateway.settings.demo:
        raise HTTPException(404)
    return visit


router = APIRouter(prefix=_PATH)
_Demonstration = Annotated[Visit, Depends(_of_demonstration)]


@router.get("")
def caught(visit: _Demonstration) -> Answer:
    """All of it, the newest first."""
    asked = _TABLE.asked(visit.request.query_params, _PATH)
    found = visit.clients.messages.ListCaughtMail(
        pb.ListCaughtMailRequest(
            person=asked.text("person"),
            letter=asked.query,
            page_size=_TABLE.size,
            page_token=asked.page,
        )
    )
    return visit.page(
        "messages/caught.html",
        asked=asked,
        rows=[(one, phrases.about(one)) for one in found.mails],
        total=found.total_size,
        older=asked.link(page=found.next_page_token) if found.next_page_token else "",
    )


@router.get("/{mail_id}")
def caught_mail(visit: _Demonstration, mail_id: str) -> Answer:
    """One mail as text."""
    return visit.page("messages/caught_mail.html", mail=_mail(visit, mail_id))


@router.get("/{mail_id}/html")
def as_it_looks(visit: _Demonstration, mail_id: str) -> Answer:
    """The mail as programs for mail show it, alone and under a policy of its own."""
    headers = {"content-security-policy": _POLICY, "cross-origin-opener-policy": "unsafe-none"}
    return HTMLResponse(_mail(visit, mail_id).html, headers=headers)


def _mail(visit: Visit, mail_id: str) -> pb.CaughtMail:
    return visit.clients.messages.GetCaughtMail(pb.GetCaughtMailRequest(name=f"caughtMails/{mail_id}"))
