"""Files of change items: what text is read into rows, what is wrong with them, and what they would change."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from notification.releases.rules import items
from notification.releases.rules.items import Item
from servicekit import encodings, text
from servicekit.refusals import InvalidField

COLUMNS = (
    *("item", "title", "area", "page", "before", "after", "reason", "roles", "workaround", "workaround_ends"),
    *("training", "procedures", "known_issues", "source"),
)
REQUIRED = ("item", "title", "area", "after")
MOST_BYTES = 1024 * 1024
NEW, CHANGED, UNCHANGED, REMOVED = "NEW", "CHANGED", "UNCHANGED", "REMOVED"
_LONGEST_SHOWN = 60
_SEPARATORS = (",", ";", "\t")
# What an apostrophe marks as text in the files that we give. A text of ours never begins with a line's end or a tab.
_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001 - meant
_OTHER_FILES = (
    (b"PK\x03\x04", "must be CSV, and is a workbook: save it as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "must be CSV, and is a workbook: save it as CSV UTF-8"),
    (b"%PDF-", "must be CSV, and is a PDF"),
)
_LINES = ("title", "page", "source")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: the line of the file (1 = the header), its column, what stands there, the rule."""

    line: int
    column: str
    value: str
    rule: str
    item_id: str = ""


@dataclass(frozen=True)
class Row:
    """An item as the file has it, and on which line."""

    line: int
    item: Item


@dataclass(frozen=True)
class Read:
    """A file that was read: its rows, what is wrong with it, and how its letters were understood."""

    rows: list[Row]
    problems: list[Problem]
    encoding: str = ""


@dataclass(frozen=True)
class Change:
    """What becomes of an item: `NEW`, `CHANGED` in *columns*, `UNCHANGED` or `REMOVED` (then it has no line)."""

    outcome: str
    line: int
    item: Item
    columns: Sequence[str] = ()


class _UnreadableError(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


def read(content: bytes) -> Read:
    """Read a file of items: text, separated by commas, semicolons or tabs."""
    try:
        decoded = _decoded(content)
        columns, records = _records(decoded.text)
    except _UnreadableError as refused:
        return Read([], refused.problems)
    rows: list[Row] = []
    problems = list(_header_problems(columns))
    for line, cells in () if problems else records:
        if len(rows) + len(problems) >= items.MOST_ITEMS:
            problems.append(Problem(line, "", "", f"is beyond the {items.MOST_ITEMS} items that a release may have"))
            break
        found = _row(line, columns, cells)
        if isinstance(found, Row):
            rows.append(found)
        else:
            problems.append(found)
    problems.extend(_repeated(rows))
    if not rows and not problems:
        problems.append(Problem(1, "", "", "must be followed by at least one row"))
    return Read(rows, sorted(problems, key=lambda one: one.line), decoded.title)


def compare(rows: Sequence[Row], known: Mapping[str, Item], columns: Collection[str] = COLUMNS) -> list[Change]:
    """Return what a file would change of the *known* items; what it does not name is removed.

    A column that the file does not have changes nothing.
    """
    changes = []
    for row in rows:
        before = known.get(row.item.item_id)
        item = row.item
        if before is None:
            changes.append(Change(NEW, row.line, item))
            continue
        kept = {name: getattr(before, name) for name in COLUMNS if name not in columns}
        item = replace(item, **kept)
        differs = items.differing(before, item)
        changes.append(Change(CHANGED if differs else UNCHANGED, row.line, item, differs))
    named = {row.item.item_id for row in rows}
    return [*changes, *(Change(REMOVED, 0, item) for id_, item in known.items() if id_ not in named)]


def columns_of(content: bytes) -> list[str]:
    """Return the columns that a readable file has."""
    return _records(_decoded(content).text)[0]


def kept_by_letters(changes: Sequence[Change], with_letters: Collection[str]) -> list[Problem]:
    """Return what is wrong with removing items that have letters."""
    rule = "has a letter, and is not in the file: add its row, or delete the draft first"
    return [
        Problem(0, "item", one.item.item_id, rule, one.item.item_id)
        for one in changes
        if one.outcome == REMOVED and one.item.item_id in with_letters
    ]


def _decoded(content: bytes) -> encodings.Decoded:
    for beginning, rule in _OTHER_FILES:
        if content.startswith(beginning):
            raise _UnreadableError([Problem(1, "file", "", rule)])
    decoded = encodings.decode(content)
    if decoded.faults:
        raise _UnreadableError([Problem(one.line, "encoding", one.value, one.rule) for one in decoded.faults])
    if "\0" in decoded.text:
        line = decoded.text[: decoded.text.index("\0")].count("\n") + 1
        raise _UnreadableError([Problem(line, "encoding", "", "must be a text file")])
    return decoded


def _records(content: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the columns of a text and its records, each with the line on which it starts; empty ones are left out."""
    header = content.lstrip().partition("\n")[0]
    named = header.startswith("sep=") and len(header.strip()) == len("sep=;")
    separator = header[4] if named else max(_SEPARATORS, key=header.count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    records, start = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not (start == 1 and cells[0].startswith("sep=")):
                records.append((start, cells))
            start = reader.line_num + 1
    except csv.Error:
        rule = "has a quotation mark that is not closed, or not doubled inside a cell"
        raise _UnreadableError([Problem(start, "", "", rule)]) from None
    _, first = records[0] if records else (1, [])
    columns = [text.line(cell).lower().replace(" ", "_") for cell in first]
    while columns and not columns[-1]:
        columns.pop()
    return columns, records[1:]


def _header_problems(columns: Sequence[str]) -> Iterator[Problem]:
    for column in REQUIRED:
        if column not in columns:
            yield Problem(1, column, "", "is missing: every file of items has this column")
    for column, times in Counter(columns).items():
        if column and column not in COLUMNS:
            yield Problem(1, column[:_LONGEST_SHOWN], column[:_LONGEST_SHOWN], "is not a column of items")
        elif column and times > 1:
            yield Problem(1, column, column, "must be there only once")


def _row(line: int, columns: Sequence[str], cells: Sequence[str]) -> Row | Problem:
    """Return a line as an item, or the first thing that is wrong with it."""
    if any(cell.strip() for cell in cells[len(columns) :]) or len(cells) < len(columns):
        return Problem(line, "", "", f"must have {len(columns)} cells, and has {len(cells)}")
    said = {column: _plain(cell) for column, cell in zip(columns, cells, strict=False) if column}
    id_ = items.item_id(said["item"])
    try:
        item = _item(id_, said)
        items.check(item)
    except InvalidField as refused:
        column = refused.field
        value = (refused.metadata["value"] if column == "roles" else said.get(column, ""))[:_LONGEST_SHOWN]
        return Problem(line, column, value, refused.metadata["rule"], id_)
    return Row(line, item)


def _item(id_: str, said: Mapping[str, str]) -> Item:
    texts = {
        name: (text.line if name in _LINES else text.block)(said.get(name, ""))
        for name in ("title", "page", "before", "after", "reason", "workaround", "procedures", "known_issues", "source")
    }
    return Item(
        item_id=id_,
        area=items.area(said["area"]),
        roles=items.roles(said.get("roles", "")),
        workaround_ends=items.day(said.get("workaround_ends", "")),
        training=items.training(said.get("training", "")),
        **texts,
    )


def _plain(cell: str) -> str:
    """Return a cell without the apostrophe by which a file marks as text what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _repeated(rows: Sequence[Row]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row in rows:
        at = first.setdefault(row.item.item_id, row.line)
        if at != row.line:
            yield Problem(row.line, "item", row.item.item_id, f"stands in row {at} already", row.item.item_id)
