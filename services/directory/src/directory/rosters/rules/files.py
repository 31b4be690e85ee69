"""Roster files: separators, columns and rows. What the cells may hold is checked in SQL, all rows at once."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from directory.rosters.rules import days as day_rules
from directory.rules import names
from directory.rules.columns import COLUMNS, DAYS, REQUIRED
from servicekit import encodings, text
from servicekit.refusals import InvalidField

LONGEST_CELL = 500
MOST_ROWS = 200_000
MOST_CELLS = 1_000
_LONGEST_SHOWN = 60
_SEPARATORS = (",", ";", "\t")
# What an apostrophe marks as text in the files that we give: see the gateway's.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - meant
# What people send instead of a CSV file, by how it begins, with what to do.
_OTHER_FILES = (
    (b"\xd0\xcf\x11\xe0", "must be CSV or .xlsx: open the workbook, without a password, and save it as .xlsx"),
    (b"%PDF-", "must be CSV or .xlsx, and is a PDF"),
)
_NUMBERS = ("staff_number", "telephone")

Records = Iterable[tuple[int, list[str]]]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: the line of the file (1 = the header), its column, what stands there, the rule.

    *person* is who the row is about, as the file says it, for whoever sent the file.
    """

    line: int
    field: str
    value: str
    rule: str
    person: str = ""


@dataclass(frozen=True)
class Row:
    """A line of the file: cells by column, and what names and numbers are ordered, found and compared by."""

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

    @property
    def staff_key(self) -> str:
        """See `names.staff_key`."""
        return names.staff_key(self.cells["staff_number"])

    @property
    def person(self) -> str:
        """Return name and number as the file has them."""
        return _person(self.cells)

    def several(self, column: str) -> str:
        """Return the values of a cell that holds several, sorted, each once, still joined by `;`."""
        cell = self.cells.get(column, "")
        return ";".join(sorted({value.strip() for value in cell.split(";")} - {""})) if ";" in cell else cell


@dataclass(frozen=True)
class Roster:
    """A file that was read: its columns and rows, what is wrong with its form, and how it was understood.

    *doubts* are numbers and names that only look like others: wrong, unless somebody is on record by just these.
    """

    columns: frozenset[str]
    rows: list[Row]
    problems: list[Problem]
    encoding: str = ""
    days: Mapping[str, day_rules.Order] = field(default_factory=dict)
    doubts: list[Problem] = field(default_factory=list)


NOTHING = Roster(frozenset(), [], [])


class _TooWide(csv.Error):
    """A line has more cells than any roster."""


def read(content: bytes) -> Roster:
    """Read a roster file of text, separated by commas, semicolons or tabs."""
    for beginning, rule in _OTHER_FILES:
        if content.startswith(beginning):
            return unreadable("file", rule)
    decoded = encodings.decode(content)
    faults = [Problem(fault.line, "encoding", fault.value, fault.rule) for fault in decoded.faults]
    if faults and not decoded.text:
        return Roster(frozenset(), [], faults)
    if "\0" in decoded.text:
        line = decoded.text[: decoded.text.index("\0")].count("\n") + 1
        return Roster(frozenset(), [], [Problem(line, "encoding", "", "must be a text file")])
    roster = _of_text(decoded.text, decoded.title)
    return _named(roster, [*faults, *roster.problems]) if faults else roster


def of_records(records: Iterator[tuple[int, list[str]]], encoding: str) -> Roster:
    """Read records with their line numbers; the first is the header. Empty columns without a name are left out."""
    line, header = next(records, (1, []))
    columns = [text.line(cell).lower() for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    if problems := list(_header_problems(line, columns)):
        return Roster(frozenset(columns), [], problems, encoding)
    rows: list[Row] = []
    doubts: list[Problem] = []
    for number, cells in records:
        if len(rows) == MOST_ROWS:
            problems.append(Problem(number, "", "", f"is beyond the {MOST_ROWS} rows that one file may have"))
            break
        values = {column: _plain(column, cell) for column, cell in zip(columns, cells, strict=False) if column}
        if problem := _row_problem(number, columns, cells, values):
            problems.append(problem)
        else:
            for problem, stays in _letter_problems(number, columns, cells, values):
                (doubts if stays else problems).append(problem)
            rows.append(Row(number, values))
    if not rows and not problems:
        problems.append(Problem(line, "", "", "must be followed by at least one row"))
    days = day_rules.orders({column: [row.cells[column] for row in rows] for column in DAYS if column in columns})
    problems.extend(_read_days(rows, days))
    return Roster(frozenset(columns) - {""}, rows, problems, encoding, days, doubts)


def unreadable(column: str, rule: str) -> Roster:
    """Return what is said of a file that holds nothing to be read."""
    return Roster(frozenset(), [], [Problem(1, column, "", rule)])


def _of_text(content: str, encoding: str) -> Roster:
    separator = _separator(content)
    start = 1

    def lines() -> Iterator[str]:
        for line in io.StringIO(content, newline=""):
            if line.count(separator) >= MOST_CELLS:
                raise _TooWide(f"has {line.count(separator) + 1:,} cells, and a roster has {len(COLUMNS)} columns")
            yield line

    reader = csv.reader(lines(), delimiter=separator, strict=True)

    def numbered() -> Iterator[tuple[int, list[str]]]:
        """Give each record with the line on which it starts; skip empty ones and Excel's `sep=` line."""
        nonlocal start
        for cells in reader:
            if any(cell.strip() for cell in cells) and not (start == 1 and cells[0].startswith("sep=")):
                yield start, cells
            start = reader.line_num + 1

    try:
        return of_records(numbered(), encoding)
    except _TooWide as error:
        return Roster(frozenset(), [], [Problem(start, "", "", str(error))], encoding)
    except csv.Error as error:
        rule = "has a quotation mark that is not closed, or not doubled inside a cell"
        if "field limit" in str(error):
            rule = (
                f"has a cell of more than {csv.field_size_limit():,} characters, or a quotation mark that is not closed"
            )
        shown = next(islice(io.StringIO(content, newline=""), start - 1, None), "")
        return Roster(frozenset(), [], [Problem(start, "", text.line(shown)[:_LONGEST_SHOWN], rule)], encoding)


def _separator(content: str) -> str:
    """Return the sign that parts the cells of the header; Excel may say it itself in a line `sep=;`."""
    header = content.lstrip().partition("\n")[0]
    if header.startswith("sep=") and len(header.strip()) == len("sep=;"):
        return header[4]
    return max(_SEPARATORS, key=header.count)


def _plain(column: str, cell: str) -> str:
    """Return a tidy cell without the apostrophe by which a file marks as text what looks like a formula."""
    cell = _unmarked(cell)
    return names.numbered(cell) if column in _NUMBERS else text.line(cell)


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _header_problems(line: int, columns: list[str]) -> Iterator[Problem]:
    for column in REQUIRED:
        if column not in columns:
            yield Problem(line, column, "", "is missing: every roster has this column")
    for column, times in Counter(columns).items():
        if column and column not in COLUMNS:
            yield Problem(line, column[:_LONGEST_SHOWN], column[:_LONGEST_SHOWN], "is not a column of a roster")
        elif column and times > 1:
            yield Problem(line, column, column, "must be there only once")


def _row_problem(line: int, columns: list[str], cells: list[str], values: dict[str, str]) -> Problem | None:
    """Return what makes a line no row: cells without a column, too few, or one that is too long."""
    person = _person(values)
    beyond = next((cell.strip() for cell in cells[len(columns) :] if cell.strip()), "")
    if len(cells) < len(columns) or beyond:
        rule = f"must have {len(columns)} cells, and has {len(cells)}"
        return Problem(line, "", beyond[:_LONGEST_SHOWN], rule, person)
    for at, (column, cell) in enumerate(zip(columns, cells, strict=False), 1):
        if not column and cell.strip():
            return Problem(line, "", cell.strip()[:_LONGEST_SHOWN], f"stands in column {at}, which has no name", person)
    long = next((column for column, value in values.items() if len(value) > LONGEST_CELL), None)
    if long is None:
        return None
    return Problem(line, long, values[long][:_LONGEST_SHOWN], f"must be at most {LONGEST_CELL} characters", person)


def _letter_problems(
    line: int, columns: list[str], cells: list[str], values: dict[str, str]
) -> Iterator[tuple[Problem, bool]]:
    """Name what only looks like a letter or a number, and whether cleaning keeps it."""
    for column, cell in zip(columns, cells, strict=False):
        if column == "staff_number":
            fault_of, typed = names.fault_of_staff_number, _unmarked(cell)
        elif column in ("family_name", "given_name"):
            fault_of, typed = names.fault_of_name, cell
        else:
            continue
        if rule := fault_of(typed):
            # A number of people from outside is on record, and no file may name them.
            outside = column == "staff_number" and names.is_outside_number(values[column])
            stays = bool(fault_of(values[column])) and not outside
            yield Problem(line, column, values[column], rule, _person(values)), stays


def _read_days(rows: list[Row], days: Mapping[str, day_rules.Order]) -> Iterator[Problem]:
    """Put days into the cells of *rows* as `YYYY-MM-DD`; many rows have the same, so each is read once."""
    known: dict[tuple[str, str], str | InvalidField] = {}
    for row in rows:
        for column in DAYS:
            cell = row.cells.get(column, "")
            if not cell:
                continue
            if (column, cell) not in known:
                try:
                    known[column, cell] = day_rules.day(column, cell, days.get(column))
                except InvalidField as fault:
                    known[column, cell] = fault
            day = known[column, cell]
            if isinstance(day, InvalidField):
                yield Problem(row.line, column, cell, day.metadata["rule"], row.person)
            else:
                row.cells[column] = day


def _named(roster: Roster, problems: list[Problem]) -> Roster:
    """Return *roster* with *problems*, each with the person of its row."""
    people = {row.line: row.person for row in roster.rows}
    named = [
        Problem(one.line, one.field, one.value, one.rule, one.person or people.get(one.line, "")) for one in problems
    ]
    return replace(roster, problems=named)


def _person(cells: Mapping[str, str]) -> str:
    name = names.display_name(cells.get("family_name", ""), cells.get("given_name", ""))
    return ", ".join(part for part in (name, cells.get("staff_number", "")) if part)
