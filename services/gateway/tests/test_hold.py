"""How long a sign-in holds, as the script of its pages asks; and what the pages' script may do at all."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from gateway.app import environment
from gateway.identity import sign_ins
from gateway.identity.places import Place
from gateway.web import visit

HERE = Place("demonstration")
ANA = "people/7f0c1f4e-0000-4000-8000-000000000001"


@pytest.fixture
def ana(site):
    """Ana at her browser, who signed in some time ago and has done nothing since; what forms of her pages carry."""

    def sign_in(**ago):
        cookie = sign_ins.begin(site.database, ANA, datetime.now(UTC) - timedelta(**ago), place=HERE)
        site.browser.cookies.set(visit.COOKIE, cookie)
        return sign_ins.csrf_of(cookie)

    return sign_in


def asks(site, csrf, stay=""):
    answer = site.browser.post("/sign-in/hold", data={"csrf": csrf, "stay": stay})
    assert answer.status_code == 200
    return answer.json()


def test_who_asks_how_long_a_sign_in_holds_is_told_and_has_not_used_it(site, ana):
    csrf = ana(minutes=13)

    said = [asks(site, csrf) for _ in range(2)]

    assert all(90 < one["seconds"] <= 120 for one in said)
    assert all(42_000 < one["most"] < 43_200 for one in said)
    assert re.fullmatch(r"\d{1,2}:\d\d [ap]\.m\.", said[0]["clock"])


def test_who_answers_that_they_are_there_stays_signed_in(site, ana):
    csrf = ana(minutes=13)

    assert asks(site, csrf, "yes")["seconds"] > 890
    assert asks(site, csrf)["seconds"] > 890


def test_a_sign_in_that_idled_away_holds_no_more_whoever_answers(site, ana):
    csrf = ana(minutes=16)

    assert asks(site, csrf, "yes") == {"seconds": 0, "most": 0, "clock": ""}


def test_a_page_of_another_sign_in_is_told_nothing_and_holds_nothing(site, ana, rows):
    ana(minutes=13)
    seen = rows("SELECT seen_at FROM sign_in_activity")

    assert asks(site, "another", "yes")["seconds"] == 0
    assert asks(site, "", "yes")["seconds"] == 0
    assert rows("SELECT seen_at FROM sign_in_activity") == seen


def test_nothing_holds_longer_than_twelve_hours(site, ana, rows):
    csrf = ana(hours=11, minutes=59)
    rows("UPDATE sign_in_activity SET seen_at = now() - interval '1 minute' RETURNING 1")

    said = asks(site, csrf, "yes")

    assert 0 < said["seconds"] == said["most"] <= 60


def test_a_page_loads_scripts_of_ours_from_files_and_runs_no_others(site):
    policy = site.browser.get("/sign-in").headers["content-security-policy"]

    directives = {name: sources for name, *sources in (part.split() for part in policy.split(";"))}
    assert directives["default-src"] == ["'none'"]
    assert all(sources in (["'self'"], ["'none'"]) for sources in directives.values())
    assert {"script-src", "connect-src", "form-action", "frame-ancestors", "base-uri"} <= directives.keys()


def test_a_template_names_its_scripts_and_holds_none():
    templates = environment()
    sources = {name: templates.loader.get_source(templates, name)[0] for name in templates.list_templates()}
    tags = [(name, tag) for name, source in sources.items() for tag in re.findall(r"<script[^>]*>[^<]*", source)]

    named = re.compile(r'<script type="module" src="{{ assets\["\w+\.js"\] }}">')
    assert len(tags) > 1
    assert [(name, tag) for name, tag in tags if not named.fullmatch(tag)] == []
