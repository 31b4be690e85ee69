"""Pages in a real browser, in front of the whole running product: real services, servers and events."""

import itertools
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from cadre.notification.v1 import notice_service_pb2 as pb
from cadre_cli.access import request_id
from cadre_demo import letters as walk
from cadre_demo import story

pytest.register_assert_rewrite(f"{__package__}.visitor")

from .visitor import Person  # noqa: E402 - its assertions say what they found

ASSETS = Path(__file__).parents[2] / "services" / "gateway" / "assets.py"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What is typed is sent to another process, on a machine that may be busy.
PATIENCE_MILLISECONDS = 60_000


def pytest_configure(config):
    """Have the pages look as their templates and styles say now."""
    if not hasattr(config, "workerinput"):
        subprocess.run([sys.executable, ASSETS], check=True)


@pytest.fixture(scope="session")
def chromium_program():
    """Debian's Chromium, better the one without windows: it takes half the time, for it draws no frame around a page.

    Without either nothing here can run: a failure where all is to be run, else one line.
    """
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        missing = "Chromium is not installed: apt-get install chromium-headless-shell"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return program


@pytest.fixture(scope="module")
def chromium(chromium_program):
    """A running browser. Not for longer: it keeps an event loop, which tests of other files cannot run beside."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def cadre(chromium_program, shared_cadre):
    """All processes under one supervisor, apart from what other tests do, with the addresses that pages need."""
    running = shared_cadre()
    site = running.supervisor.site
    return SimpleNamespace(
        **vars(running),
        url=running.supervisor.gateway_url,
        gateway_metrics=f"http://127.0.0.1:{site.ports['gateway'].metrics}/metrics",
        notification_metrics=f"http://127.0.0.1:{site.ports['notification'].metrics}/metrics",
        keys_dir=site.keys_dir,
        databases={name: url.replace("+psycopg", "") for name, url in site.database_urls.items()},
    )


@pytest.fixture(scope="session")
def letter(cadre):
    """A letter that was issued, of which agencies have not confirmed and staff are not trained."""
    issued = story.issue_letter(cadre.access, cadre.cast, cadre.content, cadre.course_version)
    return issued.notice.name.removeprefix("notices/")


@pytest.fixture(scope="session")
def letters(cadre, letter):
    """The ids of letters like *letter*, one in each state, by its name."""
    ask, cast = cadre.access.ask, cadre.cast
    model = ask(cadre.access.notices.GetNotice, pb.GetNoticeRequest(name=f"notices/{letter}"), person=cast.analyst)

    def make(state, number):
        copy = pb.Notice(subject=f"A letter that is {state}", number=number, asks=pb.CONFIRM, demonstration=True)
        for name in ("kind", "series", "addressees", "reason", "contact", "change", "before", "after", "body"):
            setattr(copy, name, getattr(model, name))
        copy.effective_date, copy.audience, copy.agency_confirms_within = model.effective_date, model.audience, 3
        copy.due_rule.CopyFrom(model.due_rule)
        create = pb.CreateNoticeRequest(notice=copy, request_id=request_id("state", state))
        made = ask(cadre.access.notices.CreateNotice, create, person=cast.analyst)
        if state == "draft":
            return made
        submit = pb.SubmitNoticeRequest(name=made.name, etag=made.etag, request_id=request_id("state", state, "sent"))
        sent = ask(cadre.access.notices.SubmitNotice, submit, person=cast.analyst)
        again = request_id("state", state, "decided")
        if state == "returned":
            back = pb.ReturnNoticeRequest(name=sent.name, reason="Say who pays.", request_id=again)
            return ask(cadre.access.notices.ReturnNotice, back, person=cast.approver)
        if state == "scheduled":
            request = pb.PublishNoticeRequest(
                name=sent.name, audience_revision=model.audience_revision, etag=sent.etag, request_id=again
            )
            request.publish_at.FromDatetime(datetime.now(UTC) + timedelta(days=5))
            return ask(cadre.access.notices.PublishNotice, request, person=cast.approver)
        if state == "withdrawn":
            out = walk.publish(cadre.access, cast, sent)
            take_back = pb.WithdrawNoticeRequest(
                name=out.name, reason="The judgment was reversed.", etag=out.etag, request_id=again
            )
            return ask(cadre.access.notices.WithdrawNotice, take_back, person=cast.approver)
        return sent

    states = ("draft", "waiting", "returned", "scheduled", "withdrawn")
    return {state: make(state, f"26-9{n}").name.removeprefix("notices/") for n, state in enumerate(states)}


@pytest.fixture(scope="session")
def issued(cadre, letter):
    """Issue letters of their own subject and asks to the staff of *letter*; returns their ids."""
    access = cadre.access

    def issue(subject, asks=pb.CONFIRM, **fields):
        get = pb.GetNoticeRequest(name=f"notices/{letter}")
        model = access.ask(access.notices.GetNotice, get, person=cadre.cast.analyst)
        made = pb.Notice(subject=subject, asks=asks, number=f"26-{next(numbers)}", **fields)
        copied = ("kind", "series", "addressees", "reason", "contact", "change", "effective_date", "audience")
        for name in copied:
            setattr(made, name, fields.get(name) or getattr(model, name))
        made.due_rule.CopyFrom(model.due_rule)
        made.agency_confirms_within = 3
        create = pb.CreateNoticeRequest(notice=made, request_id=request_id("letters", subject))
        known = access.ask(access.notices.CreateNotice, create, person=cadre.cast.analyst)
        submit = pb.SubmitNoticeRequest(
            name=known.name, etag=known.etag, request_id=request_id("letters", subject, "submit")
        )
        sent = access.ask(access.notices.SubmitNotice, submit, person=cadre.cast.analyst)
        return walk.publish(access, cadre.cast, sent).name.removeprefix("notices/")

    # Downwards: what the pages suggest follows the highest, and never meets these.
    numbers = itertools.count(8999, -1)
    return issue


@pytest.fixture(scope="module")
def person(chromium: Browser, cadre):
    """Make a person at a browser of their own; scripts are off unless asked for: the pages need none."""
    contexts = []

    def make(*, scripts: bool = False, width: int = 1280) -> Person:
        context = chromium.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        made = Person(context.new_page(), cadre.url)
        made.page.on("console", made.hear)
        made.page.on("requestfailed", made.miss)
        return made

    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def signed_in(person):
    """Give the browser of somebody of the demonstration, the same one for all pages that they look at."""
    known = {}

    def find(who):
        if who not in known:
            known[who] = person(scripts=True)
            if who:
                known[who].sign_in(who)
        known[who].complaints.clear()
        return known[who]

    return find


@pytest.fixture
def fifteen_minutes_pass(cadre):
    """Let every sign-in idle for fifteen minutes."""

    def pass_() -> None:
        with psycopg.connect(cadre.databases["gateway"], autocommit=True) as connection:
            connection.execute("UPDATE sign_in_activity SET seen_at = seen_at - interval '16 minutes'")

    return pass_
