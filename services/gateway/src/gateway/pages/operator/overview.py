"""The operator's first page: what needs her, the health tree, queues, processes, releases and schemas."""

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from cadre.operations.v1 import operations_service_pb2 as pb
from gateway import health, sentences
from gateway.pages.operator.asking import PATIENCE_SECONDS, answered, ask_all
from gateway.visit import Answer, Visit, Visitor

router = APIRouter(prefix="/operations")


@router.get("")
def operations(visit: Visitor) -> Answer:
    """Everything at one glance."""
    answers = ask_all(visit, lambda stub: stub.GetStatus(pb.GetStatusRequest(), timeout=PATIENCE_SECONDS))
    processes = _processes(visit.gateway.settings.state_file, visit)
    return visit.page(
        "operations.html",
        processes=processes,
        tree=health.tree(answers, gateway=_gateway(visit), processes=processes),
        statuses=answered(answers),
    )


def _gateway(visit: Visit) -> health.Node:
    """The process that answers this page, seen from inside."""
    pool = visit.gateway.database.pool()
    connections = health.Node("Database", said=f"It answers. {pool.in_use} of {pool.most} connections in use.")
    return health.Node("gateway", said="It answers: this is one of its pages.", parts=[connections])


def _processes(state_file: Path | None, visit: Visit) -> list[dict[str, Any]]:
    """What the supervisor wrote about its processes; empty where none is used."""
    if state_file is None or not state_file.exists():
        return []
    rows: list[dict[str, Any]] = json.loads(state_file.read_text(encoding="utf-8")).get("processes", [])
    for row in rows:
        begun = row.get("started_at")
        row["since"] = sentences.moment(sentences.as_moment(begun), visit.today) if begun else ""
    return rows
