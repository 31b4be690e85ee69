"""What may be said, and when it is told. Whoever subtracts, over whatever filters and days, finds five or nobody."""

import hashlib
import itertools
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.quality import rules as reactions
from evaluation.quality.rules import CURRENT, FEWEST, FORMS, Batch, Reaction, Waiting, batches, check
from servicekit.refusals import InvalidField

DAY = date(2026, 11, 23)


def answer(key, *, version=1, agency="lake", course="iwo", question="useful", rating=4, day=DAY):
    return Waiting(key, day, course, version, agency, question, rating)


def told(waiting, *, today=DAY + timedelta(days=1), before=()):
    return [
        (batch.course_version, batch.agency_id, batch.question, len(batch.answers))
        for batch in batches(waiting, today=today, told=set(before))
    ]


def test_the_wording_of_a_form_never_changes_under_its_version():
    """A mean over two wordings would be of nothing. New words are a new question in a new version of the form."""
    words = {
        version: hashlib.sha256(repr((form.questions, form.answers, form.comment_question)).encode()).hexdigest()[:16]
        for version, form in FORMS.items()
    }
    assert words == {1: "b8cd0d8c577c0902"}
    assert [len(form.questions) for form in FORMS.values()] == [5] * len(FORMS)
    assert max(len(question.text) for question in CURRENT.questions) <= 60
    assert reactions.HEADLINE in reactions.QUESTIONS


@pytest.mark.parametrize(
    ("ratings", "comment", "field", "rule"),
    [
        ((4, 4, 4, 4), "", "ratings", "must be 5"),
        ((4, 4, 4, 4, 6), "", "ratings", "must be from 1 to 5"),
        ((4, 4, 4, 4, -1), "", "ratings", "must be from 1 to 5"),
        ((0, 0, 0, 0, 0), "", "ratings", "must hold an answer"),
        ((4, 4, 4, 4, 4), "x" * 1001, "comment", "at most 1000 letters"),
        ((4, 4, 4, 4, 4), "a\0b", "comment", "NUL"),
        ((4, 4, 4, 4, 4), "It was 123-45-6789.", "comment", "social security"),
        ((4, 4, 4, 4, 4), "Case 0412 345 67890", "comment", "case or phone number"),
    ],
)
def test_what_is_no_answer_to_the_form_is_refused(ratings, comment, field, rule):
    with pytest.raises(InvalidField, match=rule) as refused:
        check(Reaction("iwo", 1, "lake", ratings, comment))
    assert (refused.value.reason, refused.value.field) == ("INVALID_FIELD", field)
    assert "6789" not in str(refused.value.metadata)


@pytest.mark.parametrize(
    ("ratings", "comment"),
    [((0, 0, 3, 0, 0), ""), ((0,) * 5, "More on FC 17306 and CSSP 26-04, 2 of 5 by 2027."), ((1, 2, 3, 4, 5), "")],
)
def test_one_answer_is_enough_and_letters_may_be_cited(ratings, comment):
    check(Reaction("iwo", 1, "", ratings, comment))


def test_four_answers_wait_and_the_fifth_lets_all_be_told():
    four = [answer(n) for n in range(4)]
    assert told(four) == []
    assert told([*four, answer(4)]) == [(1, "lake", "useful", 5)]


def test_where_too_few_of_an_agency_answered_theirs_are_told_with_others_and_at_once_if_nothing_is_told_yet():
    waiting = [answer(n, agency=f"a{n}") for n in range(5)]
    assert told(waiting) == [(1, "", "useful", 5)]
    # Later ones wait for their agency, a week at most.
    before = {("iwo", 1, "useful")}
    assert told(waiting, before=before) == []
    assert told(waiting, before=before, today=DAY + timedelta(days=6)) == []
    assert told(waiting, before=before, today=DAY + timedelta(days=7)) == [(1, "", "useful", 5)]


def test_who_said_no_agency_counts_for_the_state_alone():
    assert told([answer(n, agency="") for n in range(7)]) == [(1, "", "useful", 7)]


def test_what_waits_longest_is_told_without_its_version():
    waiting = [answer(n, version=1 + n % 2, agency="") for n in range(8)]
    assert told(waiting, today=DAY + timedelta(days=27)) == []
    assert told(waiting, today=DAY + timedelta(days=28)) == [(0, "", "useful", 8)]


def test_questions_and_courses_wait_for_themselves():
    waiting = [answer((q, n), question=q) for q in ("useful", "able") for n in range(4)]
    waiting += [answer(("other", n), course="other") for n in range(4)]
    assert told(waiting) == []


@st.composite
def histories(draw):
    """Up to six days on which people of some agencies rate versions of a course, question by question."""
    people = draw(
        st.lists(
            st.tuples(
                st.integers(0, 40),
                st.sampled_from(["", "lake", "los-angeles", "alameda"]),
                st.integers(1, 3),
                st.sampled_from(["useful", "able"]),
                st.integers(1, 5),
            ),
            max_size=90,
        )
    )
    return [
        answer(n, day=DAY + timedelta(days=day), agency=agency, version=version, question=question, rating=rating)
        for n, (day, agency, version, question, rating) in enumerate(people)
    ]


def figures_of(known):
    """Everything that may ever be asked: each filter, as the set of answers that its figure is made of."""
    atoms = [(batch, frozenset(one.key for one in batch.answers)) for batch in known]

    def of(**filters):
        return frozenset().union(
            *(keys for batch, keys in atoms if all(getattr(batch, name) == value for name, value in filters.items()))
        )

    for question in {batch.question for batch in known}:
        yield of(question=question)
        for version in {batch.course_version for batch in known}:
            yield of(question=question, course_version=version)
        for agency in {batch.agency_id for batch in known}:
            yield of(question=question, agency_id=agency)
            for version in {batch.course_version for batch in known}:
                yield of(question=question, agency_id=agency, course_version=version)


def differences(seen):
    """Sizes of what is left when one figure is taken from another, and of what two have in common."""
    pairs = itertools.combinations(seen, 2)
    return {len(left) for one, other in pairs for left in (one - other, other - one, one & other)} - {0}


def test_the_attack_finds_what_counts_of_every_day_would_give_away():
    days = [Batch("iwo", 1, "lake", "useful", tuple(answer((day, n)) for n in range(7 + day))) for day in range(2)]
    by_agency = [Batch("iwo", 1, agency, "useful", (answer(agency),)) for agency in ("lake", "alameda")]

    assert min(differences({*figures_of(days[:1]), frozenset(), *figures_of(days)})) == 7
    growing = [frozenset(range(n)) for n in (7, 8)]
    assert min(differences(growing)) == 1
    assert min(differences(set(figures_of(by_agency)))) == 1


@settings(max_examples=150, deadline=None)
@given(histories())
def test_no_subtraction_over_all_pairs_of_filters_and_days_finds_fewer_than_five(history):
    """Demand D49: a differencing attack over all pairs of filters finds no cell below five.

    The attacker knows more than any page shows: version by agency, on every day of two months. They may take any
    figure from any other one, or a sum of all agencies or versions from the whole.
    """
    known, seen, waiting = [], set(), []
    for day in range(62):
        today = DAY + timedelta(days=day)
        waiting += [one for one in history if one.day == today - timedelta(days=1)]
        before = {(batch.course_id, batch.course_version, batch.question) for batch in known}
        known += batches(waiting, today=today, told=before)
        used = {one.key for batch in known for one in batch.answers}
        waiting = [one for one in waiting if one.key not in used]
        seen |= set(figures_of(known))

    assert all(len(figure) >= FEWEST for figure in seen if figure)
    assert all(size >= FEWEST for size in differences(seen))
    # Nothing is told twice, nothing is told otherwise than it was said.
    told_keys = Counter(one.key for batch in known for one in batch.answers)
    assert set(told_keys.values()) <= {1}
    for batch in known:
        assert sum(batch.counts) == len(batch.answers)
        assert {one.question for one in batch.answers} == {batch.question}
        assert batch.agency_id == "" or {one.agency_id for one in batch.answers} == {batch.agency_id}
        assert batch.course_version == 0 or {one.course_version for one in batch.answers} == {batch.course_version}
