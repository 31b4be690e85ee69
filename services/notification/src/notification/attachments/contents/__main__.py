"""The process that reads one file: from its input, with its answer as JSON to its output."""

import sys

from notification.attachments.contents.answers import refused_to_json, to_json
from notification.attachments.contents.bounds import BOUNDS
from notification.attachments.contents.kinds import read
from notification.attachments.rules.files import FileRefused
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
