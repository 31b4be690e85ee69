"""What no browser of ours sends, and somebody may: a page says what to do, and nothing fails."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from gateway.areas import OUTCOMES
from gateway.identity import sign_ins
from gateway.identity.places import Place
from gateway.web import visit
from gateway.web.bodies import MOST_TYPED_BYTES
from gateway.words.sentences import as_number

HERE = Place("demonstration")
TYPED = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


def with_file(content, boundary="b0", charset=""):
    kind = f'multipart/form-data; boundary="{boundary}"' + (f"; charset={charset}" if charset else "")
    return {"content": content, "headers": {"content-type": kind, "sec-fetch-site": "same-origin"}}


def part(name, value, *, filename=None, boundary=b"b0"):
    named = b'; filename="' + filename + b'"' if filename is not None else b""
    head = b'Content-Disposition: form-data; name="' + name + b'"' + named
    return b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + value + b"\r\n"


END = b"--b0--\r\n"


@pytest.mark.parametrize(
    "path",
    [
        "/letters/%00",
        "/static/%00.css",
        "/sign-in?next=/letters%00",
        "/sign-in?%00=1",
        "/sign-in?next=%FF%FE",
        "/sign-in?next=%ED%A0%BD",
        "/agencies/%C3/people",
        "/sign-in?" + "&" * 1001,
    ],
)
def test_an_address_that_is_no_text_is_refused_by_a_page(site, path):
    answer = site.browser.get(path)

    assert answer.status_code == 400
    assert "This address cannot be read" in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/sign-in?done=dropped&n=" + "9" * 5000, "/sign-in?n=%D9%A3", "/sign-in?=&&=%25&next=%25zz", "/sign-in?a[]=;"],
)
def test_a_query_that_makes_no_sense_changes_nothing(site, path):
    assert site.browser.get(path).status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        b"staff_number=%00",
        b"staff_number=LK%ff",
        b"staff_number=%ED%B0%80",
        "staff_number=Peña".encode(),
        b"%00=LK",
        b"a=1&" * 5001,
    ],
)
def test_a_form_that_is_no_text_is_refused_by_a_page_that_says_what_to_do(site, content):
    answer = site.browser.post("/sign-in/by-code", content=content, headers=TYPED)

    assert answer.status_code == 400
    assert "This form could not be read" in answer.text
    assert "Nothing was saved." in answer.text


def test_the_field_with_the_sign_that_nobody_sees_is_named(site):
    answer = site.browser.post("/sign-in/by-code", content=b"staff_number=LK%001", headers=TYPED)

    assert "The field Staff number holds a sign that nobody sees" in answer.text


@pytest.mark.parametrize(
    "content",
    [
        part(b"title", b"Map \xe9") + END,
        part(b"title", b"Map\0") + END,
        part(b"title\xff", b"Map") + END,
        part(b"file", b"%PDF-", filename=b"map\xff.pdf") + END,
        part(b"file", b"%PDF-", filename=b"a.pdf") + part(b"file", b"%PDF-", filename=b"b.pdf") + END,
        b"--b0\r\nContent-Disposition: form-data\r\n\r\nno name\r\n" + END,
        b"--b0\r\nno header at all",
        b"\0\xff--",
    ],
)
def test_a_form_with_a_file_that_is_no_text_is_refused_by_a_page(site, content):
    answer = site.browser.post("/sign-in/by-code", **with_file(content))

    assert answer.status_code == 400
    assert "This form could not be read" in answer.text


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "punycode", "undefined", "unicode_escape", "rot13", "\xe9"])
def test_another_alphabet_than_that_of_our_pages_is_refused(site, charset):
    sent = with_file(part(b"staff_number", b"LK-1") + END)
    sent["headers"]["content-type"] += f"; charset={charset}"
    sent["headers"]["content-type"] = sent["headers"]["content-type"].encode("latin-1")
    assert site.browser.post("/sign-in/by-code", **sent).status_code == 400

    typed = TYPED | {"content-type": f"application/x-www-form-urlencoded; charset={charset}".encode("latin-1")}
    assert site.browser.post("/sign-in/by-code", content=b"staff_number=LK-1", headers=typed).status_code == 400


@pytest.mark.parametrize("boundary", ["", "é", "b" * 71, '"'])
def test_a_boundary_that_is_none_is_refused(site, boundary):
    headers = {"content-type": f"multipart/form-data; boundary={boundary}".encode("latin-1")}
    assert site.browser.post("/sign-in/by-code", content=b"--" + END, headers=headers).status_code == 400


def test_names_in_every_alphabet_come_as_they_were_typed(site):
    """The sign-in page shows again what was typed, whichever way it came."""
    name = "Peña-Núñez 深"
    answer = site.browser.post("/sign-in/by-code", **with_file(part(b"staff_number", name.encode()) + END))
    assert (answer.status_code, f'value="{name}"' in answer.text) == (400, True)
    answer = site.browser.post("/sign-in/by-code", content=f"staff_number={quote(name)}".encode(), headers=TYPED)
    assert (answer.status_code, f'value="{name}"' in answer.text) == (400, True)


@pytest.mark.parametrize("csrf", ["é", "\N{GREEK SMALL LETTER ALPHA}" * 64, "a" * 64, ""])
def test_a_proof_that_is_none_is_refused_whatever_signs_it_has(site, csrf):
    cookie = sign_ins.begin(site.database, "people/3", datetime.now(UTC) - timedelta(hours=1), place=HERE)
    site.browser.cookies.set(visit.COOKIE, cookie)

    answer = site.browser.post("/letters/new", data={"csrf": csrf, "subject": "Not mine"})

    assert answer.headers["location"] == "/sign-in?next=%2Fhome"
    assert not visit.same(csrf, sign_ins.csrf_of(cookie))


def test_more_typing_than_any_form_of_ours_takes_is_refused(site):
    answer = site.browser.post("/sign-in", content=b"a=" + b"b" * MOST_TYPED_BYTES, headers=TYPED)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "cookie",
    [
        'cadre_sign_in="\\000\\377"',
        "cadre_sign_in=\xff\xfe",
        "cadre_sign_in",
        "=;;=;cadre_sign_in==;",
        f"cadre_sign_in_attempt={'é' * 43}",
        'cadre_sign_in_attempt="' + "\\012" * 43 + '"',
    ],
)
def test_a_cookie_that_makes_no_sense_is_nobodys(site, cookie):
    statuses = [
        site.browser.get(path, headers={"cookie": cookie.encode("latin-1")}).status_code
        for path in ("/home", "/sign-in", "/sign-in/with/nobody/back?state=x")
    ]
    assert statuses == [303, 200, 404]


@pytest.mark.parametrize("origin", ["http://[", "null", "\xe9", "://", "http://evil.example"])
def test_a_form_from_an_origin_that_makes_no_sense_is_not_ours(site, origin):
    answer = site.browser.post("/sign-in/by-code", data={"code": "1"}, headers={"origin": origin.encode("latin-1")})
    assert answer.status_code == 403


def test_the_head_of_a_page_is_that_of_the_page_without_a_body(site):
    for path in ("/healthz", "/sign-in", "/no-such-page", "/static/cadre.css", "/home"):
        page, head = site.browser.get(path), site.browser.head(path)

        assert head.status_code == page.status_code
        assert head.content == b""
        for name in ("content-type", "content-length", "cache-control", "content-security-policy", "location"):
            assert head.headers.get(name) == page.headers.get(name), (path, name)


def test_methods_that_no_page_has_are_refused_by_a_page(site):
    assert site.browser.request("DELETE", "/sign-in").status_code == 405


@pytest.mark.parametrize("number", ["", "-1", "1.5", "²", "٣", "9" * 10, "9" * 5000, "1e3"])
def test_what_is_no_number_of_a_form_is_none(number):
    assert as_number(number) is None
    assert "staff" not in OUTCOMES.done("no-such-thing", number)


@pytest.mark.parametrize("host", ["[", "a b", "evil.example/path", "evil.example:99999999", "user@here", "\xe9"])
def test_a_host_that_is_no_name_is_refused_by_a_page(site, host):
    answer = site.browser.get("/home", headers={"host": host.encode("latin-1")})
    assert (answer.status_code, "This address cannot be read" in answer.text) == (400, True)


def test_no_link_leads_where_the_host_of_a_request_says(site):
    """To the sign-in and back, a stroke too many, and what a provider is told."""
    for path in ("/home", "/letters/", "/sign-in", "/static", "/no-such-page"):
        answer = site.browser.get(path, headers={"host": "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)
