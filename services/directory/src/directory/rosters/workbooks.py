"""Workbooks of spreadsheet programs as CSV, one line for each row.

A workbook is read in a process of its own with bounded memory and time: some kilobytes may unpack to gigabytes, or say
that they fill a million rows. What comes back is text like any other file's. That process is
`python -m directory.rosters.workbooks`.
"""

import csv
import io
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from servicekit import apart

BEGINNING = b"PK\x03\x04"
# A workbook may have several sheets; the one of this name is meant, or the first that is seen.
ROSTER_SHEET = "roster"
MOST_SECONDS = 60
_MOST_UNPACKED_BYTES = 256 * 1024 * 1024
_MOST_PARTS = 2_000
_MOST_ROWS = 250_000
_MOST_COLUMNS = 1_000
# Beyond this a spreadsheet's numbers are not whole any more.
_MOST_EXACT = 10**15
_NOT_READ = 3
# What comes back may be as much as unpacks.
_BOUNDS = apart.Bounds(
    cpu_seconds=MOST_SECONDS,
    seconds=MOST_SECONDS,
    memory_bytes=512 * 1024 * 1024,
    answer_bytes=_MOST_UNPACKED_BYTES,
)

Cell = int | float | str | bool | time | date | datetime | timedelta | None


class Unreadable(Exception):  # noqa: N818 - an answer, not an error
    """The workbook cannot be read; says the rule that it breaks."""


def as_csv(content: bytes) -> bytes:
    """Return the sheet of a workbook as CSV in UTF-8, each row on the line of its number.

    Raises `Unreadable`.
    """
    ended = apart.run(__name__, content, _BOUNDS)
    if ended.code is None:
        raise Unreadable(f"takes longer than {MOST_SECONDS} seconds to read: save it as CSV UTF-8")
    if ended.code == _NOT_READ:
        raise Unreadable(ended.answer.decode())
    if ended.code:
        raise Unreadable(
            "takes more memory than a roster may, or has a cell where no sheet has one: save it as CSV UTF-8"
        )
    return ended.answer


def _written(content: bytes) -> bytes:
    sheet = _sheet(content)
    last_row, last_column = sheet.end or (0, 0)
    if last_row >= _MOST_ROWS or last_column >= _MOST_COLUMNS:
        raise Unreadable(f"has {last_row + 1:,} rows and {last_column + 1:,} columns, more than any roster")
    # Rows before the first that holds something count: people look for a row by its number.
    first = sheet.start[0] if sheet.start else 0
    text = io.StringIO(newline="")
    text.write("\n" * first)
    csv.writer(text, lineterminator="\n").writerows(_rows(sheet))
    return text.getvalue().encode()


def _sheet(content: bytes) -> CalamineSheet:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        infos = parts.infolist()
    if len(infos) > _MOST_PARTS or sum(info.file_size for info in infos) > _MOST_UNPACKED_BYTES:
        raise Unreadable("unpacks to more than a roster may: save it as CSV UTF-8")
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    seen = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    named = [name for name in seen if name.strip().casefold() == ROSTER_SHEET]
    if not seen:
        raise Unreadable("has no sheet to read")
    return workbook.get_sheet_by_name((named or seen)[0])


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    for row in sheet.to_python(skip_empty_area=True):
        yield [" ".join(_said(cell).splitlines()) for cell in row]


def _said(cell: Cell) -> str:
    """Return a cell as it would be typed: days as YYYY-MM-DD, whole numbers without decimals."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case float() | int() if abs(cell) >= _MOST_EXACT:
            return f"{cell:.6E}"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time.min:
            return cell.date().isoformat()
        case _:
            return str(cell)


def main() -> int:
    """Read a workbook from the standard input and write it as CSV, or say why not."""
    apart.keep_to(_BOUNDS)
    code, answer = 0, b""
    try:
        answer = _written(sys.stdin.buffer.read())
    except Unreadable as refused:
        code, answer = _NOT_READ, str(refused).encode()
    except (zipfile.BadZipFile, CalamineError, OSError):
        code, answer = _NOT_READ, b"must be CSV or a workbook (.xlsx), and is neither, or is damaged"
    sys.stdout.buffer.write(answer)
    return code


if __name__ == "__main__":
    sys.exit(main())
