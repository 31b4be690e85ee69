"""The gRPC server of a process: every call is measured, known, allowed, in time, and answered in the contract's terms.

One wrapper does it for each method of the contract; handlers neither abort nor catch.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import grpc
import structlog
from google.protobuf import any_pb2, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status
from prometheus_client import CollectorRegistry
from psycopg import errors
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from servicekit import trace
from servicekit.clock import Clock, utc
from servicekit.data.db import Replayed
from servicekit.metrics import RpcMetrics
from servicekit.refusals import InvalidField, Kind, Refusal
from servicekit.rpc import incoming
from servicekit.rpc.calls import Call, Servicer, authorizer
from servicekit.rpc.tokens import Verifier

log = structlog.get_logger()

DOMAIN = "cadre"
# With less time left than this an answer would come too late: better to say so at once.
LEAST_SECONDS = 0.02
_OPTIONS = [
    ("grpc.so_reuseport", 0),
    # As much as a client takes as an answer: a request may carry a whole file.
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
]
_FAILED = status_pb2.Status(code=code_pb2.INTERNAL, message="An error of the service. It was logged.")
# What the database says of a value that it cannot keep, such as a key too long for an index. Other errors of its data,
# such as a division by zero, are ours.
_TOO_MUCH = (
    errors.CharacterNotInRepertoire,
    errors.DatetimeFieldOverflow,
    errors.NumericValueOutOfRange,
    errors.ProgramLimitExceeded,
    errors.StatementTooComplex,
    errors.StringDataRightTruncation,
    errors.UntranslatableCharacter,
)


class DeadlinePassed(Refusal):
    """The caller has no time left to wait for the answer."""

    kind = Kind.LATE


class DatabaseUnavailable(Refusal):
    """The database did not answer, or this write stood in another's way: the same request may be sent again."""

    kind = Kind.BUSY


class Server:
    """Serves the contracts of *servicers*, with health and reflection, on 127.0.0.1 or a given address."""

    def __init__(
        self,
        servicers: Sequence[Servicer],
        verifier: Verifier,
        registry: CollectorRegistry,
        *,
        port: int = 0,
        threads: int = 16,
        host: str = "127.0.0.1",
        clock: Clock = utc,
    ) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="rpc")
        self._server = grpc.server(self._pool, options=_OPTIONS)
        self._verifier = verifier
        self._clock = clock
        self._metrics = RpcMetrics(registry)
        self._health = health.HealthServicer()
        names = [reflection.SERVICE_NAME, health.SERVICE_NAME]
        for servicer in servicers:
            names.append(servicer.service.full_name)
            for company in servicer.companies:
                company.observe = self._metrics.together.labels(company.method).observe
            handlers = {method.name: self._handler(servicer, method) for method in servicer.service.methods}
            for name in servicer.names():
                self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(names, self._server)
        self.port = self._server.add_insecure_port(f"{host}:{port}")

    def start(self) -> None:
        """Take calls from now on."""
        self._server.start()
        self._health.set("", health_pb2.HealthCheckResponse.SERVING)

    def stop(self, grace_seconds: float = 5.0) -> None:
        """Say that no more work is taken, finish what is under way, stop."""
        self._health.enter_graceful_shutdown()
        self._server.stop(grace_seconds).wait()
        self._pool.shutdown()

    def _handler(self, servicer: Servicer, method: MethodDescriptor) -> "grpc.RpcMethodHandler[Message, Message]":
        """Wrap the servicer's method of the contract's name; a contract that is not answered is a failed start."""
        answer: Callable[[Message, Call], Message] = getattr(servicer, method.name)
        read = incoming.reader(method.input_type)
        response_class = message_factory.GetMessageClass(method.output_type)
        authorize = authorizer(method)
        name = f"{method.containing_service.name}/{method.name}"
        seconds = cache(lambda: self._metrics.seconds.labels(name))
        # From the start, so that the first call is an increase.
        self._metrics.handled.labels(name, "OK")
        # A change leaves a line, so that a page's id can be followed; reads are only counted.
        writes = "request_id" in method.input_type.fields_by_name

        def handle(data: bytes, context: grpc.ServicerContext) -> Message:
            started = time.perf_counter()
            code, reason, caller, request = "OK", "", "", None
            metadata = dict(context.invocation_metadata())
            with trace.work(name, trace.Kind.SERVER, parent=str(metadata.get(trace.HEADER, ""))) as work:
                try:
                    with structlog.contextvars.bound_contextvars(method=name, trace=trace.trace_id()):
                        try:
                            remaining = context.time_remaining()
                            if remaining is not None and remaining < LEAST_SECONDS:
                                raise DeadlinePassed("No time is left to answer.")  # noqa: TRY301
                            now = self._clock()
                            bearer = str(metadata.get("authorization", "")).removeprefix("Bearer ")
                            principal = self._verifier.principal(bearer, now)
                            caller = principal.name
                            request = read(data)
                            call = Call(name, principal, authorize(principal, request), now)
                            return answer(request, call)
                        except Replayed as replayed:
                            return response_class.FromString(replayed.answer)
                        except Refusal as refusal:
                            code, reason = refusal.kind.value, refusal.reason
                            status = refusal_status(refusal)
                        except Exception as error:
                            if refused := _refused_by_database(error):
                                code, reason, status = refused.kind.value, refused.reason, refusal_status(refused)
                            else:
                                code, status = "INTERNAL", _FAILED
                                log.exception("call_failed")
                        finally:
                            if writes:
                                asked = getattr(request, "request_id", "")
                                log.info("write_answered", code=code, reason=reason, caller=caller, request_id=asked)
                    work.failed(reason or code)
                    context.abort_with_status(rpc_status.to_status(status))
                    raise AssertionError("abort returns never")
                finally:
                    work.note("rpc.code", code)
                    self._metrics.handled.labels(name, code).inc()
                    seconds().observe(time.perf_counter() - started)

        return grpc.unary_unary_rpc_method_handler(
            handle,
            # Bytes: what grpc cannot read it would call an error of ours.
            request_deserializer=None,
            response_serializer=lambda message: message.SerializeToString(),
        )


def _refused_by_database(error: Exception) -> Refusal | None:
    """Return what the caller is told when the database, not our code, made the call fail; None for an error of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, _TOO_MUCH):
        log.warning("value_not_kept", error=str(cause))
        return InvalidField("request", "", "holds a value that the database cannot keep")
    if isinstance(cause, errors.QueryCanceled):
        log.warning("statement_ended", error=str(cause))
        return DeadlinePassed("The database took too long for this and was told to stop.")
    if isinstance(error, NoConnectionFree):
        log.warning("no_connection_free")
        return DatabaseUnavailable("The database has more to do at the moment than it can.")
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("database_unavailable", error=str(cause))
        return DatabaseUnavailable("The database does not answer at the moment.")
    return None


def refusal_status(refusal: Refusal) -> status_pb2.Status:
    """Return *refusal* as `google.rpc.Status`: ErrorInfo, and a field violation where a field is at fault."""
    info = error_details_pb2.ErrorInfo(reason=refusal.reason, domain=DOMAIN, metadata=refusal.metadata)
    details = [any_pb2.Any()]
    details[0].Pack(info)
    if refusal.field:
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=refusal.field, description=refusal.message, reason=refusal.reason
        )
        details.append(any_pb2.Any())
        details[1].Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    code = code_pb2.Code.Value(refusal.kind.value)
    return status_pb2.Status(code=code, message=refusal.message, details=details)
