"""Which question is which, from version to version."""

import hashlib
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.evaluation.v1 import events_pb2
from cadre.evaluation.v1 import test_service_pb2 as pb
from evaluation.tests.rules import content, lasting
from evaluation.tests.rules.content import Item, Kind, Option
from evaluation.tests.telling import tell_versions
from servicekit.refusals import InvalidField

from .conftest import item, new_id, refusal

WORDS = st.sampled_from(["Who?", "When?", "Where?"])
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 9), WORDS),
        st.tuples(st.just("move"), st.integers(0, 9), st.integers(0, 9)),
        st.tuples(st.just("reword"), st.integers(0, 9), WORDS),
        st.tuples(st.just("remove"), st.integers(0, 9), st.none()),
    ),
    max_size=12,
)


def asked(text, id=""):
    return Item(text, Kind.SINGLE, (Option("yes", correct=True), Option("no")), id=id)


def edited(items, edit):
    """Do to a draft what a page does with it; what is added has no id."""
    what, at, said = edit
    items = list(items)
    if what == "add":
        items.insert(min(at, len(items)), asked(said))
    elif items:
        one = items.pop(at % len(items))
        if what == "move":
            items.insert(min(said, len(items)), one)
        elif what == "reword":
            items.insert(at % (len(items) + 1), replace(one, text=said))
    return items


@given(st.lists(WORDS, max_size=5), EDITS)
def test_through_any_edits_each_question_keeps_its_own_id_and_no_two_share_one(texts, edits):
    made = iter(map(str, range(1000)))
    before = lasting.from_words("intake", [asked(text) for text in texts])
    for edit in edits:
        wanted = [one.id or None for one in edited(before, edit)]
        after = lasting.given(edited(before, edit), before, lambda: next(made))

        ids = [one.id for one in after]
        new = [got for known, got in zip(wanted, ids, strict=True) if known is None]
        assert [known for known in wanted if known] == [got for got in ids if got not in new]
        assert len(set(ids)) == len(ids)
        assert all(ids)
        assert not set(new) & {one.id for one in before}
        before = after


@given(st.lists(WORDS, max_size=6), st.randoms())
def test_of_what_was_written_before_there_were_ids_the_same_words_have_the_same_id_wherever_they_stand(texts, random):
    moved = random.sample(texts, len(texts))

    first = lasting.from_words("intake", [asked(text) for text in texts])
    later = lasting.from_words("intake", [asked(text) for text in moved])

    assert {(one.text, one.id) for one in first} == {(one.text, one.id) for one in later}
    assert len({one.id for one in first}) == len(texts)
    assert not {one.id for one in first} & {one.id for one in lasting.from_words("other", [asked(t) for t in texts])}
    assert lasting.from_words("intake", first) == first


@pytest.mark.parametrize(
    ("items", "field", "rule"),
    [
        ([asked("?", "1"), asked("?", "3")], "test.items[1].id", "must be empty, or that of an item of the draft"),
        ([asked("?", "2"), asked("?"), asked("?", "2")], "test.items[2].id", "must stand once: a copied question is"),
    ],
)
def test_an_id_that_is_unknown_or_copied_is_refused_by_field_and_rule(items, field, rule):
    with pytest.raises(InvalidField) as refused:
        lasting.given(items, [asked("?", "1"), asked("?", "2")], str)

    assert refused.value.field == field
    assert refused.value.metadata["rule"].startswith(rule)


def test_the_digest_of_a_test_is_of_what_it_asks_as_it_was_before_there_were_ids():
    said = (
        '{"items":[{"explanation":"","kind":"SINGLE","options":[{"correct":true,"text":"yes"},'
        '{"correct":false,"text":"no"}],"section":0,"text":"Who?"}],"pass_mark":1,"title":"Intake"}'
    )

    digests = {content.Test("Intake", (asked("Who?", id),), 1).sha256 for id in ("", str(uuid.uuid4()))}

    assert digests == {hashlib.sha256(said.encode()).hexdigest()}


def saved(evaluation, test):
    return evaluation.manager.UpdateTest(pb.UpdateTestRequest(test=test, request_id=new_id()))


def told(evaluation):
    """The versions that were told, with the ids of their questions."""
    with evaluation.running.connect() as connection:
        payloads = connection.execute("SELECT payload FROM outbox WHERE subject LIKE '%test_version%' ORDER BY seq")
        events = [events_pb2.TestVersionPublished.FromString(bytes(payload)) for (payload,) in payloads.fetchall()]
    return [(one.test_id, one.version, list(one.item_ids)) for one in events]


def test_questions_keep_their_ids_from_version_to_version_and_versions_are_told_with_them(evaluation):
    first = evaluation.publish(evaluation.create())
    days, who, where = (one.id for one in first.items)
    test = evaluation.draft("tests/intake")
    assert [one.id for one in test.items] == [days, who, where]
    test.items.insert(0, test.items.pop(2))
    test.items[1].text = "By which day?"
    test.items.pop(2)
    test.items.append(item("Why?", pb.Item.SINGLE, "Law", "Habit", correct={0}))

    second = evaluation.publish(saved(evaluation, test))

    why = second.items[2].id
    assert [(one.text, one.id) for one in second.items] == [("Where?", where), ("By which day?", days), ("Why?", why)]
    assert why not in {days, who, where, ""}
    # Whoever takes it sees which question it is; that says neither the key nor anything of who took it.
    for version in (first, second):
        seen = evaluation.learner.GetTestVersion(pb.GetTestVersionRequest(name=version.name))
        key = evaluation.manager.GetAnswerKey(pb.GetAnswerKeyRequest(name=version.name))
        assert [one.id for one in seen.items] == [one.id for one in key.items] == [one.id for one in version.items]
    assert told(evaluation) == [("intake", 1, [days, who, where]), ("intake", 2, [where, days, why])]
    tell_versions(evaluation.running.runtime.database, datetime.now(UTC))
    assert len(told(evaluation)) == 2


def test_a_draft_takes_no_id_of_another_test_and_a_new_test_takes_none(evaluation):
    other = evaluation.create("other").items[0]
    test = evaluation.create()
    test.items[1].id = other.id

    error = refusal(saved, evaluation, test)
    assert (error.reason, list(error.fields)) == ("INVALID_FIELD", ["test.items[1].id"])
    assert evaluation.draft(test.name).items[1].id not in {"", other.id}
    new = pb.CreateTestRequest(test_id="new", test=pb.Test(title="New", items=[other]), request_id=new_id())
    error = refusal(evaluation.manager.CreateTest, new)
    assert (error.reason, list(error.fields)) == ("INVALID_FIELD", ["test.items[0].id"])
