"""Pictures, films and questions of a course: brought in with and without script, read in ranges, answered by nobody."""

import hashlib
import html
import re
import struct
import uuid
import wave
from io import BytesIO

import pytest

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre_cli.access import request_id
from cadre_demo import story

from .visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + bytes(100)
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:10.000\nThree tries come first.\n"
FILE = {"alternative": "A form with a red box", "caption": "The new form"}


def sound(seconds=10, rate=8000):
    made = BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        file.writeframes(b"\x80" * rate * seconds)
    return made.getvalue()


@pytest.fixture
def manager(cadre):
    return Visitor(cadre, "training-manager")


@pytest.fixture
def course(cadre, manager):
    """A course with one section, as its author finds it."""
    section = pb.Section(title="Tries", minutes=5, markdown="Look:\n\n[[1]]\n\nAnd then ask.")
    asked = pb.CreateCourseRequest(
        course_id=f"c-{uuid.uuid4()}",
        course=pb.Course(title="A course with a film", sections=[section]),
        request_id=request_id(str(uuid.uuid4())),
    )
    return cadre.access.ask(cadre.access.courses.CreateCourse, asked, person=manager.person).name


def send(manager, path, fields, file=None):
    """Fill the form at *path* and press its first button."""
    page = manager.page(path).text
    values = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("csrf", "request_id", "etag")}
    files = {"file": file or ("", b"")}
    return manager.client.post(path, data=values | {"action": "save"} | fields, files=files)


def add(manager, course, kind, fields, file=None):
    return send(manager, f"/{course}/sections/1/pieces/new/{kind}", fields, file)


def draft(cadre, manager, course):
    asked = pb.GetCourseRequest(name=course)
    return cadre.access.ask(cadre.access.courses.GetCourse, asked, person=manager.person)


def said(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def test_a_picture_comes_with_a_form_and_stands_where_the_text_says(cadre, manager, course):
    answer = add(manager, course, "picture", FILE, ("form.png", PNG))
    assert answer.headers["location"] == f"/{course}/sections/1?done=piece-added", said(answer)
    shown = manager.page(f"/{course}/preview").text
    address = f"/{course}/media/{hashlib.sha256(PNG).hexdigest()}"
    assert re.search(
        rf'Look:</p>.*<img src="{address}" alt="A form with a red box" width="640" height="480">', shown, re.DOTALL
    )
    assert shown.index(address) < shown.index("And then ask.")

    picture = manager.client.get(address)
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
    policy = picture.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.headers["content-disposition"] == "inline"
    again = manager.client.get(address, headers={"if-none-match": picture.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_form_that_is_refused_keeps_the_file_and_says_what_is_missing(cadre, manager, course):
    answer = add(manager, course, "picture", {"alternative": "", "caption": ""}, ("form.png", PNG))
    assert answer.status_code == 400
    assert "form.png is here." in said(answer)
    kept = re.search(r'name="media" value="([0-9a-f]{64})"', answer.text)[1]
    answer = add(manager, course, "picture", FILE | {"media": kept, "filename": "form.png"})
    assert answer.status_code == 303
    assert draft(cadre, manager, course).sections[0].pieces[0].picture.media.width == 640


def test_a_file_that_is_none_of_ours_is_refused_at_its_field(manager, course):
    answer = add(manager, course, "picture", FILE, ("page.png", b"<html><script>alert(1)</script>"))
    assert answer.status_code == 400
    assert "This is no file that a course can have." in said(answer)


def test_a_form_of_another_sign_in_brings_nothing_in(manager, course):
    answer = manager.client.post(
        f"/{course}/sections/1/pieces/new/picture", data={"csrf": "wrong"}, files={"file": ("form.png", PNG)}
    )
    assert answer.status_code == 403


def test_a_film_comes_in_pieces_goes_on_after_a_break_and_is_read_in_ranges(cadre, manager, course):
    content = sound(20, 250_000)
    assert len(content) > 4 * 1024 * 1024
    page = f"/{course}/sections/1/pieces/new/recording"
    proof = manager.proof(page)
    begun = manager.client.post("/courses/uploads", data=proof | {"filename": "call.wav", "size": str(len(content))})
    upload = f"/courses/uploads/{begun.json()['upload']}"
    head = {"x-csrf": proof["csrf"], "content-type": "application/octet-stream"}

    def put(offset, piece, **changed):
        return manager.client.post(upload, params={"offset": offset}, content=piece, headers=head | changed)

    first = content[: 4 * 1024 * 1024]
    assert put(0, first).json() == {"received": len(first)}
    # The answer was lost: the same piece again, and where to go on.
    assert put(0, first).json() == {"received": len(first)}
    assert manager.client.get(upload).json() == {"received": len(first)}
    assert put(len(first) + 1, b"x").json()["received"] == len(first)
    assert put(0, first, **{"x-csrf": "wrong"}).status_code == 403
    assert put(len(first), content[len(first) :]).json() == {"received": len(content)}
    kept = manager.client.post(f"{upload}/finish", data=manager.proof(page)).json()["media"]
    assert kept == hashlib.sha256(content).hexdigest()

    fields = {
        "title": "A call",
        "captions": CAPTIONS.replace("00:10", "00:20"),
        "transcript": "Three tries come first.",
    }
    assert add(manager, course, "recording", fields | {"media": kept}).status_code == 303
    assert draft(cadre, manager, course).missing == []
    address = f"/{course}/media/{kept}"
    middle = manager.client.get(address, headers={"range": "bytes=1000-1999"})
    assert (middle.status_code, middle.content) == (206, content[1000:2000])
    assert middle.headers["content-range"] == f"bytes 1000-1999/{len(content)}"
    last = manager.client.get(address, headers={"range": "bytes=-10"})
    assert last.content == content[-10:]
    beyond = manager.client.get(address, headers={"range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    assert manager.client.get(address).content == content
    only_head = manager.client.head(address)
    assert (only_head.content, only_head.headers["content-length"]) == (b"", str(len(content)))
    captions = manager.client.get(f"/{course}/captions/1/1")
    assert captions.headers["content-type"].startswith("text/vtt")
    assert captions.text.startswith("WEBVTT")


def test_a_file_to_take_along_is_saved_and_never_shown_as_a_page(manager, course):
    assert add(manager, course, "download", {"title": "Checklist"}, ("list.txt", b"Call first.")).status_code == 303
    answer = manager.client.get(f"/{course}/media/{hashlib.sha256(b'Call first.').hexdigest()}")
    assert (answer.content, answer.headers["content-disposition"]) == (b"Call first.", "attachment")
    assert 'download="list.txt">Checklist</a>' in manager.page(f"/{course}/preview").text


def test_files_of_a_draft_are_not_for_staff_and_those_of_a_version_are(cadre, manager, course):
    add(manager, course, "picture", FILE, ("form.png", PNG))
    specialist = Visitor(cadre, "specialist")
    sha256 = hashlib.sha256(PNG).hexdigest()
    assert specialist.client.get(f"/{course}/media/{sha256}").status_code == 404
    etag = draft(cadre, manager, course).etag
    asked = pb.PublishCourseRequest(name=course, etag=etag, request_id=request_id(course, "publish"))
    cadre.access.ask(cadre.access.courses.PublishCourse, asked, person=manager.person)
    address = f"/catalogue/{course.removeprefix('courses/')}/versions/1/media/{sha256}"
    assert specialist.client.get(address).content == PNG
    specialist.client.cookies.clear()
    assert specialist.client.get(address).status_code == 303


def test_a_text_that_names_a_picture_is_not_saved_without_a_word(manager, course):
    path = f"/{course}/sections/1"
    fields = {"title": "Tries", "minutes": "5", "markdown": "![a picture](https://example.org/a.png)"}
    answer = manager.client.post(path, data=manager.proof(path) | {"action": "save"} | fields)
    assert answer.status_code == 400
    assert "Staff would not see it" in said(answer)


def test_a_question_for_oneself_is_answered_on_the_page_and_kept_nowhere(cadre, manager, letter):
    issued = story.issue_letter(cadre.access, cadre.cast, letter, cadre.course_version)
    story.choose_learners(cadre.access, cadre.cast, issued.notice, 1)
    reader = Visitor(cadre, "specialist")
    path = f"/training/{issued.notice.name.removeprefix('notices/')}/course/2"
    fields = reader.proof(path) | {"check": "1"}
    wrong = said(reader.client.post(f"{path}/check", data=fields | {"answer-1": "1"}))
    assert "Not yet. The second letter went to an address that was known to be bad" in wrong
    right = said(reader.client.post(f"{path}/check", data=fields | {"answer-1": "2"}))
    assert "✓ That is right." in right
    assert "0 of 4 done" in right
    assert "That is right" not in reader.text(path)
