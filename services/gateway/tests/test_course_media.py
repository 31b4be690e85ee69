"""Pictures, films and files of a course: brought in with and without script, read in ranges, by those who may.

The pages in front of the two services that they need here, both real.
"""

import hashlib
import html
import re
import socket
import struct
import threading
import uuid
import wave
from datetime import UTC, datetime
from io import BytesIO

import httpx
import pytest
import uvicorn
from prometheus_client import CollectorRegistry

import curriculum.app
import directory.app
from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from gateway.app import create_app
from gateway.identity import sign_ins
from gateway.identity.places import PASSWORD, Place
from gateway.web.every_page import Everything
from gateway.web.visit import COOKIE
from servicekit.settings import Settings
from servicekit.testing.unencrypted import NO_AUTHORITIES

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


def new_id():
    return str(uuid.uuid4())


class Visitor:
    """Somebody at a browser, signed in."""

    def __init__(self, url, database, person):
        cookie = sign_ins.begin(database, person, datetime.now(UTC), place=Place(PASSWORD))
        self.client = httpx.Client(verify=NO_AUTHORITIES, base_url=url, timeout=60, cookies={COOKIE: cookie})

    def page(self, path):
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer

    def proof(self, path):
        """What a form on the page carries beside what is typed."""
        found = self.page(path).text
        return {name: re.search(rf'name="{name}" value="([^"]+)"', found)[1] for name in ("csrf", "request_id")}


class Office:
    """The pages, the directory and the curriculum, with a training manager of the state and a specialist of Lake."""

    def __init__(self, launch, database, keys_dir, peers):
        self.visitors = []
        people, courses = launch(directory.app.APP), launch(curriculum.app.APP)
        self.courses = courses.stubs(rights=["courses.write", "catalogue.read"])
        agencies = [
            agency_pb.Agency(name=f"agencies/{slug}", title=slug, short_title=slug, kind=kind, region=region)
            for slug, kind, region in (("dcss", "state", ""), ("lake", "single-county", "Northern"))
        ]
        whole = people.stubs(rights=["reference.import", "people.write", "roles.grant"])
        whole.ImportReference(
            agency_pb.ImportReferenceRequest(
                agencies=agencies,
                units=[agency_pb.WorkUnit(slug="intake", title="Intake")],
                job_classes=[agency_pb.JobClass(slug="analyst", title="Analyst")],
                request_id=new_id(),
            )
        )
        self.manager_name, self.specialist_name = (hire(whole, agency) for agency in ("dcss", "lake"))
        grant = person_pb.RoleGrant(person=self.manager_name, role="training_manager", scope="state")
        whole.GrantRole(person_pb.GrantRoleRequest(grant=grant, request_id=new_id()))
        peers = peers | {"directory": f"127.0.0.1:{people.port}", "curriculum": f"127.0.0.1:{courses.port}"}
        settings = Settings(service="gateway", database_url=database.url, keys_dir=keys_dir, peers=peers, connections=4)
        self.database, self.listener = database, socket.create_server(("127.0.0.1", 0))
        pages = Everything(create_app(settings), registry=CollectorRegistry())
        self.server = uvicorn.Server(uvicorn.Config(pages, log_config=None, access_log=False))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]})
        self.thread.start()

    def visitor(self, person):
        self.visitors.append(Visitor("http://{}:{}".format(*self.listener.getsockname()), self.database, person))
        return self.visitors[-1]

    def close(self):
        for visitor in self.visitors:
            visitor.client.close()
        self.server.should_exit = True
        self.thread.join()
        self.listener.close()


def hire(whole, agency):
    job = person_pb.Job(
        agency=f"agencies/{agency}", local_title="X", job_class="analyst", units=["intake"], start_date="2020-01-01"
    )
    person = person_pb.Person(staff_number=uuid.uuid4().hex[:12], family_name="Mills", given_name="Jo", jobs=[job])
    asked = person_pb.CreatePersonRequest(parent=f"agencies/{agency}", person=person, request_id=new_id())
    return whole.CreatePerson(asked).name


@pytest.fixture
def office(launch, database, keys_dir, peers):
    made = Office(launch, database, keys_dir, peers)
    yield made
    made.close()


@pytest.fixture
def manager(office):
    return office.visitor(office.manager_name)


@pytest.fixture
def course(office):
    """A course with one section, as its author finds it."""
    section = pb.Section(title="Tries", minutes=5, markdown="Look:\n\n[[1]]\n\nAnd then ask.")
    asked = pb.CreateCourseRequest(
        course_id=f"c-{uuid.uuid4()}",
        course=pb.Course(title="A course with a film", sections=[section]),
        request_id=new_id(),
    )
    return office.courses.CreateCourse(asked).name


def send(manager, path, fields, file=None):
    """Fill the form at *path* and press its first button."""
    page = manager.page(path).text
    values = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("csrf", "request_id", "etag")}
    files = {"file": file or ("", b"")}
    return manager.client.post(path, data=values | {"action": "save"} | fields, files=files)


def add(manager, course, kind, fields, file=None):
    return send(manager, f"/{course}/sections/1/pieces/new/{kind}", fields, file)


def draft(office, course):
    return office.courses.GetCourse(pb.GetCourseRequest(name=course))


def said(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def test_a_picture_comes_with_a_form_and_stands_where_the_text_says(office, manager, course):
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


def test_a_form_that_is_refused_keeps_the_file_and_says_what_is_missing(office, manager, course):
    answer = add(manager, course, "picture", {"alternative": "", "caption": ""}, ("form.png", PNG))
    assert answer.status_code == 400
    assert "form.png is here." in said(answer)
    kept = re.search(r'name="media" value="([0-9a-f]{64})"', answer.text)[1]
    answer = add(manager, course, "picture", FILE | {"media": kept, "filename": "form.png"})
    assert answer.status_code == 303
    assert draft(office, course).sections[0].pieces[0].picture.media.width == 640


def test_a_form_that_was_kept_for_its_owner_comes_without_its_file_and_says_so(manager, course):
    path = f"/{course}/sections/1/pieces/new/picture"
    answer = manager.client.post(path, data=manager.proof(path) | {"etag": "1", "action": "save"} | FILE)
    assert answer.status_code == 400
    assert "Choose the file." in said(answer)
    assert "A form with a red box" in said(answer)


def test_a_file_that_is_none_of_ours_is_refused_at_its_field(manager, course):
    answer = add(manager, course, "picture", FILE, ("page.png", b"<html><script>alert(1)</script>"))
    assert answer.status_code == 400
    assert "This is no file that a course can have." in said(answer)


def test_a_form_of_another_sign_in_brings_nothing_in(manager, course):
    answer = manager.client.post(
        f"/{course}/sections/1/pieces/new/picture", data={"csrf": "wrong"}, files={"file": ("form.png", PNG)}
    )
    assert answer.status_code == 403


def test_a_film_comes_in_pieces_goes_on_after_a_break_and_is_read_in_ranges(office, manager, course):
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
    assert draft(office, course).missing == []
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


def test_files_of_a_draft_are_not_for_staff_and_those_of_a_version_are(office, manager, course):
    add(manager, course, "picture", FILE, ("form.png", PNG))
    specialist = office.visitor(office.specialist_name)
    sha256 = hashlib.sha256(PNG).hexdigest()
    assert specialist.client.get(f"/{course}/media/{sha256}").status_code == 404
    etag = draft(office, course).etag
    office.courses.PublishCourse(pb.PublishCourseRequest(name=course, etag=etag, request_id=new_id()))
    address = f"/catalogue/{course.removeprefix('courses/')}/versions/1/media/{sha256}"
    assert specialist.client.get(address).content == PNG
    assert "Decided by the person who issued it." in specialist.page(address.partition("/media/")[0]).text
    specialist.client.cookies.clear()
    assert specialist.client.get(address).status_code == 303


def test_a_text_that_names_a_picture_is_not_saved_without_a_word(manager, course):
    path = f"/{course}/sections/1"
    fields = {"title": "Tries", "minutes": "5", "markdown": "![a picture](https://example.org/a.png)"}
    answer = manager.client.post(path, data=manager.proof(path) | {"action": "save"} | fields)
    assert answer.status_code == 400
    assert "Staff would not see it" in said(answer)
