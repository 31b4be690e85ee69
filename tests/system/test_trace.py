"""One id from the click to the learner's list: in the spans that a collector gets, and in every process's lines."""

import json
import re

import httpx
import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre_demo import letters
from servicekit.testing.unencrypted import NO_AUTHORITIES
from servicekit.testing.waiting import wait_until

from .collector import collecting

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture(scope="module")
def traced(own_folder, populate):
    """Everything, with every process sending its spans to a collector of ours."""
    with pytest.MonkeyPatch.context() as patch, collecting() as (collector, address):
        patch.setenv("CADRE_OTLP_ENDPOINT", address)
        # Every half second rather than every five.
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "500")
        with populate(own_folder) as cadre:
            cadre.collector = collector
            yield cadre


@pytest.fixture(scope="module")
def click(traced):
    """The approver clicks on Approve and issue: give the letter and the id of the click's trace."""
    access, cast = traced.access, traced.cast
    waiting = letters.draft(access, cast, traced.content.letter, traced.course_version)
    path = f"/letters/{waiting.name.removeprefix('notices/')}"
    address = traced.supervisor.gateway_url
    with httpx.Client(verify=NO_AUTHORITIES, base_url=address, headers={"origin": address}) as browser:
        sign_in = {"request_id": waiting.name[-36:], "person": cast.approver, "next": path}
        assert browser.post("/sign-in", data=sign_in).status_code == httpx.codes.SEE_OTHER

        def issue():
            page = browser.get(path).text
            form = page[page.index(f'action="{path}/issue"') :]
            fields = dict(_FIELD.findall(form[: form.index("</form>")])) | {"action": "now"}
            answers.append(browser.post(f"{path}/issue", data=fields))
            issued = answers[-1].headers.get("location", "").endswith("done=issued")
            return answers[-1].headers["x-request-id"] if issued else None

        answers = []
        made = wait_until(issue, lambda: (answers[-1].headers, answers[-1].text))
    return waiting.name, made


def _lines(traced, process, trace):
    """The log lines of a process that belong to a trace."""
    text = traced.supervisor.log(process).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return {line["event"]: line for line in lines if line.get("trace") == trace}


def test_one_trace_leads_from_the_approvers_click_to_the_learners_list(traced, click):
    notice, trace = click
    learner = traced.cast.leads["los-angeles"]

    def has_it():
        todo = traced.access.ask(traced.access.assignments.ListToDo, assignment_pb.ListToDoRequest(), person=learner)
        inbox = traced.access.ask(traced.access.inbox.ListInbox, inbox_pb.ListInboxRequest(), person=learner)
        return any(one.notice == notice for one in todo.assignments) and any(
            item.notice.name == notice for item in inbox.items
        )

    wait_until(has_it, lambda: "the letter is not on the list")
    chain = [
        ("gateway", "POST /letters/{letter_id}/issue"),
        ("gateway", "/cadre.notification.v1.NoticeService/PublishNotice"),
        ("notification", "NoticeService/PublishNotice"),
        ("enrollment", "enrollment-notification cadre.notification.notice.published.v1"),
        ("notification", "notification-enrollment cadre.enrollment.assignment.created.v1"),
    ]

    def seen():
        return {(span.service, span.name): span for span in traced.collector.of_trace(trace)}

    wait_until(lambda: set(chain) <= set(seen()), lambda: f"{sorted(seen())}")
    spans = [seen()[step] for step in chain]
    assert spans[0].parent == ""
    assert [span.parent for span in spans[1:]] == [span.id for span in spans[:-1]]


def test_the_id_of_the_click_is_in_the_lines_of_the_page_the_service_and_the_consumer(traced, click):
    _, trace = click

    def line(process, event):
        """A line is written after the answer, so it may be a moment late."""
        return wait_until(lambda: _lines(traced, process, trace).get(event), f"{process} has no line {event}")

    page, written = line("gateway", "page"), line("notification", "write_answered")
    handled = line("enrollment", "events_handled")

    assert (page["route"], page["status"]) == ("/letters/{letter_id}/issue", 303)
    assert (written["method"], written["code"]) == ("NoticeService/PublishNotice", "OK")
    assert (handled["consumer"], handled["events"]) == ("enrollment-notification", 1)
    # Ids, not people: they are known by id alone.
    assert page["person"] == written["caller"] == traced.cast.approver
