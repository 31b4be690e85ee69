"""A person reads and confirms, for themselves only; their list holds what is theirs."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from servicekit.rpc.client import Refused


@pytest.fixture
def ana(cadre):
    return cadre.new_id()


@pytest.fixture
def audience(cadre, ana):
    return cadre.new_audience(cadre.at(ana, "lake"))


def acknowledgements(cadre):
    return cadre.rows("SELECT kind, text_sha256 FROM acknowledgement ORDER BY at")


def test_who_opens_a_letter_has_read_it_from_the_first_time_on(cadre, audience, ana):
    notice = cadre.issued(audience)

    first = cadre.read(notice, ana)
    again = cadre.read(notice, ana)

    assert first.read_time == again.read_time
    assert not first.ready
    assert first.notice.subject == notice.subject
    assert first.notice.body == ""
    assert acknowledgements(cadre) == [("READ", notice.text_sha256)]
    assert cadre.state(notice) == {"of": 1, "read": 1}


def test_who_confirms_has_read(cadre, audience, ana):
    notice = cadre.issued(audience)

    item = cadre.confirm(notice, ana)
    again = cadre.confirm(notice, ana)

    assert item == again
    assert item.ready
    assert item.read_time == item.confirm_time
    assert acknowledgements(cadre) == [("CONFIRM", notice.text_sha256)]


def test_the_confirmation_names_the_text_that_was_seen(cadre, audience, ana):
    notice = cadre.issued(audience)

    with pytest.raises(Refused) as refused:
        cadre.confirm(notice, ana, text_sha256="0" * 64)

    assert (refused.value.code, refused.value.reason) == ("FAILED_PRECONDITION", "TEXT_CHANGED")
    assert refused.value.metadata == {"notice": notice.name, "issued": notice.text_sha256, "seen": "0" * 64}
    assert acknowledgements(cadre) == []


def test_a_letter_of_others_is_not_theirs(cadre, audience):
    notice, stranger = cadre.issued(audience), cadre.new_id()

    for step in (cadre.read, cadre.confirm):
        with pytest.raises(Refused) as refused:
            step(notice, stranger)
        assert (refused.value.code, refused.value.reason) == ("NOT_FOUND", "NOT_FOUND")
        assert refused.value.metadata == {"resource": notice.name}
    with pytest.raises(Refused) as refused:
        cadre.learner(stranger).GetInboxItem(inbox_pb.GetInboxItemRequest(notice=notice.name))
    assert refused.value.reason == "NOT_FOUND"


def test_who_left_can_confirm_no_more(cadre, audience, ana):
    notice = cadre.issued(audience)
    cadre.members(audience, cadre.at(ana, "lake", member=False))

    with pytest.raises(Refused) as refused:
        cadre.confirm(notice, ana)

    assert refused.value.reason == "NOT_FOUND"


def test_only_a_person_can_read(cadre, audience):
    notice = cadre.issued(audience)
    stub = cadre.running.stubs(caller="services/cli", rights=["learning.do"])

    with pytest.raises(Refused) as refused:
        stub.ReadNotice(inbox_pb.ReadNoticeRequest(notice=notice.name, request_id=cadre.new_id()))

    assert refused.value.reason == "PERMISSION_MISSING"
    assert refused.value.metadata == {"caller": "services/cli"}


def test_a_confirmation_sent_twice_counts_once(cadre, audience, ana):
    notice, request_id = cadre.issued(audience), cadre.new_id()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: cadre.confirm(notice, ana, request_id=request_id), range(4)))

    assert answers == [answers[0]] * 4
    assert len(acknowledgements(cadre)) == 1
    assert cadre.state(notice)["confirmed"] == 1


@pytest.mark.timers
def test_many_at_once_are_all_counted(cadre):
    people = cadre.people(60)
    notice = cadre.issued(cadre.new_audience(*(cadre.at(person, "lake") for person in people)))

    with ThreadPoolExecutor(10) as pool:
        items = list(pool.map(lambda person: cadre.confirm(notice, person), people))

    assert all(item.ready for item in items)
    assert cadre.state(notice) == {"of": 60, "ready": 60, "read": 60, "confirmed": 60}


def test_a_confirmation_costs_five_statements(cadre, audience, ana, statements):
    notice = cadre.issued(audience)

    with statements() as sent:
        cadre.confirm(notice, ana)

    assert len(sent) == 5  # the kit's two, and: lock, look, write


def test_the_list_has_what_is_to_do_first_by_due_date_then_the_newest(cadre, audience, ana):
    effective = cadre.effective.replace(year=cadre.effective.year + 1).isoformat()
    later = cadre.issued(audience, subject="later", effective_date=effective)
    done = cadre.issued(audience, subject="done")
    cadre.issued(audience, subject="nothing to do", asks=notice_pb.NOTHING)
    sooner = cadre.issued(audience, subject="sooner")
    cadre.issued(cadre.new_audience(), subject="not hers")
    cadre.confirm(done, ana)

    assert [item.notice.subject for item in cadre.inbox(ana)] == ["sooner", "later", "nothing to do", "done"]
    assert [item.notice.name for item in cadre.inbox(ana, only_open=True)] == [sooner.name, later.name]

    seen, token = [], ""
    while True:
        page = cadre.learner(ana).ListInbox(inbox_pb.ListInboxRequest(page_size=1, page_token=token))
        seen += [item.notice.subject for item in page.items]
        token = page.next_page_token
        if not token:
            break
    assert seen == ["sooner", "later", "nothing to do", "done"]


def test_a_page_of_the_list_says_how_many_letters_are_open_on_all_of_them(cadre, audience, ana):
    done, *_ = (cadre.issued(audience) for _ in range(4))
    cadre.confirm(done, ana)
    learner, sizes, token = cadre.learner(ana), [], ""
    while not sizes or token:
        page = learner.ListInbox(inbox_pb.ListInboxRequest(page_size=2, page_token=token, only_open=True))
        sizes.append((len(page.items), page.open_count))
        token = page.next_page_token

    assert sizes == [(2, 3), (1, 3)]
    assert learner.ListInbox(inbox_pb.ListInboxRequest(page_size=1)).open_count == 3
    assert cadre.learner(cadre.new_id()).ListInbox(inbox_pb.ListInboxRequest()).open_count == 0


def test_the_list_can_be_of_some_letters_only(cadre, audience, ana):
    wanted, other = cadre.issued(audience), cadre.issued(audience)
    elsewhere = cadre.issued(cadre.new_audience())

    found = cadre.inbox(ana, notices=[wanted.name, elsewhere.name])

    assert [item.notice.name for item in found] == [wanted.name] != [other.name]
    with pytest.raises(Refused) as refused:
        cadre.inbox(ana, notices=[wanted.name] * 1001)
    assert (refused.value.reason, list(refused.value.fields)) == ("INVALID_FIELD", ["notices"])


def test_an_item_has_the_whole_letter_and_a_list_has_not(cadre, audience, ana):
    notice = cadre.issued(audience, asks=notice_pb.TRAIN)

    item = cadre.learner(ana).GetInboxItem(inbox_pb.GetInboxItemRequest(notice=notice.name))
    (listed,) = cadre.inbox(ana)

    assert item.notice == notice
    assert item.due_date == notice.due_date
    assert listed.notice.body == ""
    listed.notice.body = notice.body
    assert listed == item


def test_a_list_costs_one_statement_however_long(cadre, audience, ana, statements):
    for _ in range(3):
        cadre.issued(audience)

    with statements() as sent:
        assert len(cadre.inbox(ana)) == 3

    assert len(sent) == 1


def test_a_page_token_of_another_list_is_refused(cadre, audience, ana):
    cadre.issued(audience)
    cadre.issued(audience)
    token = cadre.learner(ana).ListInbox(inbox_pb.ListInboxRequest(page_size=1)).next_page_token

    with pytest.raises(Refused) as refused:
        cadre.inbox(ana, page_token=token, only_open=True)

    assert refused.value.reason == "INVALID_FIELD"
    assert "page_token" in refused.value.fields
