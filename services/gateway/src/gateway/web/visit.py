"""One visit of a page: who is there, what they may do, and how the page answers."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from annotated_types import Interval
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from gateway.identity import answers, open_sign_ins, sign_ins
from gateway.identity.codes import Box
from gateway.identity.oidc import Provider
from gateway.identity.places import DEMONSTRATION, ISSUER, PASSWORD, Place, browser_of
from gateway.identity.sign_ins import SignIn
from gateway.identity.troubles import SignInFailed, Trouble
from gateway.web import clients as callers
from gateway.web import disclosed, followed
from gateway.web.clients import Bell, Clients, Reference, Tokens
from gateway.web.forms import SentForm, read
from gateway.web.navigation import Entry, Item, menu
from gateway.web.rights import WHOLE, Rights
from gateway.words import glossary, sentences
from gateway.words.outcomes import Outcomes
from servicekit.calendar import Calendar, pacific_date
from servicekit.data.db import Database
from servicekit.rpc.client import Refused
from servicekit.settings import Settings
from servicekit.watch.history import History

COOKIE = "cadre_sign_in"
# What is only about the sign-in itself, and what must not wait anywhere beside a name.
NOT_KEPT = ("/sign-out", "/sign-in", "/kept", "/reaction")
# In the address of a page that answers a form: which answer it is.
_ANSWER = "answer"


@dataclass(frozen=True)
class Gateway:
    """What the pages stand on: made once by `app`."""

    settings: Settings
    database: Database
    clients: Clients
    tokens: Tokens
    bell: Bell
    templates: Environment
    outcomes: Outcomes
    navigation: tuple[Item, ...]
    # Who signs people in, by slug; and the box for the secrets of those whom nobody else signs in.
    providers: Mapping[str, Provider]
    box: Box
    history: History
    disclosed: Mapping[str, disclosed.Declared]


class NeedsSignIn(Exception):  # noqa: N818 - an answer, not an error
    """Nobody is signed in at this browser, or no longer."""


class Forged(Exception):  # noqa: N818
    """The form does not come from a page of ours."""


@dataclass
class Visit:
    """A visit by *sign_in*; `me` is what the directory says of the visitor."""

    request: Request
    gateway: Gateway
    sign_in: SignIn | None
    me: person_pb.Me
    now: datetime
    # How many messages wait for them.
    unopened: int = 0
    _series: dict[str, series_pb.Series] | None = None

    @property
    def clients(self) -> Clients:
        """The services; calls carry the visitor's token."""
        return self.gateway.clients

    @cached_property
    def rights(self) -> Rights:
        """What the page may offer."""
        return Rights(self.me)

    @cached_property
    def menu(self) -> list[Entry]:
        """The entries of the navigation that the visitor's rights open, and where this page stands in it."""
        return menu(self.gateway.navigation, self.rights, self.request.url.path)

    @property
    def works_as(self) -> str:
        """As what and where the visitor works here, such as `Training coordinator, Lake`; without asking anybody."""
        roles = [(glossary.ROLES.get(grant.role, ""), grant.scope) for grant in self.me.grants]
        jobs = [(job.local_title, job.agency) for job in self.me.person.jobs]
        title, scope = next((one for one in [*roles, *jobs] if one[0]), ("", ""))
        if not title and self.me.person.affiliations:
            return self.me.person.affiliations[0].organization_title
        return f"{title}, {'state' if scope == WHOLE else glossary.place(scope)}" if title else ""

    @property
    def today(self) -> date:
        """Today in California."""
        return pacific_date(self.now)

    @property
    def person(self) -> str:
        """`people/{uuid}` of the visitor."""
        return self.me.person.name

    @property
    def address(self) -> str:
        """From which address the visit comes, as the proxy that we trust says."""
        return self.request.client.host if self.request.client else ""

    def place(self, way: str) -> Place:
        """From where somebody signs in now, by *way*."""
        return Place(way, self.address, browser_of(self.request.headers.get("user-agent", "")))

    @property
    def ours(self) -> str:
        """The address of this site, as visitors type it, without a stroke at its end.

        Never what the browser says that we are called: whoever sends a request could make our links lead elsewhere.
        Without a setting, on a machine of one's own, it is where the connection ended.
        """
        if self.gateway.settings.public_url:
            return self.gateway.settings.public_url.rstrip("/")
        host, port = self.request.scope["server"]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def begun(self, cookie: str, path: str) -> RedirectResponse:
        """Answer a sign-in: on to the *path* that was asked for, with the cookie that recognises the browser."""
        answer = self.go(safe_path(path or "/home"))
        secure = self.request.url.scheme == "https"
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="lax", secure=secure, path="/")
        return answer

    @property
    def ways(self) -> dict[str, str]:
        """The ways to sign in, as pages call them."""
        issuers = {f"{ISSUER}{slug}": provider.issuer.title for slug, provider in self.gateway.providers.items()}
        return {PASSWORD: "Password and code", DEMONSTRATION: "Demonstration"} | issuers

    def forget(self, digests: list[bytes]) -> None:
        """Drop what is kept for sign-ins that were ended."""
        for digest in digests:
            self.gateway.tokens.forget(digest)

    @property
    def csrf(self) -> str:
        """The value that proves that a form comes from a page of this sign-in; empty where nobody is signed in."""
        return self.sign_in.csrf if self.sign_in else ""

    def heard(self, unopened: int) -> None:
        """Have the bell say how many messages wait: this page was told."""
        self.unopened = unopened
        if self.sign_in:
            self.gateway.bell.keep(self.sign_in.digest, unopened)

    def holds(self, until: datetime) -> int:
        """How many seconds something holds that ends at *until*."""
        return int((until - self.now).total_seconds())

    def page(self, template: str, *, status: int = 200, once: bool = False, **values: Any) -> Response:  # noqa: ANN401
        """Answer with a page. Every template gets the visit as `visit` and the sentences as `say`.

        What answers a form has an address of its own, so that who goes back to it is there again: a browser keeps no
        page of ours, and cannot send a form a second time to see what it said. What is shown *once* has none.
        """
        query = self.request.query_params
        code, number, units, others, at = (query.get(key, "") for key in ("done", "n", "units", "others", "at"))
        content = self.gateway.templates.get_template(template).render(
            visit=self,
            say=sentences,
            demo=self.gateway.settings.demo,
            done=self.gateway.outcomes.done(code, number, units, others, self._at(at)),
            **values,
        )
        disclosed.record(self, status)
        if not once and self._goes_back_to(status):
            address = self._kept(answers.Page(status, content))
            if address:
                return RedirectResponse(address, 303)
        return HTMLResponse(content, status)

    def _at(self, minutes: str) -> str:
        """`, Nov 23, 9:12 a.m.`: the moment of which an address says what was done; '' for none."""
        at = sentences.as_number(minutes)
        return f", {sentences.moment(datetime.fromtimestamp(at * 60, UTC), self.today)}" if at else ""

    def _goes_back_to(self, status: int) -> bool:
        """Whether it is a page for a browser that sent a form: not after a fault, when the form is to be sent again."""
        request = self.request
        return (
            request.method == "POST"
            and self.sign_in is not None
            and status < HTTPStatus.INTERNAL_SERVER_ERROR
            and "text/html" in request.headers.get("accept", "")
            and not request.url.path.endswith(NOT_KEPT)
        )

    def _kept(self, page: answers.Page) -> str:
        """Keep a page that answers a form; return its address, or nothing if our database does not answer."""
        if self.sign_in is None:
            return ""
        database, cookie = self.gateway.database, self.request.cookies.get(COOKIE, "")
        try:
            answer = answers.keep_page(database, self.sign_in, cookie, page, self.now)
        except SQLAlchemyError:
            return ""
        address = self.request.url.include_query_params(**{_ANSWER: answer})
        return f"{address.path}?{address.query}"

    def becomes(self, form: UUID, path: str) -> None:
        """Note what an empty *form* became: who goes back to it is led there."""
        if self.sign_in is not None:
            answers.keep_path(self.gateway.database, self.sign_in, form, path, self.now)

    def became(self, form: UUID) -> str:
        """Return where an empty *form* led; empty if it was not saved yet, or under another sign-in."""
        return answers.path(self.gateway.database, self.sign_in, form) if self.sign_in else ""

    def download(self, content: bytes, filename: str, media_type: str) -> Response:
        """Answer with a file that the browser saves under *filename*, and never shows as a page of ours."""
        plain = "".join(c if c.isascii() and (c.isalnum() or c in " -_.") else "_" for c in filename)
        disclosed.record(self)
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
        return Response(content, media_type=media_type, headers={"content-disposition": named})

    def go(
        self, path: str, *, done: str = "", n: int | None = None, units: int = 0, others: int = 0, at: int = 0
    ) -> RedirectResponse:
        """Answer a form that was accepted: on to *path*, which says what was done for *n* people of some *units*.

        And that it was not done for so many *others*. *at* is the moment at which it was done, in seconds of the epoch,
        where that is to be said.
        """
        given = {"done": done, "n": n, "units": units or None, "others": others or None, "at": at // 60 or None}
        said = {key: str(value) for key, value in given.items() if value not in ("", None)}
        page, mark, place = path.partition("#")
        joint = "&" if "?" in page else "?"
        return RedirectResponse(f"{page}{joint if said else ''}{urlencode(said)}{mark}{place}", 303)

    def letter(self, letter_id: str) -> notice_pb.Notice:
        """Give the letter that a path names, if the visitor may see it."""
        return self.clients.notices.GetNotice(notice_pb.GetNoticeRequest(name=f"notices/{letter_id}"))

    def series(self) -> dict[str, series_pb.Series]:
        """Give the series of letters by what stands before their numbers, such as `CSSP`; asked once for a page."""
        if self._series is None:
            listed = self.clients.series.ListSeries(series_pb.ListSeriesRequest()).series
            self._series = {one.name.removeprefix("series/"): one for one in listed}
        return self._series

    def agencies(self) -> dict[str, agency_pb.Agency]:
        """Give every agency by its name, `agencies/{slug}`; at most seconds old."""
        return self._reference().agencies()

    def agency(self, name: str) -> agency_pb.Agency:
        """Give one agency; at most seconds old."""
        return self.agencies().get(name) or self.clients.agencies.GetAgency(agency_pb.GetAgencyRequest(name=name))

    @cached_property
    def calendar(self) -> Calendar:
        """When the state's offices are closed, at most seconds old; of no year where the directory does not answer."""
        try:
            return self._reference().calendar()
        except Refused:
            return Calendar(frozenset(), frozenset())

    def units(self) -> dict[str, str]:
        """Give the titles of work units by their slugs; at most seconds old."""
        return {unit.slug: unit.title for unit in self.vocabulary().units}

    def vocabulary(self) -> agency_pb.Vocabulary:
        """Give work units, classes of jobs and columns of rosters; at most seconds old, and not to be changed."""
        return self._reference().vocabulary()

    def _reference(self) -> Reference:
        # What is kept was given to somebody who may read it: whoever may not asks as themselves, and is refused.
        if self.rights.holds("agencies.read"):
            return self.clients.reference
        return Reference(self.clients.agencies, self.clients.calendars)

    def names(self, people: list[str]) -> dict[str, str]:
        """Give the names of *people* whom the visitor may see, in one call."""
        return {name: person.display_name for name, person in self.people(people).items()}

    def people(self, people: list[str]) -> dict[str, person_pb.Person]:
        """Give those of *people* whom the visitor may see, in one call."""
        wanted = list(dict.fromkeys(name for name in people if name))
        if not wanted:
            return {}
        answer = self.clients.people.BatchGetPeople(person_pb.BatchGetPeopleRequest(names=wanted))
        return {person.name: person for person in answer.people}


async def somebody(request: Request) -> Visit:
    """Return the visit of the person signed in at this browser; `NeedsSignIn` if there is none.

    It stays a coroutine, so that the caller it sets holds for the page, which runs in another thread.
    """
    gateway: Gateway = request.app.state.gateway
    visit, token = await run_in_threadpool(_recognise, gateway, request)
    callers.act_as(lambda: token)
    request.state.person, request.state.visit = visit.person, visit
    if request.method == "GET" and _ANSWER in request.query_params:
        page = await run_in_threadpool(_answer, visit)
        if page is not None:
            raise followed.Answered(page)
    if followed.follows(request):
        raise await run_in_threadpool(followed.seen, request, visit.clients, visit.heard)
    return visit


def _answer(visit: Visit) -> answers.Page | None:
    """Return the page that answered a form, if it is kept for this sign-in."""
    request = visit.request
    try:
        answer = UUID(request.query_params[_ANSWER])
    except ValueError:
        return None
    if visit.sign_in is None:
        return None
    return answers.page(visit.gateway.database, visit.sign_in, request.cookies.get(COOKIE, ""), answer)


async def nobody(request: Request) -> Visit:
    """Return a visit without anybody, for the pages before the sign-in."""
    gateway: Gateway = request.app.state.gateway
    return Visit(request, gateway, None, person_pb.Me(), gateway.database.clock())


async def sent(request: Request, visit: Annotated[Visit, Depends(somebody)]) -> SentForm:
    """Return the form that was sent by a page of this sign-in; refuse one that was not."""
    form = await read(request)
    if not same(form.text("csrf"), visit.csrf):
        raise Forged
    request.state.form = form
    if visit.sign_in and visit.sign_in.keeps:
        # What was kept is sent again, or overtaken by this form.
        await run_in_threadpool(sign_ins.forget, visit.gateway.database, visit.sign_in, request.url.path)
    return form


def _recognise(gateway: Gateway, request: Request) -> tuple[Visit, str]:
    now = gateway.database.clock()
    sign_in = sign_ins.use(gateway.database, request.cookies.get(COOKIE, ""), now)
    if sign_in is None:
        raise NeedsSignIn
    try:
        token, me = gateway.tokens.of(sign_in.digest, sign_in.person)
    except Refused as error:
        if error.reason != "NO_CURRENT_WORK":
            raise
        open_sign_ins.end_all(
            gateway.database, sign_in.person, actor="services/gateway", reason="no job and no role any more", at=now
        )
        raise SignInFailed(Trouble.NO_WORK, "the work ended") from error
    return Visit(request, gateway, sign_in, me, now, gateway.bell.of(sign_in.digest, token)), token


def same(given: str, right: str) -> bool:
    """Compare in a time that tells nothing; what is *given* may be any text, and nothing is never right."""
    return bool(right) and hmac.compare_digest(given.encode(), right.encode())


def safe_path(path: str) -> str:
    """Return *path* if it is ours, else the home page; browsers leave out tabs, and take a backslash for a stroke."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours else "/home"


# A number in an address: what is larger than any contract holds is no page of ours.
Number = Annotated[int, Interval(ge=0, le=999_999_999)]
Visitor = Annotated[Visit, Depends(somebody)]
Anybody = Annotated[Visit, Depends(nobody)]
Sent = Annotated[SentForm, Depends(sent)]
Answer = Response
