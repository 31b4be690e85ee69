"""A process is replaced, as an upgrade does it, while it is asked without a pause: nobody is refused.

Real processes; a service is found by name, and the new one has another address.
"""

import contextlib
import importlib
import json
import os
import signal
import sys
import threading
import time

import pytest

import gateway.app
import gateway.identity.tables
from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from cadre_cli import processes as table
from servicekit.app import ServiceApp
from servicekit.clock import utc
from servicekit.embedded.process import GuardedProcess, free_port
from servicekit.rpc.client import Channel, Refused
from servicekit.rpc.tokens import Signer
from servicekit.testing.name_server import NameServer
from servicekit.testing.plugin import ISSUER
from servicekit.testing.waiting import wait_until

GATEWAY = ServiceApp("gateway", gateway.identity.tables.metadata, gateway.app.MIGRATIONS, lambda *_: [])
ENOUGH = 50

pytestmark = [pytest.mark.release, pytest.mark.timeout(300)]


class Asking:
    """Threads that ask without a pause; what they were answered, and what failed."""

    def __init__(self, ask, threads):
        self.answers, self.failures, self.slowest = [], [], 0.0
        self._ask, self._done = ask, threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _run(self):
        while not self._done.is_set():
            began = time.monotonic()
            try:
                self.answers.append(self._ask())
            except (Refused, OSError) as error:
                self.failures.append(f"{type(error).__name__}: {error}")
            self.slowest = max(self.slowest, time.monotonic() - began)

    def wait_for(self, number, of=None):
        """Wait until *more* were answered (as *of* says), or anything failed."""
        before = self._count(of)
        wait_until(lambda: self.failures or self._count(of) >= before + number, self.failures, seconds=120)

    def _count(self, of):
        return len(self.answers) if of is None else self.answers.count(of)


@pytest.fixture
def start(tmp_path, keys_dir):
    """Start a process of a service on an address of this machine: `start("curriculum", "127.0.0.2", ...)`."""
    running = []

    def made(service, host, **told):
        log = tmp_path / f"{service}-{len(running)}.log"
        said = {"CADRE_LISTEN_HOST": host, "CADRE_METRICS_PORT": "0", "CADRE_KEYS_DIR": str(keys_dir)} | told
        running.append(GuardedProcess([sys.executable, "-m", service, "serve"], log=log, env=os.environ | said))
        return running[-1]

    yield made
    for process in running:
        process.stop((signal.SIGTERM, 15.0))


@pytest.mark.parametrize("new_first", [False, True], ids=["one machine", "cluster"])
def test_no_call_fails_while_a_service_is_made_anew_at_another_address(new_first, start, new_database, keys_dir):
    told = {"CADRE_DATABASE_URL": new_database(importlib.import_module("curriculum.app").APP)}
    port = told["CADRE_GRPC_PORT"] = str(free_port())
    signer, rights = Signer(keys_dir, ISSUER), {"operations.read": frozenset({"state"})}

    @contextlib.contextmanager
    def calls(target):
        # However long a slow machine needs to start a process: what is measured begins when it has.
        patient = Channel(target, lambda: signer.mint("services/test", rights, now=utc()), deadline_seconds=120)
        with contextlib.closing(patient) as channel:
            yield channel.stub(OperationsServiceStub)

    def starts(host):
        process = start("curriculum", host, **told)
        with calls(f"{host}:{port}") as stub:
            return process, started_at(stub)

    with NameServer() as names, calls(f"dns://{names.at}/curriculum:{port}") as stub:
        old, first = starts("127.0.0.2")
        names.addresses["curriculum"] = "127.0.0.2"
        with Asking(lambda: started_at(stub), threads=4) as asking:
            asking.wait_for(ENOUGH, of=first)
            if new_first:
                _, second = starts("127.0.0.3")
                names.addresses["curriculum"] = "127.0.0.3"
                old.stop((signal.SIGTERM, 15.0))
            else:
                # The name resolves to nothing for as long as no container has it.
                del names.addresses["curriculum"]
                old.stop((signal.SIGTERM, 15.0))
                names.addresses["curriculum"] = "127.0.0.3"
                _, second = starts("127.0.0.3")
            began = time.monotonic()
            asking.wait_for(1, of=second)
            found_after = time.monotonic() - began
            asking.wait_for(ENOUGH, of=second)
    assert asking.failures == []
    assert set(asking.answers) == {first, second}
    # By itself gRPC would ask for the name again after half a minute.
    assert found_after < 15
    print(
        f"{len(asking.answers)} calls; found {found_after:.1f} s after it answered, the slowest {asking.slowest:.1f} s"
    )


def started_at(stub):
    """Which process answers, by when it started."""
    return stub.GetStatus(pb.GetStatusRequest()).start_time.ToNanoseconds()


def test_no_page_fails_while_the_only_process_of_the_pages_is_made_anew(start, new_database, proxy):
    pages = free_port()
    told = {"CADRE_DATABASE_URL": new_database(GATEWAY), "CADRE_HTTP_PORT": str(pages)}
    told["CADRE_PEERS"] = json.dumps(dict.fromkeys(table.BACK_ENDS, "127.0.0.1:1"))
    old = start("gateway", "127.0.0.1", **told)
    get = proxy(pages)
    with Asking(lambda: get("/sign-in", seconds=30)[0], threads=3) as asking:
        asking.wait_for(ENOUGH)
        old.stop((signal.SIGTERM, 15.0))
        start("gateway", "127.0.0.1", **told)
        asking.wait_for(ENOUGH)
    assert asking.failures == []
    assert set(asking.answers) == {200}
    print(f"{len(asking.answers)} pages, the slowest {asking.slowest:.1f} s")
