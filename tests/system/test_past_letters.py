"""The real letters that the product ships, in a Cadre that runs."""

import pytest

from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre_cli import past_letters

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def loaded(cadre):
    """How many letters the import changed, the first time in this Cadre."""
    return past_letters.load(cadre.access, past_letters.read(past_letters.files()))


def search(cadre, query):
    """What a worker finds in all letters."""
    answer = cadre.access.ask(
        cadre.access.notices.SearchNotices,
        notice_pb.SearchNoticesRequest(query=query, page_size=20),
        person=cadre.cast.leads["lake"],
    )
    return {f"{notice.series} {notice.number}": notice for notice in answer.notices}


def test_at_least_twenty_real_letters_are_brought_in_and_a_repeat_changes_nothing(cadre, loaded):
    letters = past_letters.read(past_letters.files())
    assert len(letters) == loaded >= 20
    assert past_letters.load(cadre.access, letters) == 0


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("CSS Letter 16-05", "CSS 16-05"),
        ("CSSP-19-06", "CSSP 19-06"),
        ("CSSIN Letter: 10-06", "CSSIN 10-06"),
        ("ACF-OCSS-DCL-25-01", "DCL 25-01"),
        ("veterans", "PI 02-61"),
    ],
)
def test_a_worker_finds_a_real_letter_with_its_source(cadre, loaded, query, number):
    found = search(cadre, query)
    assert number in found
    assert found[number].source


def test_a_real_letter_asks_nothing_of_anybody(cadre, loaded):
    [letter] = search(cadre, "CSSP 23-02").values()
    assert (letter.state, letter.asks) == (notice_pb.Notice.HISTORIC, notice_pb.NOTHING)
    inbox = cadre.access.ask(
        cadre.access.inbox.ListInbox, inbox_pb.ListInboxRequest(page_size=100), person=cadre.cast.leads["lake"]
    )
    assert letter.name not in {item.notice.name for item in inbox.items}
