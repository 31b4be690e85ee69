"""My sign-ins: where, since when, last used; end one, or all others."""

import re

from fastapi import APIRouter

from gateway import invitations, open_sign_ins
from gateway.forms import Form
from gateway.visit import Answer, Sent, Visitor

router = APIRouter(prefix="/my-sign-ins")

_DIGEST = re.compile(r"[0-9a-f]{64}")


@router.get("")
def my_sign_ins(visit: Visitor) -> Answer:
    """Show the visitor's sign-ins of the last 30 days."""
    return visit.page(
        "my_sign_ins.html",
        form=Form(),
        seen=open_sign_ins.of(visit.gateway.database, visit.person, visit.now),
        here=visit.sign_in.digest.hex() if visit.sign_in else "",
        standing=invitations.standing(visit.gateway.database, visit.person, visit.now),
        ways=visit.ways,
    )


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
