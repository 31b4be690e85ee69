"""What holds for every page, while every other service is down."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import make_url

from gateway.identity import sign_ins
from gateway.identity.places import Place
from gateway.web import visit
from servicekit.rpc.client import Refused

HERE = Place("demonstration")
PAGES = ("/healthz", "/readyz", "/sign-in", "/no-such-page", "/static/cadre.css", "/home")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_binds_the_browser(site, path):
    headers = site.browser.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-store" if not path.startswith("/static/") else "no-cache")


def test_it_lives_and_is_ready_while_every_peer_is_down(site):
    assert site.browser.get("/healthz").text == "ok"
    assert site.browser.get("/readyz").text == "ok"


@pytest.mark.parametrize("code", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"])
def test_a_service_that_gives_no_answer_is_a_page_that_is_worth_asking_for_again(site, code):
    def page():
        raise Refused(code, "", "", {}, {})

    site.pages.add_api_route("/asks-a-service", page)
    answer = site.browser.get("/asks-a-service")

    assert answer.status_code == 503
    assert "Try again in a moment" in answer.text


def test_pages_say_so_and_leave_no_trace_while_their_own_database_does_not_answer(
    site, postgres_server, capsys, caplog
):
    at = datetime.now(UTC)
    site.browser.cookies.set(visit.COOKIE, sign_ins.begin(site.database, "people/1", at, place=HERE))
    name = make_url(site.database.url).database
    with postgres_server.connect() as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    answer = site.browser.get("/home")

    assert answer.status_code == 503
    assert "A part of Cadre does not answer right now" in answer.text
    assert "tell whoever runs Cadre" in answer.text
    assert site.browser.get("/readyz").status_code == 503
    assert capsys.readouterr().out.count("database_unavailable") == 2
    assert [line for line in caplog.records if line.exc_info] == []


@pytest.mark.timers
def test_a_page_that_gets_no_connection_because_too_many_ask_is_worth_asking_for_again(site):
    busy = site.pages.state.gateway.database
    busy.engine.pool._timeout = 0.05
    site.browser.cookies.set(visit.COOKIE, "somebody")
    held = [busy.engine.connect() for _ in range(busy.pool().most)]

    refused = site.browser.get("/home")
    for connection in held:
        connection.close()

    assert refused.status_code == 503
    assert "Try again in a moment" in refused.text
    assert site.browser.get("/home").status_code == 303


def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_same_place(site):
    answer = site.browser.get("/agencies/lake/people?unit=none")

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/sign-in?next=%2Fagencies%2Flake%2Fpeople%3Funit%3Dnone",
    )


def test_outside_a_demonstration_nobody_can_sign_in_as_somebody_else(site):
    page = site.browser.get("/sign-in")
    answer = site.browser.post("/sign-in", data={"person": "people/1", "request_id": "x"})

    assert "No work account can be used on this system yet." in page.text
    assert "Sign in with password and code" in page.text
    assert "Demonstration" not in page.text
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "evil.example",
        "",
    ],
)
def test_the_way_back_from_the_sign_in_stays_on_this_site(path):
    assert visit.safe_path(path) == "/home"


def test_an_unknown_page_says_what_to_do(site):
    answer = site.browser.get("/no-such-page")

    assert answer.status_code == 404
    assert "Go to my home page" in answer.text


def test_a_form_that_comes_after_the_sign_in_idled_away_is_kept(site, rows):
    cookie = sign_ins.begin(site.database, "people/1", datetime.now(UTC) - timedelta(minutes=16), place=HERE)
    site.browser.cookies.set(visit.COOKIE, cookie)
    form = {
        "csrf": sign_ins.csrf_of(cookie),
        "subject": "Half a letter",
        "request_id": "5b0e9c6e-0000-4000-8000-000000000001",
    }

    answer = site.browser.post("/letters/new", data=form)

    assert answer.headers["location"] == "/sign-in?next=%2Fkept"
    assert "with what you typed" in site.browser.get(answer.headers["location"]).text
    ((path, fields),) = rows("SELECT kept_path, kept_fields FROM sign_in_activity")
    assert path == "/letters/new"
    assert "Half a letter" in fields
    assert "csrf" not in fields


def test_a_forged_form_is_not_kept(site, rows):
    cookie = sign_ins.begin(site.database, "people/1", datetime.now(UTC) - timedelta(minutes=16), place=HERE)
    site.browser.cookies.set(visit.COOKIE, cookie)

    answer = site.browser.post("/letters/new", data={"csrf": "guessed", "subject": "Not mine"})

    assert answer.headers["location"] == "/sign-in?next=%2Fhome"
    assert rows("SELECT kept_path FROM sign_in_activity") == [("",)]


def test_a_file_that_comes_after_the_sign_in_idled_away_is_named_and_what_stood_beside_it_is_kept(site, rows):
    cookie = sign_ins.begin(site.database, "people/1", datetime.now(UTC) - timedelta(minutes=16), place=HERE)
    site.browser.cookies.set(visit.COOKIE, cookie)
    form = {"csrf": sign_ins.csrf_of(cookie), "title": "Chart", "request_id": "5b0e9c6e-0000-4000-8000-000000000001"}

    answer = site.browser.post("/letters/one/files", data=form, files={"file": ("chart.pdf", b"%PDF-")})

    assert answer.headers["location"] == "/sign-in?next=%2Fkept"
    ((fields,),) = rows("SELECT kept_fields FROM sign_in_activity")
    assert '["title", "Chart"]' in fields
    assert '["file_not_kept", "chart.pdf"]' in fields
    assert "%PDF" not in fields


@pytest.mark.parametrize("announced", [True, False])
def test_a_form_larger_than_any_of_ours_is_refused_before_it_is_read(site, announced):
    def parts():
        for _ in range(22):
            yield b"a" * 1024 * 1024

    content = b"".join(parts()) if announced else parts()
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}

    answer = site.browser.post("/sign-in", content=content, headers=headers)

    assert answer.status_code == 413
    assert "This file is too large" in answer.text


def test_pages_are_measured_by_route_and_not_by_path(site):
    site.browser.get("/letters/one")
    site.browser.get("/letters/two")
    site.browser.get("/no-such-page")

    seen = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for metric in site.registry.collect()
        for sample in metric.samples
        if sample.name == "cadre_page_seconds_count"
    }
    assert seen == {("/letters/{letter_id}", "303"): 2, ("unknown", "404"): 1}


def test_a_page_that_fails_is_a_page_and_tells_nothing_of_the_inside(site):
    site.pages.add_api_route("/boom", lambda: 1 / 0)

    answer = site.browser.get("/boom")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "ZeroDivision" not in answer.text
    assert "content-security-policy" in answer.headers
