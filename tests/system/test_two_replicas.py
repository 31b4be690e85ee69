"""Every service twice, as in a cluster: calls go to both, one of each moves the events, and nothing happens twice."""

import re
import signal
import sys
import threading
import urllib.request

import pytest

from cadre_cli import processes as table
from cadre_cli.access import Access
from cadre_cli.processes import Answer
from cadre_demo import balance, story
from servicekit.embedded.process import GuardedProcess, free_port
from servicekit.testing.pids import kill_and_wait
from servicekit.testing.waiting import wait_until
from servicekit.watch.probe import answers_grpc, answers_http

pytestmark = [pytest.mark.release, pytest.mark.timeout(400)]

LEARNERS = 60
# Whom sixty workers call more than once or twice.
CALLED_OFTEN = ("directory", "notification", "enrollment", "evaluation")


def metric(port, name):
    """The value of a gauge without labels, or the sum over its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    assert found, f"{name} is not among the metrics"
    return sum(map(float, found))


class Twin:
    """A second process of a service, on the same database and the same bus."""

    def __init__(self, process, supervisor, folder):
        self.name = process.name
        self.port, self.metrics = free_port(), free_port()
        pages = process.answer is Answer.HTTP
        told = table.environment(process, table.PROCESSES, supervisor.site)
        told |= {"CADRE_HTTP_PORT" if pages else "CADRE_GRPC_PORT": str(self.port)}
        told |= {"CADRE_METRICS_PORT": str(self.metrics)}
        self.log = folder / f"{process.name}-twin.log"
        self.child = GuardedProcess([sys.executable, "-m", process.name, "all"], log=self.log, env=told)
        self.answers = answers_http if pages else answers_grpc

    def wait_ready(self):
        wait_until(lambda: self.answers(self.port), self.log.read_text)

    def leads(self):
        return metric(self.metrics, "cadre_relay_leading") == 1


@pytest.fixture(scope="module")
def twice(own_folder, populate):
    """A Cadre with a twin of each service, and stubs that call both in turn."""
    with populate(own_folder) as cadre:
        twins = {process.name: Twin(process, cadre.supervisor, own_folder) for process in table.PROCESSES}
        try:
            for twin in twins.values():
                twin.wait_ready()
            ports = cadre.supervisor.site.ports
            peers = {
                name: f"ipv4:127.0.0.1:{ports[name].serve},127.0.0.1:{twins[name].port}" for name in table.BACK_ENDS
            }
            access = Access(peers, cadre.supervisor.site.keys_dir, "demo")
            yield cadre, twins, access
            access.close()
        finally:
            for twin in twins.values():
                twin.child.stop((signal.SIGTERM, 15.0))


def test_a_letter_is_issued_and_learned_once_while_one_of_each_service_is_killed(twice):
    cadre, twins, access = twice
    # The first ones began to lead when they were alone.
    assert not any(twins[name].leads() for name in table.BACK_ENDS)
    issued = story.issue_letter(access, cadre.cast, cadre.content, cadre.course_version)
    story.confirm_for_agencies(access, cadre.cast, issued.notice, lambda *_: None)
    people = story.choose_learners(access, cadre.cast, issued.notice, LEARNERS).to_go
    restarts = {name: cadre.supervisor.status(name).restarts for name in twins}
    killed = threading.Event()

    def kill_the_leaders(done, total):
        if done >= total // 2 and not killed.is_set():
            killed.set()
            for name in twins:
                kill_and_wait(cadre.supervisor.pids()[name])

    story.train(access, issued.notice, people, cadre.content, kill_the_leaders)
    assert killed.is_set()
    readiness = story.wait_until_trained(access, cadre.cast, issued.notice, len(people))

    for name in table.BACK_ENDS:
        wait_until(twins[name].leads, f"the twin of {name} does not take over")
    for name in CALLED_OFTEN:
        assert metric(twins[name].metrics, "cadre_rpc_handled_total") > 0, f"nobody called the twin of {name}"
    wait_until(lambda: all(cadre.supervisor.status(n).restarts > restarts[n] for n in twins), "no restart")
    books = balance.settle(access, issued.notice)
    assert (books.lost, books.duplicates, books.drift) == (0, 0, 0), access.wrong()
    assert books.recipients == books.assigned
    assert len(books.recipients) == readiness.state.of > 200
    assert books.completed == readiness.state.trained == len(people) >= LEARNERS
    assert readiness.agencies_confirmed == 44
    wait_until(lambda: not access.wrong(), access.wrong)


def test_both_of_the_gateway_answer_pages(twice):
    cadre, twins, _ = twice
    cadre.supervisor.wait_ready(60)
    for port in (cadre.supervisor.site.ports["gateway"].serve, twins["gateway"].port):
        assert answers_http(port, "/readyz")
