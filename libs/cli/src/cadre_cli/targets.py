"""``cadre targets``: where Prometheus finds the processes of a ``cadre up``."""

from pathlib import Path

import typer

from cadre_cli.processes import PROCESSES
from cadre_cli.supervisor import read_state
from cadre_cli.up import DEFAULT_DATA_DIR, DataDir


def targets(data_dir: DataDir = DEFAULT_DATA_DIR) -> None:
    """Print the targets of the Cadre that runs, for deploy/prometheus/targets/."""
    text = targets_of(data_dir)
    if not text:
        typer.echo(f"No Cadre runs in {data_dir}: start it with `cadre up`.", err=True)
        raise typer.Exit(1)
    typer.echo(text, nl=False)


def targets_of(data_dir: Path) -> str:
    """Return the targets as Prometheus reads them from a file; empty if no Cadre was started on *data_dir*."""
    ports = {row["name"]: row["metrics_port"] for row in read_state(data_dir).get("processes", [])}
    return "".join(
        f"- targets: [127.0.0.1:{ports[process.name]}]\n  labels: {{service: {process.name}}}\n"
        for process in PROCESSES
        if ports.get(process.name)
    )
