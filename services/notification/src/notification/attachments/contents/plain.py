"""Plain text, and the tables that are written as such."""

import csv
import re
from collections import Counter
from collections.abc import Iterator

from notification.attachments.contents.said import Said
from notification.attachments.rules.files import TAKEN, TEXT, Content, FileTypeNotAllowed
from notification.attachments.rules.headings import Row
from notification.attachments.rules.scan import Passage, Table, scan

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_DELIMITERS = ",;\t|"
_LOOKED_AT = 20
_COLUMNS = re.compile(r" {2,}")


def read(content: bytes) -> Content:
    """Return what is in a text: read line by line, and as a table if its first line is one."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileTypeNotAllowed("unknown", TAKEN) from None
    if _CONTROL.search(text):
        raise FileTypeNotAllowed("unknown", TAKEN)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    delimiter = _delimiter(text)
    part = (
        Table("", _rows(text, delimiter), "line") if delimiter else Passage("", _COLUMNS.sub("\t", text), by_line=True)
    )
    said = Said()
    said.add(text)
    return Content(TEXT, findings=tuple(scan([part])), words=said.words())


def _delimiter(text: str) -> str:
    """Return what divides the cells of a table, '' if this is none: most of its first lines have it as often."""
    lines = [line for line in text[:65536].split("\n") if line.strip()][:_LOOKED_AT]
    best, most = "", max(1, len(lines) // 2)
    for sign in _DELIMITERS:
        often = Counter(line.count(sign) for line in lines if sign in line).most_common(1)
        if often and often[0][1] > most:
            best, most = sign, often[0][1]
    return best


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(len(text) + 1)
    reader = csv.reader(text.split("\n"), delimiter=delimiter)
    number = 1
    for cells in reader:
        yield number, tuple(enumerate(cells))
        number = reader.line_num + 1
