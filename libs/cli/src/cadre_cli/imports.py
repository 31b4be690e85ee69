"""``cadre import``: bring files into a Cadre that runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cadre.directory.v1 import directory_service_pb2 as pb
from cadre_cli import loading, past_letters
from cadre_cli.access import Access
from cadre_cli.datafiles import DataFileError
from cadre_cli.processes import BACK_ENDS
from cadre_cli.supervisor import read_state
from cadre_cli.up import DEFAULT_DATA_DIR, DataDir
from servicekit.client import Refused

app = typer.Typer(help="Bring a file into the Cadre that runs in the data folder. A repeat changes nothing.")


@app.command()
def roster(
    file: Annotated[Path, typer.Argument(help="CSV; data/README.md lists the columns.", exists=True, dir_okay=False)],
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    agency: Annotated[str, typer.Option(help="Slug of the agency whose file it is; - for the whole state.")] = "-",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
) -> None:
    """People and their jobs: of one agency, or of the whole state."""
    with _access(data_dir) as (access, console):
        console.print(_summary(loading.load_roster(access, file, parent=f"agencies/{agency}", dry_run=dry_run)))


@app.command()
def letters(
    files: Annotated[
        list[Path], typer.Argument(help="CSV; data/README.md lists the columns.", exists=True, dir_okay=False)
    ],
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Letters issued elsewhere before, so that staff find them. They ask nothing and reach nobody."""
    with _access(data_dir) as (access, console):
        found = past_letters.read(files)
        console.print(f"{len(found)} letters. Done: {past_letters.load(access, found)} added or changed.")


@contextmanager
def _access(data_dir: Path) -> Iterator[tuple[Access, Console]]:
    """Give the services of the Cadre that runs in *data_dir*; a refusal ends the command with its reason."""
    console = Console(highlight=False)
    ports = {row["name"]: row["port"] for row in read_state(data_dir).get("processes", []) if row["pid"]}
    if not set(BACK_ENDS) <= set(ports):
        console.print(f"[red]Cadre does not run in {data_dir}. Start it: cadre up[/]")
        raise typer.Exit(1)
    access = Access({name: f"127.0.0.1:{ports[name]}" for name in BACK_ENDS}, data_dir / "keys", "cli")
    try:
        yield access, console
    except (loading.ImportRefusedError, DataFileError, Refused) as error:
        console.print(f"[red]{escape(str(error))}[/]")
        raise typer.Exit(1) from error
    finally:
        access.close()


def _summary(job: pb.RosterImport) -> str:
    done = "Would be" if job.dry_run else "Done:"
    return (
        f"{job.rows} rows. {done} {job.people_added} people added, {job.people_changed} changed; {job.jobs_added} jobs"
        f" added, {job.jobs_changed} changed, {job.jobs_ended} ended; {job.unchanged} rows without a change."
        f" {job.not_in_file} current staff are not in the file and stay."
    )
