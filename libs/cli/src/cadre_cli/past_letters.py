"""Real letters that were issued elsewhere before: read from files, so that staff find them beside today's.

They ask nothing of anybody and reach nobody. A date stands as its source prints it, which may be a year alone; a cell
that the source does not answer stays empty.
"""

import itertools
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from cadre.notification.v1 import notice_service_pb2 as pb
from cadre_cli.access import Access
from cadre_cli.datafiles import Note, Text, data_root, read_table, require_unique

# What one request carries.
_AT_ONCE = 200


@dataclass(frozen=True)
class PastLetter:
    """A row of a file of letters, as facts in our own words, with where they were found."""

    series: Annotated[str, Field(pattern=r"^[A-Z]{2,10}$")]
    number: Annotated[str, Field(pattern=r"^\d\d-\d{2,3}$")]
    issuer: Text
    date: Text
    subject: Text
    effective: Note
    staff_action: Note
    topic: Note
    supersedes: Note
    references: Note
    source: Text


def files() -> list[Path]:
    """Return the files of real letters that the product ships."""
    return sorted((data_root() / "notices").glob("*.csv"))


def read(paths: Iterable[Path]) -> list[PastLetter]:
    """Read *paths*; the first bad cell raises `DataFileError`, which names it. A letter stands once in a file."""
    letters = []
    for path in paths:
        rows = read_table(path, PastLetter)
        require_unique(path, rows, "number", lambda row: (row.series, row.number))
        letters += rows
    return letters


def load(access: Access, letters: Iterable[PastLetter]) -> int:
    """Bring *letters* in; those that are there already and say the same stay as they are. Return how many changed."""
    rows, changed = iter(letters), 0
    while some := list(itertools.islice(rows, _AT_ONCE)):
        request = pb.ImportNoticesRequest(
            notices=[
                pb.HistoricNotice(
                    series=row.series,
                    number=row.number,
                    issuer=row.issuer,
                    date=row.date,
                    subject=row.subject,
                    effective=row.effective,
                    staff_action=row.staff_action,
                    topic=row.topic,
                    supersedes=row.supersedes,
                    references=row.references,
                    source=row.source,
                )
                for row in some
            ]
        )
        # A new one each time: a repeat shall say that it changed nothing, not what the first one changed.
        request.request_id = str(uuid.uuid4())
        changed += access.ask(access.notices.ImportNotices, request).notices_changed
    return changed
