import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evaluation.sittings.rules import shows_key
from evaluation.tests.rules.content import Item, Kind, Option
from evaluation.tests.rules.scoring import State, check_answers, score
from servicekit.refusals import InvalidField

SINGLE = Item("Which?", Kind.SINGLE, (Option("a"), Option("b", correct=True), Option("c")))
MULTIPLE = Item("Which ones?", Kind.MULTIPLE, (Option("a", correct=True), Option("b"), Option("c", correct=True)))


@st.composite
def items(draw):
    size = draw(st.integers(2, 6))
    single = draw(st.booleans())
    right = draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=1 if single else size))
    options = tuple(Option(str(n), n in right) for n in range(size))
    return Item("?", Kind.SINGLE if single else Kind.MULTIPLE, options)


@st.composite
def sittings(draw):
    """Items with a pass mark, and answers that the rules accept."""
    asked = draw(st.lists(items(), min_size=1, max_size=6))
    chosen = [
        draw(st.sets(st.integers(0, len(item.options) - 1), max_size=1 if item.kind is Kind.SINGLE else None))
        for item in asked
    ]
    return asked, draw(st.integers(1, len(asked))), [draw(st.permutations(sorted(options))) for options in chosen]


@given(sittings())
def test_an_item_is_right_exactly_when_its_right_options_and_no_other_were_chosen(sitting):
    asked, pass_mark, answers = sitting
    check_answers(asked, answers)

    result = score(asked, pass_mark, answers)

    for item, chosen, right in zip(asked, answers, result.right_items, strict=True):
        assert right == all((n in chosen) == option.correct for n, option in enumerate(item.options))
    assert (result.state is State.PASSED) == (sum(result.right_items) >= pass_mark)
    assert result.state is not State.OPEN


@given(sittings())
def test_the_key_itself_passes_whatever_the_pass_mark(sitting):
    asked, pass_mark, _ = sitting

    result = score(asked, pass_mark, [sorted(item.key) for item in asked])

    assert all(result.right_items)
    assert result.state is State.PASSED


@given(sittings())
def test_no_answer_at_all_is_wrong_everywhere_and_fails(sitting):
    asked, pass_mark, _ = sitting
    nothing = [[] for _ in asked]
    check_answers(asked, nothing)

    result = score(asked, pass_mark, nothing)

    assert not any(result.right_items)
    assert result.state is State.FAILED


@given(items(), st.data())
def test_one_option_more_or_less_than_the_key_is_wrong(item, data):
    other = data.draw(st.sampled_from(range(len(item.options))))

    assert score([item], 1, [sorted(item.key ^ {other})]).right_items == (False,)


@given(sittings(), st.randoms())
def test_the_order_in_which_options_were_chosen_does_not_count(sitting, random):
    asked, pass_mark, answers = sitting
    shuffled = [random.sample(chosen, len(chosen)) for chosen in answers]

    assert score(asked, pass_mark, shuffled) == score(asked, pass_mark, answers)


@given(sittings())
def test_a_higher_mark_never_makes_a_failed_sitting_pass(sitting):
    asked, pass_mark, answers = sitting
    assume(pass_mark < len(asked))

    lower, higher = score(asked, pass_mark, answers), score(asked, pass_mark + 1, answers)

    assert not (lower.state is State.FAILED and higher.state is State.PASSED)


@pytest.mark.parametrize(
    ("answers", "field", "value"),
    [
        ([[1]], "answers", "1"),
        ([[1], [0], [0]], "answers", "3"),
        ([[3], []], "answers[0].options", "3"),
        ([[1], [-1]], "answers[1].options", "-1"),
        ([[0, 1], []], "answers[0].options", "[0, 1]"),
        ([[1], [2, 2]], "answers[1].options", "[2, 2]"),
    ],
)
def test_what_is_no_answer_is_refused_by_its_place(answers, field, value):
    check_answers([SINGLE, MULTIPLE], [[1], [0, 2]])
    with pytest.raises(InvalidField) as refused:
        check_answers([SINGLE, MULTIPLE], answers)

    assert refused.value.field == field
    assert refused.value.metadata["value"] == value


def test_the_key_of_an_item_is_shown_once_passed_or_where_it_was_found():
    shown = {(state, right) for state in State for right in (True, False) if shows_key(state, right=right)}

    assert shown == {(State.PASSED, True), (State.PASSED, False), (State.FAILED, True)}
