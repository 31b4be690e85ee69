"""What is read before a meeting, and kept of it: its papers, and the minutes of the last one."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from partnership.meetings import papers, queries
from partnership.meetings.papers import Whole
from partnership.meetings.queries import Meeting
from partnership.visibility import Reader
from servicekit.data.db import Db
from servicekit.refusals import NotFound

# Of the texts together: some 250 pages.
MOST_TEXT = 500_000


class Packet(NamedTuple):
    """The papers of a meeting, and the newest minutes before it with their meeting."""

    papers: Sequence[Whole]
    last: Meeting | None
    minutes: Sequence[Whole]


def packet(db: Db, body_id: str, meeting_id: UUID, reader: Reader) -> Packet:
    """Return what belongs to the packet of a meeting; there is none for whom what is said there is not."""
    meeting = queries.one(db, body_id, meeting_id, reader)
    if not meeting.inside:
        raise NotFound(meeting.name)
    last = queries.last_noted(db, meeting, reader)
    return Packet(
        papers.whole(db, meeting, reader, minutes=False, most=MOST_TEXT),
        last,
        papers.whole(db, last, reader, minutes=True, most=MOST_TEXT) if last else (),
    )
