"""The texts of a letter: whatever is declared of one holds for all of them, the next one included."""

import pytest

from cadre.notification.v1 import notice_service_pb2 as pb
from notification.letters.rules.letter import TEXTS, Letter, check_draft
from servicekit.refusals import InvalidField

# Those that anything can be written in; what an amendment changes, no other letter says.
FREE = sorted(TEXTS.keys() - {"series", "number", "what_changed"})


def found(cadre, query):
    letters = cadre.analyst.SearchNotices(pb.SearchNoticesRequest(query=query)).notices
    return [letter.name for letter in letters]


def word_of(text):
    return f"word{text.replace('_', '')}"


def test_every_text_of_a_letter_is_read_as_it_was_written_and_found_if_it_is_to_be(cadre):
    said = {name: ("\n" if TEXTS[name].several else " ").join((word_of(name), "and more")) for name in FREE}

    letter = cadre.issued(cadre.new_audience(), **said)

    read = cadre.analyst.GetNotice(pb.GetNoticeRequest(name=letter.name))
    assert {name: getattr(read, name) for name in FREE} == said
    (listed,) = cadre.analyst.ListNotices(pb.ListNoticesRequest()).notices
    assert {name: getattr(listed, name) for name in FREE} == said
    assert {name for name in FREE if found(cadre, word_of(name))} == {name for name in FREE if TEXTS[name].finds}


def test_a_letter_with_another_text_has_another_hash(cadre):
    drafts = [cadre.draft(cadre.new_audience(), **{name: "Otherwise."}) for name in FREE]
    hashes = cadre.rows(
        "SELECT DISTINCT after ->> 'text_sha256' FROM audit WHERE method = 'NoticeService/CreateNotice'"
    )

    assert len(hashes) == len(drafts) == len(FREE)


@pytest.mark.parametrize("name", FREE)
def test_a_text_is_as_long_as_it_may_be_and_no_longer(name):
    most = TEXTS[name].most
    check_draft(Letter(**{name: "x" * most}))

    with pytest.raises(InvalidField) as refused:
        check_draft(Letter(**{name: "x" * (most + 1)}))

    assert refused.value.field == f"notice.{name}"
