"""What people say of a passage: the same words of a letter and of a course, and forms that ask for what is missing."""

import pytest

from cadre.curriculum.v1 import round_service_pb2 as round_pb
from cadre.notification.v1 import review_service_pb2 as review_pb
from gateway.reviews import phrases
from gateway.web import remarks
from gateway.web.forms import Form
from gateway.words import remarks as words

CONTRACTS = [(review_pb.ReviewComment, phrases.KINDS), (round_pb.RoundComment, words.KINDS)]


@pytest.mark.parametrize(("comment", "kinds"), CONTRACTS)
def test_each_value_of_the_contract_has_words_and_no_other_is_offered(comment, kinds):
    assert kinds.keys() == set(comment.Kind.keys()) - {"KIND_UNSPECIFIED"}
    assert words.SEVERITIES.keys() == set(comment.Severity.keys()) - {"SEVERITY_UNSPECIFIED"}
    assert words.ANSWERS.keys() == set(comment.Answer.keys()) - {"ANSWER_UNSPECIFIED"}


@pytest.mark.parametrize(("comment", "kinds"), CONTRACTS)
def test_a_comment_says_its_kind_its_weight_and_its_answer_by_the_names_of_its_own_contract(comment, kinds):
    # The numbers differ: PRIVACY is 7 of a letter and 8 of a course.
    one = comment(kind=comment.PRIVACY, severity=comment.MUST)

    assert (words.kind(one), words.severity(one), words.answer(one)) == ("Private data", "Must be fixed", "")
    one.answer = comment.IN_PART
    assert words.answer(one) == "Accepted in part"
    assert [words.kind(comment(kind=value)) for value in comment.Kind.values()[1:]] == [
        kinds[name] for name in comment.Kind.keys()[1:]
    ]


def test_a_text_says_where_its_parts_begin_and_each_comment_stands_at_its_passage_or_is_said_to_be_elsewhere():
    blocks = [remarks.Block(*one) for one in (("a", "", "Title"), ("b", "Locate", "Look."), ("c", "Locate", "Call."))]
    said = [
        round_pb.RoundComment(name=f"rounds/1/comments/{key}", block=block)
        for key, block in (("x", "c"), ("y", ""), ("z", "c"))
    ]

    found = remarks.passages(blocks, said)
    lines = list(remarks.lines(blocks, said, lambda one: f"not at {one.block or 'any'}"))

    assert [(one.number, one.section, len(one.comments)) for one in found] == [(1, "", 0), (2, "Locate", 0), (3, "", 2)]
    assert [(one.id, one.number, one.passage, one.section, one.text) for one in lines] == [
        ("x", 1, 3, "Locate", "Call."),
        ("y", 2, 0, "not at any", ""),
        ("z", 3, 3, "Locate", "Call."),
    ]
    assert [key for key, _ in remarks.same(lines, "x", lambda _: "Jo")] == ["", "y", "z"]


@pytest.mark.parametrize(
    ("sent", "missing"),
    [
        ({"kind": "CLARITY", "severity": "MUST", "text": "Why?"}, set()),
        ({"kind": "CREDIT", "severity": "MUST", "text": "Why?"}, {"kind"}),
        ({"kind": "CLARITY"}, {"severity", "text"}),
        ({"kind": "POLICY_ERROR", "severity": "MUST", "text": "Why?"}, {"basis"}),
    ],
)
def test_a_comment_needs_its_words_and_what_is_against_a_rule_needs_the_rule(sent, missing):
    form = Form.of(sent)

    remarks.check_comment(form, phrases.KINDS)

    assert form.errors.keys() == missing


@pytest.mark.parametrize(
    ("sent", "said", "missing"),
    [
        ({}, "", {"answer"}),
        ({"answer": "ANSWER_UNSPECIFIED"}, "", {"answer"}),
        ({"answer": "ACCEPTED"}, "ACCEPTED", set()),
        ({"answer": "IN_PART"}, "IN_PART", {"text"}),
        ({"answer": "ANOTHER_TIME", "text": "Next year."}, "ANOTHER_TIME", set()),
        ({"answer": "SAME_AS", "text": "See there."}, "SAME_AS", {"same_as"}),
    ],
)
def test_an_answer_is_accepted_as_it_is_or_says_why_or_which_comment_says_the_same(sent, said, missing):
    form = Form.of(sent)

    assert remarks.check_answer(form) == said
    assert form.errors.keys() == missing
