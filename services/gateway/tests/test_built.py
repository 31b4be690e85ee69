"""What browsers get beside the pages: all that templates use and little else, small, kept while it is the same."""

import gzip
import importlib.util
import re
from pathlib import Path

import pytest

from gateway.app import environment
from gateway.web import built

GATEWAY = Path(__file__).parents[1]
USWDS = GATEWAY / "node_modules" / "@uswds" / "uswds" / "dist" / "css" / "uswds.min.css"
ENVIRONMENT = environment()
SHARED_BYTES = 150_000

specification = importlib.util.spec_from_file_location("assets", GATEWAY / "assets.py")
assets = importlib.util.module_from_spec(specification)
specification.loader.exec_module(assets)


def sources():
    return {name: ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0] for name in ENVIRONMENT.list_templates()}


def sheet():
    return (built.FOLDER / built.names()["cadre.css"]).read_text(encoding="utf-8")


def test_the_sheet_has_every_class_of_the_design_system_that_a_template_uses():
    written = {
        word
        for source in sources().values()
        for value in re.findall(r'class="((?:{[{%].*?[}%]}|[^"{])*)"', source)
        for word in re.findall(r"[A-Za-z][\w-]*", value)
    }
    # A rule for a class inside another is no rule for a page that has only one of them.
    selectors = re.sub(r":not\([^)]*\)", "", re.sub(r"{[^{}]*}", ",", USWDS.read_text(encoding="utf-8"))).split(",")
    together = [assets.defined(selector) for selector in selectors]
    applying = {name for classes in together if classes <= written for name in classes}

    assert {"usa-button", "usa-button--outline", "usa-table", "usa-form-group--error"} <= applying
    assert sorted(applying - assets.defined(sheet())) == []


def test_the_sheet_has_little_else():
    theirs = assets.defined(USWDS.read_text(encoding="utf-8"))

    assert len(assets.defined(sheet()) & theirs) < len(theirs) / 20


def test_a_class_of_the_design_system_is_written_whole_but_for_its_modifier():
    cut = re.compile(r"usa-(?!(?:[\w-]*--){{)[\w-]*{{|}}_+[a-z]")
    assert cut.search('class="usa-{{ kind }}"')
    assert cut.search('class="{{ kind }}__label"')
    assert not cut.search('class="usa-input--{{ size }}"')

    assert [f"{name}: {found.group()}" for name, source in sources().items() for found in cut.finditer(source)] == []


def test_what_a_page_puts_in_may_be_any_modifier():
    classes = {"usa-input", "usa-input--small", "usa-input--2xl", "usa-button--small"}

    assert assets.used({"usa-input--{{"}, classes) == {"usa-input--small", "usa-input--2xl"}


def test_nothing_comes_from_elsewhere_and_all_that_the_sheet_names_is_there():
    named = re.findall(r"url\(([^)]+)\)", sheet())

    assert len(named) > 5
    assert [name for name in named if not (built.FOLDER / name).is_file()] == []
    assert "//" not in sheet()
    assert "@import" not in sheet()


def test_all_of_it_together_is_small():
    sizes = [min(path.stat().st_size for path in built.FOLDER.glob(f"{name}*")) for name in built.names().values()]

    assert len(sizes) > 5
    assert sum(sizes) < SHARED_BYTES


def test_a_page_asks_for_its_two_fonts_at_once(site):
    page = site.browser.get("/sign-in").text

    fonts = re.findall(r'<link rel="preload" href="([^"]+)" as="font" type="font/woff2" crossorigin>', page)
    assert len(fonts) == 2
    assert [site.browser.get(font).status_code for font in fonts] == [200, 200]
    assert sheet().count("@font-face") == 2
    assert sheet().count("font-display:optional") == 2


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
        ("brotli", None),
    ],
)
def test_the_sheet_comes_in_the_smallest_form_that_the_browser_reads(site, accepted, coding):
    answer = site.browser.get("/static/" + built.names()["cadre.css"], headers={"accept-encoding": accepted})

    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "accept-encoding"


def test_each_form_of_the_sheet_is_the_same_sheet(site):
    path = "/static/" + built.names()["cadre.css"]
    with site.browser.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        zipped = b"".join(answer.iter_raw())

    assert gzip.decompress(zipped).decode() == sheet()
    assert site.browser.get(path, headers={"accept-encoding": "identity"}).text == sheet()


@pytest.mark.parametrize("name", ["cadre.css", "cadre.0123456789ab.css"])
def test_a_page_of_another_release_gets_the_style_of_this_one_and_keeps_it_no_longer(site, name):
    answer = site.browser.get(f"/static/{name}", headers={"accept-encoding": "identity"})

    assert (answer.status_code, answer.text) == (200, sheet())
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["names.json", "other.css", "cadre.js", "", ".", "../app.py", "cadre.css.br"])
def test_nothing_else_is_there(site, name):
    answer = site.browser.get(f"/static/{name}")

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
