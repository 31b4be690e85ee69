"""Signing in and out: by a provider, by password and code; in a demonstration also as one of its people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse

from cadre.directory.v1 import sign_in_service_pb2 as pb
from gateway.identity import password_sign_ins, passwords, places, sign_ins
from gateway.web import clients, typed
from gateway.web.forms import Form, posted
from gateway.web.visit import COOKIE, Answer, Anybody, Forged, Sent, Visit, Visitor, same
from gateway.words import sentences
from servicekit.rpc.client import Refused

# Parts of the demonstration that are no step of its ten minutes.
_BESIDE_THE_STORY = (
    *("director", "training-manager", "designer", "committee-secretary", "committee-member", "operator", "outside"),
)

NOT_RIGHT = (
    "Staff number, password and code do not fit together, or the code was used before. Wait for the next code, then try"
    " again. If you lost your password or your phone, ask your training coordinator for a new invitation."
)
NOT_VOUCHED = (
    "Your password came with an invitation of an agency that does not look after your sign-ins any more. Ask the"
    " training coordinator of the agency that does, or an operator of Cadre, for a new invitation."
)
TOO_MANY = "That was tried too often. Wait fifteen minutes, then try again."

router = APIRouter()


@router.get("/")
def start() -> Answer:
    """Go to the home page, which asks for a sign-in where there is none."""
    return RedirectResponse("/home", 303)


@router.get("/sign-in")
def sign_in_page(visit: Anybody, next: str = "") -> Answer:
    """Offer the ways to sign in."""
    return _offer(visit, Form(), next)


@router.post("/sign-in")
def sign_in(request: Request, visit: Anybody, form: Annotated[Form, Depends(posted)]) -> Answer:
    """Sign in as a person of the demonstration, and go back to where it was asked for."""
    if not visit.gateway.settings.demo or not from_here(request):
        raise Forged
    person = form.text("person")
    if person not in {persona.person for persona in _personas(visit)}:
        form.errors[""] = "Choose one of these people."
        return _offer(visit, form, form.text("next"))
    cookie = sign_ins.begin(
        visit.gateway.database,
        person,
        visit.now,
        place=visit.place(places.DEMONSTRATION),
        previous=request.cookies.get(COOKIE, ""),
    )
    return visit.begun(cookie, form.text("next"))


@router.post("/sign-in/by-code")
def sign_in_by_code(request: Request, visit: Anybody, form: Annotated[Form, Depends(posted)]) -> Answer:
    """Sign in by staff number, password and code. Nobody is told which of them is wrong."""
    if not from_here(request):
        raise Forged
    form.needs("staff_number", "Give your staff number.")
    form.needs("code", "Give the six digits that your phone shows, or a code from your paper.")
    password = "".join(form.values.pop("password", [""])[:1])
    if not password:
        form.errors["password"] = "Give your password."  # noqa: S105 - a sentence
    busy = False
    if not form.errors:
        try:
            cookie = password_sign_ins.enter(
                visit.gateway.database,
                visit.gateway.box,
                staff_number=form.text("staff_number"),
                password=password,
                code=form.text("code"),
                place=visit.place(places.PASSWORD),
                previous=request.cookies.get(COOKIE, ""),
                vouches=lambda agency, person: agency in named(visit, person).kept_by,
                at=visit.now,
            )
        except password_sign_ins.NotRight:
            form.errors["staff_number"] = NOT_RIGHT
        except password_sign_ins.NotVouched:
            form.errors["staff_number"] = NOT_VOUCHED
        except password_sign_ins.TooManyTries:
            form.errors["staff_number"] = TOO_MANY
        except passwords.Busy:
            form.errors[""], busy = passwords.BUSY, True
        else:
            return visit.begun(cookie, form.text("next"))
    form.values.pop("code", None)
    return _offer(visit, form, form.text("next"), busy=busy)


@router.post("/sign-out")
def sign_out(request: Request, visit: Visitor, _: Annotated[Form, Depends(posted)]) -> Answer:
    """Sign out. No proof of the form's origin is asked for: to be signed out harms nobody.

    The cookie stays at the browser and is good for nothing: by it a form that is still open in another tab is kept.
    """
    way = sign_ins.end(visit.gateway.database, request.cookies.get(COOKIE, ""), visit.now)
    if visit.sign_in is not None:
        visit.gateway.tokens.forget(visit.sign_in.digest)
    slug = way.removeprefix(places.ISSUER) if way.startswith(places.ISSUER) else ""
    return visit.go(f"/sign-in?from={slug}" if slug else "/sign-in", done="signed-out")


@router.post("/sign-in/hold")
def hold(request: Request, visit: Anybody, form: Annotated[Form, Depends(posted)]) -> Answer:
    """Tell a page's script how long the sign-in holds that its forms belong to; let it hold on if somebody answered.

    To ask is no use of it. None is 0 seconds: ended, or somebody else's.
    """
    cookie, database = request.cookies.get(COOKIE, ""), visit.gateway.database
    found = sign_ins.look(database, cookie, visit.now)
    if found is None or not same(form.text("csrf"), found.csrf):
        return JSONResponse({"seconds": 0, "most": 0, "clock": ""})
    if form.text("stay"):
        found = sign_ins.use(database, cookie, visit.now) or found
    seconds, most = (int((end - visit.now).total_seconds()) for end in (found.idles_at, found.ends_at))
    return JSONResponse({"seconds": seconds, "most": most, "clock": sentences.clock(found.idles_at)})


@router.get("/kept")
def kept_page(visit: Visitor) -> Answer:
    """Show what was typed when the sign-in ended; its owner sends it or drops it."""
    kept = sign_ins.kept(visit.gateway.database, visit.sign_in) if visit.sign_in else None
    shown = typed.said(visit, kept.path, kept.fields) if kept else {}
    return visit.page("sign_in/kept.html", kept=kept, shown=shown, form=Form())


@router.post("/kept")
def drop_kept(visit: Visitor, _: Sent) -> Answer:
    """Drop what was kept."""
    if visit.sign_in:
        sign_ins.forget(visit.gateway.database, visit.sign_in)
    return visit.go("/home", done="dropped")


def _offer(visit: Visit, form: Form, back_to: str, *, busy: bool = False) -> Answer:
    personas = _personas(visit) if visit.gateway.settings.demo else []
    story = [(persona.title, persona) for persona in personas if persona.part not in _BESIDE_THE_STORY]
    # The story ends where it began.
    story += [("Analyst: the numbers moved", persona) for persona in personas if persona.part == "analyst"]
    for name in ("staff_number", "code", "password"):
        form.values.setdefault(name, [""])
    left = visit.gateway.providers.get(visit.request.query_params.get("from", ""))
    return visit.page(
        "sign_in/sign_in.html",
        status=503 if busy else 400 if form.errors else 200,
        form=form,
        issuers=[provider.issuer for provider in visit.gateway.providers.values()],
        left=left.issuer if left and left.end_session_url(visit.ours) else None,
        story=story,
        others=[(persona.title, persona) for persona in personas if persona.part in _BESIDE_THE_STORY],
        back_to=back_to,
        keeps=back_to == "/kept",
    )


def _personas(visit: Visit) -> list[pb.Persona]:
    try:
        with clients.acting_as(visit.clients.own_token):
            return list(visit.clients.sign_ins.ListPersonas(pb.ListPersonasRequest()).personas)
    except Refused as error:
        # Nobody imported the staff yet: the page says what to do.
        if error.code == "NOT_FOUND":
            return []
        raise


def named(visit: Visit, person: str) -> pb.SignInPerson:
    """Ask the directory, as the gateway, who somebody is that is not signed in yet."""
    with clients.acting_as(visit.clients.own_token):
        return visit.clients.sign_ins.GetSignInPerson(pb.GetSignInPersonRequest(person=person, whole_state=True))


def from_here(request: Request) -> bool:
    """Whether the browser says that the form stands on a page of this very site."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host", "")
