"""How ballots are counted, by the rules alone."""

import itertools
import random
import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum.governance.rules import bodies, counting, seats, states
from curriculum.governance.rules.bodies import Bar, BodyRules, DecisionClass, Threshold
from curriculum.governance.rules.counting import Choice, Outcome, Recorded, Vote
from curriculum.governance.rules.seats import As, Line, Said, Term
from curriculum.governance.rules.states import State
from curriculum.governance.rules.still_needed import still_needed
from servicekit.refusals import InvalidField

# As the site fills it in for a demonstration: no public page has the numbers of these committees.
TOLD = {
    "quorum": {"numerator": 1, "denominator": 2},
    "quorumOfEachConstituency": 1,
    "thresholds": [
        {
            "decisionClass": "MAJOR",
            "ofAll": {"numerator": 2, "denominator": 3},
            "ofEachConstituency": {"numerator": 1, "denominator": 2},
            "yesOfEachConstituency": 1,
        },
        {"decisionClass": "MINOR", "ofAll": {"numerator": 1, "denominator": 2}},
    ],
    "override": {"numerator": 2, "denominator": 3},
    "writtenVotes": True,
}
RULES = bodies.read(TOLD)
MAJOR = RULES.threshold(DecisionClass.MAJOR)
# Two classes of voters, each with a threshold of its own: the form that a public forum of vendors uses.
FORUM = Threshold(of_one={"1": Bar(2, 3, at_least=True), "2": Bar(1, 2)}, yes_of_each=1)
# Ballot: yes, no and abstentions of both classes, quorum; whether it passes, and what the page says otherwise.
NINE = [
    ("185", (1, 24, 3), (2, 2, 1), 11, Outcome.FAILED, Recorded(Outcome.FAILED)),
    ("197", (18, 0, 5), (3, 0, 1), 12, Outcome.PASSED, Recorded(Outcome.PASSED, carried=True)),
    ("208", (13, 1, 2), (2, 2, 0), 10, Outcome.FAILED, Recorded(Outcome.FAILED, voices={"1": 14})),
    ("221", (6, 0, 0), (0, 1, 0), 10, Outcome.NO_QUORUM, Recorded(Outcome.NO_QUORUM)),
    ("SC3", (17, 0, 0), (5, 0, 0), 11, Outcome.PASSED, Recorded(Outcome.PASSED, carried=True)),
    ("SC18", (1, 9, 0), (0, 1, 0), 13, Outcome.NO_QUORUM, Recorded(Outcome.NO_QUORUM, carried=True)),
    ("SC22", (11, 20, 2), (7, 0, 0), 10, Outcome.FAILED, Recorded(Outcome.FAILED, carried=True)),
    ("FORUM-20v2", (11, 1, 0), (1, 0, 0), 13, Outcome.PASSED, Recorded(Outcome.PASSED, voices={"1": 23})),
    ("FORUM-21", (20, 0, 0), (3, 0, 0), 15, Outcome.PASSED, Recorded(Outcome.PASSED, carried=True)),
]
CONTRADICTED = {"208": ["voices of 1"], "SC18": ["carried"], "SC22": ["carried"], "FORUM-20v2": ["voices of 1"]}
TODAY = date(2026, 3, 2)


def votes_of(constituency, choices):
    return [Vote(f"{constituency}-{n}", constituency, choice) for n, choice in enumerate(choices)]


def class_of(name, numbers):
    choices = zip((Choice.YES, Choice.NO, Choice.ABSTAIN), numbers, strict=True)
    return votes_of(name, [choice for choice, n in choices for _ in range(n)])


@pytest.mark.parametrize(("name", "first", "second", "quorum", "outcome", "page"), NINE, ids=[row[0] for row in NINE])
def test_d118_nine_real_ballots_count_as_they_ended_and_four_of_their_pages_contradict_their_counts(
    name, first, second, quorum, outcome, page
):
    votes = [*class_of("1", first), *class_of("2", second)]
    rules = BodyRules(Bar(quorum, len(votes), at_least=True), 0, {DecisionClass.MAJOR: FORUM}, None, written_votes=True)

    assert counting.outcome(votes, rules, FORUM) is outcome
    assert counting.contradictions(page, votes, rules, FORUM) == CONTRADICTED.get(name, [])


def random_ballot(chance):
    """Seats of some constituencies, some of which have said something, and the rules of some body."""
    pool = [None, None, *Choice]
    votes = [
        Vote(f"{name}-{n}", name, chance.choice(pool), overrides=chance.random() < 0.2)
        for name in ("local", "state", "association")[: chance.randint(1, 3)]
        for n in range(chance.randint(1, 6))
    ]
    bars = [None, Bar(1, 2), Bar(2, 3), Bar(1, 2, at_least=True), Bar(2, 3, at_least=True), Bar(3, 4, at_least=True)]
    threshold = Threshold(chance.choice(bars), chance.choice(bars), {}, chance.randint(0, 2))
    quorum, override = chance.choice(bars[1:]), chance.choice([None, Bar(2, 3, at_least=True)])
    return votes, BodyRules(quorum, chance.randint(0, 2), {}, override, written_votes=True), threshold


def given_what_is_missing(votes, needed):
    """The ballot with the yes that is missing, given by seats that said nothing; and who gave it."""
    left = {vote.seat: vote for vote in votes if vote.choice is None}
    givers = []
    for name, n in needed.yes_in.items():
        givers += [seat for seat, vote in left.items() if vote.constituency == name][:n]
    givers += [seat for seat in left if seat not in givers][: needed.yes_anywhere]
    return givers


def after(votes, *, yes=(), lifted=()):
    """The votes, where the seats *yes* say so and those *lifted* object no more."""
    said = {**dict.fromkeys(yes, Choice.YES), **dict.fromkeys(lifted, Choice.ABSTAIN)}
    return [replace(vote, choice=said[vote.seat], overrides=False) if vote.seat in said else vote for vote in votes]


def test_d110_what_is_said_to_be_missing_once_given_passes_and_less_does_not():
    chance = random.Random("ballots")
    passed = lacking = held = out_of_reach = 0
    for _ in range(2_000):
        votes, rules, threshold = random_ballot(chance)
        needed = still_needed(votes, rules, threshold)
        now = counting.outcome(votes, rules, threshold)
        assert needed.nothing is (now is Outcome.PASSED)
        if not needed.reachable:
            everybody = after(votes, yes=[v.seat for v in votes if v.choice is None], lifted=needed.holds)
            assert counting.outcome(everybody, rules, threshold) is not Outcome.PASSED
            out_of_reach += 1
            continue
        givers = given_what_is_missing(votes, needed)
        assert len(givers) == needed.yes

        def ends(yes, lifted, votes=votes, rules=rules, threshold=threshold):
            return counting.outcome(after(votes, yes=yes, lifted=lifted), rules, threshold)

        assert ends(givers, needed.holds) is Outcome.PASSED
        for fewer in itertools.combinations(givers, max(0, len(givers) - 1)):
            if givers:
                assert ends(fewer, needed.holds) is not Outcome.PASSED
        for kept in needed.holds:
            assert ends(givers, [seat for seat in needed.holds if seat != kept]) is not Outcome.PASSED
        passed, lacking, held = passed + needed.nothing, lacking + bool(givers), held + bool(needed.holds)
    # Each kind came often enough to mean something; 200 of them in all at least.
    assert min(passed, lacking, held, out_of_reach) > 50
    assert passed + lacking > 200


@given(st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_an_objection_blocks_until_enough_of_those_without_a_conflict_override_it(chance):
    votes, rules, threshold = random_ballot(chance)
    objecting = counting.holds(votes)
    free = sum(vote.choice is not Choice.RECUSED for vote in votes)
    overriding = sum(vote.overrides and vote.choice in {*counting.FOR, Choice.NO, Choice.ABSTAIN} for vote in votes)

    if counting.outcome(votes, rules, threshold) is Outcome.PASSED and objecting:
        assert rules.override
        assert 3 * overriding >= 2 * free


def test_an_abstention_counts_for_the_quorum_alone_and_who_is_recused_for_nothing():
    three = votes_of("local", [Choice.YES, Choice.YES, None])
    four = votes_of("state", [Choice.YES, None, None, None])

    def ends(*more):
        return counting.outcome([*three, *four[:1], *votes_of("board", more)], RULES, MAJOR)

    assert counting.outcome([*three, *four], RULES, MAJOR) is Outcome.NO_QUORUM
    assert ends(Choice.YES) is Outcome.PASSED
    assert ends(Choice.ABSTAIN) is Outcome.FAILED
    assert ends(Choice.RECUSED) is Outcome.NO_QUORUM


def test_where_everybody_is_recused_or_abstains_nothing_passes():
    rules = replace(RULES, quorum_of_each=0)
    nothing_asked = Threshold()

    assert counting.outcome(votes_of("a", [Choice.RECUSED] * 3), rules, nothing_asked) is Outcome.NO_QUORUM
    assert counting.outcome(votes_of("a", [Choice.ABSTAIN] * 3), rules, nothing_asked) is Outcome.FAILED
    assert counting.outcome([], rules, nothing_asked) is Outcome.NO_QUORUM


def test_a_class_of_which_a_body_says_nothing_needs_what_the_weightiest_does_and_none_at_all_is_refused():
    assert RULES.threshold(DecisionClass.EDITORIAL) == MAJOR != RULES.threshold(DecisionClass.MINOR)
    with pytest.raises(InvalidField, match="decision_class"):
        bodies.read({"quorum": {"numerator": 1, "denominator": 2}}).threshold(DecisionClass.MAJOR)
    with pytest.raises(InvalidField, match=r"rules\.quorum"):
        bodies.read({})


def test_d111_every_state_of_a_ballot_that_has_not_ended_has_an_exit_that_asks_for_nobodys_yes():
    begun = {State.PREPARED, State.OPEN}

    assert set(states.EXITS) == set(State) == begun | states.ENDED
    assert {State(outcome.value) for outcome in Outcome} == states.ENDED
    for state in begun:
        assert {State.WITHDRAWN, State.VOID} <= states.EXITS[state]
    assert states.EXITS[State.OPEN] == states.ENDED
    for before, wanted in itertools.product(states.ENDED, State):
        with pytest.raises(states.BallotNotOpen):
            states.move("ballots/x", before, wanted)


# ---- seats ----


def term(person, *, start=0, end=None, carries_over=False, part="MEMBER"):
    last = None if end is None else TODAY + timedelta(days=end)
    return Term(uuid.uuid4(), person, "one", part, TODAY + timedelta(days=start), last, carries_over)


def test_who_sits_in_a_seat_on_a_day_goes_on_after_the_term_until_somebody_follows_and_not_again_when_they_leave():
    ann, ben = uuid.uuid4(), uuid.uuid4()
    first = term(ann, start=-100, end=0, carries_over=True)
    second = term(ben, start=10, end=20)
    mistake = term(ben, start=3, end=3, carries_over=True)
    terms = [first, second, mistake]

    def sitting(day):
        return {one.person for one in terms if seats.sits(one, TODAY + timedelta(days=day), terms)}

    assert [sitting(day) for day in (-101, -100, 0, 9, 10, 19, 20)] == [set(), {ann}, {ann}, {ann}, {ben}, {ben}, set()]


@given(
    st.lists(
        st.tuples(st.sampled_from(As), st.sampled_from(Choice), st.booleans()),
        max_size=8,
    )
)
def test_d116_a_seat_has_one_position_and_the_members_own_replaces_the_alternates_whatever_comes_last(given_):
    said = [Said(n, spoke, choice, counted) for n, (spoke, choice, counted) in enumerate(given_)]
    valid = [one for one in said if one.counted]

    chosen = seats.counts(said)

    if not valid:
        assert chosen is None
        return
    own = [one for one in valid if one.spoke_as is As.HOLDER]
    following = [one for one in valid if one.spoke_as is As.SUCCESSOR]
    assert chosen == (own or following or valid)[-1]


@pytest.mark.parametrize("spoke", [False, True])
def test_d115_a_position_stands_when_the_term_ends_and_one_not_given_falls_to_who_follows_not_to_who_returns(spoke):
    ann, ben, zoe = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    left = term(ann, start=-100, end=5)
    followed = term(ben, start=5, end=9)
    returned = term(ann, start=9)
    deputy = term(zoe, start=-100, part="ALTERNATE")
    line = Line("one", ann, left.id, TODAY, zoe, deputy.id)
    terms = [left, followed, returned, deputy]
    said = [Said(1, As.HOLDER, Choice.NO)] if spoke else []

    def speak(day):
        at = TODAY + timedelta(days=day)
        return [seats.speaks_as(line, person, at, terms, said) for person in (ann, ben, zoe)]

    assert speak(4) == [As.HOLDER, None, As.ALTERNATE]
    assert speak(5) == [None, None if spoke else As.SUCCESSOR, As.ALTERNATE]
    assert speak(9) == [None, None, As.ALTERNATE]
    assert seats.counts(said) == (said[0] if spoke else None)
