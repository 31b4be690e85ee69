"""``cadre bench``: measure, show, write the file."""

import json
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import grpc
import typer
from rich.console import Console
from rich.markup import escape

from cadre_cli.bench import learning, pages, publish, servers
from cadre_cli.bench.report import BUDGET_PEOPLE, COMPLETIONS, Measured, Pages, Report, show
from cadre_cli.bench.servers import NotDurableError
from cadre_cli.bench.stage import Stage, WrongResultError, open_stage
from cadre_cli.supervisor import SupervisorError
from cadre_cli.up import DEFAULT_DATA_DIR
from servicekit.client import Refused, refused
from servicekit.embedded.process import ServerError

Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """What is measured with so many people: how often a letter is issued, and how many single calls (0 = none).

    *page_letters* more are issued before pages are asked for during *page_seconds* (0 = not at all).
    """

    people: int
    letters: int
    completions: int = 0
    sittings: int = 0
    page_letters: int = 0
    page_seconds: float = 0.0


QUICK = (Size(1_000, 3), Size(BUDGET_PEOPLE, 3, COMPLETIONS, 2_000, 0, 10.0))
# The 93 letters more bring a million assignments into the tables.
FULL = (
    Size(1_000, 5),
    Size(BUDGET_PEOPLE, 5, COMPLETIONS, COMPLETIONS, 93, 30.0),
    Size(100_000, 3),
    Size(1_000_000, 1),
)


def bench(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="At most two minutes: up to 10,000 people.")] = False,
    json_file: Annotated[Path, typer.Option("--json", help="Write the figures to this file.")] = Path("bench.json"),
    folder: Annotated[
        Path, typer.Option(help="On the disk to measure; a temporary folder is made in it.")
    ] = DEFAULT_DATA_DIR,
) -> None:
    """Measure with full durability, beside the raw limit of the same run, and compare with the budgets."""
    console = Console(highlight=False)
    # Ended from outside it stops and removes what it made, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        report = measure(QUICK if quick else FULL, folder, say=console.print)
    except grpc.RpcError as error:
        console.print(f"[red]{escape(str(refused(error)))}[/]")
        raise typer.Exit(1) from error
    except (SupervisorError, ServerError, NotDurableError, WrongResultError, Refused) as error:
        console.print(f"[red]{escape(str(error))}[/]")
        raise typer.Exit(1) from error
    json_file.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
    show(console, report)


def measure(sizes: tuple[Size, ...], folder: Path, *, fsync: bool = True, say: Say) -> Report:
    """Measure each of *sizes* on servers of its own, made in *folder* and removed afterwards.

    *fsync* off is for tests of the measurement itself; the report shows it.

    Raises:
        NotDurableError: the servers do not promise full durability although they should.
        WrongResultError: the product did not do what was measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    measured = []
    for size in sizes:
        with (
            tempfile.TemporaryDirectory(prefix="bench-", dir=folder, ignore_cleanup_errors=True) as place,
            open_stage(size.people, Path(place), fsync=fsync) as stage,
        ):
            settings, machine = servers.settings_of(stage.site), servers.machine_of(stage.site)
            if fsync:
                servers.require_durable(settings, stage.site.data_dir)
            say(f"{size.people:,} people: roster imported in {stage.roster.seconds:.1f} s")
            measured.append(_measure_size(stage, size, say))
            stage.require_clean_books()
    return Report.of(measured, settings, machine)


def _measure_size(stage: Stage, size: Size, say: Say) -> Measured:
    issued = publish.measure(stage, size.letters)
    say(f"{size.people:,} people: letter issued in {issued.seconds:.3f} s, bare {issued.raw_seconds:.3f} s")
    completions = sittings = None
    if size.completions:
        notice, _ = publish.issue(stage, size.letters + 1, stage.course)
        completions = learning.completions(stage, notice, size.completions)
        say(f"{completions.count:,} completions in {completions.seconds:.1f} s")
    if size.sittings:
        notice, _ = publish.issue(stage, size.letters + 2, stage.tested_course)
        sittings = learning.sittings(stage, notice, size.sittings)
        say(f"{sittings.count:,} tests submitted in {sittings.seconds:.1f} s")
    return Measured(issued, stage.roster, completions, sittings, _measure_pages(stage, size, say))


def _measure_pages(stage: Stage, size: Size, say: Say) -> Pages | None:
    if not size.page_seconds:
        return None
    before = size.letters + bool(size.completions) + bool(size.sittings)
    for number in range(before + 1, before + size.page_letters + 1):
        publish.issue(stage, number, stage.course)
    notice, _ = publish.issue(stage, before + size.page_letters + 1, stage.course)
    assignments = (before + size.page_letters + 1) * stage.people
    measured = pages.measure(stage, notice, size.page_seconds, assignments)
    say(f"{measured.everything.requests:,} pages: half of them in {measured.everything.p50_ms:.1f} ms")
    return measured
