"""The machine: Python, programs, disk, port, files that are secret, and whether the embedded servers start here."""

import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from cadre_cli.doctor.finding import Finding
from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer
from servicekit.embedded.process import ServerError, port_is_free

_PYTHON = (3, 11)
_GIB = 1024**3
_PRIVATE_FILES = ("postgres/secret", "nats/passwords.json", "nats/nats.conf")
_OTHERS_MAY = 0o077


def python() -> Finding:
    """Whether Python is new enough."""
    mend = "" if sys.version_info >= _PYTHON else "Install Python 3.11 or newer, then run: make setup"
    return Finding("Python", platform.python_version(), mend)


def program(name: str, find: Callable[[], Path], package: str) -> Finding:
    """Whether the wheel *package* brought the program that *find* looks for."""
    try:
        find()
    except ServerError as error:
        return Finding(name, "missing", str(error))
    return Finding(name, importlib.metadata.version(package))


def disk(data_dir: Path, least_gb: float) -> Finding:
    """Whether *data_dir* can be written and its disk has at least so much free."""
    place = next(folder for folder in (data_dir.absolute(), *data_dir.absolute().parents) if folder.exists())
    if not os.access(place, os.W_OK):
        return Finding("Disk", f"{place} cannot be written", "Choose a folder of yours with --data-dir.")
    free = shutil.disk_usage(place).free / _GIB
    mend = "" if free >= least_gb else f"Free at least {least_gb:g} GB, or choose another --data-dir."
    return Finding("Disk", f"{free:.1f} GB free at {place}", mend)


def secrets(data_dir: Path) -> Iterator[Finding]:
    """Whether the files with passwords and keys are their owner's alone."""
    paths = [data_dir / name for name in _PRIVATE_FILES] + sorted((data_dir / "keys").glob("*.pem"))
    there = [path for path in paths if path.exists()]
    for path in there:
        if path.stat().st_mode & _OTHERS_MAY:
            yield Finding("Secrets", f"{path} is readable by others", f"chmod 600 {path}")
    if there and not any(path.stat().st_mode & _OTHERS_MAY for path in there):
        yield Finding("Secrets", f"{len(there)} files, readable by their owner only")


def port(number: int, *, served: int | None) -> Finding:
    """Whether pages can be served on the port; *served* = where Cadre serves them already, if it runs."""
    if port_is_free(number):
        return Finding("Port", f"{number} is free")
    if number == served:
        return Finding("Port", f"{number} is served by Cadre")
    return Finding("Port", f"{number} is taken by another program", "End that program, or choose another --port.")


def servers() -> Iterator[Finding]:
    """Whether both servers start here, on an empty folder."""
    with tempfile.TemporaryDirectory(prefix="cadre-doctor-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        for server_name, server in (
            ("PostgreSQL starts", PostgresServer(folder / "p", fsync=False)),
            ("NATS starts", NatsServer(folder / "n", {})),
        ):
            try:
                with server:
                    yield Finding(server_name, f"answers on port {server.port}")
            except ServerError as error:
                yield Finding(server_name, "no", str(error))
