"""What an audience's expression means and says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.audiences.rules import (
    Clause,
    Expression,
    Post,
    Vocabulary,
    check,
    explain,
    matches,
    member,
    normalise,
    sentence,
)
from servicekit.refusals import InvalidField

KNOWN = Vocabulary(
    agencies={"lake": "Lake County", "mendocino": "Mendocino County", "dcss": "DCSS", "yolo": "Yolo", "kern": "Kern"},
    regions=frozenset({"Northern"}),
    job_classes={"attorney": "Attorney", "supervisor": "Supervisor"},
    units={"legal": "Legal", "intake": "Intake"},
    local_agencies=47,
)
LAWYER = Post("p1", "lake", "Northern", local=True, job_class="attorney", units=("legal",))
NO_UNIT = Post("p1", "lake", "Northern", local=True, job_class="attorney")
AT_STATE = Post("p2", "dcss", "", local=False, job_class="attorney", units=("legal",), roles=frozenset({"approver"}))


def everyone() -> Expression:
    return Expression((Clause(),))


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (Clause(), True),
        (Clause(agencies=("lake",)), True),
        (Clause(agencies=("yolo",)), False),
        (Clause(regions=("Northern",)), True),
        (Clause(agencies=("yolo",), regions=("Northern",)), True),
        (Clause(job_classes=("attorney",)), True),
        (Clause(job_classes=("supervisor",)), False),
        (Clause(job_classes=("supervisor", "attorney")), True),
        (Clause(units=("legal", "intake")), True),
        (Clause(units=("intake",)), False),
        (Clause(roles=("supervisor",)), False),
        (Clause(people=("p1",)), True),
        (Clause(people=("p2",)), False),
        (Clause(job_classes=("attorney",), units=("intake",)), False),
    ],
)
def test_conditions_hold_together_and_within_a_kind_any_value_will_do(clause, expected):
    assert matches(clause, LAWYER) is expected


def test_who_has_no_unit_recorded_is_told_and_is_never_left_out_for_it():
    assert matches(Clause(units=("intake",)), NO_UNIT)
    assert not matches(Clause(units=("intake",)), NO_UNIT, excluding=True)
    assert member(Expression((Clause(),), (Clause(units=("legal",)),)), NO_UNIT)
    assert not member(Expression((Clause(),), (Clause(units=("legal",)),)), LAWYER)


def test_who_has_no_unit_recorded_can_be_left_out_of_units_by_a_clause_that_says_so():
    recorded = Clause(units=("legal",), recorded_units_only=True)

    assert not matches(recorded, NO_UNIT)
    assert matches(recorded, LAWYER)
    assert matches(Clause(recorded_units_only=True), NO_UNIT)
    assert explain(Expression((recorded,)), [NO_UNIT], KNOWN, own=True) == [
        "You work at Lake County; this is for everyone recorded in Legal at all 47 agencies."
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (Expression((Clause(recorded_units_only=True),)), everyone()),
        (
            Expression((Clause(),), (Clause(units=("legal",), recorded_units_only=True),)),
            Expression((Clause(),), (Clause(units=("legal",)),)),
        ),
    ],
)
def test_only_an_including_clause_with_units_can_leave_out_who_has_none(given, kept):
    assert normalise(given) == kept


def test_the_states_own_staff_are_in_only_where_they_are_named():
    assert not member(everyone(), AT_STATE)
    assert member(Expression((Clause(agencies=("dcss",)),)), AT_STATE)
    assert member(Expression((Clause(agencies=("dcss",), roles=("approver",)),)), AT_STATE)


def test_excluding_one_agency_leaves_somebody_with_two_jobs_in_for_the_other():
    expression = Expression((Clause(),), (Clause(agencies=("lake",)),))
    elsewhere = Post("p1", "mendocino", "Northern", local=True, job_class="attorney")

    assert not member(expression, LAWYER)
    assert member(expression, elsewhere)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (everyone(), "Everyone at all 47 agencies"),
        (Expression((Clause(agencies=("lake",)),)), "Everyone at Lake County"),
        (Expression((Clause(agencies=("lake", "mendocino")),)), "Everyone at Lake County and Mendocino County"),
        (
            Expression((Clause(agencies=("kern", "lake", "mendocino", "yolo")),)),
            "Everyone at Kern, Lake County and 2 more agencies",
        ),
        (Expression((Clause(regions=("Northern",)),)), "Everyone at the agencies of Northern"),
        (Expression((Clause(job_classes=("attorney",)),)), "Attorney at all 47 agencies"),
        (Expression((Clause(units=("intake", "legal")),)), "Everyone in Intake and Legal at all 47 agencies"),
        (
            Expression((Clause(units=("legal",), recorded_units_only=True),)),
            "Everyone recorded in Legal at all 47 agencies",
        ),
        (Expression((Clause(roles=("supervisor",)),)), "Supervisors at all 47 agencies"),
        (Expression((Clause(people=("p1",)),)), "1 person chosen by name at all 47 agencies"),
        (
            Expression((Clause(),), (Clause(agencies=("lake",), units=("legal",)),)),
            "Everyone at all 47 agencies, except everyone in Legal at Lake County",
        ),
    ],
)
def test_an_expression_says_who_it_is_for(expression, text):
    assert sentence(expression, KNOWN) == text


def test_a_person_is_told_why_they_are_on_the_list():
    assert explain(everyone(), [LAWYER], KNOWN, own=True) == [
        "You work at Lake County; this is for everyone at all 47 agencies."
    ]
    (reason,) = explain(Expression((Clause(units=("intake",)),)), [NO_UNIT], KNOWN, own=False)
    assert reason == (
        "Works at Lake County; this is for everyone in Intake at all 47 agencies."
        " No work unit is recorded there, so it is for any unit."
    )


def test_a_person_is_told_why_they_are_not_on_the_list():
    left_out = Expression((Clause(),), (Clause(agencies=("lake",)),))
    assert explain(left_out, [LAWYER], KNOWN, own=True) == [
        "You work at Lake County; this leaves out everyone at Lake County."
    ]
    assert explain(Expression((Clause(agencies=("yolo",)),)), [LAWYER], KNOWN, own=True) == [
        "You work at Lake County; this is for everyone at Yolo."
    ]
    assert explain(everyone(), [], KNOWN, own=True) == ["You have no job at an agency today."]


@pytest.mark.parametrize(
    ("expression", "field"),
    [
        (Expression(()), "expression.include"),
        (Expression((Clause(),), (Clause(),)), "expression.exclude"),
        (Expression((Clause(agencies=("atlantis",)),)), "expression.include.agencies"),
        (Expression((Clause(regions=("Atlantis",)),)), "expression.include.regions"),
        (Expression((Clause(job_classes=("king",)),)), "expression.include.job_classes"),
        (Expression((Clause(units=("war",)),)), "expression.include.units"),
        (Expression((Clause(roles=("king",)),)), "expression.include.roles"),
        (Expression((Clause(),), (Clause(units=("war",)),)), "expression.exclude.units"),
        (Expression((Clause(),) * 51), "expression.include"),
    ],
)
def test_an_expression_that_cannot_be_meant_is_refused(expression, field):
    with pytest.raises(InvalidField) as refused:
        check(expression, KNOWN)
    assert refused.value.field == field


values = st.lists(st.sampled_from(["lake", "yolo", "kern"]), max_size=4).map(tuple)
clauses = st.builds(Clause, agencies=values, units=values, people=values, recorded_units_only=st.booleans())


@given(st.lists(clauses, max_size=4), st.lists(clauses, max_size=3), st.randoms())
def test_order_and_repetition_do_not_make_another_expression(include, exclude, random):
    one = Expression(tuple(include), tuple(exclude))
    shuffled = [*include, *include]
    random.shuffle(shuffled)

    assert normalise(Expression(tuple(shuffled), tuple(exclude))) == normalise(one)
    assert normalise(normalise(one)) == normalise(one)
    assert member(normalise(one), LAWYER) == member(one, LAWYER)
