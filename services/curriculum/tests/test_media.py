"""Files of courses: brought in by pieces, named by drafts and versions, read by those who may see these."""

import hashlib
import io
import struct
import uuid
import wave
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from curriculum.app import APP, _store
from curriculum.courses import uploads
from curriculum.materials.standing import named_files
from servicekit.files.store import PIECE_BYTES
from servicekit.rpc.client import Refused

from .conftest import new_id

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + bytes(100)
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:04.000\nOne.\n\n00:05.000 --> 00:10.000\nTwo.\n"


def sound(seconds=10):
    """A recording of silence."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 8000 * seconds)
    return made.getvalue()


def film(seconds=10):
    """The least that an MP4 is: its kind, and how long it is."""

    def box(name, content):
        return struct.pack(">I", 8 + len(content)) + name + content

    head = struct.pack(">IIIIIIH", 0, 0, 0, 1000, seconds * 1000, 0x10000, 0x100) + bytes(70) + struct.pack(">I", 2)
    return box(b"ftyp", b"isom\0\0\2\0isommp41") + box(b"moov", box(b"mvhd", head)) + box(b"mdat", bytes(1000))


def begin(curriculum, size, filename="file.png", by=None):
    request = media_pb.BeginUploadRequest(filename=filename, most_bytes=size, request_id=new_id())
    return (by or curriculum.manager).BeginUpload(request)


def add(curriculum, upload, offset, content, by=None):
    request = media_pb.AddToUploadRequest(name=upload.name, offset=offset, content=content, request_id=new_id())
    return (by or curriculum.manager).AddToUpload(request)


def finish(curriculum, upload, by=None):
    request = media_pb.FinishUploadRequest(name=upload.name, request_id=new_id())
    return (by or curriculum.manager).FinishUpload(request)


def bring_in(curriculum, content):
    upload = begin(curriculum, len(content))
    for offset in range(0, len(content), PIECE_BYTES):
        add(curriculum, upload, offset, content[offset : offset + PIECE_BYTES])
    return finish(curriculum, upload)


def section(*pieces):
    return pb.Section(title="One", minutes=5, markdown="Look:\n\n[[1]]", pieces=pieces)


def picture(media, **changes):
    return pb.Piece(number=1, picture=pb.Picture(**{"media": media, "alternative": "A form"} | changes))


def recording(media, **changes):
    fields = {"media": media, "title": "A call", "captions": CAPTIONS, "transcript": "One. Two."}
    return pb.Piece(number=1, recording=pb.Recording(**fields | changes))


def read(who, name, offset=0, limit=PIECE_BYTES):
    return who.GetMedia(media_pb.GetMediaRequest(name=name, offset=offset, limit=limit))


def test_a_file_of_several_pieces_comes_whole_and_is_what_its_content_says(curriculum):
    content = PNG + bytes(PIECE_BYTES)
    media = bring_in(curriculum, content)
    assert media == pb.Media(
        sha256=hashlib.sha256(content).hexdigest(),
        media_type="image/png",
        size_bytes=len(content),
        width=640,
        height=480,
    )


def test_a_piece_that_comes_twice_is_added_once_and_an_upload_says_where_to_go_on(curriculum):
    upload = begin(curriculum, 100)
    add(curriculum, upload, 0, PNG[:50])
    assert add(curriculum, upload, 0, PNG[:50]).received_bytes == 50
    with pytest.raises(Refused, match="UPLOAD_OUT_OF_PLACE") as refused:
        add(curriculum, upload, 60, PNG[60:])
    assert refused.value.metadata == {"received": "50"}
    assert curriculum.manager.GetUpload(media_pb.GetUploadRequest(name=upload.name)).received_bytes == 50


def test_an_upload_is_its_owners_only(curriculum):
    other = curriculum.running.stubs(caller=f"people/{uuid.uuid4()}", rights=["courses.write"])
    upload = begin(curriculum, 100)
    for call in (
        lambda: add(curriculum, upload, 0, b"x", by=other),
        lambda: finish(curriculum, upload, by=other),
        lambda: other.GetUpload(media_pb.GetUploadRequest(name=upload.name)),
    ):
        with pytest.raises(Refused, match="NOT_FOUND"):
            call()


def test_the_same_piece_from_two_at_once_is_there_once(curriculum):
    upload = begin(curriculum, len(PNG))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: add(curriculum, upload, 0, PNG), range(2)))
    assert finish(curriculum, upload).size_bytes == len(PNG)


def test_to_finish_twice_gives_the_same_and_so_does_the_same_content_again(curriculum):
    upload = begin(curriculum, len(PNG))
    add(curriculum, upload, 0, PNG)
    assert finish(curriculum, upload) == finish(curriculum, upload) == bring_in(curriculum, PNG)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html><script>alert(1)</script>", "FILE_KIND_UNKNOWN"),
        (b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), "RECORDING_UNREADABLE"),
    ],
)
def test_what_no_course_can_have_is_refused(curriculum, content, reason):
    with pytest.raises(Refused, match=reason):
        bring_in(curriculum, content)


def test_more_than_was_said_or_than_any_file_may_have_is_refused(curriculum):
    with pytest.raises(Refused, match="most_bytes"):
        begin(curriculum, 500 * 1024 * 1024 + 1)
    with pytest.raises(Refused, match="as was said"):
        add(curriculum, begin(curriculum, 10), 0, PNG)


def test_a_store_that_is_full_says_so_before_the_file_comes(launch):
    running = launch(APP, files_gib=0)
    manager = running.stubs(rights=["courses.write"])
    with pytest.raises(Refused, match="STORE_FULL"):
        manager.BeginUpload(media_pb.BeginUploadRequest(filename="a", most_bytes=1, request_id=new_id()))


def test_room_that_others_were_promised_is_not_given_twice(launch):
    running = launch(APP, files_gib=1)
    manager = running.stubs(rights=["courses.write"])

    def begin_one(_):
        request = media_pb.BeginUploadRequest(filename="a", most_bytes=400 * 1024 * 1024, request_id=new_id())
        try:
            return manager.BeginUpload(request).most_bytes
        except Refused as refused:
            return refused.reason

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(begin_one, range(4)))
    assert answers.count("STORE_FULL") == 2


def test_a_version_pins_its_files_and_learners_read_them_from_any_place(curriculum):
    media = bring_in(curriculum, PNG)
    course = curriculum.create(sections=[section(picture(pb.Media(sha256=media.sha256)))])
    # What the store knows is told, whatever the author says of it.
    assert course.sections[0].pieces[0].picture.media == media
    version = curriculum.publish(course)
    part = read(curriculum.learner, f"{version.name}/media/{media.sha256}", 10, 20)
    assert (part.media, part.content) == (media, PNG[10:30])


def test_a_draft_and_what_it_names_are_for_those_who_write_it(curriculum):
    media = bring_in(curriculum, PNG)
    course = curriculum.create(sections=[section(picture(media))])
    name = f"{course.name}/media/{media.sha256}"
    assert read(curriculum.manager, name).content == PNG
    with pytest.raises(Refused, match="NOT_FOUND"):
        read(curriculum.learner, name)


@pytest.mark.parametrize(
    ("offset", "limit", "field"), [(-1, 10, "offset"), (2**63 - 1, 10, "offset"), (0, -1, "limit")]
)
def test_a_part_that_no_file_has_is_refused_by_name(curriculum, offset, limit, field):
    media = bring_in(curriculum, PNG)
    course = curriculum.create(sections=[section(picture(media))])
    with pytest.raises(Refused) as refused:
        read(curriculum.manager, f"{course.name}/media/{media.sha256}", offset, limit)
    assert (refused.value.reason, [*refused.value.fields]) == ("INVALID_FIELD", [field])


def test_a_file_of_another_course_is_not_read_through_this_one(curriculum):
    media = bring_in(curriculum, PNG)
    curriculum.publish(curriculum.create("other", sections=[section(picture(media))]))
    version = curriculum.publish(curriculum.create())
    with pytest.raises(Refused, match="NOT_FOUND"):
        read(curriculum.learner, f"{version.name}/media/{media.sha256}")


def test_a_course_cannot_name_a_file_that_is_not_in_the_store(curriculum):
    with pytest.raises(Refused, match="MEDIA_MISSING"):
        curriculum.create(sections=[section(picture(pb.Media(sha256="0" * 64)))])


def test_a_picture_is_a_picture_and_a_film_is_a_film(curriculum):
    shown, heard = bring_in(curriculum, PNG), bring_in(curriculum, sound())
    with pytest.raises(Refused, match="must be a picture"):
        curriculum.create(sections=[section(picture(heard))])
    with pytest.raises(Refused, match="must be a film"):
        curriculum.create(sections=[section(recording(shown))])


@pytest.mark.parametrize("content", [sound(), film()])
def test_a_film_with_captions_and_transcript_is_published(curriculum, content):
    media = bring_in(curriculum, content)
    assert media.milliseconds == 10_000
    version = curriculum.publish(curriculum.create(sections=[section(recording(media))]))
    assert version.sections[0].pieces[0].recording.captions == CAPTIONS


def test_a_film_is_published_only_with_captions_for_its_length_and_a_transcript(curriculum):
    """D138: the first film of a peer went out without any captions, and nobody was told."""
    media = bring_in(curriculum, film(100))
    pieces = [
        recording(media, transcript=""),
        pb.Piece(number=2, recording=pb.Recording(media=media, title="Silent", transcript="Nothing is said.")),
        pb.Piece(number=3, picture=pb.Picture(media=bring_in(curriculum, PNG))),
        pb.Piece(number=4, check=pb.Check(question="Which?", options=[pb.CheckOption(text="This")])),
    ]
    course = curriculum.create(sections=[section(*pieces)])
    assert list(course.missing) == [
        "section 1: film 1: a transcript",
        "section 1: film 1: captions for 95 % of its length (they cover 10 %)",
        "section 1: film 2: captions",
        "section 1: picture 3: alternative text",
        "section 1: check yourself 4: two answers",
        "section 1: check yourself 4: a right answer",
        "section 1: check yourself 4: an explanation",
    ]
    with pytest.raises(Refused, match="COURSE_INCOMPLETE"):
        curriculum.publish(course)


def test_captions_that_are_no_webvtt_are_refused_at_once(curriculum):
    media = bring_in(curriculum, sound())
    with pytest.raises(Refused, match="must be WebVTT"):
        curriculum.create(sections=[section(recording(media, captions="1\n00:00:01,000 --> 00:00:04,000\nSubRip"))])


def test_files_that_no_course_names_are_removed_after_a_week_and_uploads_after_a_day(curriculum):
    named, unnamed = bring_in(curriculum, PNG), bring_in(curriculum, sound())
    left = begin(curriculum, 100)
    add(curriculum, left, 0, b"half")
    old = curriculum.create(sections=[section(picture(named))])
    curriculum.publish(old)
    runtime = curriculum.running.runtime
    store, now = _store(runtime.settings), runtime.clock()

    uploads.collect(runtime.database, store, now, named_files)
    assert sorted(store.names()) == sorted([named.sha256, unnamed.sha256])

    uploads.collect(runtime.database, store, now + timedelta(days=8), named_files)
    assert list(store.names()) == [named.sha256]
    assert list(store.parts_before(now + timedelta(days=9))) == []
    with pytest.raises(Refused, match="NOT_FOUND"):
        finish(curriculum, left)


def test_the_draft_forgets_a_file_and_the_version_keeps_it(curriculum):
    media = bring_in(curriculum, PNG)
    course = curriculum.create(sections=[section(picture(media))])
    version = curriculum.publish(course)
    course = curriculum.manager.GetCourse(pb.GetCourseRequest(name=course.name))
    course.sections[0].ClearField("pieces")
    curriculum.manager.UpdateCourse(pb.UpdateCourseRequest(course=course, request_id=new_id()))
    runtime = curriculum.running.runtime
    uploads.collect(runtime.database, _store(runtime.settings), runtime.clock() + timedelta(days=8), named_files)
    assert read(curriculum.learner, f"{version.name}/media/{media.sha256}").content == PNG


def test_a_file_that_a_process_left_without_its_row_is_removed(curriculum):
    runtime = curriculum.running.runtime
    store, part = _store(runtime.settings), uuid.uuid4()
    store.add(part, 0, b"left")
    store.keep(part, store.measure(part).sha256)
    uploads.collect(runtime.database, store, runtime.clock() + timedelta(days=2), named_files)
    assert list(store.names()) == list(store.parts_before(runtime.clock() + timedelta(days=3))) == []
