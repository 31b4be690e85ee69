from dataclasses import replace

import pytest

from evaluation.tests.rules import content as rules
from evaluation.tests.rules.content import Item, Kind, Option
from servicekit.refusals import InvalidField

SINGLE = Item("Which?", Kind.SINGLE, (Option("a", correct=True), Option("b")))
MULTIPLE = Item("Which ones?", Kind.MULTIPLE, (Option("a", correct=True), Option("b", correct=True), Option("c")))
SOUND = rules.Test("Intake", (SINGLE, MULTIPLE), 1)


def single(*options, **fields):
    """The sound test with its first item changed."""
    return replace(SOUND, items=(replace(SINGLE, options=options or SINGLE.options, **fields), MULTIPLE))


def multiple(*options, **fields):
    """The sound test with its second item changed."""
    return replace(SOUND, items=(SINGLE, replace(MULTIPLE, options=options or MULTIPLE.options, **fields)))


A, B = SINGLE.options


@pytest.mark.parametrize(
    ("draft", "item", "rule"),
    [
        (replace(SOUND, items=()), 0, "must have an item"),
        (replace(SOUND, pass_mark=0), 0, "must have a pass mark from 1 to 2"),
        (replace(SOUND, pass_mark=3), 0, "must have a pass mark from 1 to 2"),
        (replace(SOUND, items=(SINGLE,), pass_mark=2), 0, "must have a pass mark of 1"),
        (single(text=" "), 1, "must ask something"),
        (multiple(A), 2, "must have at least 2 options"),
        (single(A, B, Option("")), 1, "must not have an empty option"),
        (single(A, B, Option("b ")), 1, "must not have one option twice"),
        (single(Option("a"), B), 1, "must have exactly one right option"),
        (multiple(kind=Kind.SINGLE), 2, "must have exactly one right option"),
        (multiple(Option("a"), B), 2, "must have a right option"),
        (multiple(kind=Kind.UNSPECIFIED), 2, "must be of a kind"),
    ],
)
def test_what_is_wrong_with_a_test_is_told_by_item_and_rule(draft, item, rule):
    rules.check_sound("intake", SOUND)
    with pytest.raises(rules.TestUnsound) as refused:
        rules.check_sound("intake", draft)

    assert refused.value.reason == "TEST_UNSOUND"
    said = f"item {item} {rule}" if item else f"the test {rule}"
    assert refused.value.metadata == {"test": "tests/intake", "item": str(item), "rule": rule, "faults": said}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("File the motion", "File  the motion"),
        ("File the motion", "File\u00a0the motion"),
        ("Within 30 days", "Within 30\u202fdays "),
        ("Núñez", "Nu\u0301n\u0303ez"),
        ("Serve the parent", "Serve the parent\u200b"),
        ("Serve the parent", "Serve\u00ad the par\u2060ent"),
        ("The agency's", "The agency\u2019s"),
        ('The "other" parent', "The \u201cother\u201d parent"),
        ("Up to 5-10 days", "Up to 5\u201110 days"),
    ],
)
def test_options_that_look_alike_are_one_option_twice(one, other):
    draft = single(Option(one, correct=True), Option(other))

    assert [str(fault) for fault in rules.faults(draft)] == ["item 1 must not have one option twice"]


def test_options_that_look_different_are_two():
    draft = single(Option("Within 30 days", correct=True), Option("Within 3 days"), Option("Within 30 business days"))

    assert rules.faults(draft) == []


@pytest.mark.parametrize("nothing", ["\u200b", "\u00a0", "\ufeff", "\u2060\u3164"])
def test_what_nobody_sees_is_no_text(nothing):
    assert [fault.rule for fault in rules.faults(single(A, B, Option(nothing)))] == ["must not have an empty option"]
    assert [fault.rule for fault in rules.faults(single(text=nothing))] == ["must ask something"]


def test_all_faults_are_told_at_once():
    items = (*single(text="").items[:1], *multiple(kind=Kind.SINGLE).items[1:])
    draft = replace(SOUND, items=items, pass_mark=9)

    assert list(map(str, rules.faults(draft))) == [
        "item 1 must ask something",
        "item 2 must have exactly one right option",
        "the test must have a pass mark from 1 to 2",
    ]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (replace(SOUND, title=" "), "test.title"),
        (replace(SOUND, title="x" * 4_001), "test.title"),
        (replace(SOUND, items=(SINGLE,) * 201), "test.items"),
        (replace(SOUND, pass_mark=-1), "test.pass_mark"),
        (replace(SOUND, items=(SINGLE, replace(SINGLE, text="\0"))), "test.items[1].text"),
        (replace(SOUND, items=(replace(SINGLE, explanation="x" * 4_001),)), "test.items[0].explanation"),
        (replace(SOUND, items=(replace(SINGLE, section=-1),)), "test.items[0].section"),
        (replace(SOUND, items=(replace(SINGLE, options=SINGLE.options * 11),)), "test.items[0].options"),
        (
            replace(SOUND, items=(replace(SINGLE, options=(Option("a"), Option("\0"))),)),
            "test.items[0].options[1].text",
        ),
    ],
)
def test_what_no_draft_may_hold_is_refused_by_field(draft, field):
    rules.check(SOUND)
    with pytest.raises(InvalidField) as refused:
        rules.check(draft)

    assert refused.value.field == field
    assert refused.value.metadata["rule"].startswith("must")
