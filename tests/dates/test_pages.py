"""Pages on days that break habits: each that a link leads to is answered, and says what is so on that day."""

import html
import re
from collections import Counter
from datetime import datetime
from urllib.parse import urljoin, urlsplit

import pytest

from cadre_demo import content, letters
from gateway.areas import ROUTERS
from servicekit.testing.offices import state_calendar
from servicekit.testing.waiting import wait_until

from .test_any_day import DAYS

pytestmark = [pytest.mark.release, pytest.mark.timeout(600)]

STAFF = 500
# Of one route so many pages are opened for each persona: they differ in state.
ALIKE = 2
# So many routes there are, at least, to which links lead.
LEAST_ROUTES = 55
# What a link does rather than shows.
ACTS = ("/sign-out", "/sign-in/with")


@pytest.fixture
def product(by_clock, request):
    with by_clock(datetime.fromisoformat(f"{request.param}+00:00"), STAFF) as running:
        yield running


def long(day, today):
    """`Friday, February 26`; with its year if that is another than today's."""
    return f"{day:%A, %B} {day.day}" + (f", {day.year}" if day.year != today.year else "")


def short(day, today):
    """`Feb 26`; with its year if that is another than today's."""
    return f"{day:%b} {day.day}" + (f", {day.year}" if day.year != today.year else "")


def crawl(visitor):
    """Open what links lead to, from home on, some pages of each route; return which routes there were."""
    routes = [route for router in ROUTERS for route in router.routes if "GET" in route.methods]
    opened, waiting, seen = Counter(), ["/home"], {"/home"}
    while waiting:
        path = waiting.pop(0)
        here = urlsplit(path).path
        route = next(route.path for route in routes if route.path_regex.match(here))
        opened[route] += 1
        if opened[route] > ALIKE:
            continue
        links = re.findall(r'<a [^>]*href="([^"#]+)', visitor.get(path))
        there = {urljoin(path, html.unescape(link)) for link in links} - seen
        fresh = sorted(link for link in there if link.startswith("/") and not link.startswith(ACTS))
        seen.update(fresh)
        waiting += fresh
    return set(opened)


@pytest.mark.parametrize("product", DAYS.values(), ids=DAYS, indirect=True)
def test_pages_say_what_is_so_on(product, visitors):
    access, offices, today = product.access, state_calendar(), product.days.today
    effective, confirm_by = offices.add(today, 28), offices.add(today, 3)
    due, told = offices.add(effective, -3), f"{today:%b} {today.day}, "
    letter = letters.draft(access, product.cast, content.load().letter, product.course_version)
    letter_id = letter.name.removeprefix("notices/")
    path, agency, training = f"/letters/{letter_id}", f"/agencies/lake/letters/{letter_id}", f"/training/{letter_id}"
    analyst, approver, learner = visitors["analyst"], visitors["approver"], visitors["learner"]
    coordinator, elsewhere = visitors["coordinator"], visitors["large-coordinator"]

    for visitor in visitors.values():
        assert f" {today:%A, %B} {today.day} · " in visitor.reads("/home")
    takes_effect = f"akes effect {long(effective, today)}, 28 business days from today"
    assert takes_effect in analyst.reads(path)

    wait_until(lambda: f'action="{path}/issue"' in approver.get(path), "the audience does not arrive")
    approver.send(path, f"{path}/issue", action="now")
    wait_until(access.quiet, access.wrong)
    issued, asked = analyst.reads(path), coordinator.reads(agency)
    assert f"Issued {told}" in issued
    for said in (takes_effect, f"taff must be ready by {long(due, today)}, 3 business days before it takes effect"):
        assert said in issued
        assert said in asked
    assert f"Confirmations are due {long(confirm_by, today)}, 5 p.m." in issued
    assert f"Due {long(confirm_by, today)}, 5 p.m." in asked
    assert f"due {long(due, today)}, 3 business days before it takes effect" in learner.reads("/training")
    assert f" {due:%A}, {short(due, today)} Start" in learner.reads("/home")

    coordinator.send(agency, f"{agency}/confirm", lead=coordinator.person)
    learner.send(training, f"{training}/confirm")
    assert f"Confirmed {told}" in coordinator.reads(agency)
    for part in ("course", "course/1", "test"):
        learner.get(f"{training}/{part}")
    routes = {route for visitor in visitors.values() for route in crawl(visitor)}
    assert len(routes) > LEAST_ROUTES

    def later(day):
        product.days.to(day)
        for visitor in visitors.values():
            visitor.sign_in()
            crawl(visitor)
        return elsewhere.reads("/home"), analyst.reads(path), day

    home, state, day = later(offices.add(confirm_by, 1))
    assert home.index(" Overdue ") < home.index(f"since {short(confirm_by, day)} Read and confirm")
    assert "Has not confirmed, and the day for it has passed." in state
    assert f"takes effect {long(effective, day)}, 24 business days from today" in state
    home, state, day = later(effective)
    assert re.search(rf"My training .* since {short(due, day)} (Start|Continue)", home)
    assert "takes effect today" in state
    home, state, day = later(offices.add(effective, 1))
    yesterday = "yesterday, " if (day - effective).days == 1 else ""
    assert f"took effect {yesterday}{long(effective, day)}" in state
