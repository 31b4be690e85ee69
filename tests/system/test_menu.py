"""Where the menu leads: each page is called what its link says."""

import html
import re

import pytest

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from gateway.areas import NAVIGATION

from .visitor import Visitor

pytestmark = pytest.mark.system


@pytest.fixture
def visitor(cadre):
    """Make somebody at a browser, by their part in the demonstration."""
    made = []

    def make(part):
        made.append(Visitor(cadre, part))
        return made[-1]

    yield make
    for one in made:
        one.client.close()


TITLES = {item.to: item.title for item in NAVIGATION}


def menu_of(page):
    """The addresses of the menu on a page, each once."""
    menu = re.search(r'<nav aria-label="Menu">(.*?)</nav>', page, re.DOTALL)[1]
    return list(dict.fromkeys(re.findall(r'href="([^"]+)"', menu)))


def heading_of(page):
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found)).split())


def test_every_page_of_the_menu_begins_with_the_name_of_its_link(cadre, visitor):
    personas = cadre.access.ask(cadre.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    seen, differ = set(), []
    for part in {persona.part for persona in personas}:
        somebody = visitor(part)
        for address in menu_of(somebody.page("/home").text):
            item = re.sub(r"^/agencies/[^/]+", "/{agency}", address)
            item = re.sub(r"^/(connections|packets)/(?!state$)[^/]+$", r"/\1/{slug}", item)
            heading = heading_of(somebody.page(address).text)
            if not heading.startswith(TITLES[item]):
                differ.append((address, TITLES[item], heading))
            seen.add(item)

    assert differ == []
    assert seen == TITLES.keys()
