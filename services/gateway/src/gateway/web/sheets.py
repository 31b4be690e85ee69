"""What spreadsheet programs open.

UTF-8 with a byte order mark: without it the spreadsheet program that most agencies have reads names with diacritics as
another alphabet. Whatever is text and could be taken for a formula is marked as text by an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

MEDIA_TYPE = "text/csv; charset=utf-8"
# What spreadsheet programs take for the beginning of a formula, also in the full width of East Asian alphabets.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - meant


def file_of(columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    """Return *lines* under their *columns* as the bytes of a file; text that begins like a formula is marked."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows(
        [f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in line] for line in lines
    )
    return b"\xef\xbb\xbf" + written.getvalue().encode()
