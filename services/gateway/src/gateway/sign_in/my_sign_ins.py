"""My sign-ins: where, since when, last used; end one, or all others."""

import re

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.directory.v1 import person_service_pb2 as pb
from gateway.identity import invitations, open_sign_ins
from gateway.identity.issuers import STAFF_NUMBER
from gateway.identity.places import DEMONSTRATION, ISSUER, PASSWORD
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/my-sign-ins")

_DIGEST = re.compile(r"[0-9a-f]{64}")


@router.get("")
def my_sign_ins(visit: Visitor) -> Answer:
    """Show the visitor's sign-ins of the last 30 days, and whether an address may sign them in."""
    return _show(visit, Form())


def _show(visit: Visit, form: Form) -> Answer:
    return visit.page(
        "sign_in/my_sign_ins.html",
        status=400 if form.errors else 200,
        form=form,
        may_confirm=_may_confirm(visit),
        seen=open_sign_ins.of(visit.gateway.database, visit.person, visit.now),
        here=visit.sign_in.digest.hex() if visit.sign_in else "",
        standing=invitations.standing(visit.gateway.database, visit.person, visit.now),
        ways=visit.ways,
    )


@router.post("/email")
def confirm_email(visit: Visitor, form: Sent) -> Answer:
    """Say that the address is the visitor's own."""
    if not _may_confirm(visit):
        raise HTTPException(404)
    request = pb.ConfirmEmailRequest(email=form.text("email"), request_id=form.request_id)
    try:
        visit.clients.people.ConfirmEmail(request)
    except Refused as error:
        form.refuse(error)
        return _show(visit, form)
    if visit.sign_in:
        visit.forget([visit.sign_in.digest])
    return visit.go("/my-sign-ins", done="email-confirmed")


@router.post("/end")
def end_one(visit: Visitor, form: Sent) -> Answer:
    """End one of the visitor's sign-ins."""
    digest = form.text("sign_in")
    if _DIGEST.fullmatch(digest):
        visit.forget(open_sign_ins.end_one(visit.gateway.database, visit.person, digest, visit.now))
    return visit.go("/my-sign-ins", done="sign-in-ended")


@router.post("/end-others")
def end_others(visit: Visitor, _: Sent) -> Answer:
    """End all of the visitor's sign-ins but this one."""
    if visit.sign_in:
        visit.forget(open_sign_ins.end_others(visit.gateway.database, visit.person, visit.sign_in.digest, visit.now))
    return visit.go("/my-sign-ins", done="sign-ins-ended")


def _may_confirm(visit: Visit) -> bool:
    """Whether the visitor came in by something else than an address: by number, or by invitation and password."""
    way = visit.sign_in.way if visit.sign_in else ""
    provider = visit.gateway.providers.get(way.removeprefix(ISSUER)) if way.startswith(ISSUER) else None
    return way in (PASSWORD, DEMONSTRATION) or (provider is not None and provider.issuer.claim == STAFF_NUMBER)
