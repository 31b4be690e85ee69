"""The operator's first page: what needs attention, the health tree, queues, processes, releases and schemas."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from cadre.operations.v1 import operations_service_pb2 as pb
from gateway.operations import health, last_hour
from gateway.operations.asking import PATIENCE_SECONDS, answered, ask_all
from gateway.web.visit import Answer, Visit, Visitor
from gateway.words import sentences
from servicekit.watch.health import remembered

router = APIRouter(prefix="/operations")


def needs(visit: Visit) -> list[health.Need]:
    """What needs the operator, worst first."""
    return health.needs(_tree(visit, _statuses(visit), _processes(visit.gateway.settings.state_file, visit)))


@router.get("")
def operations(visit: Visitor) -> Answer:
    """Everything at one glance."""
    answers = _statuses(visit)
    processes = _processes(visit.gateway.settings.state_file, visit)
    tree, statuses = _tree(visit, answers, processes), answered(answers)
    return visit.page(
        "operations/operations.html",
        processes=processes,
        tree=tree,
        needs=health.needs(tree),
        statuses=statuses,
        hour=last_hour.rows(statuses, _pages(visit), tree, visit.now),
        sums=_sums(statuses.values(), processes),
    )


@dataclass(frozen=True)
class Sums:
    """All services together: what is said of a table before it is opened."""

    to_send: int
    to_handle: int
    dead_letters: int
    calls: float
    failures: float
    releases: tuple[str, ...]
    schemas_differ: int
    not_ready: int
    restarts: int


def _sums(statuses: Collection[pb.Status], processes: list[dict[str, Any]]) -> Sums:
    return Sums(
        to_send=sum(status.outbox_depth for status in statuses),
        to_handle=sum(consumer.pending for status in statuses for consumer in status.consumers),
        dead_letters=sum(status.dead_letters for status in statuses),
        calls=sum(status.rates.calls for status in statuses),
        failures=sum(status.rates.failures for status in statuses),
        releases=tuple(sorted({status.software_version or "not told" for status in statuses})),
        schemas_differ=sum(status.schema_head != status.schema_revision for status in statuses),
        not_ready=sum(row["state"] != "ready" for row in processes),
        restarts=sum(row["restarts"] for row in processes),
    )


def _pages(visit: Visit) -> pb.Status:
    """What this process remembers of its pages."""
    return pb.Status(service="gateway", minutes=remembered(visit.gateway.history))


def _statuses(visit: Visit) -> dict[str, pb.Status | str]:
    return ask_all(visit, lambda stub: stub.GetStatus(pb.GetStatusRequest(), timeout=PATIENCE_SECONDS))


def _tree(visit: Visit, answers: dict[str, pb.Status | str], processes: list[dict[str, Any]]) -> health.Node:
    return health.tree(answers, gateway=_gateway(visit), processes=processes)


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
