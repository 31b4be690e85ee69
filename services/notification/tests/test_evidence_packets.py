"""Packets of evidence: what is in them, who may have them, and that nothing half made is ever there."""

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pikepdf
import pytest
from prometheus_client import CollectorRegistry

from cadre.directory.v1 import contact_service_pb2 as contact_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import evidence_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import question_service_pb2 as question_pb
from notification.evidence import keeping
from notification.evidence.making import Maker, PacketWrongError, store_of
from notification.letters.rules.letter import digest
from servicekit.background import tasks
from servicekit.background.runner import InHand
from servicekit.files.packets import check
from servicekit.files.store import Store
from servicekit.refusals import NotFound
from servicekit.rpc.calls import Servicer
from servicekit.rpc.client import Refused
from servicekit.rpc.server import Server
from servicekit.rpc.tokens import Verifier

from .amending import amend, current

MAKES = {"evidence.pack": ["state"], "notices.read": ["self"], "learning.do": ["self"]}


class Killed(BaseException):
    """What a process does that is killed: nothing more."""


class Directory(Servicer):
    """Says what people are called."""

    service: ClassVar = contact_pb.DESCRIPTOR.services_by_name["ContactService"]

    def BatchGetContacts(self, request, call):  # noqa: N802
        contacts = [
            contact_pb.PersonContact(person=person, display_name=f"Name, {person[-4:]}") for person in request.people
        ]
        return contact_pb.BatchGetContactsResponse(contacts=contacts)

    def ListHolders(self, request, call):  # noqa: N802
        return contact_pb.ListHoldersResponse()

    def ListClosedDays(self, request, call):  # noqa: N802
        return contact_pb.ListClosedDaysResponse()


@pytest.fixture
def directory(cadre, keys_dir):
    server = Server([Directory(cadre.running.runtime.database)], Verifier(keys_dir), CollectorRegistry())
    server.start()
    yield f"127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def service_settings(cadre, directory):
    return cadre.running.runtime.settings.model_copy(update={"peers": {"directory": directory}})


@pytest.fixture
def maker(service_settings):
    return Maker(service_settings)


@pytest.fixture
def store(service_settings):
    return store_of(service_settings)


@pytest.fixture
def state(cadre):
    return cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights=MAKES)


@pytest.fixture
def lake(cadre):
    rights = {"evidence.pack": ["agencies/lake"], "notices.confirm_for_agency": ["agencies/lake"]}
    return cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights=rights)


@pytest.fixture
def story(cadre):
    """A letter that was amended, with people who did this and that; and who they are."""
    ana, ben, cora, dan = people = cadre.people(4)
    places = ((ana, "lake"), (ben, "lake"), (cora, "lake"), (cora, "yolo"), (dan, "yolo"))
    audience = cadre.new_audience(*(cadre.at(person, place, on_leave=person == ben) for person, place in places))
    letter = cadre.issued(audience, demonstration=True)
    for person in (ana, cora, dan):
        cadre.confirm(letter, person)
    amended = amend(cadre, letter, staff_action="Try four times to reach the person.")
    cadre.confirm(amended, ana)
    cadre.read(amended, cora)
    cadre.coordinator("lake").ConfirmForAgency(
        agency_pb.ConfirmForAgencyRequest(
            parent="agencies/lake", notice=letter.name, text_sha256=amended.text_sha256, request_id=cadre.new_id()
        )
    )
    for person, text in ((ana, "=Does it hold at Lake?"), (dan, "Does it hold at Yolo?")):
        cadre.learner(person).AskQuestion(
            question_pb.AskQuestionRequest(parent=letter.name, text=text, request_id=cadre.new_id())
        )
    return amended, people


def ask(cadre, stub, letter, agency="", request_id=""):
    request = pb.CreateEvidencePacketRequest(
        parent=letter.name, agency=agency and f"agencies/{agency}", request_id=request_id or cadre.new_id()
    )
    return stub.CreateEvidencePacket(request)


def work(cadre, maker):
    """Do the task that waits, as the process that leads does."""
    database = cadre.running.runtime.database
    with database.read() as db:
        task = tasks.claim(db, keeping.TASK)
    maker.run(InHand(database, task, lambda: True))


def get(stub, packet):
    return stub.GetEvidencePacket(pb.GetEvidencePacketRequest(name=packet.name))


def download(stub, packet, path, piece=50_000):
    with path.open("wb") as file:
        while content := stub.GetEvidencePacketContent(
            pb.GetEvidencePacketContentRequest(name=packet.name, offset=file.tell(), limit=piece)
        ).content:
            file.write(content)
    return path


def made(cadre, maker, stub, letter, path, agency=""):
    packet = ask(cadre, stub, letter, agency)
    work(cadre, maker)
    return download(stub, get(stub, packet), path)


def table(path, name):
    with zipfile.ZipFile(path) as packet:
        return list(csv.DictReader(io.StringIO(packet.read(name).decode("utf-8-sig"))))


def ids(rows, column="person"):
    return {row[column] for row in rows}


def test_the_states_packet_holds_every_version_and_whom_it_reached_and_no_name(cadre, maker, state, story, tmp_path):
    letter, people = story
    path = made(cadre, maker, state, letter, tmp_path / "packet.zip")
    checked = check(path)

    assert checked.problems == []
    figures = {name: value for name, value in checked.figures.items() if value and not name.startswith("messages")}
    assert figures == {
        "versions": 2,
        "staff_on_the_list": 4,
        "staff_ready": 1,
        "staff_on_leave": 1,
        "agencies": 4,
        "agencies_confirmed": 1,
        "opened": 1,
        "confirmed": 4,
        "confirmed_for_agencies": 1,
        "questions": 2,
    }
    with zipfile.ZipFile(path) as packet:
        for row in table(path, "versions.csv"):
            assert digest(packet.read(row["file"]).decode()) == row["text_sha256"]
        assert b"name" not in packet.read("people.csv").partition(b"\n")[0]
        assert b"Name, " not in b"".join(packet.read(name) for name in packet.namelist())
        assert b"DEMONSTRATION" in packet.read("README.txt")
    assert ids(table(path, "people.csv")) == set(people)
    assert len(table(path, "approvals.csv")) >= 3


def test_whom_their_agency_alone_asks_is_marked_and_in_no_figure_of_the_others(cadre, maker, state, story, tmp_path):
    letter, _ = story
    too = cadre.new_id()
    before = check(made(cadre, maker, state, letter, tmp_path / "before.zip")).figures
    cadre.members(letter.audience.removeprefix("audiences/"), cadre.at(too, "lake", "intake", local=True))
    cadre.confirm(letter, too)

    path = made(cadre, maker, state, letter, tmp_path / "packet.zip")
    checked = check(path)
    assert checked.problems == []
    moved = {name: value for name, value in checked.figures.items() if value != before[name]}
    assert {name: value for name, value in moved.items() if not name.startswith("messages")} == {
        "asked_by_their_agency_alone": 1
    }
    for name in ("people.csv", "confirmations.csv"):
        assert ids(row for row in table(path, name) if row["asked_by_agency_alone"] == "yes") == {too}


def test_an_agencys_packet_names_its_own_people_and_knows_no_others(cadre, maker, lake, story, tmp_path):
    letter, (ana, ben, cora, dan) = story
    path = made(cadre, maker, lake, letter, tmp_path / "packet.zip", "lake")

    assert check(path).problems == []
    people = table(path, "people.csv")
    assert {row["person"]: row["name"] for row in people} == {
        person: f"Name, {person[-4:]}" for person in (ana, ben, cora)
    }
    assert ids(table(path, "confirmations.csv")) - {ana, cora} == ids(
        [row for row in table(path, "confirmations.csv") if row["kind"] == "AGENCY"]
    )
    assert ids(table(path, "agencies.csv"), "agency") == {"lake"}
    # A text that begins like a formula is marked as text.
    assert [row["text"] for row in table(path, "questions.csv")] == ["'=Does it hold at Lake?"]
    with zipfile.ZipFile(path) as packet:
        assert "approvals.csv" not in packet.namelist()
        assert dan.encode() not in b"".join(packet.read(name) for name in packet.namelist())


def test_the_summary_is_tagged_for_who_does_not_see_it_and_marked_on_each_page(cadre, maker, state, story, tmp_path):
    path = made(cadre, maker, state, story[0], tmp_path / "packet.zip")
    with zipfile.ZipFile(path) as packet, pikepdf.open(io.BytesIO(packet.read("summary.pdf"))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        assert "pdfuaid" in pdf.Root.Metadata.read_bytes().decode()
        assert len(pdf.pages) >= 1


def test_who_answers_for_an_agency_has_its_names_and_nobody_else(cadre, maker, lake, state, story):
    letter, _ = story
    packet = ask(cadre, lake, letter, "lake")
    yolo = cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights={"evidence.pack": ["agencies/yolo"]})

    for stub in (state, yolo):
        assert cadre.reason_of(ask, cadre, stub, letter, "lake") == "PERMISSION_MISSING"
        assert cadre.reason_of(get, stub, packet) == "NOT_FOUND"
        listed = pb.ListEvidencePacketsRequest(parent=letter.name, agency="agencies/lake")
        assert cadre.reason_of(stub.ListEvidencePackets, listed) == "PERMISSION_MISSING"
        piece = pb.GetEvidencePacketContentRequest(name=packet.name, limit=10)
        assert cadre.reason_of(stub.GetEvidencePacketContent, piece) == "NOT_FOUND"
    assert cadre.reason_of(ask, cadre, lake, letter) == "PERMISSION_MISSING"


def test_of_a_draft_there_is_no_packet(cadre, state, lake):
    draft = cadre.draft(cadre.new_audience(cadre.at(cadre.new_id(), "lake")))

    assert cadre.reason_of(ask, cadre, state, draft) == "NOT_FOUND"
    assert cadre.reason_of(ask, cadre, lake, draft, "lake") == "NOT_FOUND"


def test_who_asks_twice_or_while_one_is_made_gets_that_one(cadre, maker, state, story):
    letter, _ = story
    request_id = cadre.new_id()
    first = ask(cadre, state, letter, request_id=request_id)

    assert ask(cadre, state, letter, request_id=request_id).name == first.name
    assert ask(cadre, state, letter).name == first.name
    work(cadre, maker)
    second = ask(cadre, state, letter)
    assert second.name != first.name
    listed = state.ListEvidencePackets(pb.ListEvidencePacketsRequest(parent=letter.name)).packets
    assert [one.name for one in listed] == [second.name, first.name]


@pytest.mark.parametrize("where", ["check", "add", "ready", "keep"])
def test_killed_anywhere_nothing_half_made_is_there_and_the_next_process_makes_it(
    cadre, maker, state, story, store, tmp_path, monkeypatch, where
):
    letter, _ = story
    packet = ask(cadre, state, letter)

    def die(*_, **__):
        raise Killed

    owner = {"check": "notification.evidence.making.check", "ready": "notification.evidence.keeping.ready"}
    with monkeypatch.context() as patch:
        patch.setattr(owner.get(where, f"servicekit.files.store.Store.{where}"), die)
        # A process that is killed cleans nothing up.
        patch.setattr(Store, "drop", lambda *_: None)
        with pytest.raises(Killed):
            work(cadre, maker)
    assert get(state, packet).state == pb.EvidencePacket.RUNNING
    piece = pb.GetEvidencePacketContentRequest(name=packet.name, limit=10)
    assert cadre.reason_of(state.GetEvidencePacketContent, piece) == "NOT_FOUND"
    work(cadre, maker)

    ready = get(state, packet)

    assert ready.state == pb.EvidencePacket.READY
    checked = check(download(state, packet, tmp_path / "packet.zip"))
    assert (checked.problems, checked.sha256) == ([], ready.sha256)
    keeping.drop_old(cadre.running.runtime.database, store, datetime.now(UTC))
    assert list(store.names()) == [ready.sha256]


def test_a_packet_is_kept_for_thirty_days_and_then_says_that_it_was_dropped(cadre, maker, state, story, store):
    letter, _ = story
    packet = ask(cadre, state, letter)
    work(cadre, maker)
    database, now = cadre.running.runtime.database, datetime.now(UTC)

    keeping.drop_old(database, store, now + timedelta(days=29))
    assert get(state, packet).state == pb.EvidencePacket.READY
    keeping.drop_old(database, store, now + timedelta(days=30, minutes=1))

    dropped = get(state, packet)
    assert (dropped.state, dropped.sha256) == (pb.EvidencePacket.DROPPED, "")
    assert dropped.drop_time.seconds
    assert list(store.names()) == []
    piece = pb.GetEvidencePacketContentRequest(name=packet.name, limit=10)
    assert cadre.reason_of(state.GetEvidencePacketContent, piece) == "NOT_FOUND"


def test_where_there_is_no_room_a_packet_says_so(cadre, service_settings, state, story):
    packet = ask(cadre, state, story[0])
    work(cadre, Maker(service_settings.model_copy(update={"files_gib": 0})))

    found = get(state, packet)

    assert (found.state, found.cause) == (pb.EvidencePacket.FAILED, "STORE_FULL")


def test_what_does_not_add_up_is_not_kept(cadre, maker, state, story, store):
    """The figures that pages show are held against the rows before a packet is let out of hand."""
    letter, _ = story
    packet = ask(cadre, state, letter)
    with cadre.running.connect() as connection:
        connection.execute("ALTER TABLE readiness DISABLE TRIGGER USER")
        connection.execute("UPDATE readiness SET ready = ready + 1 WHERE agency_id = '' AND slot = 0")
        connection.execute("ALTER TABLE readiness ENABLE TRIGGER USER")
    cadre.broken = {"readiness.drift": cadre.audits()["readiness.drift"]}

    with pytest.raises(PacketWrongError, match="staff_ready is 2"):
        work(cadre, maker)

    assert get(state, packet).state == pb.EvidencePacket.RUNNING
    assert list(store.names()) == []


def test_making_one_is_on_record_with_whose_names_it_has(cadre, lake, story):
    packet = ask(cadre, lake, story[0], "lake")

    ((after,),) = cadre.rows("SELECT after FROM audit WHERE resource = %(name)s", name=packet.name)

    assert (after["agency"], after["names"]) == ("lake", True)


def test_a_packet_that_is_gone_is_not_found(cadre, state, story, store):
    with pytest.raises(NotFound):
        store.read("0" * 64, 0, 10)
    name = f"{story[0].name}/packets/{cadre.new_id()}"
    with pytest.raises(Refused) as refused:
        state.GetEvidencePacket(pb.GetEvidencePacketRequest(name=name))
    assert refused.value.reason == "NOT_FOUND"


def test_a_withdrawn_letter_has_a_packet_too(cadre, maker, state, story, tmp_path):
    letter, people = story
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(
            name=letter.name, reason="Replaced", etag=current(cadre, letter).etag, request_id=cadre.new_id()
        )
    )
    cadre.members(letter.audience.removeprefix("audiences/"), cadre.at(people[3], "yolo", member=False))

    checked = check(made(cadre, maker, state, current(cadre, letter), tmp_path / "packet.zip"))

    assert checked.problems == []
    assert checked.about["withdrawn_at"]
