"""What an agency adds to a letter: who writes it, who reads it, what becomes of it, and who is told."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import psycopg
import pytest

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import supplement_service_pb2 as pb
from notification.messages.rules.said import said
from notification.messages.rules.windows import Hours
from notification.supplements import steps, telling
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar

from .amending import amend
from .conftest import change, new_id

HOURS = Hours(state_calendar(), always=True)
SELF = {"notices.read": ["self"], "learning.do": ["self"], "self.read": ["self"]}
WORDS = "Ask Maria before you file.\n\n- on Mondays\n- on Tuesdays"


def somebody(cadre, person=None, **rights):
    name = f"people/{person or uuid.uuid4()}"
    held = SELF | {right: list(scopes) for right, scopes in rights.items()}
    return SimpleNamespace(name=name, id=name[7:], stub=cadre.running.stubs(caller=name, rights=held))


def coordinator(cadre, agency="lake"):
    scopes = [f"agencies/{agency}"]
    return somebody(cadre, **{"readiness.read_agency": scopes, "notices.confirm_for_agency": scopes})


@pytest.fixture
def maria(cadre):
    return coordinator(cadre)


@pytest.fixture
def worker(cadre):
    """Somebody of Lake, under the letter."""
    return somebody(cadre)


@pytest.fixture
def elsewhere(cadre):
    """Somebody of Yolo, under the letter."""
    return somebody(cadre)


@pytest.fixture
def letter(cadre, worker, elsewhere):
    return cadre.issued(cadre.new_audience(change(worker.id, "lake"), change(elsewhere.id, "yolo")))


def write(who, letter, text=WORDS, *, etag=None, agency="lake"):
    if etag is None:
        etag = etag_of(who, letter, agency)
    request = pb.WriteSupplementRequest(
        parent=f"agencies/{agency}", notice=letter.name, text=text, etag=etag, request_id=new_id()
    )
    return who.stub.WriteSupplement(request)


def withdraw(who, letter, *, etag=None):
    request = pb.WithdrawSupplementRequest(
        parent="agencies/lake",
        notice=letter.name,
        etag=etag_of(who, letter) if etag is None else etag,
        request_id=new_id(),
    )
    return who.stub.WithdrawSupplement(request)


def versions(who, letter, agency="lake", **page):
    request = pb.ListSupplementVersionsRequest(parent=f"agencies/{agency}", notice=letter.name, **page)
    return who.stub.ListSupplementVersions(request)


def etag_of(who, letter, agency="lake"):
    found = versions(who, letter, agency).supplements
    return found[0].etag if found else ""


def read(who, letter):
    request = pb.ListSupplementsRequest(parent=letter.name)
    return list(getattr(who, "stub", who).ListSupplements(request).supplements)


def told(cadre):
    """Have everything told that waits; whom."""
    database = cadre.running.runtime.database
    with database.transaction(actor="services/notification", method="test") as db:
        for key in db.values("SELECT key FROM task WHERE kind = %(kind)s ORDER BY key", kind=telling.TASK):
            steps.tell(db, key, HOURS)
    return sorted(
        str(person)
        for (person,) in cadre.rows(
            "SELECT person_id FROM message JOIN message_to ON message_id = message.id"
            " WHERE kind = 'letter.supplemented'"
        )
    )


def test_an_agency_adds_to_a_letter_for_its_own_staff_and_the_states_text_stays(cadre, maria, worker, letter):
    written = write(maria, letter, f"  {WORDS}\r\n")

    (seen,) = read(worker, letter)
    assert (seen.text, seen.agency, seen.number, seen.version, seen.writer) == (
        *(WORDS, "agencies/lake", 1, 1, maria.name),
    )
    assert seen == written
    assert cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=letter.name)).text_sha256 == letter.text_sha256


def test_other_agencies_read_nothing_of_it_and_the_state_reads_it(cadre, maria, elsewhere, letter):
    write(maria, letter)
    yolo = coordinator(cadre, "yolo")
    write(yolo, letter, "Yolo does it so.", agency="yolo")

    for who in (elsewhere, yolo):
        assert [one.agency for one in read(who, letter)] == ["agencies/yolo"]
    assert cadre.reason_of(lambda: versions(yolo, letter)) == "PERMISSION_MISSING"
    assert read(somebody(cadre), letter) == []
    lead = somebody(cadre, **{"readiness.read_agency": ["agencies/lake/units/intake"]})
    assert [one.agency for one in read(lead, letter)] == ["agencies/lake"]
    for state in (cadre.analyst, somebody(cadre, **{"readiness.read": ["state"]})):
        assert [one.agency for one in read(state, letter)] == ["agencies/lake", "agencies/yolo"]


def test_only_who_confirms_for_the_agency_writes_it(cadre, maria, worker, letter):
    lead = somebody(cadre, **{"readiness.read_agency": ["agencies/lake"]})
    for who in (worker, lead, coordinator(cadre, "yolo")):
        assert cadre.reason_of(lambda: write(who, letter, etag="")) == "PERMISSION_MISSING"  # noqa: B023
        assert cadre.reason_of(lambda: withdraw(who, letter, etag="1")) == "PERMISSION_MISSING"  # noqa: B023
    state = pb.WriteSupplementRequest(parent="agencies/lake", notice=letter.name, text="No", request_id=new_id())
    assert cadre.reason_of(cadre.analyst.WriteSupplement, state) == "PERMISSION_MISSING"


def test_whoever_moves_to_another_agency_reads_what_that_one_added(cadre, maria, worker, letter):
    write(maria, letter)
    write(coordinator(cadre, "yolo"), letter, "Yolo does it so.", agency="yolo")
    cadre.members(
        letter.audience.removeprefix("audiences/"), change(worker.id, "lake", member=False), change(worker.id, "yolo")
    )

    assert [one.agency for one in read(worker, letter)] == ["agencies/yolo"]


def test_each_change_is_a_version_and_none_is_ever_changed(cadre, maria, worker, letter):
    first = write(maria, letter)
    second = write(maria, letter, "Ask Tom.")
    back = withdraw(maria, letter)

    assert (back.number, back.text) == (3, "")
    assert read(worker, letter) == []
    assert list(versions(maria, letter).supplements) == [back, second, first]
    page = versions(maria, letter, page_size=2)
    (last,) = versions(maria, letter, page_size=2, page_token=page.next_page_token).supplements
    assert last == first
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        cadre.rows("UPDATE supplement SET text = 'x' RETURNING 1")
    again = write(maria, letter)
    assert (again.number, [one.text for one in read(worker, letter)]) == (4, [WORDS])


def test_what_holds_already_is_left_alone_and_nothing_is_refused(cadre, maria, letter):
    first = write(maria, letter)
    assert write(maria, letter) == first
    with pytest.raises(Refused) as refused:
        write(maria, letter, " \n ")
    assert list(refused.value.fields) == ["text"]
    assert cadre.reason_of(lambda: write(maria, letter, "x" * 5_001)) == "INVALID_FIELD"
    assert cadre.reason_of(lambda: withdraw(coordinator(cadre), cadre.issued(letter.audience[10:]))) == "NOT_FOUND"


def test_two_who_write_at_once_do_not_overwrite_each_other(cadre, letter):
    people = [coordinator(cadre) for _ in range(4)]

    def try_to(who):
        return cadre.reason_of(lambda: write(who, letter, f"By {who.id}", etag=""))

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(try_to, people))
    assert sorted(outcomes) == ["", "STALE", "STALE", "STALE"]
    assert [one.text for one in read(people[0], letter)] == [f"By {people[outcomes.index('')].id}"]


def test_of_a_draft_and_of_a_withdrawn_letter_nothing_is_added(cadre, maria, worker, letter):
    draft = cadre.draft(letter.audience.removeprefix("audiences/"))
    assert cadre.reason_of(lambda: write(maria, draft)) == "NOT_FOUND"
    assert cadre.reason_of(lambda: read(worker, draft)) == "NOT_FOUND"
    write(maria, letter)
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(name=letter.name, etag=letter.etag, reason="Wrong", request_id=new_id())
    )
    assert cadre.reason_of(lambda: write(maria, letter, "More")) == "NOTICE_WITHDRAWN"
    assert [one.text for one in read(worker, letter)] == [WORDS]


def test_staff_who_do_not_see_the_letter_yet_read_nothing_of_what_was_added(cadre, maria, worker):
    letter = cadre.issued(cadre.new_audience(change(worker.id, "lake")), staff_release_days=5)
    write(maria, letter)

    assert cadre.reason_of(lambda: read(worker, letter)) == "NOT_FOUND"
    assert told(cadre) == []


def test_an_amendment_leaves_it_and_it_says_to_which_version_it_was_added(cadre, maria, worker, letter):
    write(maria, letter)
    amended = amend(cadre, letter, body="# Earning capacity\n\nThe whole letter, said better.")
    assert amended.version == 2

    (seen,) = read(worker, letter)
    assert (seen.text, seen.version) == (WORDS, 1)
    kept = write(maria, letter)
    assert (kept.number, kept.version) == (2, 2)


def test_the_agencys_staff_are_told_once_a_day_that_something_was_added_and_not_what(cadre, maria, worker, letter):
    write(maria, letter)
    assert told(cadre) == [worker.id]
    write(maria, letter, "Ask Tom.")
    assert told(cadre) == [worker.id]

    facts = cadre.rows("SELECT facts FROM message WHERE kind = 'letter.supplemented'")[0][0]
    assert "Maria" not in str(facts)
    says = said("letter.supplemented", letter.name, facts)
    assert says.link == f"/training/{letter.name.removeprefix('notices/')}"


def test_of_what_was_taken_back_meanwhile_nobody_is_told(cadre, maria, letter):
    write(maria, letter)
    withdraw(maria, letter)

    assert told(cadre) == []


def test_no_search_finds_a_letter_by_what_an_agency_added(cadre, maria, worker, letter):
    write(maria, letter, "Ask the Xylophonist.")
    for stub in (worker.stub, maria.stub, cadre.analyst):
        request = notice_pb.SearchNoticesRequest(query="Xylophonist")
        assert not stub.SearchNotices(request).notices
