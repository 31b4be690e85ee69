"""What those who write tests can ask before they publish, and what stays of a draft."""

import json
import uuid

import pytest

from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from evaluation.tests.rules import content as rules
from servicekit.rpc.client import Refused

RIGHT = [[1], [0, 2], [0]]


def refused_with(call, request):
    with pytest.raises(Refused) as refused:
        call(request)
    return refused.value.reason, refused.value.metadata


def republish(evaluation, test_id="intake", **fields):
    test = evaluation.manager.GetTest(test_pb.GetTestRequest(name=f"tests/{test_id}"))
    for field, value in fields.items():
        setattr(test, field, value)
    request = test_pb.UpdateTestRequest(test=test, request_id=str(uuid.uuid4()))
    return evaluation.publish(evaluation.manager.UpdateTest(request))


def attempt(test, *answers):
    return test_pb.TryTestRequest(
        name=test.name, etag=test.etag, answers=[sitting_pb.Answer(options=options) for options in answers]
    )


# ---- trying a draft ----


def test_a_draft_is_tried_with_score_key_and_explanations(evaluation):
    test = evaluation.create()

    tried = evaluation.manager.TryTest(attempt(test, [1], [1], []))

    assert (tried.state, tried.right, tried.items, tried.pass_mark) == (sitting_pb.Sitting.FAILED, 1, 3, 2)
    assert [result.right for result in tried.results] == [True, False, False]
    assert [list(result.chosen) for result in tried.results] == [[1], [1], []]
    assert [list(result.correct) for result in tried.results] == RIGHT
    assert [result.explanation for result in tried.results] == ["20.", "Not Ben.", "Here."]
    assert [result.section for result in tried.results] == [1, 2, 3]
    assert evaluation.manager.TryTest(attempt(test, *RIGHT)).state == sitting_pb.Sitting.PASSED


def test_nothing_is_kept_of_trying_a_draft(evaluation):
    test = evaluation.create()

    tried = evaluation.manager.TryTest(attempt(test, *RIGHT))

    assert (tried.name, tried.test_version) == ("", "")
    with evaluation.running.connect() as connection:
        kept = connection.execute(
            "SELECT (SELECT count(*) FROM sitting), (SELECT count(*) FROM outbox), (SELECT count(*) FROM audit)"
        ).fetchone()
    # The one audit row is of the draft that was written.
    assert kept == (0, 0, 1)
    assert evaluation.draft(test.name) == test


def test_answers_to_another_draft_are_refused(evaluation):
    test = evaluation.create()
    evaluation.manager.UpdateTest(test_pb.UpdateTestRequest(test=test, request_id=str(uuid.uuid4())))

    assert refused_with(evaluation.manager.TryTest, attempt(test, *RIGHT)) == ("STALE", {"resource": test.name})


def test_a_draft_that_cannot_be_taken_cannot_be_tried(evaluation):
    test = evaluation.create(pass_mark=0)

    reason, metadata = refused_with(evaluation.manager.TryTest, attempt(test, *RIGHT))

    assert (reason, metadata["rule"]) == ("TEST_UNSOUND", "must have a pass mark from 1 to 3")


@pytest.mark.parametrize(("answers", "field"), [([[1]], "answers"), ([[0, 1], [0], [0]], "answers[0].options")])
def test_what_is_no_answer_is_refused_at_its_field(evaluation, answers, field):
    test = evaluation.create()

    with pytest.raises(Refused) as refused:
        evaluation.manager.TryTest(attempt(test, *answers))

    assert (refused.value.reason, list(refused.value.fields)) == ("INVALID_FIELD", [field])


# ---- what is to be said of a draft ----


def test_a_test_says_what_is_wrong_with_its_draft_in_the_order_of_the_items(evaluation):
    test = evaluation.create(pass_mark=9)
    test.items[0].explanation = " "
    for option in test.items[2].options:
        option.correct = False
    test = evaluation.manager.UpdateTest(test_pb.UpdateTestRequest(test=test, request_id=str(uuid.uuid4())))

    assert [(fault.item, fault.rule, fault.blocking) for fault in test.faults] == [
        (1, "should explain its right answer", False),
        (3, "must have a right option", True),
        (0, "must have a pass mark from 1 to 3", True),
    ]


def test_an_item_that_explains_nothing_can_be_published_all_the_same(evaluation):
    test = evaluation.create()
    test.items[1].explanation = ""
    test = evaluation.manager.UpdateTest(test_pb.UpdateTestRequest(test=test, request_id=str(uuid.uuid4())))

    assert [fault.blocking for fault in test.faults] == [False]
    assert evaluation.publish(test).name == "tests/intake/versions/1"


def test_nothing_is_to_be_said_of_a_sound_test_that_explains_itself():
    options = (rules.Option("yes", correct=True), rules.Option("no"))
    silent = rules.Item("Is it?", rules.Kind.SINGLE, options)
    sound = rules.Item("Is it?", rules.Kind.SINGLE, options, "It is.")

    assert rules.remarks(rules.Test("T", (sound,), 1)) == []
    assert rules.remarks(rules.Test("T", (silent,), 1)) == [
        rules.Fault(1, "should explain its right answer", blocking=False)
    ]


# ---- lists and keys ----


def test_tests_are_listed_by_title_a_page_at_a_time_without_items(evaluation):
    for test_id, title in (("b", "locate"), ("a", "Intake"), ("c", "Intake")):
        evaluation.create(test_id, title=title)
    request = test_pb.ListTestsRequest(page_size=2)

    first = evaluation.manager.ListTests(request)
    request.page_token = first.next_page_token
    second = evaluation.manager.ListTests(request)

    listed = [*first.tests, *second.tests]
    assert [test.name for test in listed] == ["tests/a", "tests/c", "tests/b"]
    assert (len(first.tests), second.next_page_token) == (2, "")
    assert {(len(test.items), test.item_count, test.pass_mark) for test in listed} == {(0, 3, 2)}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("INTAKE", ["Intake 50%"]),
        ("50%", ["Intake 50%"]),
        ("take", []),
        ("o\u2019neal soren", ["O'Neal, Søren"]),
        ("neal", ["O'Neal, Søren"]),
        ("%", ["Intake 50%", "O'Neal, Søren"]),
    ],
)
def test_tests_are_found_by_words_of_their_titles(evaluation, query, found):
    evaluation.create("one", title="Intake 50%")
    evaluation.create("two", title="O'Neal, Søren")

    tests = evaluation.manager.ListTests(test_pb.ListTestsRequest(query=query)).tests

    assert [test.title for test in tests] == found


def test_only_tests_with_a_version_are_listed_where_one_must_be_chosen(evaluation, published):
    evaluation.create("draft")

    tests = evaluation.manager.ListTests(test_pb.ListTestsRequest(only_published=True)).tests

    assert [(test.name, test.latest_version) for test in tests] == [("tests/intake", 1)]


def test_versions_are_listed_newest_first_a_page_at_a_time_without_items(evaluation, published):
    republish(evaluation, title="Second")
    republish(evaluation, title="Third", pass_mark=3)
    request = test_pb.ListTestVersionsRequest(parent="tests/intake", page_size=2)

    first = evaluation.manager.ListTestVersions(request)
    request.page_token = first.next_page_token
    second = evaluation.manager.ListTestVersions(request)

    listed = [*first.test_versions, *second.test_versions]
    assert [(version.name, version.title, version.pass_mark) for version in listed] == [
        ("tests/intake/versions/3", "Third", 3),
        ("tests/intake/versions/2", "Second", 2),
        ("tests/intake/versions/1", "Intake", 2),
    ]
    assert {(len(version.items), version.item_count) for version in listed} == {(0, 3)}
    assert second.next_page_token == ""


def test_lists_cost_one_statement_however_many_there_are(evaluation, published, statements):
    counts = []
    for number in range(3):
        with statements() as sent:
            evaluation.manager.ListTests(test_pb.ListTestsRequest())
            evaluation.manager.ListTestVersions(test_pb.ListTestVersionsRequest(parent="tests/intake"))
        counts.append(len([statement for statement in sent if "FROM test" in statement]))
        evaluation.create(f"more-{number}")
        republish(evaluation, title=f"Edition {number}")

    assert counts == [2, 2, 2]


def test_those_who_write_tests_see_the_key_of_a_version_and_learners_do_not(evaluation, published):
    key = evaluation.manager.GetAnswerKey(test_pb.GetAnswerKeyRequest(name=published.name))

    right = [[n for n, option in enumerate(item.options) if option.correct] for item in key.items]
    assert right == RIGHT
    assert [item.explanation for item in key.items] == ["20.", "Not Ben.", "Here."]
    seen = evaluation.learner.GetTestVersion(test_pb.GetTestVersionRequest(name=published.name))
    assert not any(option.correct for item in seen.items for option in item.options)
    assert not any(item.explanation for item in seen.items)


@pytest.mark.parametrize("method", ["ListTests", "ListTestVersions", "GetAnswerKey", "TryTest"])
def test_what_is_for_those_who_write_tests_is_not_for_those_who_take_them(evaluation, method):
    with pytest.raises(Refused) as refused:
        getattr(evaluation.learner, method)(getattr(test_pb, f"{method}Request")())

    assert refused.value.reason == "PERMISSION_MISSING"
    assert refused.value.metadata == {"right": "tests.write", "scope": "STATE"}


# ---- the trail of a draft ----


def test_the_audit_trail_of_a_draft_holds_no_key(evaluation):
    test = evaluation.create()
    test.items[0].options[0].correct, test.items[0].options[1].correct = True, False
    evaluation.publish(
        evaluation.manager.UpdateTest(test_pb.UpdateTestRequest(test=test, request_id=str(uuid.uuid4())))
    )

    with evaluation.running.connect() as connection:
        rows = connection.execute("SELECT before, after FROM audit ORDER BY at").fetchall()

    assert len(rows) == 3
    said = json.dumps(rows)
    assert "correct" not in said
    assert "Not Ben" not in said
    # That the key changed can be seen, and that what was published is what was saved last.
    created, updated, published_ = (after for _, after in rows)
    assert created["content_sha256"] != updated["content_sha256"] == published_["content_sha256"]
    assert rows[1][0] == created
