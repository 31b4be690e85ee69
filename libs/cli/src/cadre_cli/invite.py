"""``cadre invite``: the first way in, from the machine on which ``cadre up`` runs."""

import json
import os
import subprocess
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cadre_cli import processes as table
from cadre_cli.installation import InstallationError, open_installation, secrets_dir
from cadre_cli.supervisor import read_state, running_ports
from cadre_cli.up import DEFAULT_DATA_DIR, DataDir


def invite(
    staff_number: Annotated[str, typer.Argument(help="Of whom to invite, as the roster has it.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Print a link by which a person sets up a password and codes, good once, for three days.

    For the first one, or when nobody gets in any more: afterwards people are invited on the pages. In containers, the
    gateway's own command does the same: docker compose exec gateway python -m gateway invite STAFF_NUMBER
    """
    console = Console(highlight=False, stderr=True)
    try:
        settings = _settings(data_dir)
    except InstallationError as error:
        console.print(f"[red]{escape(str(error))}[/]")
        raise typer.Exit(1) from error
    command = [sys.executable, "-m", "gateway", "invite", staff_number]
    done = subprocess.run(command, env=os.environ | settings, check=False)  # noqa: S603 - our own, no shell
    raise typer.Exit(done.returncode)


def _settings(data_dir: DataDir) -> dict[str, str]:
    """Give what the gateway that runs in *data_dir* was told."""
    if secrets_dir():
        raise InstallationError("In containers: docker compose exec gateway python -m gateway invite STAFF_NUMBER")
    ports = running_ports(data_dir)
    if not set(table.BACK_ENDS) <= set(ports):
        raise InstallationError(f"Cadre does not run in {data_dir}. Start it: cadre up")
    with open_installation(data_dir) as installation:
        return {
            "CADRE_DATABASE_URL": installation.database_urls["gateway"],
            "CADRE_KEYS_DIR": str(installation.keys_dir),
            "CADRE_PEERS": json.dumps({name: f"127.0.0.1:{ports[name]}" for name in table.BACK_ENDS}),
            "CADRE_PUBLIC_URL": os.environ.get("CADRE_PUBLIC_URL") or read_state(data_dir)["gateway_url"],
        }
