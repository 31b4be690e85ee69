"""One Prometheus registry per process, and the list of buckets that all durations share."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def new_registry() -> CollectorRegistry:
    """Return a registry with the process's own figures (memory, CPU, file descriptors, garbage collection)."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class RpcMetrics:
    """Calls and their duration by method and code; both come from the contract, so the labels are bounded."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.handled = Counter("cadre_rpc_handled_total", "Calls answered", ["method", "code"], registry=registry)
        self.seconds = Histogram(
            "cadre_rpc_seconds", "Time to answer a call", ["method"], buckets=SECONDS, registry=registry
        )


def serve(registry: CollectorRegistry, port: int) -> tuple[int, Callable[[], None]]:
    """Serve /metrics on *port* (0 = any). Return the port and a function that stops."""
    server, thread = start_http_server(port, addr="127.0.0.1", registry=registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return int(server.server_address[1]), stop
