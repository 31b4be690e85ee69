"""``cadre backup`` and ``cadre restore``."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.markup import escape

from cadre_cli.backup import restoring, taking
from cadre_cli.backup.manifest import BackupError
from cadre_cli.installation import InstallationError, open_installation
from cadre_cli.up import DEFAULT_DATA_DIR, DataDir
from servicekit import clock
from servicekit.embedded.process import ServerError


def backup(
    folder: Annotated[Path | None, typer.Argument(help="A new folder for the backup.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    into: Annotated[Path | None, typer.Option(help="Make the new folder in this one, named by the time.")] = None,
) -> None:
    """Back up all services at one moment, also while Cadre runs: databases, events, and how far each consumer was."""
    if (folder is None) == (into is None):
        raise typer.BadParameter("Name either a new folder or, with --into, the one to make it in.")
    target = folder or (into or Path()) / f"cadre-{clock.utc():%Y%m%d-%H%M%S}"
    console = Console(highlight=False)
    with _explained(console), open_installation(data_dir) as installation:
        made = taking.take(installation, target, functools.partial(console.print, markup=False))
        size = sum(file.bytes for file in made.files())
        console.print(f"[bold]{target}[/]: {len(made.files()) + 1} files, {size / 1024**2:.1f} MB. Keep it elsewhere.")


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder that cadre backup made.", exists=True, file_okay=False)],
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Lose the data that are there for the backup's.")] = False,
) -> None:
    """Bring a backup back into an empty installation that does not run, and hold it against what was saved."""
    console = Console(highlight=False)
    with _explained(console), open_installation(data_dir, stopped=True) as installation:
        tell = functools.partial(console.print, markup=False)
        done = restoring.restore(installation, folder, replace=replace, tell=tell)
        console.print(
            f"Restored and verified. {done.events_known} events were published already; {done.sign_ins_ended} sign-ins "
            "ended. Start Cadre: it brings an older schema up to date and goes on with the events."
        )


@contextmanager
def _explained(console: Console) -> Iterator[None]:
    """End the command with the reason of what is refused or does not answer."""
    try:
        yield
    except (BackupError, InstallationError, ServerError, psycopg.OperationalError) as error:
        console.print(f"[red]{escape(str(error))}[/]")
        raise typer.Exit(1) from error
