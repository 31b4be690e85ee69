"""Somebody at a browser without pictures: signs in, opens pages by their addresses, reads them; and letters for it."""

import dataclasses
import html
import re

import httpx

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from cadre_cli.access import request_id
from cadre_demo import letters
from servicekit.testing.unencrypted import NO_AUTHORITIES


class Visitor:
    """Somebody of the demonstration, by their part in it."""

    def __init__(self, cadre, part):
        personas = cadre.access.ask(cadre.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
        url = cadre.supervisor.gateway_url
        self.client = httpx.Client(verify=NO_AUTHORITIES, base_url=url, timeout=60, headers={"origin": url})
        self.person = next(persona.person for persona in personas if persona.part == part)
        assert self.client.post("/sign-in", data={"person": self.person}).headers["location"] == "/home"

    def page(self, path):
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer

    def text(self, path):
        """What a reader sees of a page, on one line."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", self.page(path).text)).split())

    def proof(self, path):
        """What a form on the page carries beside what is typed."""
        found = self.page(path).text
        return {name: re.search(rf'name="{name}" value="([^"]+)"', found)[1] for name in ("csrf", "request_id")}


def issue(cadre, subject, ask="read_and_confirm", **fields):
    """Issue a letter to the staff of Lake, and to every agency."""
    access, model = cadre.access, cadre.content.letter
    letter = dataclasses.replace(
        model,
        subject=subject,
        number="",
        ask=dataclasses.replace(model.ask, of_staff=ask),
        audience=dataclasses.replace(model.audience, agencies=("lake",), units=(), job_classes=()),
    )
    sent = letters.draft(access, cadre.cast, letter, cadre.course_version)
    if fields:
        back = pb.ReturnNoticeRequest(name=sent.name, reason="Staff see it later.", request_id=request_id(subject, "b"))
        sent = access.ask(access.notices.ReturnNotice, back, person=cadre.cast.approver)
        for name, value in fields.items():
            setattr(sent, name, value)
        change = pb.UpdateNoticeRequest(notice=sent, request_id=request_id(subject, "change"))
        sent = access.ask(access.notices.UpdateNotice, change, person=cadre.cast.analyst)
        again = pb.SubmitNoticeRequest(name=sent.name, etag=sent.etag, request_id=request_id(subject, "again"))
        sent = access.ask(access.notices.SubmitNotice, again, person=cadre.cast.analyst)
    return letters.publish(access, cadre.cast, sent)
