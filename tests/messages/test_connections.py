"""Pages of connections: what one is for, its secret once, a test, what was sent, and what to do when it fails."""

import contextlib
import html
import re
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook

from cadre_demo import content, story
from gateway.connections import phrases
from notification.connections.rules.kinds import KINDS
from notification.connections.rules.trying import PAUSES, Off, Reason
from servicekit.calendar import PACIFIC
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

# A Tuesday, 10 a.m. in California.
BEGINS = datetime(2027, 2, 2, 10, tzinfo=PACIFIC)
OURS = "/connections/lake"


@pytest.fixture
def product(by_clock):
    with by_clock(BEGINS, 500) as running:
        yield running


@contextlib.contextmanager
def receiver():
    """A server of an agency that notes what comes, and answers the status that it is told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            self.server.taken.append((dict(self.headers), body))
            self.send_response(self.server.status)
            self.end_headers()
            self.wfile.write(b"<b>noted</b>")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.taken, server.status = [], 200
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def answers_itself(visitor, path, to, **typed):
    """What a form answers that no page follows."""
    page = visitor.get(path)
    given = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf", "request_id")}
    return visitor.client.post(to, data=given | typed)


def test_each_kind_reason_and_cause_has_its_words():
    assert phrases.KINDS.keys() == KINDS.keys()
    assert phrases.SHORT.keys() == KINDS.keys() | {"ping"}
    assert phrases.REASONS.keys() == {*Reason, "SWITCHED_OFF"}
    assert phrases.OFF.keys() == set(Off)


def what_is_read_first(visitors):
    coordinator = visitors["coordinator"]
    assert "A connection lets a program of yours hear at once" in coordinator.reads(OURS)
    assert "This page is not yours to see" in visitors["learner"].client.get(OURS).text
    assert coordinator.client.get("/connections/state").status_code == 403
    assert "Connections, the state" in visitors["operator"].reads("/connections/state")
    guide = coordinator.reads(f"{OURS}/guide")
    assert all(f"cadre.{kind}.v1" in guide for kind in KINDS)
    assert "1, 5 and 25 minutes, then 2, 5, 10, 14, 18 and 22 hours" in guide
    assert [pause.total_seconds() / 60 for pause in PAUSES] == [1, 5, 25, 120, 300, 600, 840, 1080, 1320]


def what_fails_and_is_sent_again(product, coordinator, server, one):
    server.status = 503
    notice = story.issue_letter(product.access, product.cast, content.load(), product.course_version).notice
    wait_until(lambda: "It answered with the status 503" in coordinator.reads(one), lambda: coordinator.reads(one))
    page = coordinator.reads(one)
    assert "Nothing got through since" in page
    assert "Is tried again" in page
    server.status = 410
    product.days.ahead += PAUSES[0]
    wait_until(lambda: "Off since" in coordinator.reads(one), lambda: coordinator.reads(one))
    wait_until(lambda: "Our <intranet> was switched off" in coordinator.reads("/messages"), "its maker hears of it")
    assert f'href="{one}?message=' in coordinator.get("/messages")

    # Switched on, and sent again.
    server.status = 200
    done = coordinator.send(one, f"{one}/switch")
    assert "Switched on." in coordinator.reads(done)
    done = coordinator.send(one, f"{one}/repeat", since="7")
    assert "is sent again, under the same ids" in coordinator.reads(done)
    wait_until(lambda: "Letter issued Got through (200)" in coordinator.reads(one), lambda: coordinator.reads(one))
    bodies = {body for headers, body in server.taken[1:]}
    assert len(bodies) == 1
    assert notice.name.encode() in bodies.pop()


def test_an_agency_connects_a_program_tests_it_and_sees_what_was_sent(product, visitors):
    coordinator = visitors["coordinator"]
    what_is_read_first(visitors)
    with receiver() as server:
        typed = {"title": "Our <intranet>", "kinds": ["letter.issued", "letter.confirmed"]}
        wrong = answers_itself(coordinator, f"{OURS}/new", f"{OURS}/new", address="http://a.example.com/", **typed)
        assert wrong.status_code == 400
        assert "This must begin with https://." in html.unescape(wrong.text)
        assert 'value="Our &lt;intranet&gt;"' in wrong.text

        address = f"http://127.0.0.1:{server.server_port}/cadre"
        made = answers_itself(coordinator, f"{OURS}/new", f"{OURS}/new", address=address, **typed).text
        secret = re.search(r"whsec_[A-Za-z0-9+/=]+", html.unescape(made))[0]
        one = re.search(rf'href="({OURS}/[0-9a-f-]+)"', made)[1]
        assert "whsec_" not in coordinator.get(one)
        assert "Nothing was sent yet" in coordinator.reads(one)

        # A test, and what came back.
        call = coordinator.send(one, f"{one}/test")
        page = coordinator.reads(call)
        assert "Test: it got through" in page
        assert "<b>noted</b>" in page
        ((headers, body),) = server.taken
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert headers["webhook-signature"] == Webhook(secret).sign(headers["webhook-id"], at, body.decode())

        what_fails_and_is_sent_again(product, coordinator, server, one)

    # A new secret, another name, and the end.
    page = answers_itself(coordinator, one, f"{one}/secret").text
    newer = re.search(r"whsec_[A-Za-z0-9+/=]+", html.unescape(page))[0]
    assert newer != secret
    assert "Two secrets until" in coordinator.reads(one)
    done = coordinator.send(f"{one}/change", f"{one}/change", title="Intranet", address=address, kinds=["letter.ready"])
    assert "Saved. The secret is the same as before." in coordinator.reads(done)
    assert "Intranet" in coordinator.reads(OURS)
    done = coordinator.send(f"{one}/delete", f"{one}/delete")
    assert "The connection is deleted." in coordinator.reads(done)
    assert coordinator.client.get(one).status_code == 404
