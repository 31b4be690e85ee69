"""Roster files: encodings, separators and columns. What the cells may hold is checked in SQL, all rows at once."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from directory.rules import names

REQUIRED = ("agency", "staff_number", "family_name", "given_name", "local_title", "job_class", "hired_on")
# Left out of a file, they are not touched; an empty cell of `email`, `telephone`, `units`, `roles` means: none.
OPTIONAL = ("email", "units", "left_on", "leave_from", "leave_to", "roles", "telephone")
COLUMNS = (*REQUIRED, *OPTIONAL)
LISTS = ("units", "roles")
LONGEST_CELL = 500
MOST_ROWS = 200_000
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEPARATORS = (",", ";", "\t")
_MARKED = ("'=", "'+", "'-", "'@")
# What people send instead of a CSV file, by how it begins, with what to do.
_OTHER_FILES = (
    (b"PK\x03\x04", "must be CSV: open the workbook and save it as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "must be CSV: open the workbook and save it as CSV UTF-8"),
    (b"%PDF-", "must be CSV, and is a PDF"),
)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: the line of the file (1 = the header), its column, what stands there, the rule."""

    line: int
    field: str
    value: str
    rule: str


@dataclass(frozen=True)
class Row:
    """A line of the file: cells by column, and what names are ordered and found by."""

    line: int
    cells: dict[str, str]

    @property
    def sort_key(self) -> str:
        """See `names.sort_key`."""
        return names.sort_key(self.cells["family_name"], self.cells["given_name"])

    @property
    def search_key(self) -> str:
        """See `names.search_key`."""
        return names.search_key(self.cells["family_name"], self.cells["given_name"], self.cells["staff_number"])

    def several(self, column: str) -> str:
        """Return the values of a cell that holds several, sorted, each once, still joined by `;`."""
        cell = self.cells.get(column, "")
        return ";".join(sorted({value.strip() for value in cell.split(";")} - {""})) if ";" in cell else cell


@dataclass(frozen=True)
class Roster:
    """A file that was read: its columns and rows, and what is wrong with its form."""

    columns: frozenset[str]
    rows: list[Row]
    problems: list[Problem]


def read(content: bytes) -> Roster:
    """Read a roster file in UTF-8, UTF-16 or Windows-1252, separated by commas, semicolons or tabs."""
    for beginning, rule in _OTHER_FILES:
        if content.startswith(beginning):
            return _unreadable("file", rule)
    text = decode(content)
    if text is None:
        return _unreadable("encoding", "must be UTF-8, UTF-16 or Windows-1252")
    if "\0" in text:
        return _unreadable("encoding", "must be a text file")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)

    def numbered() -> Iterator[tuple[int, list[str]]]:
        """Give each record with the line on which it starts; skip empty ones and Excel's `sep=` line."""
        start = 1
        for cells in reader:
            if any(cell.strip() for cell in cells) and not (start == 1 and cells[0].startswith("sep=")):
                yield start, cells
            start = reader.line_num + 1

    try:
        return _read(numbered())
    except csv.Error as error:
        return Roster(frozenset(), [], [Problem(reader.line_num, "", "", f"cannot be read as CSV: {error}")])


def decode(content: bytes) -> str | None:
    """Return the text of *content*, or none if it has no encoding that we know."""
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), "")
    if not encoding:
        # Without a mark, UTF-16 shows by the zero bytes of its ASCII signs: in odd places if little-endian.
        head = content[:2000]
        if head.count(0) > len(head) // 4:
            encoding = "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
    for candidate in [encoding] if encoding else ["utf-8", "cp1252"]:
        try:
            return content.decode(candidate)
        except UnicodeDecodeError:
            continue
    return None


def _separator(text: str) -> str:
    """Return the sign that parts the cells of the header; Excel may say it itself in a line `sep=;`."""
    header = text.lstrip().partition("\n")[0]
    if header.startswith("sep=") and len(header.strip()) == len("sep=;"):
        return header[4]
    return max(_SEPARATORS, key=header.count)


def _read(records: Iterator[tuple[int, list[str]]]) -> Roster:
    line, header = next(records, (1, []))
    columns = [cell.strip().lower() for cell in header]
    if problems := list(_header_problems(line, columns)):
        return Roster(frozenset(columns), [], problems)
    rows: list[Row] = []
    for number, cells in records:
        if len(rows) == MOST_ROWS:
            problems.append(Problem(number, "", "", f"is beyond the {MOST_ROWS} rows that one file may have"))
            break
        values = dict(zip(columns, map(_plain, cells), strict=False))
        if len(cells) != len(columns):
            problems.append(Problem(number, "", "", f"must have {len(columns)} cells, and has {len(cells)}"))
        elif too_long := [column for column, value in values.items() if len(value) > LONGEST_CELL]:
            problems.append(Problem(number, too_long[0], "", f"must be at most {LONGEST_CELL} characters"))
        else:
            rows.append(Row(number, values))
    if not rows and not problems:
        problems.append(Problem(line, "", "", "must be followed by at least one row"))
    return Roster(frozenset(columns), rows, problems)


def _plain(cell: str) -> str:
    """Return a tidy cell without the apostrophe by which a file marks as text what looks like a formula."""
    cell = names.clean(cell)
    return cell[1:] if cell.startswith(_MARKED) else cell


def _header_problems(line: int, columns: list[str]) -> Iterator[Problem]:
    for column in REQUIRED:
        if column not in columns:
            yield Problem(line, column, "", "is missing: every roster has this column")
    for column in dict.fromkeys(columns):
        if column not in COLUMNS:
            yield Problem(line, column, column, "is not a column of a roster")
        elif columns.count(column) > 1:
            yield Problem(line, column, column, "must be there only once")


def _unreadable(field: str, rule: str) -> Roster:
    return Roster(frozenset(), [], [Problem(1, field, "", rule)])
