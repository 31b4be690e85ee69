"""The store of large files, on a real disk: whole or not there, whatever happens on the way."""

import hashlib
import os
import signal
import struct
import subprocess
import sys
import uuid
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from servicekit.files import kinds
from servicekit.files.store import PIECE_BYTES, Store, StoreFull, UploadOutOfPlace
from servicekit.refusals import NotFound
from servicekit.testing.disks import small_disk, use_up

MIB = 1024 * 1024
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "files", 100 * MIB)


def bring_in(store, *pieces):
    part, offset = uuid.uuid4(), 0
    for piece in pieces:
        offset = store.add(part, offset, piece)
    return part


def keep(store, part):
    sha256 = store.measure(part).sha256
    store.keep(part, sha256)
    store.drop(part)
    return sha256


def test_a_file_that_came_in_pieces_is_read_from_any_place_under_the_digest_of_its_content(store):
    first, second = os.urandom(PIECE_BYTES), os.urandom(1000)
    sha256 = keep(store, bring_in(store, first, second))
    assert sha256 == hashlib.sha256(first + second).hexdigest()
    assert store.read(sha256, PIECE_BYTES - 10, 20) == first[-10:] + second[:10]
    assert store.read(sha256, PIECE_BYTES + 1000, 20) == b""
    assert list(store.names()) == [sha256]


def test_what_is_not_kept_yet_is_not_there(store):
    part = bring_in(store, b"not yet")
    with pytest.raises(NotFound):
        store.read(store.measure(part).sha256, 0, 10)
    assert list(store.names()) == []


def test_a_process_that_dies_in_the_middle_of_a_piece_leaves_nothing_of_it(store):
    """The kernel kills it once it has written half of a piece; whoever comes next goes on where the last one ended."""
    first, second = os.urandom(MIB), os.urandom(MIB)
    part = bring_in(store, first)
    dies = f"""
import pathlib, resource, signal, uuid
from servicekit.files.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, ({MIB + MIB // 2}, {MIB + MIB // 2}))
Store(pathlib.Path({str(store.folder)!r}), 0).add(uuid.UUID({str(part)!r}), {MIB}, bytes({MIB}))
"""
    ended = subprocess.run([sys.executable, "-c", dies], check=False)
    assert ended.returncode == -signal.SIGXFSZ
    assert store.measure(part).size_bytes == MIB + MIB // 2

    assert store.add(part, MIB, second) == 2 * MIB
    assert store.read(keep(store, part), 0, 2 * MIB) == first + second


def test_two_uploads_of_the_same_content_are_one_file(store):
    one, other = bring_in(store, b"the same"), bring_in(store, b"the ", b"same")
    assert keep(store, one) == keep(store, other)
    assert len(list(store.names())) == 1


def test_to_keep_again_does_nothing_and_nothing_is_added_to_what_is_kept(store):
    part = bring_in(store, b"kept")
    sha256 = store.measure(part).sha256
    store.keep(part, sha256)
    store.keep(part, sha256)
    with pytest.raises(UploadOutOfPlace):
        store.add(part, 4, b" and more")
    assert store.read(sha256, 0, 100) == b"kept"


def test_a_piece_that_would_leave_a_gap_is_refused(store):
    part = bring_in(store, b"four")
    with pytest.raises(UploadOutOfPlace) as refused:
        store.add(part, 5, b"gap")
    assert refused.value.metadata == {"received": "4"}


def test_a_full_disk_refuses_the_piece_and_keeps_what_came_before(tmp_path):
    with small_disk(tmp_path) as disk:
        store, part = Store(disk / "files", 100 * MIB), uuid.uuid4()
        store.add(part, 0, b"before")
        ballast = use_up(disk)
        with pytest.raises(StoreFull):
            store.add(part, 6, bytes(PIECE_BYTES))
        assert store.measure(part).size_bytes == 6
        ballast.unlink()
        assert store.add(part, 6, bytes(PIECE_BYTES)) == 6 + PIECE_BYTES


def test_more_than_the_store_may_hold_is_refused_before_it_comes(store):
    store.require_room(60 * MIB, held_bytes=40 * MIB)
    with pytest.raises(StoreFull) as refused:
        store.require_room(60 * MIB + 1, held_bytes=40 * MIB)
    assert refused.value.metadata == {"free": str(60 * MIB)}


def test_parts_that_nobody_goes_on_with_are_found_by_their_age(store):
    part = bring_in(store, b"left")
    assert list(store.parts_before(datetime.now(UTC) - timedelta(hours=1))) == []
    assert list(store.parts_before(LATER)) == [part]
    store.drop(part)
    assert list(store.parts_before(LATER)) == []


def test_a_name_that_is_no_digest_leads_nowhere(store):
    for name in ("../../etc/passwd", "", "0" * 63, "A" * 64):
        with pytest.raises(NotFound):
            store.read(name, 0, 10)


def box(name, content):
    return struct.pack(">I", 8 + len(content)) + name + content


def zipped(*names):
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40), "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(40), "image/jpeg"),
        (box(b"ftyp", b"isom\0\0\2\0isommp41"), "video/mp4"),
        (box(b"ftyp", b"M4A \0\0\2\0isommp42"), "audio/mp4"),
        (b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), "audio/wav"),
        (b"ID3\3\0\0\0\0\0\0\xff\xfb\x90\0" + bytes(400), "audio/mpeg"),
        (b"%PDF-1.7\n", "application/pdf"),
        (
            zipped("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("staff;día\n1;2\n".encode(), "text/plain"),
        # What would run, or looks like something else than it is, is of no kind.
        (b"<html><script>alert(1)</script>", ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ""),
        (b"MZ" + bytes(400), ""),
        (box(b"ftyp", b"qt  \0\0\2\0qt  "), ""),
        (zipped("a.txt"), ""),
        (b"", ""),
    ],
)
def test_the_kind_of_a_file_is_told_by_its_content(head, known):
    assert kinds.media_type(head) == known


def test_a_picture_says_how_large_it_is():
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + bytes(20)
    jpeg = b"\xff\xd8\xff\xe0\0\x04\0\0\xff\xc0\0\x11\x08" + struct.pack(">HH", 480, 640) + bytes(20)
    assert kinds.size(png) == kinds.size(jpeg) == kinds.Size(640, 480)
    assert kinds.size(b"\xff\xd8\xff\xe0\0\0\0\0\xff") == kinds.Size()
