"""Earlier days of agencies: who is due when, whatever is heard first, and back again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.requirements.rules import DueRule
from servicekit.testing.offices import state_calendar

from .conftest import DUE, change, course, take
from .test_membership import LATE, LATE_DUE
from .test_withdrawn import waive

EARLY, EARLIER = DUE - timedelta(days=7), DUE - timedelta(days=14)
YEAR = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.fixture
def assigned(world_without_bus, letter):
    """1 and 2 at Lake, 3 at Kern, 4 at both, under a letter."""
    places = {1: ("lake",), 2: ("lake",), 3: ("kern",), 4: ("lake", "kern")}
    changes = [change(one, agency) for one, agencies in places.items() for agency in agencies]
    world_without_bus.hear(course(test=False), letter.changed(1, changes), letter.published())
    return world_without_bus


def dues(world, letter):
    return [world.due(letter, one) for one in range(1, 5)]


def test_an_agencys_people_have_its_earlier_day_and_nobody_else(assigned, letter):
    assigned.hear(letter.dated("lake", 1, EARLY))

    assert dues(assigned, letter) == [EARLY, EARLY, DUE, EARLY]


def test_who_works_at_two_agencies_has_the_earliest_day(assigned, letter):
    assigned.hear(letter.dated("lake", 1, EARLY), letter.dated("kern", 1, EARLIER))

    assert dues(assigned, letter) == [EARLY, EARLY, EARLIER, EARLIER]


def test_a_later_day_than_the_states_gives_nobody_more_time(assigned, letter):
    assigned.hear(letter.dated("lake", 1, DUE + timedelta(days=7)))

    assert dues(assigned, letter) == [DUE] * 4


def test_taken_back_the_states_day_holds_again_also_heard_the_wrong_way_round_and_twice(assigned, letter):
    back = letter.dated("lake", 2, None)
    assigned.hear(letter.dated("lake", 1, EARLY), back)
    assert dues(assigned, letter) == [DUE] * 4
    assigned.hear(letter.dated("lake", 1, EARLY), back)
    assert dues(assigned, letter) == [DUE] * 4
    assigned.hear(letter.dated("lake", 3, EARLIER))
    assert dues(assigned, letter) == [EARLIER, EARLIER, DUE, EARLIER]


def test_who_comes_later_has_the_joiners_days_and_who_moves_has_the_day_of_where_they_are(assigned, letter):
    assigned.hear(letter.dated("lake", 1, EARLY), letter.changed(2, [change(5, "lake")], effective=LATE))
    assert assigned.due(letter, 5) == LATE_DUE

    assigned.hear(letter.changed(3, [change(1, "lake", member=False), change(1, "kern")]))
    assert assigned.due(letter, 1) == DUE
    assigned.hear(letter.changed(4, [change(3, "kern", member=False), change(3, "lake")]))
    assert assigned.due(letter, 3) == EARLY


def test_a_day_that_is_heard_before_its_letter_holds_from_its_issue(world_without_bus, letter):
    world = world_without_bus
    world.hear(letter.dated("lake", 1, EARLY), course(test=False), letter.changed(1, [change(1, "lake")]))
    world.hear(letter.published())

    assert world.due(letter, 1) == EARLY


def test_an_amendment_that_moves_the_days_leaves_the_earlier_one(assigned, letter):
    assigned.hear(letter.dated("lake", 1, EARLY), letter.amended(2, due_date=LATE.isoformat()))

    assert dues(assigned, letter) == [EARLY, EARLY, LATE, EARLY]


def test_what_is_done_stays_as_it_was_and_what_is_excused_has_the_day_if_it_comes_back(assigned, letter):
    take(assigned, letter, 1)
    waive(assigned, letter, 2)
    assigned.hear(letter.dated("lake", 1, EARLY))

    assert assigned.states(letter)[1] == "COMPLETED"
    assert assigned.due(letter, 1) == DUE
    assert assigned.due(letter, 2) == EARLY


def test_ten_thousand_people_have_the_day_by_as_many_statements_as_one(world_without_bus, letter):
    world = world_without_bus
    few = type(letter)()
    world.hear(course(test=False), letter.changed(1, [change(n) for n in range(1, 301)]), letter.published())
    world.hear(few.changed(1, [change(1)]), few.published())
    counts = {}
    for number, day in ((1, EARLY), (2, None)):
        for one in (letter, few):
            with world.statements() as statements:
                world.hear(one.dated("lake", number, day))
            counts[one.notice_id, number] = len(statements)

    for number in (1, 2):
        assert counts[letter.notice_id, number] == counts[few.notice_id, number]


@given(due=YEAR, local=st.none() | YEAR, days=st.integers(0, 20), since=st.integers(1, 3), came=YEAR)
def test_a_local_day_never_gives_more_time_than_the_state_nor_less_than_the_joiners_days(due, local, days, since, came):
    rule, calendar = DueRule(due, days, 1), state_calendar()
    state, here = (rule.for_person(calendar, since, came, day) for day in (None, local))

    assert here <= state
    assert here >= min(state, local or state)
    if since > rule.audience_revision:
        assert here >= calendar.add(came, days)
    if here < due:
        assert state == due
