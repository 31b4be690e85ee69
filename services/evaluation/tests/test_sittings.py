import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from cadre.evaluation.v1 import events_pb2
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from evaluation.app import APP
from servicekit.rpc.client import Refused

# The right options of the published test, item by item.
RIGHT = [[1], [0, 2], [0]]


def new_id():
    return str(uuid.uuid4())


def submission(sitting, *answers):
    return sitting_pb.SubmitSittingRequest(
        name=sitting.name, answers=[sitting_pb.Answer(options=options) for options in answers], request_id=new_id()
    )


def refused_with(call, request):
    with pytest.raises(Refused) as refused:
        call(request)
    return refused.value.reason, refused.value.metadata


def told(evaluation):
    with evaluation.running.connect() as connection:
        sql = "SELECT subject, payload FROM outbox WHERE subject LIKE 'cadre.evaluation.test.%' ORDER BY seq"
        rows = connection.execute(sql).fetchall()
    events = {"passed": events_pb2.TestPassed, "failed": events_pb2.TestFailed}
    return [(kind, events[kind].FromString(payload)) for subject, payload in rows for kind in [subject.split(".")[3]]]


def keys_in(message):
    """Every part of an answer, however deep, that tells what is right."""
    found = []
    for field, value in message.ListFields():
        if field.name in ("correct", "explanation"):
            found.append((field.name, value))
        elif field.message_type is not None:
            parts = value if field.is_repeated else [value]
            found += [key for part in parts for key in keys_in(part)]
    return found


def test_the_person_starts_with_an_open_sitting(evaluation, published):
    sitting = evaluation.start(published)

    assert sitting.name.startswith("sittings/")
    assert (sitting.state, sitting.test_version) == (sitting_pb.Sitting.OPEN, published.name)
    assert (sitting.items, sitting.pass_mark, sitting.right) == (3, 2, 0)
    assert sitting.HasField("start_time")
    assert not sitting.HasField("submit_time")
    assert evaluation.get(sitting.name) == sitting


def test_an_open_sitting_is_given_back_instead_of_a_second_one(evaluation, published):
    assert evaluation.start(published) == evaluation.start(published)


def test_each_person_and_each_version_has_a_sitting_of_its_own(evaluation, published):
    other = evaluation.publish(evaluation.create("other"))

    sittings = [
        evaluation.start(published),
        evaluation.start(published, by=evaluation.colleague),
        evaluation.start(other),
    ]

    assert len({sitting.name for sitting in sittings}) == 3


def test_sixteen_starts_at_once_open_one_sitting(evaluation, published):
    with ThreadPoolExecutor(16) as pool:
        names = {sitting.name for sitting in pool.map(lambda _: evaluation.start(published), range(16))}

    assert len(names) == 1
    assert evaluation.audit("sittings.duplicates") == 0


def test_a_version_that_is_not_there_cannot_be_taken(evaluation, published):
    request = sitting_pb.StartSittingRequest(test_version="tests/intake/versions/2", request_id=new_id())

    answer = refused_with(evaluation.learner.StartSitting, request)

    assert answer == ("NOT_FOUND", {"resource": "tests/intake/versions/2"})


def test_a_service_takes_no_test(evaluation, published):
    machine = evaluation.running.stubs(rights=["tests.take"])

    answer = refused_with(
        machine.StartSitting, sitting_pb.StartSittingRequest(test_version=published.name, request_id=new_id())
    )

    assert answer == ("PERMISSION_MISSING", {"right": "tests.take", "scope": "SELF"})


def test_all_right_passes_shows_the_key_and_the_world_hears_it(evaluation, published):
    sitting = evaluation.take(published, *RIGHT)

    assert (sitting.state, sitting.right, sitting.items) == (sitting_pb.Sitting.PASSED, 3, 3)
    assert [list(result.correct) for result in sitting.results] == RIGHT
    assert [result.explanation for result in sitting.results] == ["20.", "Not Ben.", "Here."]
    assert all(result.right for result in sitting.results)
    ((kind, event),) = told(evaluation)
    assert kind == "passed"
    assert event == events_pb2.TestPassed(
        sitting_id=sitting.name.removeprefix("sittings/"),
        person_id=evaluation.person_id,
        test_id="intake",
        test_version=1,
        submit_time=sitting.submit_time,
    )


def test_just_the_pass_mark_passes(evaluation, published):
    sitting = evaluation.take(published, RIGHT[0], RIGHT[1], [1])

    assert (sitting.state, sitting.right, sitting.pass_mark) == (sitting_pb.Sitting.PASSED, 2, 2)
    assert [list(result.correct) for result in sitting.results] == RIGHT


def test_too_few_right_fails_and_says_where_to_look_again_but_not_the_key(evaluation, published):
    sitting = evaluation.take(published, RIGHT[0], [0], [])

    assert (sitting.state, sitting.right) == (sitting_pb.Sitting.FAILED, 1)
    assert [result.right for result in sitting.results] == [True, False, False]
    assert [result.section for result in sitting.results] == [1, 2, 3]
    assert [list(result.chosen) for result in sitting.results] == [[1], [0], []]
    assert [keys_in(result) for result in sitting.results] == [[("correct", [1]), ("explanation", "20.")], [], []]
    ((kind, event),) = told(evaluation)
    assert (kind, event.person_id) == ("failed", evaluation.person_id)


def test_what_a_learner_sees_before_passing_holds_no_key(evaluation, published):
    version = evaluation.learner.GetTestVersion(test_pb.GetTestVersionRequest(name=published.name))
    opened = evaluation.start(published)
    failed = evaluation.submit(opened, [], [], [])
    listed = evaluation.learner.ListSittings(sitting_pb.ListSittingsRequest())

    for seen in (published, version, opened, failed, evaluation.get(failed.name), listed):
        assert keys_in(seen) == []
    # That the walk finds keys where there are some:
    assert len(keys_in(evaluation.take(published, *RIGHT))) == 6
    assert len(keys_in(evaluation.manager.GetTest(test_pb.GetTestRequest(name="tests/intake")))) == 7


def test_a_test_is_taken_as_often_as_the_person_likes(evaluation, published):
    taken = [evaluation.take(published, *answers) for answers in ([[], [], []], RIGHT, [[0], [1], [1]])]

    assert [sitting.state for sitting in taken] == [
        sitting_pb.Sitting.FAILED,
        sitting_pb.Sitting.PASSED,
        sitting_pb.Sitting.FAILED,
    ]
    assert len({sitting.name for sitting in taken}) == 3
    assert [kind for kind, _ in told(evaluation)] == ["failed", "passed", "failed"]


def test_a_submitted_sitting_is_not_submitted_again(evaluation, published):
    sitting = evaluation.take(published, *RIGHT)

    answer = refused_with(evaluation.learner.SubmitSitting, submission(sitting, [], [], []))

    assert answer == ("ALREADY_SUBMITTED", {"sitting": sitting.name})
    assert evaluation.get(sitting.name) == sitting
    assert len(told(evaluation)) == 1


def test_the_same_request_twice_gets_the_same_answer_and_scores_once(evaluation, published):
    request = submission(evaluation.start(published), *RIGHT)

    assert evaluation.learner.SubmitSitting(request) == evaluation.learner.SubmitSitting(request)
    assert len(told(evaluation)) == 1


@pytest.mark.timers
def test_of_eight_submissions_at_once_one_is_scored_and_seven_are_told(evaluation, published):
    sitting = evaluation.start(published)

    def submit(_):
        try:
            return evaluation.submit(sitting, *RIGHT).state
        except Refused as refused:
            return refused.reason

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(submit, range(8)))

    assert answers.count(sitting_pb.Sitting.PASSED) == 1
    assert answers.count("ALREADY_SUBMITTED") == 7
    assert len(told(evaluation)) == 1


@pytest.mark.parametrize(
    ("answers", "field", "value"),
    [
        ([[1]], "answers", "1"),
        ([[1], [0], [0], [0]], "answers", "4"),
        ([[3], [], []], "answers[0].options", "3"),
        ([[], [], [-1]], "answers[2].options", "-1"),
        ([[0, 1], [], []], "answers[0].options", "[0, 1]"),
        ([[], [1, 1], []], "answers[1].options", "[1, 1]"),
    ],
)
def test_what_is_no_answer_is_refused_and_the_sitting_stays_open(evaluation, published, answers, field, value):
    sitting = evaluation.start(published)

    with pytest.raises(Refused) as refused:
        evaluation.submit(sitting, *answers)

    assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert list(refused.value.fields) == [field]
    assert refused.value.metadata["value"] == value
    assert evaluation.get(sitting.name) == sitting


def test_nobody_else_reads_or_submits_a_sitting(evaluation, published):
    mine = evaluation.start(published)
    missing = ("NOT_FOUND", {"resource": mine.name})

    read = refused_with(evaluation.colleague.GetSitting, sitting_pb.GetSittingRequest(name=mine.name))
    submitted = refused_with(evaluation.colleague.SubmitSitting, submission(mine, *RIGHT))

    assert read == submitted == missing
    assert not evaluation.colleague.ListSittings(sitting_pb.ListSittingsRequest()).sittings
    assert evaluation.submit(mine, *RIGHT).state == sitting_pb.Sitting.PASSED


def test_not_even_who_may_read_everything_sees_a_score(evaluation, published):
    mine = evaluation.take(published, *RIGHT)
    overseer = evaluation.running.stubs(caller=f"people/{new_id()}", rights=["tests.take"])

    answer = refused_with(overseer.GetSitting, sitting_pb.GetSittingRequest(name=mine.name))

    assert answer == ("NOT_FOUND", {"resource": mine.name})


def test_neither_event_nor_audit_trail_holds_score_or_answers(evaluation, published):
    evaluation.take(published, RIGHT[0], [1], [1])

    with evaluation.running.connect() as connection:
        trail = connection.execute(
            "SELECT before, after FROM audit WHERE method = 'SittingService/SubmitSitting'"
        ).fetchall()
    assert trail == [({"state": "OPEN"}, {"state": "FAILED"})]


def test_sittings_are_listed_newest_first_a_page_at_a_time(evaluation, published):
    other = evaluation.publish(evaluation.create("other"))
    taken = [evaluation.take(version, *RIGHT) for version in (published, other, published, other, published)]

    seen, token = [], ""
    while True:
        answer = evaluation.learner.ListSittings(sitting_pb.ListSittingsRequest(page_size=2, page_token=token))
        assert len(answer.sittings) <= 2
        seen += answer.sittings
        token = answer.next_page_token
        if not token:
            break
    of_one = evaluation.learner.ListSittings(sitting_pb.ListSittingsRequest(test_version=other.name)).sittings

    assert seen == taken[::-1]
    assert list(of_one) == [taken[3], taken[1]]


def test_what_was_chosen_and_right_stays_with_the_sitting_for_item_statistics(evaluation, published):
    evaluation.take(published, RIGHT[0], [2, 0], [])

    with evaluation.running.connect() as connection:
        rows = connection.execute("SELECT chosen, right_items FROM sitting").fetchall()
    assert rows == [([[1], [0, 2], []], [True, True, False])]


# What is submitted is submitted by as many as ask at once, so one statement more locks their sittings.
@pytest.mark.parametrize(("method", "most"), [("StartSitting", 3), ("SubmitSitting", 4)])
def test_a_sitting_costs_few_statements(evaluation, published, statements, method, most):
    evaluation.take(published, *RIGHT)
    opened = evaluation.start(published) if method == "SubmitSitting" else None

    with statements() as sent:
        if opened is None:
            evaluation.start(published)
        else:
            evaluation.submit(opened, *RIGHT)

    assert 0 < len(sent) <= most


def test_a_sitting_that_another_process_opened_is_submitted_all_the_same(evaluation, published, launch):
    submitted, opened = evaluation.take(published, *RIGHT), evaluation.start(published)
    other = launch(APP, database_url=evaluation.running.runtime.settings.database_url)
    learner = other.stubs(caller=f"people/{evaluation.person_id}", rights={"tests.take": ["self"]})
    nowhere = sitting_pb.Sitting(name=f"sittings/{new_id()}")

    again = refused_with(learner.SubmitSitting, submission(submitted, *RIGHT))
    unknown = refused_with(learner.SubmitSitting, submission(nowhere, *RIGHT))

    assert again == ("ALREADY_SUBMITTED", {"sitting": submitted.name})
    assert unknown == ("NOT_FOUND", {"resource": nowhere.name})
    assert learner.SubmitSitting(submission(opened, *RIGHT)).state == sitting_pb.Sitting.PASSED


def test_a_long_list_takes_as_many_statements_as_a_short_one(evaluation, statements):
    versions = [evaluation.publish(evaluation.create(f"test-{n}")) for n in range(5)]
    with statements() as few:
        evaluation.learner.ListSittings(sitting_pb.ListSittingsRequest())
    for version in versions:
        evaluation.take(version, *RIGHT)
    with statements() as many:
        assert len(evaluation.learner.ListSittings(sitting_pb.ListSittingsRequest()).sittings) == 5

    assert len(few) == len(many) == 1
