"""How the command line and the demonstration reach the services: the same RPCs that the pages call.

Every call is patient: a service that is being restarted is asked again, with the same request and so the same
`request_id`, until it answers or a minute has passed.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from cadre.curriculum.v1 import curriculum_service_pb2_grpc as curriculum_grpc
from cadre.directory.v1 import directory_service_pb2 as directory_pb
from cadre.directory.v1 import directory_service_pb2_grpc as directory_grpc
from cadre.directory.v1 import unit_service_pb2_grpc as unit_grpc
from cadre.enrollment.v1 import enrollment_service_pb2_grpc as enrollment_grpc
from cadre.evaluation.v1 import evaluation_service_pb2_grpc as evaluation_grpc
from cadre.evaluation.v1 import quality_service_pb2_grpc as quality_grpc
from cadre.notification.v1 import notification_service_pb2_grpc as notification_grpc
from cadre.operations.v1 import operations_service_pb2 as operations_pb
from cadre.operations.v1 import operations_service_pb2_grpc as operations_grpc
from servicekit.clock import Clock, utc
from servicekit.rpc.client import Channel, Refused
from servicekit.rpc.tokens import Signer

Q = TypeVar("Q")
A = TypeVar("A")

PATIENCE_SECONDS = 90.0
_PAUSE_SECONDS = 0.1
# Counting a million people takes half a minute; a slow machine is given time.
_AUDIT_SECONDS = 900.0
# A token lives five minutes; a new one is asked for well before.
_TOKEN_SECONDS = 200.0
_REQUESTS = uuid.UUID("6f2f8a52-7c1f-4a7e-9c55-3e6d1f0f7c11")

Call = Callable[..., Any]


def request_id(*parts: object) -> str:
    """Return the id of a request that is the same each time the same thing is asked: a repeat changes nothing."""
    return str(uuid.uuid5(_REQUESTS, "/".join(map(str, parts))))


class Access:
    """Stubs of the services, called as the principal *name*, or as a person whom it signs in.

    *channels* are by service, for contracts of which the command line itself has no stub.
    """

    def __init__(self, peers: dict[str, str], keys_dir: Path, name: str, clock: Clock = utc) -> None:
        self.clock = clock
        token = Signer(keys_dir, name).own_tokens(clock)
        self.channels = {service: Channel(address, token) for service, address in peers.items()}
        self._tokens: dict[str, tuple[str, float]] = {}
        self._lock = Lock()
        self.directory = self.channels["directory"].stub(directory_grpc.DirectoryServiceStub)
        self.units = self.channels["directory"].stub(unit_grpc.UnitServiceStub)
        self.curriculum = self.channels["curriculum"].stub(curriculum_grpc.CurriculumServiceStub)
        self.evaluation = self.channels["evaluation"].stub(evaluation_grpc.EvaluationServiceStub)
        self.quality = self.channels["evaluation"].stub(quality_grpc.QualityServiceStub)
        self.notification = self.channels["notification"].stub(notification_grpc.NotificationServiceStub)
        self.enrollment = self.channels["enrollment"].stub(enrollment_grpc.EnrollmentServiceStub)
        self.operations = {
            service: channel.stub(operations_grpc.OperationsServiceStub) for service, channel in self.channels.items()
        }

    def close(self) -> None:
        """Close all connections."""
        for channel in self.channels.values():
            channel.close()

    def ask(self, method: Callable[..., A], request: object, *, person: str = "") -> A:
        """Call *method* as *person* (as ourselves if empty), and again while the service does not answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if not person:
                    return method(request)
                return method(request, metadata=(("authorization", f"Bearer {self._token(person)}"),))
            except Refused as refused:
                if not refused.passing or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_SECONDS)

    def every(self, method: Callable[..., Any], request: Any, field: str, *, person: str = "") -> Iterator[Any]:  # noqa: ANN401
        """Give the rows of all pages of a list."""
        while True:
            answer = self.ask(method, request, person=person)
            yield from getattr(answer, field)
            if not answer.next_page_token:
                return
            request.page_token = answer.next_page_token

    def wrong(self) -> dict[str, int]:
        """Have every service count now what must be zero, and give what is not: the counts by `service: audit`.

        What could not be counted is not zero either; its name says why.
        """
        counted: dict[str, int] = {}
        for service, stub in self.operations.items():
            run = partial(stub.RunAudits, timeout=_AUDIT_SECONDS)
            answer = self.ask(run, operations_pb.RunAuditsRequest())
            counted |= {f"{service}: {audit.name}": audit.count for audit in answer.audits if audit.count}
            counted |= {f"{service}: {audit.name} ({audit.error})": 1 for audit in answer.audits if audit.error}
        return counted

    def quiet(self) -> bool:
        """Whether no service has anything left to publish or to handle."""
        statuses = [self.ask(stub.GetStatus, operations_pb.GetStatusRequest()) for stub in self.operations.values()]
        return not any(
            status.outbox_depth or any(consumer.pending or consumer.in_flight for consumer in status.consumers)
            for status in statuses
        )

    def _token(self, person: str) -> str:
        with self._lock:
            known = self._tokens.get(person)
        if known is None or time.monotonic() > known[1]:
            answer = self.ask(self.directory.ExchangeSignIn, directory_pb.ExchangeSignInRequest(person=person))
            known = (answer.token, time.monotonic() + _TOKEN_SECONDS)
            with self._lock:
                self._tokens[person] = known
        return known[0]
