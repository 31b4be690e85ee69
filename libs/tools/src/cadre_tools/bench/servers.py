"""What the servers themselves say about durability, and the machine that they run on."""

import json
import os
import platform
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import psycopg

from cadre_cli.processes import BACK_ENDS, NATS, Site
from servicekit import clock

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "sync_interval": "always"}
# On these a flush writes to memory, so measuring there would say nothing.
_VOLATILE = {"tmpfs", "ramfs"}


class NotDurableError(RuntimeError):
    """The servers may lose what they acknowledge: figures of such a run are worth nothing."""


def settings_of(site: Site) -> dict[str, str]:
    """Ask the servers of *site* what a commit and an acknowledgement mean.

    Raises:
        NotDurableError: services are told different things.
    """
    return settings([site.database_urls[service] for service in BACK_ENDS], site.ports[NATS].metrics)


def settings(database_urls: Sequence[str], nats_monitoring_port: int) -> dict[str, str]:
    """Ask both servers what a commit and an acknowledgement mean, PostgreSQL as each service sees it.

    Raises:
        NotDurableError: services are told different things.
    """
    first, *others = (_postgres_settings(url) for url in database_urls)
    if any(told != first for told in others):
        raise NotDurableError(f"PostgreSQL does not tell every service the same: {[first, *others]}")
    jetstream = _nats(nats_monitoring_port)["jetstream"]["config"]
    always = jetstream.get("sync_always", False)
    return {**first, "sync_interval": "always" if always else f"{jetstream['sync_interval'] / 1e9:g}s"}


def require_durable(told: dict[str, str], data_dir: Path) -> None:
    """Refuse to measure what a failing machine could lose.

    Raises:
        NotDurableError: says which setting is at fault, or that the data lie in memory.
    """
    wrong = {name: value for name, value in told.items() if value != DURABLE[name]}
    if wrong:
        raise NotDurableError(f"The servers do not promise full durability: {wrong}")
    if (kind := _file_system(data_dir)) in _VOLATILE:
        raise NotDurableError(f"{data_dir} is on {kind}, which is memory: choose a folder on a disk with --folder.")


def machine_of(site: Site) -> dict[str, str | int]:
    """Say what the figures were measured on."""
    with psycopg.connect(driver_url(site.database_urls[BACK_ENDS[0]])) as connection:
        postgres = connection.info.parameter_status("server_version") or ""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "file_system": _file_system(site.data_dir),
        "python": platform.python_version(),
        "postgres": postgres.split()[0],
        "nats": _nats(site.ports[NATS].metrics)["version"],
        "date": clock.utc().date().isoformat(),
    }


def driver_url(database_url: str) -> str:
    """Return SQLAlchemy's URL of a database as the driver understands it."""
    return database_url.replace("+psycopg", "")


def _postgres_settings(url: str) -> dict[str, str]:
    with psycopg.connect(driver_url(url)) as connection:
        names = [name for name in DURABLE if name != "sync_interval"]
        rows = connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [names])
        found = {str(name): str(setting) for name, setting in rows}
    return {name: found[name] for name in names}


def _nats(monitoring_port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{monitoring_port}/varz", timeout=5.0) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _file_system(path: Path) -> str:
    real = path.resolve()
    mounts = [part for part in psutil.disk_partitions(all=True) if real.is_relative_to(part.mountpoint)]
    return max(mounts, key=lambda part: len(part.mountpoint)).fstype if mounts else "unknown"
