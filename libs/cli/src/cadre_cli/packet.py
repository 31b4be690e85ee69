"""``cadre packet``: looks at packets of evidence, on any machine: it asks no service and trusts in hashes alone."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from servicekit.files.packets import check

app = typer.Typer(help="Look at a packet of evidence that was made on a letter's page.", no_args_is_help=True)


@app.callback()
def packet() -> None:
    """Look at a packet of evidence that was made on a letter's page."""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The ZIP.")],
    sha256: Annotated[str, typer.Option(help="What it must be as a whole, as the page says.")] = "",
) -> None:
    """Say whether a packet is as it was made: each file, each version's fingerprint, each figure. 1 = it is not."""
    console = Console(highlight=False, soft_wrap=True)
    checked = check(file)
    problems = list(checked.problems)
    if sha256 and sha256.lower() != checked.sha256:
        problems.append(f"the whole is another file: its SHA-256 is {checked.sha256}")
    for problem in problems:
        console.print(f"[red]{escape(problem)}[/]")
    if problems:
        console.print(f"{escape(file.name)} is not as it was made.")
        raise typer.Exit(1)
    about = {name: escape(str(value)) for name, value in checked.about.items()}
    console.print(f"{about.get('title', '')}, {about.get('agency') or 'the whole state'}, made {about.get('at', '')}")
    for name, value in checked.figures.items():
        console.print(f"  {value:>9,}  {escape(name.replace('_', ' '))}")
    console.print(f"SHA-256 of the whole: {checked.sha256}")
    console.print(f"[green]{escape(file.name)} is as it was made.[/]")
