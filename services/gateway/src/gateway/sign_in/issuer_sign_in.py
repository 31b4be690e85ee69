"""To an OpenID provider and back, and signing out there too."""

import re
import secrets
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from cadre.directory.v1 import sign_in_service_pb2 as pb
from gateway.identity import attempts, places, sign_ins
from gateway.identity.issuers import STAFF_NUMBER, Issuer
from gateway.identity.oidc import Provider
from gateway.identity.troubles import SignInFailed, Trouble
from gateway.web import clients
from gateway.web.visit import COOKIE, Answer, Anybody, Visit, safe_path
from servicekit.rpc.client import Refused

# Recognises the browser that went away; of no worth by itself.
BROWSER = "cadre_sign_in_attempt"
_COOKIE = re.compile(r"[\w-]{43}", re.ASCII)

router = APIRouter()


@router.get("/sign-in/with/{slug}")
def to_provider(request: Request, visit: Anybody, slug: str, next: str = "") -> Answer:
    """Send the browser to the provider."""
    provider = _provider(visit, slug)
    browser = request.cookies.get(BROWSER, "")
    if not _COOKIE.fullmatch(browser):
        browser = secrets.token_urlsafe(32)
    path = safe_path(next)
    try:
        provider.metadata()
        attempt = attempts.begin(visit.gateway.database, browser=browser, issuer=slug, path=path, at=visit.now)
        answer = RedirectResponse(provider.authorization_url(attempt, _back(visit, slug)), HTTPStatus.SEE_OTHER)
    except SignInFailed as failed:
        failed.title, failed.path = provider.issuer.title, path
        raise
    answer.set_cookie(
        BROWSER,
        browser,
        max_age=int(attempts.LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/sign-in",
    )
    return answer


@router.get("/sign-in/with/{slug}/back")
def from_provider(request: Request, visit: Anybody, slug: str) -> Answer:
    """Believe what the provider says if it can be verified, find the person, and sign them in."""
    provider, path = _provider(visit, slug), ""
    given = dict(request.query_params)
    try:
        back = attempts.take(
            visit.gateway.database,
            state=given.get("state", ""),
            browser=request.cookies.get(BROWSER, ""),
            issuer=slug,
            at=visit.now,
        )
        path = back.path
        person = _person(visit, provider.issuer, provider.whom(given, back.attempt, _back(visit, slug)))
    except SignInFailed as failed:
        failed.title, failed.path = provider.issuer.title, path
        raise
    cookie = sign_ins.begin(
        visit.gateway.database,
        person,
        visit.now,
        place=visit.place(f"{places.ISSUER}{slug}"),
        previous=request.cookies.get(COOKIE, ""),
    )
    return visit.begun(cookie, path)


@router.get("/sign-out/at/{slug}")
def sign_out_there(visit: Anybody, slug: str) -> Answer:
    """Sign out of the provider too: on a computer that others use."""
    return RedirectResponse(_provider(visit, slug).end_session_url(f"{visit.ours}/sign-in") or "/sign-in", 303)


def _person(visit: Visit, issuer: Issuer, named: str) -> str:
    """Return whom the issuer names, among those it may vouch for. Nobody is ever made, and no role ever given."""
    request = pb.GetSignInPersonRequest(agencies=issuer.agencies or (), whole_state=issuer.agencies is None)
    setattr(request, "staff_number" if issuer.claim == STAFF_NUMBER else "email", named)
    try:
        with clients.acting_as(visit.clients.own_token):
            found = visit.clients.sign_ins.GetSignInPerson(request)
    except Refused as error:
        if error.code != "NOT_FOUND":
            raise
        raise SignInFailed(Trouble.NOT_KNOWN, "nobody of these agencies") from error
    if not found.may_sign_in:
        raise SignInFailed(Trouble.NO_WORK, "no current work")
    person: str = found.person
    return person


def _provider(visit: Visit, slug: str) -> Provider:
    provider = visit.gateway.providers.get(slug)
    if provider is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return provider


def _back(visit: Visit, slug: str) -> str:
    return f"{visit.ours}/sign-in/with/{slug}/back"
