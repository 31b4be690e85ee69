"""Calls to another service: each has a deadline, a token and the trace of the work in hand.

What the peer refuses arrives as `Refused`, with reason and metadata; what fails on the way arrives as `Refused` too,
with the gRPC code and no reason.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from servicekit import trace
from servicekit.data.db import writing

S = TypeVar("S")

DEADLINE_SECONDS = 10.0
# How a call ends that the peer did not decide about: it is not there, takes too long, or stopped while it was at it.
_NOT_ANSWERED = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"})
_HABITS = {
    # Where a service has several addresses, each is called in turn.
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{}],
            # A server that stops answers so for what reached it and was never begun (grpc issue 41785); we cancel no
            # call ourselves. Asked again it finds the next server; a write that was begun is known by its request id.
            "retryPolicy": {
                "maxAttempts": 5,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["CANCELLED"],
            },
        }
    ],
}


class Refused(Exception):  # noqa: N818 - the peer's answer
    """A peer's refusal: the gRPC *code* name, its *reason* ('' if it failed without one), *metadata*, and *fields*.

    *service* is whose contract was called, such as `shelf`.
    """

    def __init__(
        self,
        code: str,
        reason: str,
        message: str,
        metadata: dict[str, str],
        fields: dict[str, str],
        service: str = "",
    ) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message
        self.metadata = metadata
        self.fields = fields
        self.service = service

    @property
    def passing(self) -> bool:
        """Whether there is no answer at the moment: the same request may be sent again, under the same id."""
        return self.code in _NOT_ANSWERED


class Channel:
    """A connection to a service; it opens on the first call and mends itself."""

    def __init__(self, target: str, token: Callable[[], str], *, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        options = [
            # The default waits up to two minutes to look for a peer that restarts within a second.
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 1000),
            # A peer that was started again has another address. By default half a minute passes before we ask for it.
            ("grpc.dns_min_time_between_resolutions_ms", 1000),
            ("grpc.max_receive_message_length", 16 * 1024 * 1024),
            ("grpc.service_config", json.dumps(_HABITS)),
        ]
        self._channel = grpc.insecure_channel(target, options=options)
        self._token = token
        self._deadline = deadline_seconds

    def stub(self, stub_class: Callable[[grpc.Channel], S]) -> S:
        """Return a stub of the contract, such as `ShelfServiceStub`. It has unary calls only, as our contracts do."""
        return stub_class(self)  # type: ignore[arg-type]

    def unary_unary(self, method: str, **marshal: Any) -> Callable[..., Any]:  # noqa: ANN401 - what grpc's stubs give
        """Return the call of one method, for the stub; made once, since grpc registers each that it makes.

        grpc's own interceptors would make a new one for every call, which cost a third of a page's Python. It is made
        when it is first called: of a contract's many methods most callers need few.
        """
        ask = cache(lambda: self._channel.unary_unary(method, **marshal))
        bearer, usual_seconds = self._token, self._deadline
        # `/cadre.shelf.v1.ShelfService/ListBooks`
        service = method.split(".")[1] if method.count(".") > 1 else ""

        def call(
            request: Any,  # noqa: ANN401 - a message of the contract
            *,
            metadata: Sequence[tuple[str, str]] = (),
            timeout: float | None = None,
        ) -> Any:  # noqa: ANN401 - a message of the contract
            if writing.get():
                raise RuntimeError(f"{method} must not be called while a transaction is open")
            carried = [*metadata]
            if not any(key == "authorization" for key, _ in carried):
                carried.append(("authorization", f"Bearer {bearer()}"))
            with trace.work(method, trace.Kind.CLIENT, parent=None):
                carried.append((trace.HEADER, trace.current.get()))
                try:
                    # A peer that restarts is waited for, within the deadline, rather than failed on.
                    patience = timeout or usual_seconds
                    return ask()(request, timeout=patience, metadata=tuple(carried), wait_for_ready=True)
                except grpc.RpcError as error:
                    raise refused(error, service) from None

        return call

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()


def refused(error: Any, service: str = "") -> Refused:  # noqa: ANN401 - grpc.RpcError has no typed form that holds a status
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
    return Refused(code, reason, error.details() or "", metadata, fields, service)
