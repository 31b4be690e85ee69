import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from cadre.evaluation.v1 import test_service_pb2 as pb
from servicekit.rpc.client import Refused


def new_id():
    return str(uuid.uuid4())


def refused_with(call, request):
    with pytest.raises(Refused) as refused:
        call(request)
    return refused.value.reason, refused.value.metadata


def changed(test, **fields):
    return pb.UpdateTestRequest(test=pb.Test(name=test.name, etag=test.etag, **fields), request_id=new_id())


def test_a_test_is_read_as_it_was_written_with_its_key(evaluation):
    created = evaluation.create()

    read = evaluation.draft("tests/intake")

    assert read == created
    assert [[option.correct for option in item.options] for item in read.items] == [
        [False, True, False],
        [True, False, True],
        [True, False],
    ]
    assert [item.explanation for item in read.items] == ["20.", "Not Ben.", "Here."]
    assert [item.kind for item in read.items] == [pb.Item.SINGLE, pb.Item.MULTIPLE, pb.Item.MULTIPLE]
    assert (read.pass_mark, read.latest_version) == (2, 0)


def test_a_test_that_is_there_is_not_created_again(evaluation):
    evaluation.create()
    request = pb.CreateTestRequest(test_id="intake", test=pb.Test(title="Other"), request_id=new_id())

    assert refused_with(evaluation.manager.CreateTest, request) == ("ALREADY_EXISTS", {"resource": "tests/intake"})


def test_of_eight_who_create_one_test_at_once_one_does_and_seven_are_told(evaluation):
    def create(n):
        request = pb.CreateTestRequest(test_id="contested", test=pb.Test(title=f"{n}"), request_id=new_id())
        try:
            return evaluation.manager.CreateTest(request).title
        except Refused as refused:
            return refused.reason

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(8)))

    assert answers.count("ALREADY_EXISTS") == 7


def test_the_draft_is_replaced_and_the_etag_moves_on(evaluation):
    test = evaluation.create()

    updated = evaluation.manager.UpdateTest(changed(test, title="Second edition", pass_mark=1))

    assert (updated.title, len(updated.items), updated.pass_mark) == ("Second edition", 0, 1)
    assert updated.etag != test.etag
    assert evaluation.draft(test.name) == updated


def test_an_update_of_what_somebody_else_changed_meanwhile_is_stale(evaluation):
    test = evaluation.create()
    mine = evaluation.manager.UpdateTest(changed(test, title="Mine"))

    assert refused_with(evaluation.manager.UpdateTest, changed(test, title="Yours")) == (
        "STALE",
        {"resource": test.name},
    )
    assert evaluation.draft(test.name) == mine


@pytest.mark.parametrize(
    ("test_id", "test", "field"),
    [
        ("No Slug", pb.Test(title="x"), "test_id"),
        ("empty", pb.Test(), "test.title"),
        ("mark", pb.Test(title="x", pass_mark=-1), "test.pass_mark"),
        ("kind", pb.Test(title="x", items=[pb.Item(text="?", kind=7)]), "test.items[0].kind"),
    ],
)
def test_a_test_that_cannot_be_is_refused_by_its_field(evaluation, test_id, test, field):
    with pytest.raises(Refused) as refused:
        evaluation.manager.CreateTest(pb.CreateTestRequest(test_id=test_id, test=test, request_id=new_id()))

    assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert list(refused.value.fields) == [field]
    assert set(refused.value.metadata) == {"value", "rule"}


@pytest.mark.parametrize("method", ["UpdateTest", "PublishTest"])
def test_who_does_not_say_what_they_read_changes_nothing(evaluation, method):
    test = evaluation.create()
    request = {
        "UpdateTest": pb.UpdateTestRequest(test=pb.Test(name=test.name, title="x"), request_id=new_id()),
        "PublishTest": pb.PublishTestRequest(name=test.name, request_id=new_id()),
    }[method]

    reason, metadata = refused_with(getattr(evaluation.manager, method), request)

    assert (reason, metadata["value"]) == ("INVALID_FIELD", "")
    assert evaluation.draft(test.name) == test


def test_an_unsound_draft_is_kept_but_not_published(evaluation):
    test = evaluation.create(pass_mark=4)
    request = pb.PublishTestRequest(name=test.name, etag=test.etag, request_id=new_id())

    assert refused_with(evaluation.manager.PublishTest, request) == (
        "TEST_UNSOUND",
        {
            "test": "tests/intake",
            "item": "0",
            "rule": "must have a pass mark from 1 to 3",
            "faults": "the test must have a pass mark from 1 to 3",
        },
    )


def test_a_version_stays_as_it_was_published(evaluation, published):
    test = evaluation.manager.GetTest(pb.GetTestRequest(name="tests/intake"))
    test.items[0].text = "Changed?"
    second = evaluation.publish(evaluation.manager.UpdateTest(pb.UpdateTestRequest(test=test, request_id=new_id())))

    assert second.name == "tests/intake/versions/2"
    assert second.items[0].text == "Changed?"
    assert evaluation.learner.GetTestVersion(pb.GetTestVersionRequest(name=published.name)) == published
    assert evaluation.learner.GetTestVersion(pb.GetTestVersionRequest(name=second.name)) == second
    assert evaluation.manager.GetTest(pb.GetTestRequest(name="tests/intake")).latest_version == 2


def test_a_version_like_the_one_before_is_refused(evaluation, published):
    test = evaluation.manager.GetTest(pb.GetTestRequest(name="tests/intake"))
    request = pb.PublishTestRequest(name=test.name, etag=test.etag, request_id=new_id())

    answer = refused_with(evaluation.manager.PublishTest, request)

    assert answer == ("TEST_UNCHANGED", {"test": "tests/intake", "version": published.name})


def test_publishing_twice_by_one_request_makes_one_version(evaluation):
    test = evaluation.create()
    request = pb.PublishTestRequest(name=test.name, etag=test.etag, request_id=new_id())

    assert evaluation.manager.PublishTest(request) == evaluation.manager.PublishTest(request)
    assert evaluation.manager.GetTest(pb.GetTestRequest(name=test.name)).latest_version == 1


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("GetTest", pb.GetTestRequest(name="tests/nowhere")),
        ("UpdateTest", pb.UpdateTestRequest(test=pb.Test(name="tests/nowhere", title="x", etag="1"), request_id="n")),
        ("PublishTest", pb.PublishTestRequest(name="tests/nowhere", etag="1", request_id="n")),
    ],
)
def test_a_test_that_is_not_there_is_not_found(evaluation, method, request_):
    answer = refused_with(getattr(evaluation.manager, method), request_)

    assert answer == ("NOT_FOUND", {"resource": "tests/nowhere"})


@pytest.mark.parametrize("name", ["tests/x", "tests/x/versions/one", "tests/x/versions/9999999999"])
def test_a_name_that_is_none_is_refused(evaluation, name):
    reason, metadata = refused_with(evaluation.learner.GetTestVersion, pb.GetTestVersionRequest(name=name))

    assert (reason, metadata["value"]) == ("INVALID_FIELD", name)


@pytest.mark.parametrize("method", ["GetTest", "CreateTest", "UpdateTest", "PublishTest"])
def test_who_takes_tests_does_not_write_them(evaluation, method):
    with pytest.raises(Refused) as refused:
        getattr(evaluation.learner, method)(getattr(pb, f"{method}Request")())

    assert (refused.value.code, refused.value.reason) == ("PERMISSION_DENIED", "PERMISSION_MISSING")
    assert refused.value.metadata == {"right": "tests.write", "scope": "STATE"}
