"""``cadre import``: bring files into a Cadre that runs."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cadre.directory.v1 import roster_service_pb2 as pb
from cadre_cli import loading, past_letters, reference
from cadre_cli.access import Access
from cadre_cli.datafiles import DataFileError
from cadre_cli.installation import secrets_dir
from cadre_cli.processes import BACK_ENDS
from cadre_cli.supervisor import running_ports
from cadre_cli.up import DEFAULT_DATA_DIR, DataDir
from servicekit.rpc.client import Refused

app = typer.Typer(
    help="Bring data into the Cadre that runs in the data folder; or elsewhere, if CADRE_SECRETS_DIR names its keys and"
    " CADRE_PEERS its services. A repeat changes nothing."
)


@app.command("reference")
def reference_(data_dir: DataDir = DEFAULT_DATA_DIR) -> None:
    """Agencies, counties, units, classes, series of letters, holidays, the field's courses: before everything else."""
    with _access(data_dir) as (access, console):
        known = reference.load()
        loading.load_reference(access, known)
        loading.load_catalogue(access, known)
        console.print(f"Done: {len(known.agencies)} agencies and {len(known.courses)} courses are there.")


@app.command()
def roster(
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(
            help="Its columns: data/README.md. - reads it from the input, so that no copy of it need lie here."
        ),
    ],
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    agency: Annotated[str, typer.Option(help="Slug of the agency whose file it is; - for the whole state.")] = "-",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
) -> None:
    """People and their jobs: of one agency, or of the whole state."""
    with _access(data_dir) as (access, console):
        content = file.read()
        console.print(_summary(loading.load_roster(access, content, parent=f"agencies/{agency}", dry_run=dry_run)))


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
    """Give the services of the Cadre that runs; a refusal ends the command with its reason."""
    console = Console(highlight=False)
    folder = secrets_dir()
    here = {name: f"127.0.0.1:{port}" for name, port in running_ports(data_dir).items()}
    peers = json.loads(os.environ.get("CADRE_PEERS", "{}")) if folder else here
    if not set(BACK_ENDS) <= set(peers):
        nowhere = f"Cadre does not run in {data_dir}. Start it: cadre up"
        console.print(f"[red]{escape('CADRE_PEERS must say where each service is.' if folder else nowhere)}[/]")
        raise typer.Exit(1)
    access = Access({name: peers[name] for name in BACK_ENDS}, folder or data_dir / "keys", "cli")
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
