"""What an installation says above and beside the name on every page."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from servicekit.settings import Settings

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 10"><path d="M0 0h60v10H0z"/></svg>'


@pytest.fixture
def installation(database, keys_dir, peers):
    """Pages of an installation that says something of itself."""

    def install(**said):
        settings = Settings(service="gateway", database_url=database.url, keys_dir=keys_dir, peers=peers, **said)
        return TestClient(create_app(settings), base_url="http://127.0.0.1")

    return install


def test_an_installation_that_says_nothing_has_a_wordmark_and_no_banner(installation):
    with installation() as browser:
        page = browser.get("/sign-in").text

    assert "<span>California child support training</span>" in page
    assert "state-banner" not in page


def test_an_installation_says_whose_it_is(installation):
    with installation(banner="An official website", wordmark="Training & more") as browser:
        page = browser.get("/sign-in").text

    assert '<p class="state-banner">An official website</p>' in page
    assert "<span>Training &amp; more</span>" in page


def test_an_image_stands_for_the_words_and_says_them(installation, tmp_path):
    image = tmp_path / "mark.svg"
    image.write_text(SVG)

    with installation(wordmark="Training", wordmark_image=str(image)) as browser:
        page, served = browser.get("/sign-in").text, browser.get("/static/wordmark")

    assert '<img src="/static/wordmark" alt="Training">' in page
    assert (served.text, served.headers["content-type"]) == (SVG, "image/svg+xml")
    assert "no-store" not in served.headers["cache-control"]


def test_an_image_that_is_not_there_is_found_at_the_start(installation):
    with pytest.raises(FileNotFoundError, match="no-such"):
        installation(wordmark_image=str(Path("/no-such.svg")))
