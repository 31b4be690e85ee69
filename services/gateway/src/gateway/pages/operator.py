"""The operator's page: what runs, whether anything is stuck, and a way to unstick it."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from gateway import sentences
from gateway.forms import Form
from gateway.visit import Answer, Sent, Visit, Visitor
from servicekit.client import Refused

router = APIRouter(prefix="/operations")

# A service that does not answer must not keep the operator from seeing the others.
_PATIENCE_SECONDS = 2.0
_AUDIT_SECONDS = 8.0


@dataclass
class Seen:
    """One service as it answers now; `problem` says why there is nothing else."""

    name: str
    status: pb.Status | None = None
    dead: list[pb.DeadLetter] = field(default_factory=list)
    audits: list[pb.Audit] = field(default_factory=list)
    problem: str = ""


@router.get("")
def operations(visit: Visitor, audits: str = "", settled: str = "") -> Answer:
    """Everything at one glance. `audits=run` also counts what must be zero, by looking at the rows."""
    return _operations(visit, Form.of({"reason": ""}), audits=audits == "run", settled=settled == "show")


@router.post("/{service}/{letter}/replay")
def replay(visit: Visitor, service: str, letter: str, form: Sent) -> Answer:
    """Hand an event to its handler once more."""
    request = pb.ReplayDeadLetterRequest(name=f"deadLetters/{letter}", request_id=form.request_id)
    try:
        _stub(visit, service).ReplayDeadLetter(request)
    except Refused as error:
        form.refuse(error)
        return _operations(visit, form)
    return visit.go("/operations", done="replayed")


@router.post("/{service}/{letter}/discard")
def discard(visit: Visitor, service: str, letter: str, form: Sent) -> Answer:
    """Give an event up, with a reason."""
    reason = f"reason-{letter}"
    form.needs(reason, "Say why the event may be given up.")
    if not form.errors:
        request = pb.DiscardDeadLetterRequest(
            name=f"deadLetters/{letter}", reason=form.text(reason), request_id=form.request_id
        )
        try:
            _stub(visit, service).DiscardDeadLetter(request)
        except Refused as error:
            form.refuse(error, {"reason": reason})
    if form.errors:
        return _operations(visit, form)
    return visit.go("/operations", done="discarded")


def _operations(visit: Visit, form: Form, *, audits: bool = False, settled: bool = False) -> Answer:
    with ThreadPoolExecutor(len(visit.clients.names)) as pool:
        # Each thread calls for the visitor: the caller stands in the context.
        asked = [pool.submit(copy_context().run, _look, visit, name, audits, settled) for name in visit.clients.names]
        seen = [one.result() for one in asked]
    return visit.page(
        "operations.html",
        status=400 if form.errors else 200,
        processes=_processes(visit.gateway.settings.state_file, visit),
        seen=seen,
        dead=[(one.name, letter, _pretty(letter.payload)) for one in seen for letter in one.dead],
        audits=audits,
        settled=settled,
        form=form,
    )


def _look(visit: Visit, name: str, audits: bool, settled: bool) -> Seen:
    stub = visit.clients.operations[name]
    try:
        status = stub.GetStatus(pb.GetStatusRequest(), timeout=_PATIENCE_SECONDS)
        dead = stub.ListDeadLetters(
            pb.ListDeadLettersRequest(page_size=50, show_settled=settled), timeout=_PATIENCE_SECONDS
        )
        counted = stub.RunAudits(pb.RunAuditsRequest(), timeout=_AUDIT_SECONDS).audits if audits else []
    except Refused as error:
        if error.code == "PERMISSION_DENIED":
            raise
        return Seen(name, problem=sentences.refusal(error))
    return Seen(name, status, list(dead.dead_letters), list(counted))


def _processes(state_file: Path | None, visit: Visit) -> list[dict[str, Any]]:
    """What the supervisor wrote about its processes; empty where none is used."""
    if state_file is None or not state_file.exists():
        return []
    rows: list[dict[str, Any]] = json.loads(state_file.read_text(encoding="utf-8")).get("processes", [])
    for row in rows:
        begun = row.get("started_at")
        row["since"] = sentences.moment(sentences.as_moment(begun), visit.today) if begun else ""
    return rows


def _pretty(payload: str) -> str:
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:
        return payload


def _stub(visit: Visit, service: str) -> OperationsServiceStub:
    if service not in visit.clients.operations:
        raise HTTPException(404)
    return visit.clients.operations[service]
