"""``cadre demo``: start everything, fill it, tell the story of one letter, show readiness, serve the pages."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre_cli import loading, past_letters, reference
from cadre_cli.access import Access
from cadre_cli.processes import BACK_ENDS
from cadre_cli.supervisor import DEFAULT_PORT, Supervisor, SupervisorError
from cadre_cli.up import DEFAULT_DATA_DIR, DataDir, Port, make_supervisor
from cadre_demo import (
    balance,
    ballots,
    committees,
    content,
    course,
    evidence,
    letters,
    outside,
    releases,
    reviews,
    roster,
    rounds,
    story,
    works,
)
from servicekit.embedded.process import ServerError

LEARNERS = 1200
_READY_SECONDS = 120.0

Step = Callable[[int, int], None]


def demo(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    port: Port = DEFAULT_PORT,
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop when the story is told.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file.")] = None,
    learners: Annotated[int, typer.Option(help="How many workers take the training.")] = LEARNERS,
) -> None:
    """Start Cadre with synthetic staff, walk one letter from the analyst to trained workers, serve until Ctrl-C."""
    console = Console(highlight=False)
    supervisor = make_supervisor(data_dir, port, demo=True, console=console)
    with supervisor.interruptible():
        try:
            supervisor.start()
            supervisor.wait_ready(_READY_SECONDS)
            console.print(f"The pages are open: [bold]{supervisor.gateway_url}[/]  (their figures move with the story)")
            figures = tell(supervisor, console, learners)
            if json_file:
                json_file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
            if not once:
                console.print(f"\nCadre is ready: [bold]{supervisor.gateway_url}[/]  (Ctrl-C stops it)")
                supervisor.run_forever()
        except (SupervisorError, ServerError, loading.ImportRefusedError, TimeoutError) as error:
            console.print(f"[red]{escape(str(error))}[/]")
            raise typer.Exit(1) from error
        finally:
            supervisor.stop()


def open_access(supervisor: Supervisor) -> Access:
    """Give stubs of all services of *supervisor*, as the demonstration's principal."""
    peers = {name: f"127.0.0.1:{ports.serve}" for name, ports in supervisor.site.ports.items() if name in BACK_ENDS}
    return Access(peers, supervisor.site.keys_dir, "demo")


def tell(supervisor: Supervisor, console: Console, learners: int = LEARNERS) -> dict[str, Any]:
    """Fill the running system, tell the story and return its figures."""
    told, known = content.load(), reference.load()
    access = open_access(supervisor)
    try:
        with _bars(console) as bar:
            _fill(access, known, bar)
            with bar("Course and test") as step:
                course_version = course.load(access, told)
                step(1, 1)
            with bar("Write, approve and issue the letter; a release") as step:
                cast = story.find_cast(access)
                issued, items = story.issue_letter(access, cast, told, course_version), releases.tell(access, cast)
                story.wait_for_mail(access, cast, issued.notice)
                step(1, 1)
            with bar("Letters beside it; committees") as step:
                bodies = committees.tell(access, cast.leads)
                comments = rounds.tell(access, cast.leads)
                ballots.tell(access, cast.leads)
                others = [letters.tell(access, cast, letter, course_version) for letter in told.others]
                commented = sum(
                    reviews.tell(access, cast.analyst, cast.leads, letter, notice)
                    for letter, notice in zip(told.others, others, strict=True)
                )
                step(1, 1)
            with bar("Agencies confirm") as step:
                story.confirm_for_agencies(access, cast, issued.notice, step)
            with bar("Workers read, confirm, learn, pass") as step:
                chosen = story.choose_learners(access, cast, issued.notice, learners)
                story.train(access, issued.notice, chosen.to_go, told, step)
            with bar("Some say what they think of it") as step:
                reactions = story.react(access, issued.notice, chosen, step)
            with bar("Others attend local briefings") as step:
                story.brief(access, cast, issued.notice, chosen.to_brief, step)
            with bar("Courses under way") as step:
                under_way = works.tell(access)
                step(1, 1)
            with bar("Everything has arrived") as step:
                readiness = story.wait_until_trained(access, cast, issued.notice, chosen.trained)
                mail = story.mail(access, cast, issued.notice)
                books = balance.settle(access, issued.notice)
                withdrawn = [
                    balance.settle_withdrawn(access, notice)
                    for notice in others
                    if notice.state == notice_pb.Notice.WITHDRAWN
                ]
                step(1, 1)
        titles = _titles(access, cast.analyst)
        _show(console, issued.notice, readiness, titles)
        _show_personas(console, access)
        return {
            **figures_of(issued, readiness, books, withdrawn),
            "amended": sum(notice.version - 1 for notice in others if notice.version),
            "superseded": _superseded(access, cast.analyst, others),
            "reactions": reactions,
            "review_comments": commented,
            "release_items": items,
            "committees": bodies,
            "comments": comments,
            "works": under_way,
            **ballots.figures(access, cast.leads),
            "packet_verified": evidence.verified(access, cast.leads["lake"], issued.notice),
            **mail,
        }
    finally:
        access.close()


def _fill(access: Access, known: reference.Reference, bar: Callable[[str], Any]) -> None:
    """Load what a new installation loads: reference data, courses, letters issued before, staff."""
    with bar("Agencies, counties, work units") as step:
        loading.load_reference(access, known)
        step(1, 1)
    with bar("Catalogue of real courses") as step:
        loading.load_catalogue(access, known)
        step(1, 1)
    with bar("Real letters issued before") as step:
        past_letters.load(access, past_letters.read(past_letters.files()))
        step(1, 1)
    with bar("Synthetic staff, and an association's people") as step:
        loading.load_roster(access, roster.synthetic_roster_path().read_bytes(), unique="demo")
        outside.tell(access)
        step(1, 1)


def figures_of(
    issued: story.Issued, readiness: readiness_pb.Readiness, books: balance.Balance, withdrawn: Sequence[balance.ToDos]
) -> dict[str, Any]:
    """Return what the run shows, for people and for tests."""
    notice = issued.notice
    return {
        "notice": f"{notice.series} {notice.number}",
        "agencies_targeted": len(readiness.agencies),
        "agencies_delivered": sum(row.HasField("deliver_time") for row in readiness.agencies),
        "agencies_acknowledged": readiness.agencies_confirmed,
        "staff_targeted": readiness.state.of,
        "recipients": len(books.recipients),
        "assignments": len(books.assigned),
        "completions": books.completed,
        "publish_to_visible_seconds": issued.seconds,
        "readiness": {
            row.agency.removeprefix("agencies/"): {
                "ready": row.counts.ready,
                "not_started": row.counts.not_started,
                "on_leave": row.counts.on_leave,
                "of": row.counts.of,
            }
            for row in readiness.agencies
        },
        "problems": sum(bool(row.problem) for row in readiness.agencies),
        "withdrawn": len(withdrawn),
        "to_dos_closed": sum(to_dos.closed for to_dos in withdrawn),
        "to_dos_open": sum(to_dos.open for to_dos in withdrawn),
        "lost": books.lost,
        "duplicates": books.duplicates,
        "drift": books.drift,
    }


def _superseded(access: Access, person: str, others: Sequence[notice_pb.Notice]) -> int:
    """Count the letters of which one of *others*, that is out, takes the place, or the place of a part."""
    ours = {
        notice.name: notice for notice in others if notice.state == notice_pb.Notice.PUBLISHED and notice.supersedes
    }
    superseded = set()
    for notice in ours.values():
        request = notice_pb.SearchNoticesRequest(query=notice.supersedes.partition(",")[0])
        found = access.ask(access.notices.SearchNotices, request, person=person).notices
        superseded |= {one.name for one in found if {other.notice for other in one.superseded_by} & ours.keys()}
    return len(superseded)


def _titles(access: Access, person: str) -> dict[str, str]:
    request = agency_pb.ListAgenciesRequest(page_size=100)
    agencies = access.every(access.agencies.ListAgencies, request, "agencies", person=person)
    return {agency.name: agency.short_title for agency in agencies}


def _show(
    console: Console, notice: notice_pb.Notice, readiness: readiness_pb.Readiness, titles: dict[str, str]
) -> None:
    state = readiness.state
    caption = "All staff are synthetic. The letter is a demonstration, not issued by DCSS."
    table = Table(title=f"{notice.series} {notice.number}: {notice.subject}", caption=caption)
    table.add_column("Agency")
    for heading in ("Confirmed", "Ready", "Not started", "On leave"):
        table.add_column(heading, justify="right")
    for row in sorted(readiness.agencies, key=lambda row: titles[row.agency]):
        counts = row.counts
        table.add_row(
            titles[row.agency],
            "yes" if row.HasField("confirm_time") else "not yet",
            f"{counts.ready} of {counts.of}",
            str(counts.not_started),
            str(counts.on_leave),
        )
    table.add_section()
    confirmed = f"{readiness.agencies_confirmed} of {len(readiness.agencies)}"
    table.add_row("State", confirmed, f"{state.ready} of {state.of}", str(state.not_started), str(state.on_leave))
    console.print(table)


def _show_personas(console: Console, access: Access) -> None:
    console.print("Sign in as:")
    for persona in access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas:
        console.print(f"  {persona.title}  [dim]({escape(persona.display_name)}, {persona.staff_number})[/]")


@contextmanager
def _bars(console: Console) -> Iterator[Callable[[str], Any]]:
    """Give a function that opens a progress bar of a name; where there is no terminal, each ends as one line."""
    columns = (TextColumn("{task.description:<36}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:

        @contextmanager
        def bar(name: str) -> Iterator[Step]:
            task: TaskID = progress.add_task(name, total=None)

            def step(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            yield step

        yield bar
