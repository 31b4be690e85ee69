"""What an agency does: it adds something to a letter, says it anew, or takes it back. Each is a version of its own."""

from uuid import UUID

from notification.deliveries import deliveries
from notification.letters.rows import name_of
from notification.supplements import queries, telling
from notification.supplements.queries import Supplement
from notification.supplements.rules import supplement
from servicekit.data.db import Db
from servicekit.refusals import NotFound, Stale

_WRITE = """
INSERT INTO supplement (notice_id, agency_id, number, text, version, written_by, written_at)
VALUES (%(notice)s, %(agency)s, %(number)s, %(text)s, %(version)s, %(by)s, %(at)s)
"""


def write(db: Db, notice_id: UUID, agency_id: str, *, text: str, etag: str, by: UUID) -> Supplement:
    """Add *text* to a letter that is at the agency and in force; its staff hear of it."""
    supplement.check_text(text)
    return _write(db, notice_id, agency_id, text, etag, by)


def withdraw(db: Db, notice_id: UUID, agency_id: str, *, etag: str, by: UUID) -> Supplement:
    """Take back what the agency added."""
    return _write(db, notice_id, agency_id, "", etag, by)


def name(notice_id: UUID, agency_id: str) -> str:
    """Return the resource name."""
    return f"agencies/{agency_id}/{name_of(notice_id)}/supplement"


def etag_of(row: Supplement | None) -> str:
    """Return the etag of what an agency added: none until it did for the first time."""
    return str(row.number) if row else ""


def _write(db: Db, notice_id: UUID, agency_id: str, text: str, etag: str, by: UUID) -> Supplement:
    # One after the other, as long as the row of the letter at the agency is held.
    letter = deliveries.held(db, notice_id, agency_id)
    before = queries.newest(db, notice_id, agency_id)
    if before is None and not text:
        raise NotFound(name(notice_id, agency_id))
    if etag != etag_of(before):
        raise Stale(name(notice_id, agency_id))
    if before is not None and (before.text, before.version) == (text, letter.version):
        return before
    number = before.number + 1 if before else 1
    written = Supplement(notice_id, agency_id, number, text, letter.version, by, db.at)
    db.run(
        _WRITE,
        notice=notice_id,
        agency=agency_id,
        number=number,
        text=text,
        version=letter.version,
        by=by,
        at=db.at,
    )
    db.changed(name(notice_id, agency_id), after={"number": number, "version": letter.version, "withdrawn": not text})
    if text and (before is None or before.text != text):
        telling.tell_later(db, notice_id, agency_id, number)
    return written
