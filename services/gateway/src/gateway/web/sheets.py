"""Files that spreadsheet programs open, as pages give them to be saved."""

from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from servicekit.calendar import PACIFIC
from servicekit.files import sheets

MEDIA_TYPE = "text/csv; charset=utf-8"


def file_of(columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    """Return *lines* under their *columns* as the bytes of a file; text that begins like a formula is marked."""
    return b"".join(sheets.pieces(columns, lines))


def moment(at: Timestamp) -> str:
    """When it happened, in California; empty if it did not."""
    return at.ToDatetime(tzinfo=PACIFIC).isoformat(" ", "seconds") if at.seconds else ""
