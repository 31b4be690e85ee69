"""Calls to another service: each has a deadline, a token and the trace of the work in hand.

What the peer refuses arrives as `Refused`, with reason and metadata; what fails on the way arrives as `Refused` too,
with the gRPC code and no reason.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from servicekit import trace
from servicekit.db import writing

S = TypeVar("S")

DEADLINE_SECONDS = 10.0


class Refused(Exception):  # noqa: N818 - the peer's answer
    """A peer's refusal: the gRPC *code* name, its *reason* ('' if it failed without one), *metadata*, and *fields*."""

    def __init__(self, code: str, reason: str, message: str, metadata: dict[str, str], fields: dict[str, str]) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message
        self.metadata = metadata
        self.fields = fields


class Channel:
    """A connection to a service; it opens on the first call and mends itself."""

    def __init__(self, target: str, token: Callable[[], str], *, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        options = [
            # The default waits up to two minutes to look for a peer that restarts within a second.
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 1000),
            ("grpc.max_receive_message_length", 16 * 1024 * 1024),
            # Where a service has several addresses, each is called in turn.
            ("grpc.lb_policy_name", "round_robin"),
        ]
        self._channel = grpc.insecure_channel(target, options=options)
        self._calls = grpc.intercept_channel(self._channel, _Defaults(token, deadline_seconds))

    def stub(self, stub_class: Callable[[grpc.Channel], S]) -> S:
        """Return a stub of the contract, such as `ShelfServiceStub`."""
        return stub_class(self._calls)

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()


class _Details(grpc.ClientCallDetails):
    """The details of a call with what every call must have."""

    def __init__(self, given: Any, metadata: list[tuple[str, str]], timeout: float) -> None:  # noqa: ANN401 - grpc's
        self.method = given.method
        self.metadata = tuple(metadata)
        self.timeout = timeout
        self.credentials = given.credentials
        # A peer that restarts is waited for, within the deadline, rather than failed on.
        self.wait_for_ready = True
        self.compression = given.compression


class _Defaults(grpc.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    def __init__(self, token: Callable[[], str], deadline_seconds: float) -> None:
        self._token = token
        self._deadline = deadline_seconds

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ANN401
        if writing.get():
            raise RuntimeError(f"{client_call_details.method} must not be called while a transaction is open")
        metadata = [*(client_call_details.metadata or ())]
        if not any(key == "authorization" for key, _ in metadata):
            metadata.append(("authorization", f"Bearer {self._token()}"))
        timeout = client_call_details.timeout or self._deadline
        with trace.work(client_call_details.method, trace.Kind.CLIENT, parent=None):
            metadata.append((trace.HEADER, trace.current.get()))
            call = continuation(_Details(client_call_details, metadata, timeout), request)
            try:
                call.result()
            except grpc.RpcError as error:
                raise refused(error) from None
            return call


def refused(error: Any) -> Refused:  # noqa: ANN401 - grpc.RpcError has no typed form that holds a status
    """Return what a failed call says."""
    code = error.code().name
    reason, metadata, fields = "", {}, {}
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            reason, metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(bad):
            fields = {violation.field: violation.description for violation in bad.field_violations}
    return Refused(code, reason, error.details() or "", metadata, fields)
