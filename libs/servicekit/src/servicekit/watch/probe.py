"""`python -m servicekit.watch.probe`: whether the process of this environment is well; for container engines.

Exit code 0 = it answers, by the way that its role has: pages, calls, or else its metrics.
"""

import http.client
import os
import sys
from collections.abc import Mapping

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_SECONDS = 1.0


def answers_grpc(port: int, *, patience: float = _SECONDS) -> bool:
    """Ask the gRPC health service on *port*, for *patience* seconds, whether the whole server serves."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        health = health_pb2_grpc.HealthStub(channel)
        try:
            answer = health.Check(health_pb2.HealthCheckRequest(), timeout=patience)
        except grpc.RpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def answers_http(port: int, path: str = "/healthz", *, patience: float = _SECONDS) -> bool:
    """Ask for *path* on *port*, for *patience* seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_well(environment: Mapping[str, str]) -> bool:
    """Ask the process by the first way that *environment* gives it a port for."""
    if port := environment.get("CADRE_HTTP_PORT"):
        return answers_http(int(port))
    if port := environment.get("CADRE_GRPC_PORT"):
        return answers_grpc(int(port))
    return answers_http(int(environment["CADRE_METRICS_PORT"]), "/metrics")


if __name__ == "__main__":
    sys.exit(not is_well(os.environ))
