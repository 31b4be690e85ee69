"""Reviews by committees: what became of comments in a sentence, the table with each comment, what is shown of many."""

import csv
import io
from datetime import date

import pytest

from cadre.curriculum.v1 import round_service_pb2 as pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from gateway.committees import to_review
from gateway.committees.shown import People
from gateway.rounds import phrases, reading, shown
from gateway.words import remarks

TODAY = date(2023, 8, 24)
C = pb.RoundComment
KERN = "people/1"


@pytest.fixture
def by():
    """A committee that the visitor sees, with a member for Kern in a seat."""
    member = membership_pb.Membership(person=KERN, organization="kern", seat="valley")
    people = People([member], {KERN: "Jo Mills"}, {"agencies/kern": "Kern"}, {"valley": "Valley agencies"})
    return shown.Around(body_pb.Body(name="bodies/pcdrt", code="PCDRT"), people, "people/9")


def every_comment():
    """One of each kind, weight and answer, on a passage, on the whole, and of a passage that is gone."""
    return [
        C(
            author=KERN,
            seat="valley",
            block=block,
            place=place,
            kind=kind,
            severity=severity,
            answer=answer,
            state=C.OPEN,
            text=f"{block} {kind} {severity} {answer} {place}",
        )
        for block, place in (("", C.PLACE_UNSPECIFIED), ("b1", C.CARRIED), ("b1", C.CHANGED), ("", C.GONE))
        for kind in C.Kind.values()[1:]
        for severity in C.Severity.values()[1:]
        for answer in C.Answer.values()
    ]


def test_d106_the_table_of_a_review_has_every_comment_none_without_its_answer_or_that_there_is_none(by):
    said = every_comment()
    review = pb.Round(blocks=[pb.RoundBlock(id="b1", section="Where to look", text="Look here.", number=1)])

    rows = list(csv.DictReader(io.StringIO(shown.table(review, said, by, TODAY).decode("utf-8-sig"))))

    assert [row["Comment"] for row in rows] == [one.text for one in said]
    assert [int(row["No."]) for row in rows] == list(range(1, len(said) + 1))
    needed = ("Section", "Agency", "Seat", "Kind", "How serious", "Decision")
    assert {column for row in rows for column in needed if not row[column]} == set()
    assert {row["Decision"] for row in rows} == {*remarks.ANSWERS.values(), "No answer yet"}
    assert {row["Section"] for row in rows} == {"Where to look", phrases.WHOLE, "Its passage is gone"}
    assert (rows[0]["Agency"], rows[0]["Seat"]) == ("Kern", "Valley agencies")


def test_what_became_of_the_comments_of_the_review_before_is_one_sentence_and_adds_up():
    review = pb.Round(carried_count=24, changed_count=5, gone_count=2)

    assert phrases.carried(review) == (
        "31 comments of the review before: 24 where they were, 5 passages changed, 2 passages gone."
    )
    assert phrases.carried(pb.Round(comment_count=3)) == ""


def test_what_waits_in_a_review_is_counted_and_what_has_no_answer_only_for_who_answers():
    review = pb.Round(comment_count=31, unanswered_count=3, open_must_count=1, may_answer=True)

    assert phrases.counted(review) == "31 comments, 3 without an answer, 1 that must still be fixed"
    review.may_answer = False
    assert phrases.counted(review) == "31 comments, 1 that must still be fixed"
    assert phrases.counted(pb.Round(comment_count=1)) == "1 comment"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "I read it and have no comments"), (1, "Send my comment"), (4, "Send all 4 comments")],
)
def test_the_button_says_how_many_comments_it_sends(count, said):
    assert phrases.to_send(count) == said


def test_a_comment_is_open_until_its_writer_is_satisfied_or_it_is_ruled_that_it_need_not_be_fixed():
    ways = {
        C.DRAFT: [True],
        C.OPEN: [True],
        C.ANSWERED: [True],
        C.SATISFIED: [False],
        C.TO_RULE: [True],
        C.RULED: [True, False],
    }

    found = {
        state: [phrases.fits(C(state=state, ruled_stands=stands), "open", KERN) for stands in (True, False)[: len(way)]]
        for state, way in ways.items()
    }

    assert found == ways
    assert ways.keys() == {*C.State.values()} - {C.STATE_UNSPECIFIED}


def test_only_what_must_be_fixed_and_is_open_is_shown_as_that_and_mine_is_mine():
    must, settled, other = (
        C(severity=C.MUST, state=C.OPEN, author=KERN),
        C(severity=C.MUST, state=C.SATISFIED),
        C(severity=C.SHOULD, state=C.OPEN),
    )

    assert [phrases.fits(one, "must", KERN) for one in (must, settled, other)] == [True, False, False]
    assert [phrases.fits(one, "mine", KERN) for one in (must, settled, other)] == [True, False, False]
    assert [phrases.fits(one, "", KERN) for one in (must, settled, other)] == [True, True, True]


def test_what_the_author_presses_is_each_answer_but_the_one_that_needs_no_words():
    assert phrases.PRESSES.keys() == remarks.ANSWERS.keys() - {"ACCEPTED"}


@pytest.mark.parametrize("passage", [1, 59, 60, 61, 120, 121, 240])
def test_a_passage_of_a_long_text_is_on_the_page_to_which_its_address_leads(passage):
    address = reading.place(pb.Round(name="rounds/1"), passage)

    page, _, anchor = address.partition("#")
    after = int(page.partition("?after=")[2] or 0)
    assert anchor == f"passage-{passage}"
    assert after < passage <= after + 60
    assert any(first <= passage <= last and now for first, last, now in reading.pages(240, after))


def test_what_waits_in_a_review_is_what_the_visitor_may_do_there_each_with_its_day():
    review = pb.Round(
        name="rounds/1", title="Locate", due_date="2023-09-01", look_until="2023-09-09", body="bodies/pcdrt"
    )
    assert list(to_review.of(review)) == []

    review.may_comment, review.to_look_count, review.to_rule_count = True, 2, 1
    rows = list(to_review.of(review))

    assert [(row.title, row.day) for row in rows] == [
        ("To comment", "2023-09-01"),
        ("Second look", "2023-09-09"),
        ("To rule on", ""),
    ]
    assert rows[1].facts == "2 answers to what you wrote"


def test_who_is_not_seen_by_name_is_said_by_their_agency_and_the_visitor_is_you(by):
    others = shown.Around(None, People([], {}, {}), KERN)

    assert by.who(KERN, "valley") == "Jo Mills, Valley agencies"
    assert others.who(KERN) == "You"
    assert others.who("people/2", "valley") == "Somebody who has no part here now"
