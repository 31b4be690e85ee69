"""Bringing files of courses in, and removing those that no course names. One function is one transaction."""

import os
import uuid
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.dialects.postgresql import insert

from curriculum.courses import lengths
from curriculum.courses.queries import find_media
from curriculum.courses.rules.courses import Course, Section
from curriculum.courses.rules.pieces import MOST_BYTES, Check, Media, Piece, check_media
from curriculum.courses.tables import MediaRow, UploadRow
from servicekit.data.db import Database, Db
from servicekit.files import kinds
from servicekit.files.store import PIECE_BYTES, Store, UploadOutOfPlace
from servicekit.refusals import InvalidField, NotFound, Refusal

# Until then whoever was interrupted may go on.
UNFINISHED_FOR = timedelta(days=1)
# Until then an author may have it in a form that is not sent yet.
UNNAMED_FOR = timedelta(days=7)
_LONGEST_NAME = 200

_HELD = """
SELECT (SELECT coalesce(sum(size_bytes), 0) FROM media)
  + (SELECT coalesce(sum(most_bytes), 0) FROM upload WHERE sha256 = '') AS held
"""
# What a draft or a version names. Both are few, and read whole once a day.
_NAMED = """
SELECT DISTINCT jsonb_path_query(sections, '$[*].pieces[*].media.sha256') #>> '{}' FROM (
  SELECT sections FROM course UNION ALL SELECT sections FROM course_version
) AS written
"""


class FileKindUnknown(Refusal):
    """The file is of no kind that courses can have."""


class RecordingUnreadable(Refusal):
    """How long the film or recording is cannot be told, so nobody could say whether its captions reach its end."""


class MediaMissing(Refusal):
    """A section names a file that is not, or no longer, in the store: it is to be brought in again."""


class _Kept(NamedTuple):
    sha256: str
    media_type: str
    size_bytes: int
    milliseconds: int
    width: int
    height: int


def begin(db: Db, store: Store, *, owner: str, filename: str, most_bytes: int) -> UploadRow:
    """Keep room for a file of at most *most_bytes*."""
    if not 0 < most_bytes <= MOST_BYTES:
        raise InvalidField("most_bytes", most_bytes, f"must be from 1 to {MOST_BYTES}")
    # One at a time, so that two do not get the same last room.
    db.run("LOCK TABLE upload IN SHARE ROW EXCLUSIVE MODE")
    store.require_room(most_bytes, held_bytes=int(db.value(_HELD)))
    row = UploadRow(
        id=uuid.uuid4(),
        owner=owner,
        filename=filename[-_LONGEST_NAME:],
        most_bytes=most_bytes,
        received_bytes=0,
        sha256="",
        changed_at=db.at,
    )
    db.add(row)
    db.changed(_name(row.id), after={"most_bytes": most_bytes})
    return row


def add(db: Db, store: Store, *, upload: uuid.UUID, owner: str, offset: int, content: bytes) -> UploadRow:
    """Add a piece; one that came before is not added again."""
    if not 0 < len(content) <= PIECE_BYTES:
        raise InvalidField("content", len(content), f"must have from 1 to {PIECE_BYTES} bytes")
    row = _locked(db, upload, owner)
    db.changed(_name(upload))
    if row.sha256 or offset + len(content) <= row.received_bytes:
        return row
    if offset != row.received_bytes:
        raise UploadOutOfPlace("The piece does not follow what has come.", received=row.received_bytes)
    if offset + len(content) > row.most_bytes:
        raise InvalidField("content", offset + len(content), f"must end within {row.most_bytes} bytes, as was said")
    row.received_bytes = store.add(upload, offset, content)
    row.changed_at = db.at
    db.add(row)
    db.changed(_name(upload), after={"received_bytes": row.received_bytes})
    return row


def look(store: Store, row: UploadRow) -> Media | None:
    """Measure what came of an upload: what it is, by its content. None if it was kept before.

    Takes as long as reading it does. Raises `FileKindUnknown`, `RecordingUnreadable`, `NotFound`.
    """
    if row.sha256:
        return None
    with store.open_part(row.id) as file:
        head = os.pread(file, kinds.HEAD_BYTES, 0)
        media_type = kinds.media_type(head)
        if not media_type:
            raise FileKindUnknown("The file is of no kind that courses can have.")
        heard = media_type.startswith(("video/", "audio/"))
        milliseconds = lengths.milliseconds(file, media_type) if heard else 0
    if heard and not milliseconds:
        raise RecordingUnreadable("How long the recording is cannot be told.")
    whole, pixels = store.measure(row.id), kinds.size(head)
    return Media(whole.sha256, media_type, whole.size_bytes, milliseconds, pixels.width, pixels.height)


def finish(db: Db, store: Store, *, upload: uuid.UUID, owner: str, looked: Media | None) -> Media:
    """Keep what came, as it was *looked* at; what was kept before is the answer again."""
    row = _locked(db, upload, owner)
    if row.sha256 or looked is None:
        db.changed(_name(upload))
        return find_media(db, row.sha256)
    if looked.size_bytes != row.received_bytes:
        raise UploadOutOfPlace("More came while it was measured.", received=row.received_bytes)
    # Before the file has its name: whoever removes what no course names waits for us, or we for them. What is brought
    # in again is wanted again.
    columns = {**asdict(looked), "kept_at": db.at}
    again = insert(MediaRow).values(columns).on_conflict_do_update(index_elements=["sha256"], set_={"kept_at": db.at})
    db.execute(again)
    store.keep(upload, looked.sha256)
    row.sha256, row.changed_at = looked.sha256, db.at
    db.add(row)
    db.changed(f"media/{looked.sha256}", after={"media_type": looked.media_type, "size_bytes": looked.size_bytes})
    return looked


def with_media(db: Db, course: Course) -> Course:
    """Return *course* with what the store knows of the files that it names; they stay for as long as it names them.

    Raises `MediaMissing`, `InvalidField`.
    """
    digests = [p.media.sha256 for section in course.sections for p in section.pieces if not isinstance(p, Check)]
    if not digests:
        return course
    known = known_media(db, digests)

    def told(piece: Piece, field: str) -> Piece:
        if isinstance(piece, Check):
            return piece
        media = known.get(piece.media.sha256)
        if media is None:
            raise MediaMissing("A file is not in the store.", field=field, sha256=piece.media.sha256)
        check_media(piece, media, field=field)
        return replace(piece, media=media)

    def whole(section: Section, field: str) -> Section:
        return replace(section, pieces=tuple(told(piece, f"{field}[{piece.number}]") for piece in section.pieces))

    sections = (whole(section, f"course.sections[{n}].pieces") for n, section in enumerate(course.sections))
    return replace(course, sections=tuple(sections))


def known_media(db: Db, digests: Collection[str]) -> dict[str, Media]:
    """Return those of these files that are in the store, by digest.

    Locked until whatever names them is written: nobody removes them meanwhile.
    """
    statement = """
    SELECT sha256, media_type, size_bytes, milliseconds, width, height FROM media
    WHERE sha256 = ANY(%(digests)s) ORDER BY sha256 FOR SHARE
    """
    return {kept.sha256: Media(*kept) for kept in db.all(_Kept, statement, digests=list(digests))}


def collect(database: Database, store: Store, at: datetime, beside: Callable[[Db], Collection[str]]) -> None:
    """Remove uploads that were never finished, and files that no course names; *beside* are those beside their texts.

    Nobody keeps a file or writes a course that names one while this looks: the table is held, for as long as it takes.
    """
    with database.transaction(actor="jobs/collect-media", method="jobs/collect-media", resource="media/-", at=at) as db:
        db.run("LOCK TABLE upload, media IN EXCLUSIVE MODE")
        parts = db.values("DELETE FROM upload WHERE changed_at < %(at)s RETURNING id", at=at - UNFINISHED_FOR)
        named = {*db.values(_NAMED), *beside(db)}
        old = db.values("SELECT sha256 FROM media WHERE kept_at < %(at)s", at=at - UNNAMED_FOR)
        unnamed = [sha256 for sha256 in old if sha256 not in named]
        db.run("DELETE FROM media WHERE sha256 = ANY(%(unnamed)s)", unnamed=unnamed)
        kept = set(db.values("SELECT sha256 FROM media"))
        # Also what a process left that ended between its file and its row.
        stray = [sha256 for sha256 in store.names() if sha256 not in kept]
        going = set(db.values("SELECT id FROM upload"))
        lost = [part for part in store.parts_before(at - UNFINISHED_FOR) if part not in going]
        for sha256 in stray:
            store.remove(sha256)
        for part in {*parts, *lost}:
            store.drop(part)
        db.changed("media/-", after={"uploads": len(parts), "media": len(unnamed)})


def _locked(db: Db, upload: uuid.UUID, owner: str) -> UploadRow:
    row = db.get(UploadRow, upload, with_for_update=True)
    if row is None or row.owner != owner:
        raise NotFound(_name(upload))
    return row


def _name(upload: uuid.UUID) -> str:
    return f"uploads/{upload}"
