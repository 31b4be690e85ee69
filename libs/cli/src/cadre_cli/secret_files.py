"""``cadre secrets``: everything an installation must be told that stands in no repository, as one folder of files.

Each service is given its own files only: its database's URL, its NATS account, its private key. The same folder serves
containers on one machine, a cluster, and the commands that look after an installation (`backup`, `restore`, `doctor`).
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from cadre_cli import processes as table
from servicekit.events.nats_config import OPERATOR, Cluster, NatsConfig
from servicekit.rpc import keys

NATS_PORT, NATS_PAGES_PORT, NATS_CLUSTER_PORT = 4222, 8222, 6222
POSTGRES_PORT = 5432
POSTGRES_PASSWORD, GRAFANA_PASSWORD = "postgres_password", "grafana_password"
# Of the account at the mail server, which is somebody else's: empty until it is put there.
MAIL_PASSWORD = "mail_password"  # noqa: S105 - the name of a file
NATS_CONF = "nats.conf"
OPERATOR_NATS_URL = f"{OPERATOR}_nats_url"

_READABLE = 0o644
_OWN_FOLDER = 0o700


@dataclass(frozen=True)
class Hosts:
    """Where the servers will be, and how many NATS servers there are."""

    postgres: str = "postgres"
    nats: str = "nats"
    nats_servers: int = 1


def database_url(service: str) -> str:
    """Name the file with the URL of a service's database."""
    return f"{service}_database_url"


def database_password(service: str) -> str:
    """Name the file with the password of a service's role in PostgreSQL."""
    return f"{service}_database_password"


def nats_url(service: str) -> str:
    """Name the file with the URL of a service's NATS account."""
    return f"{service}_nats_url"


def secrets_(
    folder: Annotated[Path, typer.Argument(help="Where the files go; what is there already is kept.")],
    postgres_host: Annotated[str, typer.Option(help="Where PostgreSQL will be.")] = Hosts.postgres,
    nats_host: Annotated[str, typer.Option(help="Where NATS will be.")] = Hosts.nats,
    nats_servers: Annotated[int, typer.Option(min=1, help="3 for a cluster.")] = 1,
) -> None:
    """Make the keys, passwords and server settings of an installation: those that are missing."""
    write(folder, Hosts(postgres_host, nats_host, nats_servers))
    console = Console(highlight=False)
    console.print(f"{len(list(folder.iterdir()))} files in {folder}, which only you can enter. Keep a copy elsewhere.")


def write(folder: Path, hosts: Hosts) -> None:
    """Write the files that are missing into *folder*, and the NATS configuration in any case.

    The folder is its owner's alone; the files in it are readable, since the accounts inside containers are others'.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_OWN_FOLDER)
    keys.ensure_keys(folder, table.ISSUER, table.PRINCIPALS)
    _once(folder / POSTGRES_PASSWORD, _password())
    _once(folder / GRAFANA_PASSWORD, _password())
    _once(folder / MAIL_PASSWORD, "")
    for process in table.PROCESSES:
        password = _once(folder / database_password(process.name), _password())
        url = f"postgresql+psycopg://{process.name}:{password}@{hosts.postgres}:{POSTGRES_PORT}/{process.name}"
        _once(folder / database_url(process.name), url)
    users = {process.name: process.publishes for process in table.PROCESSES}
    for user in (OPERATOR, *users):
        _once(folder / nats_url(user), f"nats://{user}:{_password()}@{hosts.nats}:{NATS_PORT}")
    (folder / NATS_CONF).write_text(_nats_conf(folder, hosts), encoding="utf-8")
    for file in folder.iterdir():
        file.chmod(_READABLE)


def _nats_conf(folder: Path, hosts: Hosts) -> str:
    users = {process.name: process.publishes for process in table.PROCESSES}
    urls = {user: (folder / nats_url(user)).read_text(encoding="utf-8") for user in (OPERATOR, *users)}
    cluster = None
    if hosts.nats_servers > 1:
        password = _once(folder / "nats_cluster_password", _password())
        cluster = Cluster(
            name="cadre",
            listen=f"0.0.0.0:{NATS_CLUSTER_PORT}",
            user="route",
            password=password,
            # Each server by its own name, which a stateful set gives it.
            routes=[
                f"nats://route:{password}@{hosts.nats}-{n}.{hosts.nats}-peers:{NATS_CLUSTER_PORT}"
                for n in range(hosts.nats_servers)
            ],
        )
    return NatsConfig(
        listen=f"0.0.0.0:{NATS_PORT}",
        http=f"0.0.0.0:{NATS_PAGES_PORT}",
        store_dir="/data",
        passwords={user: urlsplit(url).password or "" for user, url in urls.items()},
        users=users,
        cluster=cluster,
    ).text()


def _once(file: Path, text: str) -> str:
    """Give what stands in *file*; if it is not there, *text* is put there."""
    if not file.exists():
        file.touch(0o600)
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()


def _password() -> str:
    return secrets.token_hex(24)
