"""How mail looks: an example of each kind, by itself and all in one mail, as axe sees it and on narrow screens."""

import uuid
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from cadre.directory.v1 import contact_service_pb2 as directory
from notification.messages.composing import Writer
from notification.messages.mails import Claimed, Item
from notification.messages.rules.examples import ABOUT, FACTS
from notification.messages.rules.kinds import KINDS

from .visitor import AXE, LOOK

WIDTHS = (320, 400, 640)
AT = datetime(2027, 2, 3, 17, tzinfo=UTC)


def html_of(*kinds):
    """A mail of these kinds, of something urgent in a demonstration: with all that a mail can have."""
    mail = Claimed(uuid.uuid4(), uuid.uuid4(), urgent=True, tries=1, created_at=AT)
    to = directory.PersonContact(given_name="Ana", display_name="Ana Mills", email="ana@lake.example")
    items = [Item(mail.id, kind, ABOUT, {**FACTS, "urgent": "yes"}) for kind in kinds]
    writer = Writer("cadre@state.example", "https://cadre.example", demonstration=True)
    taken = message_from_bytes(writer.letter(mail, items, to, at=AT).content, policy=default)
    return taken.get_body(("html",)).get_content()


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    yield page
    page.close()


def test_mail_has_no_fault_that_axe_finds_and_fits_every_screen(page):
    wrong = []
    for name, html in {**{kind: html_of(kind) for kind in KINDS}, "all": html_of(*KINDS)}.items():
        page.set_content(html)
        page.evaluate(AXE + "; 0")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [(name, width, "scrolls sideways", wide)] if wide > width else []
        found = page.evaluate(LOOK, "html")
        assert found["looked"], "axe looked at nothing"
        wrong += [(name, fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]]

    assert wrong == []
