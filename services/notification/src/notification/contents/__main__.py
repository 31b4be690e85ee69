"""The process that reads one file: from its input, with its answer as JSON to its output."""

import sys

from notification.contents.answers import refused_to_json, to_json
from notification.contents.bounds import BOUNDS
from notification.contents.kinds import read
from notification.rules.files import FileRefused
from servicekit import apart


def main() -> None:
    """Read the file. Whatever goes wrong here ends the process, and its parent says so."""
    apart.keep_to(BOUNDS)
    try:
        answer = to_json(read(sys.stdin.buffer.read()))
    except FileRefused as refused:
        answer = refused_to_json(refused)
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
