"""Somebody at a browser without pictures: signs in, opens pages by their addresses, reads them."""

import html
import re

import httpx

from cadre.directory.v1 import directory_service_pb2 as directory


class Visitor:
    """Somebody of the demonstration, by her part in it."""

    def __init__(self, cadre, part):
        personas = cadre.access.ask(cadre.access.directory.ListPersonas, directory.ListPersonasRequest()).personas
        url = cadre.supervisor.gateway_url
        self.client = httpx.Client(base_url=url, timeout=60, headers={"origin": url})
        self.person = next(persona.person for persona in personas if persona.part == part)
        assert self.client.post("/sign-in", data={"person": self.person}).headers["location"] == "/home"

    def page(self, path):
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer

    def text(self, path):
        """What a reader sees of a page, on one line."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", self.page(path).text)).split())

    def proof(self, path):
        """What a form on the page carries beside what is typed."""
        found = self.page(path).text
        return {name: re.search(rf'name="{name}" value="([^"]+)"', found)[1] for name in ("csrf", "request_id")}
