"""What holds for every page: headers that bind the browser, time and calls measured, one log line, refusals said."""

import time
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from prometheus_client import CollectorRegistry, Histogram
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.identity import sign_ins
from gateway.identity.troubles import SignInFailed, Trouble
from gateway.web import clients, typed
from gateway.web.bodies import MOST_BYTES, MOST_BYTES_OF_ANYBODY, TooLarge, Unreadable
from gateway.web.followed import Answered, Arrived
from gateway.web.forms import Form, read
from gateway.web.visit import COOKIE, NOT_KEPT, Forged, NeedsSignIn, Visit, nobody, safe_path, same, somebody
from servicekit import metrics, trace
from servicekit.rpc.client import Refused

log = structlog.get_logger()

HEADERS = {
    # Our own files and nothing in the page, nothing from elsewhere; nobody may frame us, and a form goes nowhere else.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
        "media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# Staff share computers: what one person saw is not there for the next one's back button.
_PRIVATE = "no-store"


class Everything:
    """Wraps the application: trace, headers, time by route, one log line with ids only."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self.app = app
        self.seconds = Histogram(
            "cadre_page_seconds",
            "Time to answer a page",
            ["method", "route", "status"],
            buckets=metrics.SECONDS,
            registry=registry,
        )

        self.calls = Histogram(
            "cadre_page_calls",
            "Calls of services that a page made",
            ["method", "route"],
            buckets=(0, 1, 2, 4, 6, 8, 12, 16, 24),
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        calls = clients.count_calls()
        status = 500
        secure = scope["scheme"] == "https"
        headers = dict(scope["headers"])
        given = headers.get(b"traceparent", b"").decode("latin-1")

        # Whoever asks for the head of a page gets the head and nothing else.
        only_head = scope["method"] == "HEAD"
        method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "other"
        if only_head:
            scope = {**scope, "method": "GET", "state": {**scope.get("state", {}), "only_head": True}}

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    # A file of a course has a stricter policy of its own.
                    answer.setdefault(name, value)
                # What somebody who reports a fault can name: it is in every log line that their page caused.
                answer["x-request-id"] = trace.trace_id()
                if secure:
                    answer["strict-transport-security"] = "max-age=31536000"
                answer.setdefault("cache-control", _PRIVATE)
            if only_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        with (
            trace.work("page", trace.Kind.SERVER, parent=given) as work,
            structlog.contextvars.bound_contextvars(trace=trace.trace_id()),
        ):
            try:
                await self.app(scope, receive, send_with_headers)
            finally:
                seconds = time.perf_counter() - started
                route = getattr(scope.get("route"), "path", "unknown")
                work.name(f"{method} {route}")
                work.note("http.response.status_code", status)
                self.seconds.labels(method, route, str(status)).observe(seconds)
                self.calls.labels(method, route).observe(calls.number)
                if not scope["path"].startswith("/static/"):
                    log.info(
                        "page",
                        http_method=method,
                        route=route,
                        status=status,
                        seconds=round(seconds, 4),
                        calls=calls.number,
                        person=scope.get("state", {}).get("person", ""),
                    )


def answer_refusals(app: FastAPI) -> None:
    """Turn what pages do not handle themselves into pages that say what to do."""
    app.add_exception_handler(Answered, _answered)
    app.add_exception_handler(Arrived, _arrived)
    app.add_exception_handler(NeedsSignIn, _sign_in_first)
    app.add_exception_handler(SignInFailed, _not_signed_in)
    app.add_exception_handler(Forged, _forged)
    app.add_exception_handler(TooLarge, _too_large)
    app.add_exception_handler(Unreadable, _unreadable)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(OperationalError, _no_database)
    app.add_exception_handler(InterfaceError, _no_database)
    app.add_exception_handler(NoConnectionFree, _no_connection)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _not_found)
    app.add_exception_handler(Exception, _failed)


async def _sign_in_first(request: Request, _: Exception) -> Response:
    """To the sign-in, and back to the same place; what was typed is kept for its owner."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method == "POST":
        back = "/kept" if await _keep(request) else "/home"
    return RedirectResponse(f"/sign-in?{urlencode({'next': safe_path(back)})}", 303)


async def _answered(_: Request, error: Exception) -> Response:
    """Show again what a form was answered with."""
    assert isinstance(error, Answered)  # noqa: S101 - registered for it
    return HTMLResponse(error.page.content, error.page.status)


async def _arrived(_: Request, error: Exception) -> Response:
    """On to where a message leads."""
    assert isinstance(error, Arrived)  # noqa: S101 - registered for it
    return RedirectResponse(error.path, 303)


async def _not_signed_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFailed)  # noqa: S101 - registered for it
    log.info("sign_in_failed", trouble=error.trouble.name, note=error.note)
    status = HTTPStatus.SERVICE_UNAVAILABLE if error.trouble is Trouble.DOWN else HTTPStatus.FORBIDDEN
    visit = await nobody(request)
    return visit.page("web/sign_in_failed.html", status=status, failed=error, back_to=safe_path(error.path))


async def _keep(request: Request) -> bool:
    cookie = request.cookies.get(COOKIE, "")
    database = request.app.state.gateway.database
    csrf = await run_in_threadpool(sign_ins.csrf_before, database, cookie)
    try:
        form = await read(request, MOST_BYTES if csrf else MOST_BYTES_OF_ANYBODY)
    except (TooLarge, Unreadable):
        return False
    if request.url.path.endswith(NOT_KEPT) or not same(form.text("csrf"), csrf):
        return False
    fields = [(name, value) for name, values in form.values.items() if name != "csrf" for value in values]
    # A file cannot be kept; its owner is told which one it was.
    fields += [("file_not_kept", name) for name in form.filenames.values() if name]
    return await run_in_threadpool(sign_ins.keep, database, cookie, request.url.path, fields, database.clock())


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for it
    if error.code == "UNAUTHENTICATED":
        return await _sign_in_first(request, error)
    if error.code == "PERMISSION_DENIED":
        return await say(
            request,
            HTTPStatus.FORBIDDEN,
            "This page is not yours to see",
            "You see what belongs to your own work and your own agency. If you should see this, ask your coordinator.",
        )
    if error.code in ("NOT_FOUND", "INVALID_ARGUMENT") and request.method == "GET":
        return await _not_found(request, error)
    if error.passing:
        return await _no_answer(request)
    if error.code in ("INTERNAL", "UNKNOWN"):
        log.error("service_failed", code=error.code, reason=error.reason)
        return await _failed(request, error)
    return await say(
        request, HTTPStatus.BAD_REQUEST, "This could not be done", request.app.state.gateway.outcomes.refused(error)
    )


async def _no_database(request: Request, error: Exception) -> Response:
    """Say of our own database what is said of a service: it restarts, or took too long, and will answer again."""
    assert isinstance(error, DBAPIError)  # noqa: S101 - registered for its kinds
    log.warning("database_unavailable", error=str(error.orig))
    return await _no_answer(request)


async def _no_connection(request: Request, _: Exception) -> Response:
    """Say the same where more people ask at once than our database has connections for."""
    log.warning("no_connection_free")
    return await _no_answer(request)


async def _no_answer(request: Request) -> Response:
    return await say(
        request,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "A part of Cadre does not answer right now",
        "Nothing is lost. Try again in a moment; if it stays like this, tell whoever runs Cadre here.",
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET":
        return await _only_sent_to(request, error)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return await _not_found(request, error)
    return await say(request, HTTPStatus(error.status_code), "This could not be done", str(error.detail))


async def _only_sent_to(request: Request, error: Exception) -> Response:
    """Answer who goes to an address that only takes forms: with what one was answered, if that is kept."""
    try:
        await somebody(request)
    except Answered as found:
        return await _answered(request, found)
    except Arrived as gone_on:
        return await _arrived(request, gone_on)
    except NeedsSignIn:
        return await _sign_in_first(request, error)
    except SignInFailed as failed:
        return await _not_signed_in(request, failed)
    return await _not_found(request, error)


async def _not_found(request: Request, _: Exception) -> Response:
    return await say(
        request,
        HTTPStatus.NOT_FOUND,
        "There is no such page",
        "It may have moved, or it is not yours to see. Start from your home page.",
    )


async def _forged(request: Request, _: Exception) -> Response:
    return await say(
        request,
        HTTPStatus.FORBIDDEN,
        "This form could not be accepted",
        "It was opened under another sign-in. Open the page again, then send the form.",
    )


async def _too_large(request: Request, _: Exception) -> Response:
    return await say(
        request,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "This file is too large",
        "Nothing was saved. Go back, and choose a file that is smaller than the page says.",
    )


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unreadable)  # noqa: S101 - registered for it
    return await say(request, HTTPStatus.BAD_REQUEST, "This form could not be read", error.sentence)


async def _gone(_: Request, __: Exception) -> Response:
    """Answer nobody: the browser went away while it sent."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


async def _failed(request: Request, _: Exception) -> Response:
    return await say(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong on our side",
        "It was noted. Nothing you saved before is lost. Try again, or go to your home page.",
    )


async def say(request: Request, status: HTTPStatus, title: str, sentence: str) -> Response:
    """Answer with a page of one sentence, and with what was typed, if a form was sent: it is nowhere else."""
    visit = getattr(request.state, "visit", None) or await nobody(request)
    form = getattr(request.state, "form", None) or Form()
    return await run_in_threadpool(_say, visit, form, status, title, sentence)


def _say(visit: Visit, form: Form, status: HTTPStatus, title: str, sentence: str) -> Response:
    fields = [(name, value) for name, values in form.values.items() for value in values]
    shown = typed.said(visit, visit.request.url.path, fields) if fields else {}
    return visit.page("web/refused.html", status=status, title=title, sentence=sentence, typed=shown)
