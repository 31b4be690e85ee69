"""Signing in and out. Outside a demonstration there is nothing to sign in with yet, and the page says so."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse

from cadre.directory.v1 import directory_service_pb2 as pb
from gateway import clients, sign_ins
from gateway.forms import Form, posted
from gateway.visit import COOKIE, Answer, Anybody, Forged, Sent, Visit, Visitor, safe_path
from servicekit.client import Refused

# Parts of the demonstration that are no step of its ten minutes.
_BESIDE_THE_STORY = ("training-manager", "operator")

router = APIRouter()

# Fields of a form that say nothing to the one who typed the others.
_SILENT = {"request_id", "csrf", "action", "etag"}


@router.get("/")
def start() -> Answer:
    """Go to the home page, which asks for a sign-in where there is none."""
    return RedirectResponse("/home", 303)


@router.get("/sign-in")
def sign_in_page(visit: Anybody, next: str = "") -> Answer:
    """Offer the people of the demonstration."""
    return _offer(visit, Form(), next)


@router.post("/sign-in")
def sign_in(request: Request, visit: Anybody, form: Annotated[Form, Depends(posted)]) -> Answer:
    """Sign in as a person of the demonstration, and go back to where it was asked for."""
    if not visit.gateway.settings.demo or not _from_here(request):
        raise Forged
    person = form.text("person")
    if person not in {persona.person for persona in _personas(visit)}:
        form.errors[""] = "Choose one of these people."
        return _offer(visit, form, form.text("next"))
    now = datetime.now(UTC)
    cookie = sign_ins.begin(visit.gateway.database, person, now, previous=request.cookies.get(COOKIE, ""))
    answer = visit.go(safe_path(form.text("next") or "/home"))
    answer.set_cookie(COOKIE, cookie, httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/")
    return answer


@router.post("/sign-out")
def sign_out(request: Request, visit: Visitor, _: Annotated[Form, Depends(posted)]) -> Answer:
    """Sign out. No proof of the form's origin is asked for: to be signed out harms nobody."""
    sign_ins.end(visit.gateway.database, request.cookies.get(COOKIE, ""), visit.now)
    if visit.sign_in is not None:
        visit.gateway.tokens.forget(visit.sign_in.digest)
    answer = visit.go("/sign-in", done="signed-out")
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get("/kept")
def kept_page(visit: Visitor) -> Answer:
    """Show what was typed when the sign-in ended; its owner sends it or drops it."""
    kept = sign_ins.kept(visit.gateway.database, visit.sign_in) if visit.sign_in else None
    shown = [
        (name.replace("_", " ").capitalize(), value)
        for name, value in (kept.fields if kept else ())
        if value and name not in _SILENT
    ]
    return visit.page("kept.html", kept=kept, shown=shown, form=Form())


@router.post("/kept")
def drop_kept(visit: Visitor, _: Sent) -> Answer:
    """Drop what was kept."""
    if visit.sign_in:
        sign_ins.forget(visit.gateway.database, visit.sign_in)
    return visit.go("/home", done="dropped")


def _offer(visit: Visit, form: Form, back_to: str) -> Answer:
    personas = _personas(visit) if visit.gateway.settings.demo else []
    story = [(persona.title, persona) for persona in personas if persona.part not in _BESIDE_THE_STORY]
    # The story ends where it began.
    story += [("Analyst: the numbers moved", persona) for persona in personas if persona.part == "analyst"]
    return visit.page(
        "sign_in.html",
        status=400 if form.errors else 200,
        form=form,
        story=story,
        others=[(persona.title, persona) for persona in personas if persona.part in _BESIDE_THE_STORY],
        back_to=back_to,
        keeps=back_to == "/kept",
    )


def _personas(visit: Visit) -> list[pb.Persona]:
    try:
        with clients.acting_as(visit.clients.own_token):
            return list(visit.clients.directory.ListPersonas(pb.ListPersonasRequest()).personas)
    except Refused as error:
        # Nobody imported the staff yet: the page says what to do.
        if error.code == "NOT_FOUND":
            return []
        raise


def _from_here(request: Request) -> bool:
    """Whether the browser says that the form stands on a page of this very site."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
