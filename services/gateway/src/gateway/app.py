"""Composition root: settings to an application that answers pages."""

import argparse
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from prometheus_client import CollectorRegistry

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from gateway import watch
from gateway.areas import ADJECTIVES, DISCLOSED, NAVIGATION, OUTCOMES, ROUTERS
from gateway.identity import invitations, issuers
from gateway.identity.codes import Box
from gateway.identity.oidc import Provider
from gateway.web import charts, choosing, every_page, markdown, pictures, plain
from gateway.web.asked import Readable
from gateway.web.built import Assets, Built
from gateway.web.clients import Bell, Clients, Tokens, acting_as
from gateway.web.punctual import Punctual
from gateway.web.visit import Gateway
from gateway.words import glossary, remarks
from servicekit import metrics
from servicekit.calendar import YEARS_OF_DOCUMENTS, YEARS_OF_LIVES
from servicekit.clock import Clock, utc
from servicekit.data import revisions
from servicekit.data.db import Database
from servicekit.rpc.client import Refused
from servicekit.settings import Settings, optional_file
from servicekit.watch import logs, tracing

log = structlog.get_logger()

NAME = "gateway"
HERE = Path(__file__).parent
MIGRATIONS = HERE.parents[1] / "migrations"
ROLES = ("serve", "all", "migrate", "invite")


@cache
def environment() -> Environment:
    """Return the templates' environment: a name that a page was not given is an error, not a gap.

    One for the process, whatever it serves: it holds nothing but what is in the package.
    """
    made = Environment(
        # `letters/composer.html` is `letters/templates/composer.html`.
        loader=PrefixLoader(
            {folder.parent.name: FileSystemLoader(folder) for folder in sorted(HERE.glob("*/templates"))}
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # They do not change while we run: no need to ask the file system for every part of a page.
        auto_reload=False,
        cache_size=-1,
    )
    made.globals.update(words=glossary, markdown=markdown.to_html, plain=plain.to_html, bars=pictures, layout=charts)
    made.globals["label_of"] = OUTCOMES.label
    made.globals["remarks"] = remarks
    made.globals["packed"] = choosing.packed
    made.globals.update(YEARS_OF_LIVES=YEARS_OF_LIVES, YEARS_OF_DOCUMENTS=YEARS_OF_DOCUMENTS)
    made.globals["assets"] = Assets()
    made.tests.update(ADJECTIVES)
    made.filters["begin"] = lambda said: said[:1].upper() + said[1:]
    made.filters["last"] = lambda name: name.rpartition("/")[2]
    # Last, and in this order: what their macros use must be there.
    for name in ("pictures", "charts", "parts", "tables"):
        made.globals[name] = made.get_template(f"web/{name}.html").module
    return made


def create_app(settings: Settings, clock: Clock = utc, registry: CollectorRegistry | None = None) -> FastAPI:
    """Make the application. It owns its database connections and channels until it ends.

    Of its last hour it remembers what *registry* counts, once that is started.
    """
    database = Database(settings.database_url, pool_size=settings.connections, name=NAME, clock=clock)
    clients = Clients(settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        clients.close()
        database.dispose()

    app = FastAPI(
        title="Cadre", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=lifespan
    )
    app.state.gateway = Gateway(
        settings,
        database,
        clients,
        Tokens(clients, clock),
        Bell(clients, clock),
        environment(),
        OUTCOMES,
        NAVIGATION,
        {slug: Provider(issuer) for slug, issuer in issuers.load(optional_file(settings.oidc_file)).items()},
        Box(settings.keys_dir),
        watch.remember(registry or CollectorRegistry(), clock),
        DISCLOSED,
    )
    every_page.answer_refusals(app)
    app.add_middleware(Readable)

    @app.get("/healthz", response_class=PlainTextResponse)
    async def healthz() -> str:
        """Whether the loop turns. Peers are not asked: their trouble is no reason to restart the pages."""
        return "ok"

    @app.get("/readyz", response_class=PlainTextResponse)
    def readyz() -> str:
        """Whether pages can be answered: the own database does."""
        database.ping()
        return "ok"

    if settings.wordmark_image:
        image = Path(settings.wordmark_image).resolve(strict=True)

        @app.get("/static/wordmark")
        def wordmark() -> FileResponse:
            """Answer with the image of whose Cadre this is."""
            return FileResponse(image, headers={"cache-control": "public, max-age=3600"})

    app.mount("/static", Built(), name="static")
    for router in ROUTERS:
        app.include_router(router)
    return app


def main() -> None:
    """Run in the role given on the command line until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog=f"python -m {NAME}")
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("staff_number", nargs="?", default="", help="of whom to invite, with `invite`")
    given = parser.parse_args()
    role = given.role
    if role == "invite" and not given.staff_number:
        parser.error("say whom to invite, by staff number")
    settings = Settings(service=NAME)
    logs.configure(NAME, json=settings.log_json)
    if role == "migrate":
        from servicekit.data import migrations  # noqa: PLC0415 - as in `servicekit.app`

        migrations.upgrade(settings.database_url, MIGRATIONS)
        return
    check_schema(settings)
    if role == "invite":
        _invite(settings, given.staff_number)
        return
    stop_traces = tracing.export(NAME, settings.otlp_endpoint)
    registry = metrics.new_registry()
    app = create_app(settings, registry=registry)
    counting = watch.watch(settings, app.state.gateway.database, registry)
    counting.start()
    app.state.gateway.history.start()
    metrics_port, stop_metrics = metrics.serve(registry, settings.metrics_port, host=settings.listen_host)
    log.info("service_started", role=role, metrics_port=metrics_port, http_port=settings.http_port)
    uvicorn.run(
        every_page.Everything(app, registry=registry),
        http=Punctual,
        host=settings.listen_host,
        port=settings.http_port,
        access_log=False,
        log_config=None,
        # A proxy ends TLS and says so.
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    app.state.gateway.history.stop()
    counting.stop()
    stop_metrics()
    stop_traces()
    log.info("service_stopped", role=role)


def _invite(settings: Settings, staff_number: str) -> None:
    """Tell the operator at the machine the link, or in one line why there is none."""
    try:
        link = invite(settings, staff_number)
    except Refused as refused:
        if refused.code == "NOT_FOUND":
            sys.exit(f"Nobody who works today has the staff number {staff_number}.")
        sys.exit(f"The directory does not say who that is: {refused}")
    print(f"For {staff_number}, good once, for {invitations.GOOD_FOR.days} days:", file=sys.stderr)  # noqa: T201
    print(link)  # noqa: T201 - alone on the output, so that it can be handed on


def invite(settings: Settings, staff_number: str) -> str:
    """Invite somebody from the machine itself, where nobody can sign in yet or any more; return the link.

    Raises `servicekit.rpc.client.Refused` if nobody has the number.
    """
    clients = Clients(settings)
    database = Database(settings.database_url, pool_size=1, name=f"{NAME}-invite")
    try:
        with acting_as(clients.own_token):
            person = clients.sign_ins.GetSignInPerson(
                sign_in_pb.GetSignInPersonRequest(staff_number=staff_number, whole_state=True)
            )
        token = invitations.issue(
            database,
            Box(settings.keys_dir),
            person=person.person,
            staff_number=person.staff_number,
            actor="services/gateway",
            at=database.clock(),
        )
    finally:
        database.dispose()
        clients.close()
    base = settings.public_url or f"http://localhost:{settings.http_port}"
    return f"{base.rstrip('/')}/sign-in/invitation/{token}"


def check_schema(settings: Settings) -> None:
    """Refuse to start on a schema that this code was not written for."""
    database = Database(settings.database_url, pool_size=1, name=f"{NAME}-check")
    with database.engine.connect() as connection:
        revisions.check(connection, MIGRATIONS)
    database.dispose()
