"""Somebody of the demonstration who reads pages of a product that goes by a clock (`by_clock`) as text."""

import contextlib
import html
import re
import uuid
from dataclasses import dataclass

import httpx

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from servicekit.testing.unencrypted import NO_AUTHORITIES


@dataclass
class Visitor:
    """Somebody who reads pages as text."""

    client: httpx.Client
    person: str

    def sign_in(self):
        answer = self.client.post("/sign-in", data={"person": self.person, "request_id": str(uuid.uuid4())})
        assert answer.headers["location"] == "/home"

    def get(self, path):
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {text_of(answer.text)[:500]}"
        return answer.text

    def reads(self, path):
        return text_of(self.get(path))

    def send(self, path, to, **typed):
        """Send the first form of a page that goes to an address, filled in."""
        form, *_ = [
            form
            for form in re.findall(r"<form[^>]*>.*?</form>", self.get(path), re.DOTALL)
            if f'action="{to}"' in form and 'method="post"' in form
        ]
        given: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form):
            given.setdefault(name, []).append(html.unescape(value))
        answer = self.client.post(to, data=given | typed)
        assert answer.status_code == 303, text_of(answer.text)[:3000]
        return answer.headers["location"]


def text_of(page):
    """What a reader sees of a page, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


@contextlib.contextmanager
def visiting(product):
    """Give every persona at a browser of their own, by their part."""
    personas = product.access.ask(product.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    with contextlib.ExitStack() as stack:
        found = {}
        for one in personas:
            client = httpx.Client(
                verify=NO_AUTHORITIES, base_url=product.url, timeout=60, headers={"origin": product.url}
            )
            found[one.part] = Visitor(stack.enter_context(client), one.person)
            found[one.part].sign_in()
        yield found
