"""A small service for the supervisor's tests: ``python stand_in.py NAME grpc|http|broken|stubborn|migrate``.

It says that it is ready as a real one does, and writes down how it was started and how it was stopped.
"""

import contextlib
import http.server
import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2_grpc

from servicekit import signals


def serve_grpc(port: int, ended: threading.Event) -> None:
    """Answer the health service until *ended*."""
    server = grpc.server(ThreadPoolExecutor(2))
    health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    signals.wait(ended)
    server.stop(1.0).wait()


def serve_http(port: int, ended: threading.Event) -> None:
    """Answer every GET with 200 until *ended*."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(http.HTTPStatus.OK)
            self.end_headers()

    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        signals.wait(ended)
        server.shutdown()


def main(name: str, kind: str) -> None:
    """Be the service *name*."""
    folder = Path(os.environ["CADRE_STATE_FILE"]).parent
    environment = {key: value for key, value in os.environ.items() if key.startswith("CADRE_")}
    with contextlib.suppress(OSError):  # on a full disk it works on, as the real ones do
        (folder / f"{name}.environment.json").write_text(json.dumps(environment), encoding="utf-8")
    if kind == "migrate":
        return
    if kind == "broken":
        sys.exit("this service cannot start")
    ended = threading.Event()
    signal.signal(signal.SIGTERM, signal.SIG_IGN if kind == "stubborn" else lambda *_: ended.set())
    if kind == "http":
        serve_http(int(os.environ["CADRE_HTTP_PORT"]), ended)
    else:
        serve_grpc(int(os.environ["CADRE_GRPC_PORT"]), ended)
    with (folder / "stopped.txt").open("a", encoding="utf-8") as file:
        file.write(f"{name}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
