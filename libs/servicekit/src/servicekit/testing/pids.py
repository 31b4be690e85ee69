"""Looking at processes from outside, for tests that kill them."""

import os
import signal
from collections.abc import Iterable
from pathlib import Path

from servicekit.testing.waiting import wait_until


def runs(pid: int) -> bool:
    """Say whether the process runs; one that ended and waits for its parent to take note does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def working_in(folder: Path) -> list[int]:
    """Find the processes whose working folder is *folder* or lies in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            place = (process / "cwd").readlink()
        except OSError:
            continue
        if place.is_relative_to(folder):
            found.append(int(process.name))
    return found


def kill_and_wait(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal and wait until the process is gone."""
    os.kill(pid, number)
    wait_until_gone([pid])


def wait_until_gone(pids: Iterable[int]) -> None:
    """Wait until none of *pids* runs."""
    pids = list(pids)
    wait_until(
        lambda: not any(map(runs, pids)),
        lambda: f"processes {[pid for pid in pids if runs(pid)]} should have ended",
    )
