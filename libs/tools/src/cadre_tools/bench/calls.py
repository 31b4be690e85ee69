"""Measures calls to other systems: one of each agency, some of which hang, from issuing a letter to the last answer."""

import json
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import connection_service_pb2 as connection_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre_cli.access import request_id
from cadre_tools.bench.figures import Connections, Delays
from cadre_tools.bench.stage import Stage, WrongResultError, open_stage, told, wait_until

DEAD = 5
_HERE = "127.0.0.1"
_LOOK_SECONDS = 0.005


class Receivers(ThreadingHTTPServer):
    """Answers at once whoever calls, by as many addresses as are asked for, and notes when which letter came there."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__((_HERE, 0), _Answer)
        self.came: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self.twice = 0

    def note(self, path: str, letter: str) -> None:
        """Note that a letter came to an address."""
        self.twice += path in self.came[letter]
        self.came[letter].setdefault(path, time.perf_counter())


class _Answer(BaseHTTPRequestHandler):
    server: Receivers

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.note(self.path, json.loads(body)["subject"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def measure(folder: Path, people: int, letters: int, *, fsync: bool = True) -> Connections:
    """Issue letters to this many people at all agencies, each of which has a connection; `DEAD` of these hang.

    Raises:
        WrongResultError: a call was lost, or came twice.
    """
    with (
        _receivers() as receivers,
        _hanging() as port,
        told(CADRE_WEBHOOKS_TO_THIS_MACHINE="true"),
        open_stage(people, folder, fsync=fsync) as stage,
    ):
        connections = _connect(stage, receivers.server_port, port)
        alive = connections - DEAD
        taken = [_issue(stage, number, receivers, alive) for number in range(1, letters + 1)]
        stage.await_quiet()
        if receivers.twice or any(len(came) != alive for came in receivers.came.values()):
            raise WrongResultError(f"{receivers.twice} calls came twice, or one did not come to all of {alive}")
        stage.require_clean_books()
        return Connections(connections, DEAD, Delays.of(taken))


def _connect(stage: Stage, alive: int, dead: int) -> int:
    access = stage.access
    listed = access.ask(access.agencies.ListAgencies, agency_pb.ListAgenciesRequest()).agencies
    local = sorted(one.name for one in listed if one.kind != "state")
    for number, agency in enumerate(local):
        port = dead if number % (len(local) // DEAD) == 0 and number // (len(local) // DEAD) < DEAD else alive
        connection = connection_pb.Connection(
            title="Measured", address=f"http://{_HERE}:{port}/{number}", kinds=["letter.issued"]
        )
        create = connection_pb.CreateConnectionRequest(
            parent=agency, connection=connection, request_id=request_id("bench", agency, "connection")
        )
        access.ask(access.connections.CreateConnection, create, person=stage.operator)
    return len(local)


def _issue(stage: Stage, number: int, receivers: Receivers, alive: int) -> float:
    """Issue a letter, and return the seconds until the last receiver that answers was called."""
    draft = stage.draft_letter(number, stage.course)
    publish = notice_pb.PublishNoticeRequest(
        name=draft.name,
        audience_revision=stage.audience.revision,
        etag=draft.etag,
        request_id=request_id("bench", "calls", number),
    )
    came = receivers.came[draft.name]
    started = time.perf_counter()
    stage.access.ask(stage.access.notices.PublishNotice, publish, person=stage.approver)
    wait_until(partial(_all_came, came, alive), "calls wait", _LOOK_SECONDS)
    return max(came.values()) - started


def _all_came(came: dict[str, float], alive: int) -> bool:
    return len(came) >= alive


@contextmanager
def _receivers() -> Iterator[Receivers]:
    with Receivers() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _hanging() -> Iterator[int]:
    """Give a port at which connections are taken by the machine, and by nobody else."""
    with socket.create_server((_HERE, 0), backlog=1024) as listening:
        yield listening.getsockname()[1]
