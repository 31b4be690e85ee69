"""Asking every service the same, at once: one that does not answer keeps nobody from seeing the others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from fastapi.exceptions import HTTPException

from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from gateway.web.visit import Visit
from servicekit.rpc.client import Refused

T = TypeVar("T")

PATIENCE_SECONDS = 2.0


def ask_all(visit: Visit, question: Callable[[OperationsServiceStub], T], *, of: str = "") -> dict[str, T | str]:
    """Ask each service, or the one named *of*; where one does not answer, the sentence that says so takes its place."""

    def ask(name: str) -> T | str:
        try:
            return question(stub(visit, name))
        except Refused as error:
            if error.code == "PERMISSION_DENIED":
                raise
            return visit.gateway.outcomes.refused(error)

    names = (of,) if of else visit.clients.names
    with ThreadPoolExecutor(len(names)) as pool:
        # Each thread calls for the visitor: the caller stands in the context.
        asked = [pool.submit(copy_context().run, ask, name) for name in names]
        return {name: one.result() for name, one in zip(names, asked, strict=True)}


def answered(answers: dict[str, T | str]) -> dict[str, T]:
    """Leave out those that did not answer."""
    return {name: answer for name, answer in answers.items() if not isinstance(answer, str)}


def silent(answers: dict[str, T | str]) -> dict[str, str]:
    """Keep those that did not answer, and why."""
    return {name: answer for name, answer in answers.items() if isinstance(answer, str)}


def stub(visit: Visit, service: str) -> OperationsServiceStub:
    """Return the stub of a service that is named in an address."""
    if service not in visit.clients.operations:
        raise HTTPException(404)
    return visit.clients.operations[service]


def named(visit: Visit, actors: list[str]) -> dict[str, str]:
    """Give the names of those of *actors* who are people the visitor may see; none if the directory is down."""
    try:
        return visit.names([actor for actor in actors if actor.startswith("people/")])
    except Refused:
        return {}
