"""The process that reads one file: from its input, with its answer as JSON to its output."""

import resource
import sys

from notification.contents.answers import refused_to_json, to_json
from notification.contents.bounds import ANSWER_BYTES, CPU_SECONDS, MEMORY_BYTES, MOST_OPEN
from notification.contents.kinds import read
from notification.rules.files import FileRefused


def _bound() -> None:
    """From here on: so much time of the processor, memory and answer; few files, no process, no core dump."""
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, ANSWER_BYTES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, MOST_OPEN),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    """Read the file. Whatever goes wrong here ends the process, and its parent says so."""
    _bound()
    try:
        answer = to_json(read(sys.stdin.buffer.read()))
    except FileRefused as refused:
        answer = refused_to_json(refused)
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
