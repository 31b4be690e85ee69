"""A forecast of readiness: published figures, what must always hold, and letters that are told by other rules."""

import random
from collections import Counter
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification.forecasts import rules
from notification.forecasts.rules import Act, Left, Pace, Seen

COUNTS = st.integers(0, 2_000)
# So many business days from the day of the forecast to the letter's.
AHEAD = (8, 12, 16)


# Published: Fader and Hardie 2007, table 1 (customers still there, in percent) and section 3 (the fitted parameters).
@pytest.mark.parametrize(
    ("alpha", "beta", "survived"),
    [
        (0.668, 3.806, [86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1]),
        (0.704, 1.182, [63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]),
    ],
    ids=["high end", "regular"],
)
def test_the_mean_left_follows_the_published_curves(alpha: float, beta: float, survived: list[float]) -> None:
    said = [rules.left(Pace(alpha, beta, 0.0), 100, days).mean for days in range(1, 8)]

    assert said == pytest.approx(survived, abs=2.5)


def test_the_interval_of_a_binomial_count_is_read_off_its_table_by_mid_probabilities() -> None:
    """Of 20 at 0.7 any table has P(X <= 11) = 0.113, P(X <= 12) = 0.228, P(X <= 16) = 0.893, P(X <= 17) = 0.965.

    Half of each step below and above: 12 is the first count whose middle is past 0.1, and 17 past 0.9.
    """
    sure = Pace(0.3e9, 0.7e9, 0.0)

    assert rules.left(sure, 20, 1) == Left(pytest.approx(14.0), 12, 17)


def test_of_an_even_beta_every_count_is_as_likely_as_any_other() -> None:
    """With both parameters 1 the beta-binomial is uniform on 0 to n (Skellam 1948)."""
    assert rules.left(Pace(1.0, 1.0, 0.0), 99, 1) == Left(pytest.approx(49.5), 10, 90)


@given(people=COUNTS, days=st.integers(0, 60), could=COUNTS, part=st.floats(0, 1), alike=st.floats(0, 0.5))
def test_an_interval_lies_within_all_people_and_more_days_leave_fewer(
    people: int, days: int, could: int, part: float, alike: float
) -> None:
    own = Seen([could] * 10, [int(could * part)] * 10)
    known = rules.pace(own, [own], alike)

    left = rules.left(known, people, days)

    assert 0 <= left.low <= left.high <= people
    assert 0 <= left.mean <= people
    assert rules.left(known, people, days + 1).mean <= left.mean


@given(ends=st.lists(st.none() | st.tuples(COUNTS, COUNTS), max_size=12))
def test_what_was_seen_are_people_who_could_and_no_more_became_ready_than_that(
    ends: list[tuple[int, int] | None],
) -> None:
    seen = rules.seen(ends)

    assert len(seen.could) == len(seen.became) == sum(None not in pair for pair in pairwise(ends))
    assert all(0 <= ready <= people for people, ready in zip(seen.could, seen.became, strict=True))


def test_people_who_come_one_by_one_are_not_alike_and_those_who_come_together_are() -> None:
    by_chance = random.Random(7)
    alone = [Seen([50] * 10, [sum(by_chance.random() < 0.3 for _ in range(50)) for _ in range(10)]) for _ in range(40)]
    together = [Seen([50] * 10, [50 * (by_chance.random() < 0.3) for _ in range(10)]) for _ in range(40)]

    assert rules.alike(alone) < 0.01
    assert rules.alike(together) == 0.5


def test_where_nobody_ever_moved_nobody_is_expected_to() -> None:
    still = Seen([40] * 10, [0] * 10)
    known = rules.pace(still, [still], 0.0)

    assert rules.left(known, 40, 10).mean > 39.5
    assert rules.days_until_all(known, 40) is None


def test_an_agency_that_was_not_seen_goes_as_all_do() -> None:
    others = [Seen([100] * 10, [10] * 10)] * 5
    unseen = rules.pace(Seen([], []), others, 0.0)

    assert unseen.mean == pytest.approx(0.1, abs=0.001)


@pytest.mark.parametrize(
    ("gap", "not_started", "confirmed", "briefing_counts", "said"),
    [
        (0, 5, False, True, None),
        (3, 5, False, True, Act.CONFIRM),
        (3, 3, True, True, Act.REMIND),
        (3, 2, True, True, Act.BRIEF),
        (3, 2, True, False, Act.CALL),
    ],
)
def test_the_act_that_closes_a_gap_is_the_one_that_asks_least(
    gap: int, not_started: int, confirmed: bool, briefing_counts: bool, said: Act | None
) -> None:
    found = rules.act(gap=gap, not_started=not_started, confirmed=confirmed, briefing_counts=briefing_counts)

    assert found == said


# Letters that are told by other rules than those of the forecast: agencies of 3 to 1,900 people begin late, each at a
# pace of its own that drifts from day to day and drops on Fridays; units come together.
def simulated(seed: int, days: int) -> list[list[int]]:
    """Return how many of each agency were left as each business day ended."""
    by_chance = random.Random(seed)
    usual, drift = by_chance.uniform(0.02, 0.15), by_chance.uniform(-0.02, 0.03)
    agencies = []
    for _ in range(by_chance.randint(20, 47)):
        left = int(min(1_900, max(3, by_chance.lognormvariate(4.3, 1.2))))
        own, begins = min(0.6, usual * by_chance.lognormvariate(0, 0.5)), by_chance.choice([0, 0, 1, 2, 3])
        together, ends = by_chance.uniform(0, 0.15), [left]
        for day in range(days):
            chance = min(0.9, own * (1 + drift) ** day * by_chance.lognormvariate(0, 0.35) * (0.7, 1.05)[day % 5 != 4])
            left -= came(by_chance, left, chance, together) if day >= begins else 0
            ends.append(left)
        agencies.append(ends)
    return agencies


def came(by_chance: random.Random, left: int, chance: float, together: float) -> int:
    """Let each unit, or person, come or not."""
    ready = 0
    while left:
        unit = min(left, by_chance.choice([3, 5, 8, 12]) if by_chance.random() < together else 1)
        ready += unit * (by_chance.random() < chance)
        left -= unit
    return ready


def test_four_of_five_agencies_of_two_hundred_simulated_letters_end_within_their_interval() -> None:
    today, within, missed_by = 12, Counter[int](), dict.fromkeys(AHEAD, 0.0)
    for seed in range(200):
        agencies = simulated(seed, today + max(AHEAD))
        # As the service reads them: how days ended, of so many who are at work.
        each = [rules.seen([(ends[0], ends[0] - left) for left in ends[today - 10 : today + 1]]) for ends in agencies]
        how_alike = rules.alike(each)
        for (ends, own), ahead in product(zip(agencies, each, strict=True), AHEAD):
            if ends[today]:
                said = rules.left(rules.pace(own, each, how_alike), ends[today], ahead)
                within[ahead] += said.low <= ends[today + ahead] <= said.high
                missed_by[ahead] += (ends[today + ahead] - said.mean) / ends[today]
                within[0] += ahead == AHEAD[0]

    assert within[0] > 5_000
    for ahead in AHEAD:
        assert 0.75 <= within[ahead] / within[0] <= 0.85
        assert abs(missed_by[ahead] / within[0]) < 0.06
