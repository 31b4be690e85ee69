"""Files of a letter: part of its text, so they change while it is a draft. A content is kept once for all letters."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID, uuid4

from notification.attachments.rules import files
from notification.attachments.rules.files import Content, FileAttachedAlready, FileKind, Label
from notification.deliveries.visibility import VISIBLE, values
from notification.letters.rows import load_draft, name_of, wrote
from notification.letters.rules.reading import Reader
from notification.letters.rules.search import CUT
from notification.letters.tables import Notice, NoticeRow
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_COLUMNS = """
  a.id, {notice} AS notice_id, a.kind, a.title, a.filename, a.media_type, a.size_bytes, a.sha256, a.pages,
  a.scan_note, a.place
"""
# Files of a letter that was amended are those of the amendment, under the letter's name.
_OF_NOTICE = f"""
SELECT {_COLUMNS.format(notice="%(notice)s::uuid")}
FROM attachment AS a WHERE a.notice_id = %(files_of)s ORDER BY a.place
"""  # noqa: S608 - made of constants
_COPY = """
INSERT INTO attachment (
  id, notice_id, place, kind, title, filename, media_type, size_bytes, sha256, pages, scan_note
)
SELECT gen_random_uuid(), %(draft)s, place, kind, title, filename, media_type, size_bytes, sha256, pages, scan_note
FROM attachment WHERE notice_id = %(files_of)s
"""
# Whoever adds or drops a content waits for whoever does so at the same moment.
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended('file/' || %(sha256)s, 0))"
_KEEP = "INSERT INTO file (sha256, content) VALUES (%(sha256)s, %(content)b) ON CONFLICT DO NOTHING"
_KEEP_WORDS = """
INSERT INTO file_words (sha256, words, cut) VALUES (%(sha256)s, %(words)s, %(cut)s)
ON CONFLICT (sha256) DO UPDATE SET words = excluded.words, cut = excluded.cut
"""
_WITHOUT_WORDS = """
SELECT f.sha256, f.content FROM file AS f LEFT JOIN file_words AS w ON w.sha256 = f.sha256 AND w.cut >= %(cut)s
WHERE w.sha256 IS NULL LIMIT 1
"""
_HELD = "SELECT FROM file WHERE sha256 = %(sha256)s FOR KEY SHARE"
_ADD = """
INSERT INTO attachment (
  id, notice_id, place, kind, title, filename, media_type, size_bytes, sha256, pages, scan_note
)
VALUES (
  %(id)s, %(notice)s, %(place)s, %(kind)s, %(title)s, %(filename)s, %(media_type)s, %(size)s, %(sha256)s, %(pages)s,
  %(scan_note)s
)
"""
_REMOVE = "DELETE FROM attachment WHERE id = %(id)s"
_REMOVE_ALL = "DELETE FROM attachment WHERE notice_id = %(notice)s"
# What no letter has any more is not kept either: it may have been what should not have been sent.
_DROP = """
DELETE FROM file WHERE sha256 = ANY(%(contents)s)
  AND NOT EXISTS (SELECT FROM attachment WHERE attachment.sha256 = file.sha256)
"""
_ONE = f"""
SELECT {_COLUMNS.format(notice="n.id")}, f.content FROM attachment AS a
JOIN notice AS own ON own.id = a.notice_id
JOIN notice AS n ON n.id = CASE WHEN own.state = 'MERGED' THEN own.amends ELSE own.id END
JOIN file AS f ON f.sha256 = a.sha256
WHERE a.id = %(id)s AND n.id = %(notice)s AND {VISIBLE}
"""  # noqa: S608 - made of constants


class Attachment(NamedTuple):
    """A file of a letter, without its content."""

    id: UUID
    notice_id: UUID
    kind: str
    title: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    pages: int
    scan_note: str
    place: int


class FileRow(NamedTuple):
    """A file of a letter with its content."""

    attachment: Attachment
    content: bytes


class _Content(NamedTuple):
    sha256: str
    content: bytes


@dataclass(frozen=True)
class Upload:
    """A file as it came, what it was found to be, and why a warning was overruled."""

    said: Label
    found: Content
    content: bytes
    scan_note: str


def upload(said: Label, content: bytes, found: Content, checked_reason: str) -> Upload:
    """Return a file that may be kept: of a kind that is taken, passive, and scanned, or looked at by a person."""
    files.check_passive(found)
    files.check_kind(said, found)
    return Upload(said, found, content, files.scan_note(said, found, checked_reason))


def of_notice(db: Db, notice: Notice) -> list[Attachment]:
    """Return the files of a letter as it is now, without their content."""
    return of_version(db, notice.id, notice.files_of)


def of_version(db: Db, notice_id: UUID, files_of: UUID | None) -> list[Attachment]:
    """Return the files of a version of a letter: its own, or those of the amendment that became it."""
    return db.all(Attachment, _OF_NOTICE, notice=notice_id, files_of=files_of or notice_id)


def said_of(db: Db, notice: Notice) -> list[dict[str, object]]:
    """Return what is known of the files of a letter, for the rules."""
    return [one._asdict() for one in of_notice(db, notice)]


def copy(db: Db, notice: Notice, draft_id: UUID) -> None:
    """Give an amendment that is begun the files of its letter."""
    db.run(_COPY, draft=draft_id, files_of=notice.files_of or notice.id)


def add(db: Db, *, notice_id: UUID, uploaded: Upload, etag: str, writer: UUID) -> NoticeRow:
    """Attach a file to a draft."""
    notice = load_draft(db, notice_id, etag)
    there = of_notice(db, notice)
    sha256 = hashlib.sha256(uploaded.content).hexdigest()
    _check_room(there, uploaded, sha256)
    db.run(_HOLD, sha256=sha256)
    db.run(_KEEP, sha256=sha256, content=uploaded.content)
    db.run(_KEEP_WORDS, sha256=sha256, words=" ".join(uploaded.found.words), cut=CUT)
    attachment_id = uuid4()
    db.run(
        _ADD,
        id=attachment_id,
        notice=notice_id,
        place=max((one.place for one in there), default=0) + 1,
        kind=uploaded.said.kind.value,
        title=uploaded.said.title,
        filename=uploaded.said.filename,
        media_type=uploaded.found.media_type,
        size=len(uploaded.content),
        sha256=sha256,
        pages=uploaded.found.pages,
        scan_note=uploaded.scan_note,
    )
    wrote(notice, writer)
    db.changed(name_of(notice_id), after={"attached": str(attachment_id), "sha256": sha256}, reason=uploaded.scan_note)
    return notice


def remove(db: Db, *, notice_id: UUID, attachment_id: UUID, etag: str, writer: UUID) -> NoticeRow:
    """Take a file off a draft. Its content goes too, unless another letter has it."""
    notice = load_draft(db, notice_id, etag)
    gone = next((one for one in of_notice(db, notice) if one.id == attachment_id), None)
    if gone is None:
        raise NotFound(attachment_name(notice_id, attachment_id))
    db.run(_HOLD, sha256=gone.sha256)
    db.run(_REMOVE, id=attachment_id)
    db.run(_DROP, contents=[gone.sha256])
    wrote(notice, writer)
    db.changed(name_of(notice_id), before={"attached": str(attachment_id), "sha256": gone.sha256})
    return notice


def remove_all(db: Db, notice: Notice) -> int:
    """Take all files off a draft that goes, with the contents that no other letter has; return how many files."""
    gone = sorted({one.sha256 for one in of_notice(db, notice)})
    for sha256 in gone:
        db.run(_HOLD, sha256=sha256)
    removed = db.run(_REMOVE_ALL, notice=notice.id)
    db.run(_DROP, contents=gone)
    return removed


def with_content(db: Db, notice_id: UUID, attachment_id: UUID, reader: Reader) -> FileRow:
    """Return a file with its content; there is none for those who do not see the letter."""
    file = db.maybe(FileRow, _ONE, notice=notice_id, id=attachment_id, **values(reader))
    if file is None:
        raise NotFound(attachment_name(notice_id, attachment_id))
    return file


def without_words(db: Db) -> _Content | None:
    """Return a content, with its hash, whose words an earlier release did not keep, or kept otherwise."""
    return db.maybe(_Content, _WITHOUT_WORDS, cut=CUT)


def keep_words(db: Db, sha256: str, words: Sequence[str]) -> None:
    """Keep what a content is found by, if it is still there."""
    if db.run(_HELD, sha256=sha256):
        db.run(_KEEP_WORDS, sha256=sha256, words=" ".join(words), cut=CUT)


def attachment_name(notice_id: UUID, attachment_id: UUID) -> str:
    """Return the resource name."""
    return f"{name_of(notice_id)}/attachments/{attachment_id}"


def _check_room(there: list[Attachment], uploaded: Upload, sha256: str) -> None:
    files.check_room(len(there), sum(one.size_bytes for one in there) + len(uploaded.content))
    if any(one.sha256 == sha256 for one in there):
        raise FileAttachedAlready(uploaded.said.filename, "must not be attached already")
    if uploaded.said.kind is FileKind.LETTER and any(one.kind == FileKind.LETTER for one in there):
        raise FileAttachedAlready(uploaded.said.filename, "must be the one signed letter: remove the other one first")
