"""A disk that a test can fill up."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(folder: Path, size: str = "48m") -> Iterator[Path]:
    """Mount a file system of *size* in the namespace of a process that does nothing else, and reached through it."""
    mount = folder / "disk"
    mount.mkdir()
    own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    script = f"mount -t tmpfs -o size={size} tmpfs {mount} && echo mounted && exec cat"
    command = ["unshare", "--mount", *own, "sh", "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:  # noqa: S603 - our own words
        assert holder.stdout is not None
        assert holder.stdout.readline() == "mounted\n"
        yield Path(f"/proc/{holder.pid}/root{mount}")
        holder.communicate(timeout=30)


def use_up(disk: Path) -> Path:
    """Fill what is left of *disk*; give the file to delete."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 10):
            while True:
                try:
                    if file.write(bytes(size)) < size:
                        break
                except OSError:
                    break
    return ballast
