"""One Prometheus registry per process, and the list of buckets that all durations share."""

import threading
from collections.abc import Callable
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
# An event may wait for a service that is down.
LAG_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0)
GROUP_SIZES = (1, 2, 4, 8, 16, 32, 64)

_LOOK_SECONDS = 0.05


def new_registry() -> CollectorRegistry:
    """Return a registry with the process's own figures (memory, CPU, file descriptors, garbage collection)."""
    # When a counter began is of no use here, and would double their number.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class RpcMetrics:
    """Calls and their duration by method and code, which come from the contract: labels are bounded."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.handled = Counter("cadre_rpc_handled_total", "Calls answered", ["method", "code"], registry=registry)
        self.seconds = Histogram(
            "cadre_rpc_seconds", "Time to answer a call", ["method"], buckets=SECONDS, registry=registry
        )
        self.together = Histogram(
            "cadre_transaction_calls",
            "Callers whose writes shared a transaction",
            ["method"],
            buckets=GROUP_SIZES,
            registry=registry,
        )


def serve(registry: CollectorRegistry, port: int, *, host: str = "127.0.0.1") -> tuple[int, Callable[[], None]]:
    """Serve /metrics on *port* (0 = any) of *host*. Return the port and a function that stops."""
    server = make_server(host, port, make_wsgi_app(registry), ThreadingWSGIServer, _Quiet)
    # The library's own starter looks only twice a second whether it shall stop, which every stop would wait for.
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": _LOOK_SECONDS}, name="metrics", daemon=True
    )
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return server.server_port, stop


class _Quiet(WSGIRequestHandler):
    """A scrape is no news."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""
