"""While a subject is typed, letters and drafts that are like it are shown."""

import pytest

from cadre.notification.v1 import notice_service_pb2 as pb

DRAFT, PUBLISHED, HISTORIC = pb.Notice.DRAFT, pb.Notice.PUBLISHED, pb.Notice.HISTORIC


def similar(cadre, subject, own="", by=None):
    request = pb.FindSimilarNoticesRequest(subject=subject, notice=own)
    return list((by or cadre.analyst).FindSimilarNotices(request).notices)


def subjects(cadre, subject, **asked):
    return [notice.subject for notice in similar(cadre, subject, **asked)]


@pytest.fixture
def audience(cadre):
    return cadre.new_audience(cadre.at(cadre.new_id(), "lake"))


@pytest.fixture
def letters(cadre, audience):
    """One that is out, one draft, one from before, and others that speak of something else."""
    plain = {
        "change": "It changes.",
        "staff_action": "Read it.",
        "body": "",
        "before": "",
        "after": "",
        "references": "",
    }
    cadre.issued(audience, subject="Earning capacity replaces presumed income", **plain)
    cadre.draft(audience, subject="Earning capacity: questions and answers", **plain)
    cadre.issued(audience, subject="Paternity by declaration", **plain)
    cadre.draft(audience, subject="Holiday closures", **plain)
    old = pb.HistoricNotice(series="CSS", number="15-09", date="2015-03-02", subject="Income and earning capacity")
    cadre.importer.ImportNotices(pb.ImportNoticesRequest(notices=[old], request_id=cadre.new_id()))


def test_letters_drafts_and_those_from_before_are_found_with_state_and_number(cadre, letters):
    found = similar(cadre, "Earning capacity")

    assert {(one.subject, one.state) for one in found} == {
        ("Earning capacity replaces presumed income", PUBLISHED),
        ("Earning capacity: questions and answers", DRAFT),
        ("Income and earning capacity", HISTORIC),
    }
    assert ("CSS", "15-09") in {(one.series, one.number) for one in found}
    assert all(one.body == "" for one in found)


def test_the_likest_comes_first_and_what_has_less_than_half_of_the_words_is_not_like_it(cadre, letters):
    assert (
        subjects(cadre, "Presumed income replaces earning capacity")[0] == "Earning capacity replaces presumed income"
    )
    assert subjects(cadre, "Declaration of paternity in hospitals") == ["Paternity by declaration"]
    assert subjects(cadre, "Paternity testing laboratories open") == []


@pytest.mark.parametrize("typed", ["holi", "Holidays", "closure", "HOLIDAY CLOS", "the holiday"])
def test_a_word_is_known_by_its_beginning_and_by_its_stem(cadre, letters, typed):
    assert subjects(cadre, typed) == ["Holiday closures"]


@pytest.mark.parametrize("typed", ["", "  ", "the", "of a", "H", "' | & :*", "x" * 3_000])
def test_what_tells_nothing_is_like_nothing(cadre, letters, typed):
    assert similar(cadre, typed) == []


def test_a_draft_is_not_like_itself(cadre, letters):
    (own,) = similar(cadre, "Holiday closures")

    assert similar(cadre, "Holiday closures", own=own.name) == []


def test_at_most_five_are_shown_and_the_newest_of_equals_first(cadre, audience):
    drafts = [cadre.draft(audience, subject=f"Wage assignment, part {n}") for n in range(7)]

    assert [one.name for one in similar(cadre, "wage assignment")] == [one.name for one in reversed(drafts)][:5]


def test_a_number_in_a_subject_finds_the_letter_that_has_it(cadre, letters):
    assert subjects(cadre, "CSS Letter 15-09") == ["Income and earning capacity"]


def test_who_does_not_write_letters_sees_no_drafts_this_way(cadre, letters):
    ask = pb.FindSimilarNoticesRequest(subject="Holiday closures")

    assert cadre.reason_of(cadre.learner(cadre.new_id()).FindSimilarNotices, ask) == "PERMISSION_MISSING"
    assert cadre.reason_of(cadre.approver.FindSimilarNotices, ask) == "PERMISSION_MISSING"
