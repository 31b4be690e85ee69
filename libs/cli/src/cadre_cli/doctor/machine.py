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
_PRIVATE = ("postgres/secret", "nats/passwords.json", "nats/nats.conf", "keys/*.pem", "log/*")
_OTHERS_MAY = 0o077
# To pass through is what the account of an embedded server needs, where we are root.
_OTHERS_MAY_LOOK = 0o066


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


def private_files(data_dir: Path) -> Iterator[Finding]:
    """Whether passwords, keys and logs are their owner's alone, also those that an earlier release made."""
    there = [path for pattern in _PRIVATE for path in sorted(data_dir.glob(pattern))]
    if data_dir.exists() and data_dir.stat().st_mode & _OTHERS_MAY_LOOK:
        yield Finding("Data folder", f"{data_dir} is open to others", f"chmod go-rw {data_dir}")
    if open_ := [path for path in there if path.stat().st_mode & _OTHERS_MAY]:
        verb = "is" if len(open_) == 1 else "are"
        names = " ".join(str(path) for path in open_)
        yield Finding("Secrets", f"{names} {verb} readable by others", f"chmod 600 {names}")
    elif there:
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
