"""A supervisor in a process of its own, to be killed: ``python supervise.py FOLDER NAME=KIND …``."""

import sys
from pathlib import Path

from cadre_cli.processes import SERVERS, Answer, Process
from cadre_cli.supervisor import Supervisor

STAND_IN = str(Path(__file__).with_name("stand_in.py"))


def main(folder: str, *kinds: str) -> None:
    """Run the stand-ins until a signal."""
    table: list[Process] = []
    for name, kind in (pair.split("=") for pair in kinds):
        web = kind == "http"
        needs = (*SERVERS, *(process.name for process in table)) if web else SERVERS
        command = (sys.executable, STAND_IN, name, kind)
        table.append(Process(name, command, needs=needs, answer=Answer.HTTP if web else Answer.GRPC))
    supervisor = Supervisor(Path(folder), 0, processes=table, fsync=False)
    with supervisor.interruptible(), supervisor:
        supervisor.wait_ready(30.0)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        supervisor.run_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
