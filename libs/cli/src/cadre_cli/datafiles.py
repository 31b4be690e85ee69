"""Read the files under ``data/`` into typed rows, and say exactly which cell is wrong when one is.

A row type is a frozen dataclass with a field for each column, in the order of the columns. A column whose name is a
Python keyword has a field with a trailing underscore (``from`` is read into ``from_``).
"""

import csv
import dataclasses
import os
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, StringConstraints, TypeAdapter, ValidationError

T = TypeVar("T")

SEPARATOR = ";"
DATA_ROOT_VARIABLE = "CADRE_DATA_ROOT"


class DataFileError(ValueError):
    """A file under ``data/`` breaks a rule: says which file, row, column and value, and which rule."""

    def __init__(self, file: Path, row: int | None, column: str, value: object, rule: str) -> None:
        """Name the cell; *row* counts as a spreadsheet does (the header is row 1) and is None for a whole file."""
        place = f"{file.name}, row {row}" if row is not None else file.name
        super().__init__(f"{place}, column {column}: {value!r}: {rule}")
        self.file = file
        self.row = row
        self.column = column
        self.value = value
        self.rule = rule


def data_root() -> Path:
    """Return the folder of data files: the one that CADRE_DATA_ROOT names, else ``data/`` of the repository."""
    named = os.environ.get(DATA_ROOT_VARIABLE)
    root = Path(named) if named else Path(__file__).resolve().parents[4] / "data"
    if not (root / "reference").is_dir():
        raise DataFileError(root, None, DATA_ROOT_VARIABLE, named, "the folder must exist and hold reference/")
    return root


def _normalised(text: str) -> str:
    if text != text.strip():
        raise ValueError("must not begin or end with a space")
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("must be in Unicode normal form C")
    return text


def _split(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    return tuple(part.strip() for part in cell.split(SEPARATOR)) if cell else ()


def _none_if_empty(cell: object) -> object:
    return None if cell == "" else cell


Text = Annotated[str, StringConstraints(min_length=1), AfterValidator(_normalised)]
Note = Annotated[str, AfterValidator(_normalised)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Fips = Annotated[str, StringConstraints(pattern=r"^06[0-9]{3}$")]
Several = Annotated[tuple[T, ...], BeforeValidator(_split)]
Optional = Annotated[T | None, BeforeValidator(_none_if_empty)]


def columns(row_type: type[Any]) -> list[str]:
    """Return the column names of a row type, in the order of the file."""
    return [field.name.rstrip("_") for field in dataclasses.fields(row_type)]


def read_table(path: Path, row_type: type[T]) -> list[T]:
    """Read a CSV file whose header is exactly the columns of *row_type*; refuse the first bad cell."""
    adapter = TypeAdapter(row_type)
    expected = columns(row_type)
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, strict=True)
        header = next(lines, [])
        if header != expected:
            raise DataFileError(path, 1, "(header)", SEPARATOR.join(header), f"must be {SEPARATOR.join(expected)}")
        fields = [field.name for field in dataclasses.fields(row_type)]  # type: ignore[arg-type]  # a dataclass by contract
        for number, cells in enumerate(lines, start=2):
            if len(cells) != len(expected):
                raise DataFileError(path, number, "(all)", len(cells), f"must have {len(expected)} cells")
            try:
                rows.append(adapter.validate_python(dict(zip(fields, cells, strict=True))))
            except ValidationError as error:
                raise _first(error, path, number) from error
    return rows


def read_document(path: Path, document_type: type[T]) -> T:
    """Read a TOML file into *document_type*, whose fields are its keys."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    try:
        return TypeAdapter(document_type).validate_python(content)
    except ValidationError as error:
        raise _first(error, path, None) from error


def require_unique(path: Path, rows: Iterable[T], column: str, key: Callable[[T], object]) -> None:
    """Refuse the second row that has the same key; rows without one (None) are left out."""
    seen: set[object] = set()
    for number, row in enumerate(rows, start=2):
        value = key(row)
        if value is None:
            continue
        if value in seen:
            raise DataFileError(path, number, column, value, "must be in one row only")
        seen.add(value)


def require_known(
    path: Path, rows: Iterable[T], column: str, values: Callable[[T], Iterable[object]], known: Iterable[object]
) -> None:
    """Refuse the first row that names something that *known* does not hold."""
    held = set(known)
    for number, row in enumerate(rows, start=2):
        for value in values(row):
            if value not in held:
                raise DataFileError(path, number, column, value, "is not known")


def _first(error: ValidationError, path: Path, row: int | None) -> DataFileError:
    detail = error.errors()[0]
    column = ".".join(str(part) for part in detail["loc"]).rstrip("_") or "(all)"
    return DataFileError(path, row, column, detail["input"], detail["msg"])
