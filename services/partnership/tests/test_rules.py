"""Rules of bodies and parts, without a database."""

import uuid
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnership.bodies.rules import ruling
from partnership.bodies.rules.ruling import NONE, Ruling, Share, Threshold
from partnership.memberships.rules import parts
from partnership.memberships.rules.parts import Given
from servicekit.refusals import InvalidField

HALF = Share(1, 2)
GIVEN = Given(
    person=uuid.UUID(int=1), organization="lake", part="MEMBER", seat="state-1", start=date(2027, 3, 1), end=None
)

shares = st.one_of(st.just(NONE), st.integers(2, 1000).flatmap(lambda d: st.tuples(st.integers(1, d - 1), st.just(d))))
rulings = st.builds(
    Ruling,
    quorum=shares.map(lambda one: Share(*one)),
    quorum_of_each_constituency=st.integers(0, 100),
    thresholds=st.lists(st.sampled_from(ruling.CLASSES), unique=True).map(
        lambda classes: tuple(Threshold(name, HALF, NONE, 1) for name in classes)
    ),
    notice_hours=st.integers(0, 8784),
    written_votes=st.booleans(),
    override=shares.map(lambda one: Share(*one)),
    conflict_text=st.text(max_size=50),
)


@given(rulings)
def test_rules_that_hold_are_kept_and_read_as_they_were(rules):
    ruling.check(rules)

    assert ruling.read(ruling.kept(rules)) == rules


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quorum": Share(1, 1)}, "body.rules.quorum"),
        ({"quorum": Share(1, 0)}, "body.rules.quorum"),
        ({"quorum": Share(-1, 2)}, "body.rules.quorum"),
        ({"override": Share(3, 2)}, "body.rules.override"),
        ({"notice_hours": -1}, "body.rules.notice_hours"),
        ({"quorum_of_each_constituency": 101}, "body.rules.quorum_of_each_constituency"),
        ({"thresholds": (Threshold("GREAT", HALF),)}, "body.rules.thresholds.decision_class"),
        ({"thresholds": (Threshold("MAJOR", HALF), Threshold("MAJOR", HALF))}, "body.rules.thresholds"),
        ({"thresholds": (Threshold("MAJOR", NONE),)}, "body.rules.thresholds.of_all"),
        ({"thresholds": (Threshold("MAJOR", HALF, Share(1, 1)),)}, "body.rules.thresholds.of_each_constituency"),
    ],
)
def test_rules_by_which_nothing_could_be_counted_are_refused(wrong, field):
    with pytest.raises(InvalidField) as refused:
        ruling.check(replace(Ruling(), **wrong))

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"part": "KING"}, "membership.part"),
        ({"end": date(2027, 3, 1)}, "membership.end_date"),
        ({"part": "CHAIR"}, "membership.seat"),
        ({"seat": None}, "membership.seat"),
        ({"part": "ALTERNATE", "seat": None}, "membership.seat"),
        ({"carries_over": True}, "membership.carries_over"),
        ({"part": "SECRETARY", "seat": None, "end": date(2028, 1, 1), "carries_over": True}, "membership.carries_over"),
    ],
)
def test_a_part_that_contradicts_itself_is_refused(said, field):
    with pytest.raises(InvalidField) as refused:
        parts.check(replace(GIVEN, **said), has_seats=True)

    assert refused.value.field == field


def test_a_body_without_seats_has_members_without_one():
    parts.check(replace(GIVEN, seat=None), has_seats=False)
