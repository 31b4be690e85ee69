"""`docs/metrics.md`, made from the metrics that the processes register: names, labels and words stand in the code."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import METRIC_TYPES

from cadre_cli.processes import BACK_ENDS
from cadre_cli.roots import app_of, root_of
from servicekit.background import figures
from servicekit.background.audits import Audits
from servicekit.background.jobs import JobMetrics
from servicekit.background.measures import Measures
from servicekit.background.runner import TaskMetrics
from servicekit.data.db import Database
from servicekit.events.worker import Worker
from servicekit.metrics import RpcMetrics
from servicekit.settings import Settings

ROOT = Path(__file__).parents[5]
TARGET = ROOT / "docs" / "metrics.md"
GATEWAY = "gateway"
# Connections are made when they are used, which nothing here does.
_NOWHERE = "postgresql+psycopg://"

# Where the values of each label come from: a set that is known before anything happens, and that nobody's name is in.
LABELS = {
    "audit": "names of the service's audits ([runbook](runbook/audits.md))",
    "code": "codes of gRPC, `OK` for an answer",
    "confirmation": "confirmed, waiting, overdue",
    "consumer": "`<service>-<producer>`, as the service subscribes",
    "course": "ids of the catalogue: the 50 courses that most people are asked to take, and *others*",
    "job": "names of the service's jobs and projections",
    "kind": "words of the contract or of the reference data",
    "measure": "names of what the service counts now and then",
    "method": "methods of the contracts (`Service/Method`); for pages GET, HEAD, POST, other",
    "notice": "number of a letter (`CSSP 26-04`): the 25 open ones that take effect or did nearest to today",
    "outcome": "for events: handled, duplicate, retried, buried; for transactions: committed, rolled back",
    "question": "ids of the questions of reaction forms",
    "route": "route templates of the pages, *unknown* for what is none",
    "source": "memory, disk",
    "standing": "for letters: ready, in progress, not started, on leave; for people: at work, on leave; for"
    " connections: on, failing, off",
    "state": "words of the contract or of the server that is counted",
    "status": "HTTP status codes that pages answer with",
    "subject": "subjects of the contracts that the service hears ([events](events.md))",
    "table": "the service's tables",
    "task": "kinds of the service's tasks",
    "test": "ids of tests: the 50 that are taken most, and *others*",
}
_HEAD = """# Metrics

Made by `make docs` from what the processes register: do not edit. Each process shows them as `/metrics` on its metrics
port (`.cadre/state.json`, `metrics_port`); Prometheus adds `job` (the service) and `instance`. Besides these there are
`process_*` and `python_gc_*` of the Prometheus client.

What counts from nothing stands at 0 from the start. Figures marked *counted* come from the database now and then and
are shown by the process that leads, so that a scrape asks nobody and nothing is counted twice; a figure that could not
be counted is absent rather than old. Why these labels: [decision 0011](adr/0011-metrics-name-letters-but-no-people.md).
"""


@dataclass(frozen=True)
class Row:
    """A metric as the page lists it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str
    counted: bool


def page() -> str:
    """Return the whole page."""
    rows = {service: {row.name: row for row in rows_of(service)} for service in (*BACK_ENDS, GATEWAY)}
    shared = set.intersection(*(set(rows[service]) for service in BACK_ENDS))
    everywhere = shared & set(rows[GATEWAY])
    parts = [
        _HEAD,
        _section("Every process", [rows[GATEWAY][name] for name in everywhere]),
        _section("Every service but the gateway", [rows[BACK_ENDS[0]][name] for name in shared - everywhere]),
        *(
            _section(service, [row for name, row in rows[service].items() if name not in shared])
            for service in (*BACK_ENDS, GATEWAY)
        ),
        "## Labels\n",
        "| label | its values |",
        "|---|---|",
        *(f"| `{label}` | {values} |" for label, values in LABELS.items()),
        "",
    ]
    return "\n".join(parts)


def rows_of(service: str) -> Iterator[Row]:
    """Return what a process of *service* shows."""
    registry = CollectorRegistry()
    counting = _register_gateway(registry) if service == GATEWAY else _register(service, registry)
    counted = {figure.name: figure for figure in counting.figures}
    for name, figure in counted.items():
        kind = "counter" if name.endswith("_total") else "gauge"
        yield Row(name, kind, figure.labels, figure.help, counted=True)
    for collector in registry._collector_to_names:  # noqa: SLF001 - the client lists its metrics nowhere else
        if collector is counting:
            continue
        for family in collector.collect():
            kind = family.type if family.type in METRIC_TYPES else "gauge"
            name = f"{family.name}_total" if kind == "counter" else family.name
            yield Row(name, kind, _labels(collector, family), family.documentation, counted=False)


def _labels(collector: Any, family: Any) -> tuple[str, ...]:  # noqa: ANN401 - the client's own classes
    """Return the names of a metric's labels; a collector of ours shows them on its samples."""
    names: tuple[str, ...] = getattr(collector, "_labelnames", ())
    return names or tuple(family.samples[0].labels if family.type in ("gauge", "counter") and family.samples else ())


def _register(service: str, registry: CollectorRegistry) -> Measures:
    """Register what the composition root of a service does (`servicekit.app`)."""
    app = app_of(service)
    database = Database(_NOWHERE)
    RpcMetrics(registry)
    worker = Worker(Settings(service=service), database, app.subscriptions, registry)
    JobMetrics(registry)
    TaskMetrics(registry)
    figures.PoolCollector(database, registry)
    audits = Audits(app.audits, worker.messages_since, worker.unheard)
    return Measures(_NOWHERE, [figures.DATABASE, audits.measure, *app.measures], registry, name=service)


def _register_gateway(registry: CollectorRegistry) -> Measures:
    """Register what the gateway's composition root does."""
    settings = Settings(service=GATEWAY, database_url=_NOWHERE, state_file=TARGET)
    root = root_of(GATEWAY)
    root.every_page.Everything(None, registry=registry)
    counting: Measures = root.watch.watch(settings, Database(_NOWHERE), registry)
    return counting


def _section(title: str, rows: list[Row]) -> str:
    if not rows:
        return ""
    lines = [f"## {title}", "", "| metric | kind | labels | what it says |", "|---|---|---|---|"]
    for row in sorted(rows, key=lambda row: row.name):
        labels = ", ".join(f"`{label}`" for label in row.labels)
        lines.append(f"| `{row.name}` | {row.kind}{', counted' if row.counted else ''} | {labels} | {row.help} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
