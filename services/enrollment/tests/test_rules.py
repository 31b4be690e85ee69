"""The rules alone: states and due dates, for everything there is."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.assignments.rules import OPEN, Progress, State
from enrollment.requirements.rules import DueRule
from servicekit.refusals import Refusal
from servicekit.testing.offices import state_calendar

DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
PROGRESS = st.builds(
    Progress,
    state=st.sampled_from(State),
    sections_completed=st.integers(0, 4),
    section_count=st.integers(0, 4),
    has_test=st.booleans(),
    test_passed=st.booleans(),
)
ACTS = {
    "start": lambda progress: progress.start(),
    "waive": lambda progress: progress.waive(),
    "reinstate": lambda progress: progress.reinstate(),
    "section": lambda progress: progress.complete_section(progress.sections_completed + 1),
}


@pytest.mark.parametrize(("state", "act"), list(product(State, ACTS)))
def test_each_act_in_each_state_happens_or_is_refused(state, act):
    before = Progress(state, sections_completed=1, section_count=3)
    allowed = state in OPEN if act != "reinstate" else state is State.WAIVED

    if not allowed:
        with pytest.raises(Refusal) as refused:
            ACTS[act](before)
        assert refused.value.metadata == {"state": state.value}
        return

    after = ACTS[act](before)
    expected = {
        "start": (State.IN_PROGRESS, 1),
        "waive": (State.WAIVED, 1),
        "reinstate": (State.IN_PROGRESS, 1),
        "section": (State.IN_PROGRESS, 2),
    }[act]
    assert (after.state, after.sections_completed) == expected


@given(PROGRESS, st.sampled_from([*ACTS.values(), Progress.pass_test]))
def test_an_assignment_completes_only_with_all_sections_and_the_test(before, act):
    try:
        after = act(before)
    except Refusal:
        return

    if after.state is State.COMPLETED and before.state is not State.COMPLETED:
        assert after.sections_completed == after.section_count
        assert after.test_passed or not after.has_test
    if before.state is State.COMPLETED:
        assert after.state is State.COMPLETED


@given(st.integers(1, 5), st.booleans(), st.data())
def test_the_order_of_the_last_section_and_the_test_does_not_matter(count, early, data):
    when = data.draw(st.integers(0, count - 1)) if early else count
    progress = Progress(State.ASSIGNED, section_count=count, has_test=True).start()
    for section in range(1, count + 1):
        if when == section - 1:
            progress = progress.pass_test()
        assert progress.state is State.IN_PROGRESS
        progress = progress.complete_section(section)
    if when == count:
        assert progress.awaits_test
        progress = progress.pass_test()

    assert progress.state is State.COMPLETED


@given(DAYS, DAYS, st.integers(0, 15), st.integers(1, 9), st.integers(1, 9))
def test_nobody_is_due_before_the_notice_says_nor_with_less_than_the_joiner_days(due, effective, days, approved, since):
    day = DueRule(due, days, approved).for_person(state_calendar(), since, effective)

    assert day >= due
    if since <= approved:
        assert day == due
    else:
        assert day == due or state_calendar().is_business_day(day) or days == 0
        assert state_calendar().between(effective, day) >= days


def test_joiner_days_skip_weekends_and_holidays():
    rule = DueRule(date(2027, 1, 4), 3, 1)

    # The Thursday before New Year's Day, a Friday.
    assert rule.for_person(state_calendar(), 2, date(2026, 12, 31)) == date(2027, 1, 6)
    assert rule.for_person(state_calendar(), 2, date(2026, 12, 21)) == date(2027, 1, 4)
    assert date(2027, 1, 6) - date(2026, 12, 31) == timedelta(days=6)
