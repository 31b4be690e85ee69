"""Where Prometheus finds the processes of `docker-compose.yml`."""

from cadre_cli import processes as table
from cadre_cli import site
from cadre_cli.processes import Process

_HEAD = """\
# Where the processes of docker-compose.yml show their metrics. Prometheus reads changes by itself.
# Made by `make deployment`; `cadre targets` says the same of a `cadre up`.
"""


def targets() -> str:
    """Give the file of targets."""
    return _HEAD + "".join(
        f"- targets: [{', '.join(_places(process))}]\n  labels: {{service: {process.name}}}\n"
        for process in table.PROCESSES
    )


def _places(process: Process) -> list[str]:
    return [
        f"{process.name if role == 'serve' else f'{process.name}-{role}'}:{site.METRICS_PORT}"
        for role in site.roles(process)
    ]
