"""The page behind an invitation's link: choose a password, set up the codes, and get the codes for paper."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from gateway.identity import codes, invitations, passwords
from gateway.identity.invitations import Invitation
from gateway.sign_in.pages import from_here, named
from gateway.web.forms import Form, posted
from gateway.web.visit import Answer, Anybody, Forged, Visit

router = APIRouter(prefix="/sign-in/invitation/{token}")


@router.get("")
def invitation_page(visit: Anybody, token: str) -> Answer:
    """Show whom the invitation is for, and the form."""
    found = _find(visit, token)
    return _show(visit, found, token, Form()) if found else _gone(visit)


@router.post("")
def accept(request: Request, visit: Anybody, token: str, form: Annotated[Form, Depends(posted)]) -> Answer:
    """Set password and codes. The answer shows the codes for paper: the only time, so no page follows it."""
    if not from_here(request):
        raise Forged
    found = _find(visit, token)
    if found is None:
        return _gone(visit)
    password, again = ("".join(form.values.pop(name, [""])[:1]) for name in ("password", "again"))
    person = named(visit, found.person)
    fault = passwords.fault(password, [person.display_name, found.staff_number], person.kept_by)
    if fault:
        form.errors["password"] = fault
    elif password != again:
        form.errors["again"] = "This is not the same as above. Type both once more."
    form.needs("code", "Give the six digits that your phone shows now.")
    if not form.errors:
        try:
            paper = invitations.use(
                visit.gateway.database,
                visit.gateway.box,
                token,
                password=password,
                code=form.text("code"),
                at=visit.now,
            )
        except invitations.CodeWrong:
            form.errors["code"] = (
                "This is not the code that your phone should show now. Wait for the next one; if it is not right"
                " either, let the phone set its time by itself."
            )
        except passwords.Busy:
            form.errors[""] = passwords.BUSY
        except invitations.InvitationGone:
            return _gone(visit)
        else:
            return visit.page(
                "sign_in/recovery_codes.html",
                person=person,
                paper=[codes.in_fours(code) for code in paper],
            )
    form.values.pop("code", None)
    return _show(visit, found, token, form)


def _show(visit: Visit, found: Invitation, token: str, form: Form) -> Answer:
    for name in ("password", "again", "code"):
        form.values.setdefault(name, [""])
    secret = visit.gateway.box.open(found.secret_sealed, found.person)
    if not secret:
        return _gone(visit)
    return visit.page(
        "sign_in/invitation.html",
        status=400 if form.errors else 200,
        form=form,
        token=token,
        invitation=found,
        person=named(visit, found.person),
        picture=codes.picture(secret, found.staff_number),
        secret=codes.in_fours(secret),
        least=passwords.LEAST,
    )


def _find(visit: Visit, token: str) -> Invitation | None:
    """Return the invitation of a link, unless the agency that gave it no longer keeps the person."""
    found = invitations.find(visit.gateway.database, token, visit.now)
    kept = found is not None and (not found.vouching or found.vouching in named(visit, found.person).kept_by)
    return found if kept else None


def _gone(visit: Visit) -> Answer:
    return visit.page(
        "web/refused.html",
        typed={},
        status=404,
        title="This invitation is good no more",
        sentence="It was used, taken back or replaced, its three days are over, or the agency that gave it does not"
        " look after your sign-ins any more. If you still cannot sign in, ask your training coordinator for a new one.",
    )
