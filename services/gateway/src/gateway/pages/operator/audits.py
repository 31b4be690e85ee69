"""Audits: what must be zero, counted from the rows themselves while the operator waits."""

from fastapi import APIRouter

from cadre.operations.v1 import operations_service_pb2 as pb
from gateway.pages.operator.asking import answered, ask_all, silent
from gateway.visit import Answer, Visitor

router = APIRouter(prefix="/operations")

# They look at every row, which may take a while.
_PATIENCE_SECONDS = 8.0


@router.get("/audits")
def audits(visit: Visitor, count: str = "") -> Answer:
    """Say what is counted; `count=now` counts it."""
    answers: dict[str, pb.RunAuditsResponse | str] = {}
    if count == "now":
        answers = ask_all(visit, lambda stub: stub.RunAudits(pb.RunAuditsRequest(), timeout=_PATIENCE_SECONDS))
    rows = [(name, audit) for name, answer in answered(answers).items() for audit in answer.audits]
    return visit.page("operations_audits.html", counted=bool(answers), rows=rows, silent=silent(answers))
