"""``cadre revision``: draft the migration that brings a service's schema to its tables."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cadre_cli.processes import PROCESSES
from cadre_cli.roots import app_of
from servicekit.data import migrations
from servicekit.embedded.postgres import PostgresServer


def revision(
    service: Annotated[str, typer.Argument(help="Such as directory.")],
    message: Annotated[str, typer.Argument(help="What changes, in a few words.")],
) -> None:
    """Draft the next migration of a service: what its tables have and its migrations do not make yet."""
    if service not in {process.name for process in PROCESSES}:
        raise typer.BadParameter(f"There is no service {service}.")
    app = app_of(service)
    with tempfile.TemporaryDirectory(prefix="cadre-") as folder, PostgresServer(Path(folder), fsync=False) as server:
        url = server.ensure_database(service)
        migrations.upgrade(url, app.migrations)
        try:
            path = migrations.make_revision(url, app.migrations, app.metadata, message)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    Console().print(f"Written: {path}. Read and clean it: Alembic does not see triggers, nor what becomes of the data.")
