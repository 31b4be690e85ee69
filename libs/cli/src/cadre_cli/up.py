"""``cadre up``: run Cadre until Ctrl-C."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cadre_cli.keeper import State, Status
from cadre_cli.supervisor import DEFAULT_PORT, Supervisor, SupervisorError
from servicekit import clock
from servicekit.embedded.process import ServerError

DataDir = Annotated[
    Path,
    typer.Option("--data-dir", envvar="CADRE_DATA_DIR", help="Where the data, keys and logs are."),
]
Port = Annotated[int, typer.Option(help="Where the pages are served; 0 takes a free port.")]

DEFAULT_DATA_DIR = Path(".cadre")
_READY_SECONDS = 90.0
_SAYINGS = {
    State.READY: "[green]ready[/]",
    State.RESTARTING: "[red]{problem}[/]; starts again",
    State.STOPPED: "stopped",
}


def up(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    port: Port = DEFAULT_PORT,
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Let visitors sign in as personas.")] = False,
) -> None:
    """Run the servers and all services until Ctrl-C, and restart what dies.

    CADRE_POSTGRES_URL and CADRE_NATS_URL name servers of your own to use rather than the embedded ones.
    """
    console = Console(highlight=False)
    supervisor = make_supervisor(data_dir, port, demo=demo, console=console)
    with supervisor.interruptible():
        try:
            supervisor.start()
            supervisor.wait_ready(_READY_SECONDS)
            console.print(f"Cadre is ready: [bold]{supervisor.gateway_url}[/]  (Ctrl-C stops it)")
            supervisor.run_forever()
        except (SupervisorError, ServerError) as error:
            console.print(f"[red]{escape(str(error))}[/]")
            raise typer.Exit(1) from error
        finally:
            supervisor.stop()


def make_supervisor(data_dir: Path, port: int, *, demo: bool, console: Console) -> Supervisor:
    """Make the supervisor as the environment says, telling *console* what happens to each process."""
    return Supervisor(
        data_dir,
        port,
        demo=demo,
        on_change=teller(console),
        postgres_url=os.environ.get("CADRE_POSTGRES_URL"),
        nats_url=os.environ.get("CADRE_NATS_URL"),
    )


def teller(console: Console) -> Callable[[str, Status], None]:
    """Give a function that prints one line for each event worth one."""

    def tell(name: str, status: Status) -> None:
        saying = _SAYINGS.get(status.state)
        if saying:
            time = clock.utc().astimezone().strftime("%H:%M:%S")
            pid = f" [dim](process {status.pid})[/]" if status.state is State.READY else ""
            console.print(f"[dim]{time}[/] {name:<13} {saying.format(problem=escape(status.problem))}{pid}")

    return tell
