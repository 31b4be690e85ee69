"""What spreadsheet programs open.

UTF-8 with a byte order mark: without it the spreadsheet program that most people have reads names with diacritics as
another alphabet. Whatever is text and could be taken for a formula is marked as text by an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

MARK = b"\xef\xbb\xbf"
# What spreadsheet programs take for the beginning of a formula, also in the full width of East Asian alphabets.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - meant
# Lines that are written at a time.
_LINES = 500


def pieces(columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Give the bytes of a file of *lines* under their *columns*, some lines at a time."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    yield MARK
    for number, line in enumerate(lines, 1):
        writer.writerow([_plain(cell) for cell in line])
        if number % _LINES == 0:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode()


def _plain(cell: Any) -> Any:  # noqa: ANN401 - what a cell holds
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
