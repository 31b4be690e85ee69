"""``cadre bench``: measure, show, write the file."""

import json
import logging
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import grpc
import structlog
import typer
from rich.console import Console
from rich.markup import escape

from cadre_cli.loading import ImportRefusedError
from cadre_cli.supervisor import SupervisorError
from cadre_cli.up import DEFAULT_DATA_DIR
from cadre_tools.bench import (
    amend,
    arrivals,
    audiences,
    calls,
    events,
    finding,
    learning,
    mail,
    opening,
    pages,
    publish,
    readiness,
    servers,
)
from cadre_tools.bench.report import AUDIENCES, BUDGET_PEOPLE, COMPLETIONS, KEPT_LETTERS, Measured, Pages, Report
from cadre_tools.bench.servers import NotDurableError
from cadre_tools.bench.stage import Stage, WrongResultError, open_stage
from cadre_tools.bench.verdicts import show
from servicekit.embedded.process import ServerError
from servicekit.rpc.client import Refused, refused

Say = Callable[[str], None]
Keep = Callable[[Report], None]


@dataclass(frozen=True)
class Size:
    """What is measured with this many people: how often a letter is issued, and how many single calls (0 = none).

    *page_letters* more are issued before pages are asked for during *page_seconds* (0 = not at all). At the end
    *arrivals* people are hired, and *audiences* are saved; so many letters are amended, and *kept_letters* searched.
    """

    people: int
    letters: int
    completions: int = 0
    sittings: int = 0
    page_letters: int = 0
    page_seconds: float = 0.0
    arrivals: int = 0
    audiences: int = 0
    amendments: int = 0
    kept_letters: int = 0


@dataclass(frozen=True)
class Plan:
    """What a run measures: sizes, *events* at once and *singles* one by one, and whether also the demonstration.

    *mails*: to so many people mail is sent (0 = to none). *calls*: so many letters are told to other systems.
    """

    sizes: tuple[Size, ...]
    events: int = 0
    singles: int = 0
    demo: bool = False
    mails: int = 0
    calls: int = 0


QUICK = Plan((Size(1_000, 3), Size(BUDGET_PEOPLE, 3, COMPLETIONS, 1_000, 0, 7.0, 15, 0, 3)), events=10_000, singles=50)
# The 93 letters more bring a million assignments into the tables.
FULL = Plan(
    (
        Size(1_000, 5),
        Size(BUDGET_PEOPLE, 5, COMPLETIONS, COMPLETIONS, 93, 30.0, 50, AUDIENCES, 5, KEPT_LETTERS),
        Size(100_000, 3),
        Size(1_000_000, 1),
    ),
    events=20_000,
    singles=200,
    demo=True,
    mails=BUDGET_PEOPLE,
    calls=10,
)
_SAVES = 50
_ASKED = 200
_READINESS_CALLS = 100
# People under the letters that other systems are told of: what those cost is measured above.
_CALLED = 1_000


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
    # The kit's own workers run in this process too: only what goes wrong is worth a line.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    # Ended from outside it stops and removes what it made, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    def keep(report: Report) -> None:
        json_file.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")

    try:
        report = measure(QUICK if quick else FULL, folder, say=console.print, keep=keep)
    except grpc.RpcError as error:
        console.print(f"[red]{escape(str(refused(error)))}[/]")
        raise typer.Exit(1) from error
    except (SupervisorError, ServerError, NotDurableError, WrongResultError, ImportRefusedError, Refused) as error:
        console.print(f"[red]{escape(str(error))}[/]")
        raise typer.Exit(1) from error
    show(console, report)


def measure(plan: Plan, folder: Path, *, fsync: bool = True, say: Say, keep: Keep) -> Report:
    """Measure each size of *plan* on servers of its own, made in *folder* and removed afterwards; then the rest of it.

    *fsync* off is for tests of the measurement itself; the report shows it. *keep* gets what there is after each size:
    what the largest takes longest to fail at does not lose the others.

    Raises:
        NotDurableError: the servers do not promise full durability although they should.
        WrongResultError: the product did not do what was measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    measured = []
    for size in plan.sizes:
        with _place(folder) as place, open_stage(size.people, place, fsync=fsync) as stage:
            settings, machine = servers.settings_of(stage.site), servers.machine_of(stage.site)
            if fsync:
                servers.require_durable(settings, stage.site.data_dir)
            say(f"{size.people:,} people: roster imported in {stage.roster.seconds:.1f} s")
            measured.append(_measure_size(stage, size, say))
            stage.require_clean_books()
        keep(Report.of(measured, settings, machine))
    moved = opened = mailed = told = None
    if plan.events:
        with _place(folder) as place:
            moved = events.measure(place, plan.events, plan.singles, fsync=fsync)
        say(f"{plan.events:,} events: {moved.relay.per_second:,.0f}/s out, {moved.consumer.per_second:,.0f}/s handled")
    if plan.mails:
        with _place(folder) as place:
            mailed = mail.measure(place, plan.mails, fsync=fsync)
        say(f"{mailed.mails:,} mails: {mailed.per_second:,.0f}/s")
    if plan.calls:
        with _place(folder) as place:
            told = calls.measure(place, _CALLED, plan.calls, fsync=fsync)
        say(f"{told.connections - told.dead} other systems called within {told.delays.max_ms:.0f} ms")
    if plan.demo:
        with _place(folder) as place:
            opened = opening.measure(place)
        say(f"The demonstration's first signed-in page after {opened:.1f} s")
    report = Report.of(measured, settings, machine, events=moved, demo_seconds=opened, mails=mailed, connections=told)
    keep(report)
    return report


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-", dir=folder, ignore_cleanup_errors=True) as place:
        yield Path(place)


def _measure_size(stage: Stage, size: Size, say: Say) -> Measured:
    issued = publish.measure(stage, size.letters)
    say(f"{size.people:,} people: letter issued in {issued.seconds:.3f} s, bare {issued.raw_seconds:.3f} s")
    completions = confirmations = sittings = None
    if size.completions:
        notice, _ = publish.issue(stage, size.letters + 1, stage.course)
        completions = learning.completions(stage, notice, size.completions)
        say(f"{completions.count:,} completions in {completions.seconds:.1f} s")
        confirmations = learning.confirmations(stage, notice, size.completions)
        say(f"{confirmations.count:,} confirmations in {confirmations.seconds:.1f} s")
    if size.sittings:
        notice, _ = publish.issue(stage, size.letters + 2, stage.tested_course)
        sittings = learning.sittings(stage, notice, size.sittings)
        say(f"{sittings.count:,} tests submitted in {sittings.seconds:.1f} s")
    paged = _measure_pages(stage, size, say)
    newest, _ = publish.issue(stage, (number := _letters(size) + 1), stage.course)
    figures = readiness.measure(stage, newest, _READINESS_CALLS)
    say(f"{size.people:,} people: figures of the state's page in {figures.delays.p50_ms:.1f} ms")
    arrived = kept = None
    if size.arrivals:
        arrived = arrivals.measure(stage, newest, number, size.arrivals)
        say(f"{size.arrivals} newcomers: half of them have their training in {arrived.delays.p50_ms:.0f} ms")
    if size.audiences:
        kept = audiences.measure(stage, size.audiences, _SAVES)
        say(f"{size.audiences} audiences computed anew in {kept.recompute_seconds:.1f} s")
    amended = found = None
    if size.amendments:
        amended = amend.measure(stage, number + 1, size.amendments)
        say(f"{size.people:,} people: letter amended in {amended.seconds:.3f} s, bare {amended.raw_seconds:.3f} s")
    if size.kept_letters:
        found = finding.measure(stage, size.kept_letters, _ASKED)
        say(f"{size.kept_letters:,} letters: what ruled on a day in {found.register.p50_ms:.1f} ms")
    return Measured(
        issued, stage.roster, completions, sittings, confirmations, paged, figures, arrived, kept, amended, found
    )


def _letters(size: Size) -> int:
    """Count what is issued before the newest letter."""
    before = size.letters + bool(size.completions) + bool(size.sittings)
    return before + size.page_letters + 1 if size.page_seconds else before


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
