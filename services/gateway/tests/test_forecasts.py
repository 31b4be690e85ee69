"""What a forecast says in words."""

from datetime import date

import pytest

from gateway.letters import forecasts
from gateway.letters.forecasts import Forecast

TODAY = date(2026, 12, 9)


@pytest.mark.parametrize(
    ("expected", "low", "high", "said"),
    [
        (9, 7, 11, "about 9 of 11 (7 to 11)"),
        (9, 9, 9, "about 9 of 11"),
        (11, 9, 11, "about 11 of 11 (9 to 11)"),
        (11, 11, 11, "all 11"),
    ],
)
def test_how_many_are_expected_is_said_with_how_sure_that_is(expected, low, high, said):
    assert forecasts.expected(Forecast(at_work=11, expected=expected, low=low, high=high)) == said


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (Forecast(), "in time"),
        (Forecast(days_short=1), "1 business day late"),
        (Forecast(days_short=60), "60 business days late"),
        (Forecast(days_short=61), "more than 60 business days late"),
        (Forecast(never=True), "not within a year"),
    ],
)
def test_when_the_last_one_is_ready_is_said_in_business_days(ahead, said):
    assert forecasts.short(ahead) == said


@pytest.mark.parametrize(
    ("act", "people", "said"),
    [
        (Forecast.ACT_UNSPECIFIED, 0, ""),
        (Forecast.CONFIRM, 11, "Confirm the letter, so that it is begun"),
        (Forecast.REMIND, 1, "Remind the 1 person who has not started"),
        (Forecast.REMIND, 1200, "Remind the 1,200 people who have not started"),
        (Forecast.BRIEF, 3, "Brief the 3 people left, by Dec 11"),
        (Forecast.CALL, 1, "Speak with the 1 person left, by Dec 11"),
    ],
)
def test_what_helps_soonest_names_how_many_and_until_when(act, people, said):
    assert forecasts.help_by(Forecast(act=act, act_people=people, act_by="2026-12-11"), TODAY) == said


@pytest.mark.parametrize(("pace", "said"), [(0, "0 a day"), (1.44, "1.4 a day"), (2, "2 a day"), (84.6, "85 a day")])
def test_a_pace_has_as_many_places_as_it_deserves(pace, said):
    assert forecasts.pace(Forecast(pace=pace)) == said
