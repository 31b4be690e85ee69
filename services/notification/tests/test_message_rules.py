"""When messages go, who hears that something is late, and what each says."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification.messages.rules import urgent
from notification.messages.rules.examples import ABOUT, FACTS
from notification.messages.rules.kinds import KINDS
from notification.messages.rules.ladder import (
    AGENCY_LADDER,
    COORDINATOR,
    DIRECTOR,
    STAFF,
    STAFF_LADDER,
    STATE,
    SUPERVISOR,
    WHOM,
    Ladder,
    Level,
    Of,
    Rung,
    check,
    holding,
    reached,
)
from notification.messages.rules.said import said
from notification.messages.rules.windows import Hours, Window
from servicekit.calendar import PACIFIC
from servicekit.refusals import InvalidField
from servicekit.testing.offices import state_calendar

CALENDAR = state_calendar()
HOURS = Hours(CALENDAR)
# A year with both changes of the clock, in minutes.
YEAR = st.integers(0, 363 * 24 * 60).map(lambda minutes: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


def local(year, month, day, hour, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=PACIFIC)


@given(at=YEAR, window=st.sampled_from(Window))
def test_over_a_year_nothing_goes_at_night_on_a_weekend_or_on_a_holiday(at, window):
    goes = HOURS.goes_at(window, at).astimezone(PACIFIC)

    assert CALENDAR.is_business_day(goes.date())
    assert time(7) <= goes.time() < time(18)
    assert goes >= at


@given(at=YEAR, window=st.sampled_from(Window))
def test_what_is_urgent_goes_with_the_next_full_minute_whatever_the_hour(at, window):
    goes = HOURS.goes_at(window, at, urgent=True)

    if window is not Window.WEEK:
        assert timedelta(0) < goes - at <= timedelta(minutes=1)
    assert goes.second == goes.microsecond == 0


@given(at=YEAR)
def test_all_that_is_wanted_for_a_morning_goes_at_eight_and_for_a_week_in_its_first_morning(at):
    morning = HOURS.goes_at(Window.MORNING, at).astimezone(PACIFIC)
    week = HOURS.goes_at(Window.WEEK, at).astimezone(PACIFIC)

    assert morning.time() == week.time() == time(8)
    # No business day of its week comes before it.
    monday = week.date() - timedelta(days=week.weekday())
    before = (monday + timedelta(days=n) for n in range(week.weekday()))
    assert not any(CALENDAR.is_business_day(day) for day in before)


@pytest.mark.parametrize(
    ("wanted", "window", "goes"),
    [
        # A Friday evening: the Monday is Presidents' Day.
        (local(2027, 2, 12, 18), Window.NOW, local(2027, 2, 16, 7)),
        (local(2027, 2, 12, 17, 58), Window.NOW, local(2027, 2, 12, 17, 59)),
        (local(2027, 2, 12, 6, 30), Window.NOW, local(2027, 2, 12, 7)),
        (local(2027, 2, 12, 8), Window.MORNING, local(2027, 2, 12, 8)),
        (local(2027, 2, 12, 8, 1), Window.MORNING, local(2027, 2, 16, 8)),
        # The clock goes forward on March 14 and back on November 7: eight stays eight.
        (local(2027, 3, 12, 12), Window.MORNING, local(2027, 3, 15, 8)),
        (local(2027, 11, 5, 12), Window.MORNING, local(2027, 11, 8, 8)),
        (local(2027, 2, 10, 9), Window.WEEK, local(2027, 2, 16, 8)),
    ],
)
def test_moments(wanted, window, goes):
    assert HOURS.goes_at(window, wanted) == goes


def test_in_a_demonstration_what_goes_at_once_goes_at_any_hour_within_seconds():
    at = local(2027, 2, 13, 23, 10)
    assert Hours(CALENDAR, always=True).goes_at(Window.NOW, at) == at + timedelta(seconds=1)


def test_rungs_are_climbed_in_order_of_business_days_and_none_is_skipped():
    # Wednesday; the Monday after is a holiday.
    due = date(2027, 2, 10)
    days = [date(2027, 2, 1) + timedelta(days=n) for n in range(40)]
    first = {}
    for today in days:
        for step in reached(STAFF_LADDER, CALENDAR, [due], today):
            first.setdefault((step.rung.kind.name, step.rung.business_days, step.rung.whom), today)

    assert first == {
        ("letter.due", -3, "staff"): date(2027, 2, 5),
        ("letter.due", -1, "staff"): date(2027, 2, 9),
        ("letter.overdue", 1, "staff"): date(2027, 2, 11),
        ("team.overdue", 2, "supervisor"): date(2027, 2, 12),
        ("team.overdue", 3, "coordinator"): date(2027, 2, 16),
        ("team.overdue", 5, "director"): date(2027, 2, 18),
        ("team.overdue", 8, "policy_analyst"): date(2027, 2, 23),
    }


def test_what_was_missed_for_more_than_a_week_is_not_caught_up_with():
    due = date(2027, 2, 10)
    late = list(reached((*STAFF_LADDER, *AGENCY_LADDER), CALENDAR, [due], date(2027, 3, 10)))

    assert late == []


def test_a_ladder_that_was_changed_begins_with_the_day_after():
    due = date(2027, 2, 10)
    rungs = [Rung(Of.WORK, -3, STAFF), Rung(Of.WORK, -1, STAFF)]

    # The rung of three days before was on Friday the 5th.
    assert [step.rung.business_days for step in reached(rungs, CALENDAR, [due], date(2027, 2, 9))] == [-3, -1]
    changed = list(reached(rungs, CALENDAR, [due], date(2027, 2, 9), changed_on=date(2027, 2, 5)))
    assert [step.rung.business_days for step in changed] == [-1]


def test_the_nearest_level_that_has_steps_of_its_own_holds_and_its_last_change_counts():
    own, theirs, day = (Rung(Of.WORK, -2, STAFF),), (Rung(Of.WORK, -9, STAFF),), date(2027, 2, 1)
    names = ["notices/n", "series/CSSP", "state"]

    assert holding({}, names) == Ladder()
    levels = {"state": Level(theirs, day), "series/CSSP": Level(own, date(2027, 1, 4))}
    assert holding(levels, names) == Ladder(own, "series/CSSP", day)
    # Back to the level above: the day of that counts, too.
    levels["series/CSSP"] = Level(None, date(2027, 3, 1))
    assert holding(levels, names) == Ladder(theirs, "state", date(2027, 3, 1))
    assert holding(levels, ["notices/n", "series/CSS", "state"]) == Ladder(theirs, "state", day)


def test_the_ladder_as_cadre_comes_can_be_saved():
    check(Ladder().rungs)


@pytest.mark.parametrize(
    ("rungs", "field", "rule"),
    [
        ([], "ladder.rungs", "must have at least one step for staff that is on"),
        ([Rung(Of.WORK, -3, STAFF, on=False)], "ladder.rungs", "must have at least one step for staff that is on"),
        (
            [Rung(Of.WORK, -21, STAFF)],
            "ladder.rungs[0].business_days",
            "must be from -20 to 30 business days after the due day",
        ),
        (
            [Rung(Of.WORK, -3, STAFF), Rung(Of.WORK, 31, STATE)],
            "ladder.rungs[1].business_days",
            "must be from 1 to 30 business days after the due day",
        ),
        (
            [Rung(Of.WORK, -3, STAFF), Rung(Of.WORK, -1, SUPERVISOR)],
            "ladder.rungs[1].business_days",
            "must be from 1 to 30 business days after the due day",
        ),
        (
            [Rung(Of.WORK, -3, STAFF), Rung(Of.WORK, -3, STAFF, on=False)],
            "ladder.rungs[1].business_days",
            "must not be a step twice",
        ),
        (
            [Rung(Of.WORK, 3, STAFF), Rung(Of.WORK, 2, SUPERVISOR)],
            "ladder.rungs[1].business_days",
            "must not come before the first step of those who are nearer to the work",
        ),
        (
            [Rung(Of.WORK, -3, STAFF), Rung(Of.CONFIRMATION, 3, COORDINATOR), Rung(Of.CONFIRMATION, 1, DIRECTOR)],
            "ladder.rungs[2].business_days",
            "must not come before the first step of those who are nearer to the work",
        ),
        (
            [Rung(Of.WORK, -3, STAFF), Rung(Of.CONFIRMATION, 3, SUPERVISOR)],
            "ladder.rungs[1].whom",
            "must be somebody who confirms for an agency",
        ),
        ([Rung(Of.WORK, n - 20, STAFF) for n in range(31)], "ladder.rungs", "must have at most 30 steps"),
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused_with_the_step_and_the_rule(rungs, field, rule):
    with pytest.raises(InvalidField) as refused:
        check(rungs)
    assert (refused.value.field, refused.value.metadata["rule"]) == (field, rule)


RUNGS = st.builds(Rung, st.sampled_from(Of), st.integers(-20, 30), st.sampled_from(WHOM), st.booleans())


@given(rungs=st.lists(RUNGS, max_size=12))
def test_whatever_can_be_saved_is_heard_in_order_from_staff_to_the_state(rungs):
    try:
        check(rungs)
    except InvalidField:
        return
    for of in Of:
        firsts = [[r.business_days for r in Ladder(tuple(rungs)).of(of) if r.whom == whom] for whom in WHOM]
        days = [min(own) for own in firsts if own]
        assert days == sorted(days)
    assert any(rung.on and rung.whom == STAFF for rung in rungs)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_a_sentence_whose_facts_are_all_said_in_words(kind):
    words = said(kind, ABOUT, FACTS)
    text = " ".join((words.title, *words.lines))

    assert words.link.startswith("/")
    assert words.act
    assert not re.search(r"\d{4}-\d\d-\d\d|\{|None", text)
    assert all(line == "" or line[-1] in ".?!" for line in words.lines)


@pytest.mark.parametrize(
    ("issued", "due", "expected"),
    [
        # In the morning: 3 p.m., 5 p.m., and the state after an office hour of the next business day.
        (
            local(2027, 2, 12, 9),
            date(2027, 2, 12),
            [
                ("coordinator", "before", local(2027, 2, 12, 15)),
                ("coordinator", "at", local(2027, 2, 12, 17)),
                ("director", "at", local(2027, 2, 12, 17)),
                # The Monday after is a holiday.
                ("policy_analyst", "after", local(2027, 2, 16, 9)),
            ],
        ),
        # An hour before offices close: they have just heard of it.
        (
            local(2027, 2, 10, 16),
            date(2027, 2, 10),
            [
                ("coordinator", "at", local(2027, 2, 10, 17)),
                ("director", "at", local(2027, 2, 10, 17)),
                ("policy_analyst", "after", local(2027, 2, 11, 9)),
            ],
        ),
        # On the Saturday before the clock goes forward: by noon on Monday.
        (
            local(2027, 3, 13, 22),
            date(2027, 3, 15),
            [
                ("coordinator", "before", local(2027, 3, 15, 10)),
                ("coordinator", "at", local(2027, 3, 15, 12)),
                ("director", "at", local(2027, 3, 15, 12)),
                ("policy_analyst", "after", local(2027, 3, 15, 13)),
            ],
        ),
    ],
)
def test_agencies_of_an_urgent_letter_are_reminded_by_the_hour(issued, due, expected):
    first, now = {}, issued
    while now < issued + timedelta(days=6):
        for step in urgent.reached(CALENDAR, [due], issued, now):
            first.setdefault((step.rung.whom, step.hour), now)
        now += timedelta(minutes=15)

    assert [(*key, at.astimezone(PACIFIC)) for key, at in first.items()] == expected
    assert urgent.deadline(due, issued) == first["coordinator", "at"]


@pytest.mark.parametrize(
    ("people", "title"),
    [
        ("1", f"1 person is past due at your agency under {FACTS['letter']}"),
        ("3", f"3 people are past due at your agency under {FACTS['letter']}"),
    ],
)
def test_one_is_one_and_several_are_several(people, title):
    assert said("team.overdue", ABOUT, FACTS | {"people": people}).title == title


def test_an_urgent_letter_of_after_hours_is_confirmed_by_noon():
    facts = FACTS | {"urgent": "yes", "morning": "yes"}
    for kind in ("letter.unconfirmed", "letter.issued"):
        assert "Friday, February 5, 2027, noon Pacific time." in " ".join(said(kind, ABOUT, facts).lines)
        assert said(kind, ABOUT, facts).title.startswith("Urgent: ")


def test_the_state_hears_of_agencies_and_a_supervisor_of_a_unit():
    of_state = said("team.overdue", ABOUT, {**FACTS, "agency": ""})
    of_unit = said("team.overdue", ABOUT, {**FACTS, "unit_title": "Intake"})

    assert "2 agencies" in of_state.lines[0]
    assert "in Intake" in of_unit.title
