"""The rules of rounds, by many small histories."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum.rounds.rules import states
from curriculum.rounds.rules.passages import Became, Following, Spoken, passages, spoken
from curriculum.rounds.rules.states import CommentState, Dates, Said, State
from curriculum.rounds.rules.turns import Reviewed, proposed

WORDS = (
    *("serve", "papers", "within", "thirty", "days", "ask", "the", "sheriff", "keep", "receipt", "tell", "parent"),
    *("open", "case", "file", "form", "at", "once"),
)
DUE, LOOK = date(2027, 3, 1), date(2027, 3, 15)
RUNS = Dates(DUE, closed=False, answered=False, look_until=None)
CLOSED = Dates(DUE, closed=True, answered=False, look_until=None)
ANSWERED = Dates(DUE, closed=True, answered=True, look_until=LOOK)


class Course:
    """Paragraphs in sections, each with what nobody but the test knows: which one it is."""

    def __init__(self, chance):
        self.chance, self.made = chance, 0
        self.parts = [self.new() for _ in range(12)]

    def new(self, text=""):
        self.made += 1
        said = text or " ".join(self.chance.choices(WORDS, k=self.chance.randint(3, 9)))
        return self.made, f"Section {self.chance.randint(1, 3)}", said

    def revise(self):
        at = self.chance.randrange(len(self.parts))
        which, section, text = self.parts[at]
        match self.chance.choice(["add", "twin", "delete", "edit", "move"]):
            case "add":
                self.parts.insert(at, self.new())
            case "twin":
                self.parts.insert(self.chance.randrange(len(self.parts)), self.new(text))
            case "delete" if len(self.parts) > 4:
                del self.parts[at]
            case "edit":
                words = text.split()
                words[self.chance.randrange(len(words))] = self.chance.choice(WORDS)
                self.parts[at] = which, section, " ".join(words)
            case "move" if [one[2] for one in self.parts].count(text) == 1:
                self.parts.insert(self.chance.randrange(len(self.parts)), self.parts.pop(at))

    def read(self, since=()):
        """The passages, and which paragraph each is."""
        found = passages([(section, text) for _, section, text in self.parts], since)
        return found, {one.id: which for one, (which, _, _) in zip(found, self.parts, strict=True)}


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_d103_d104_every_comment_is_carried_changed_or_gone_and_none_goes_to_a_look_alike(seed):
    course = Course(random.Random(seed))
    shown, which = course.read()
    comments = [(spoken("", one, ""), which[one.id], one.text) for one in shown]
    comments.append((Spoken("", "", "", ""), 0, ""))
    lost = set()
    for _ in range(8):
        # One at a time: whoever deletes a passage and writes the like elsewhere has moved it, for all that is seen.
        course.revise()
        now, which = course.read(shown)
        text = {one.id: one.text for one in now}
        following = Following("", shown, now)
        comments = [(following.follow(about), whose, words) for about, whose, words in comments]
        assert {about.became for about, *_ in comments} <= {Became.CARRIED, Became.CHANGED, Became.GONE}
        for about, whose, words in comments:
            assert about.became == Became.CARRIED or not whose or about.words_then == words
            assert (about.became == Became.GONE) == (whose != 0 and about.block == "")
            if about.block:
                assert which[about.block] == whose
            if whose and about.became == Became.CARRIED:
                assert (text[about.block], whose in lost) == (words, False)
            if about.became in {Became.CHANGED, Became.GONE}:
                lost.add(whose)
        assert comments[-1][0].became == Became.CARRIED
        shown = now


def test_what_somebody_placed_goes_on_from_there_and_what_nobody_did_stays_lost_though_the_words_come_back():
    first = passages([("", "Serve the papers within 30 days."), ("", "Keep the receipt for a year.")])
    about = [spoken("", one, "") for one in first]
    second = passages([("", "Serve the papers within 20 days.")], first)
    changed, gone = (Following("", first, second).follow(one) for one in about)
    placed = Spoken(second[0].id, second[0].text, "", "", gone.became, gone.words_then, placed=True)
    third = passages([("", one.text) for one in first], second)

    after = Following("", second, second)
    assert (changed.became, gone.became) == (Became.CHANGED, Became.GONE)
    assert after.follow(placed).became == Became.CARRIED
    back = Following("", second, third)
    assert (back.follow(changed).became, back.follow(gone).became) == (Became.CHANGED, Became.GONE)
    assert back.follow(changed).words_then == first[0].text
    assert back.follow(placed).became == Became.CHANGED


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_d108_whatever_comes_and_goes_those_who_are_always_there_differ_by_one_round_at_most(seed):
    chance = random.Random(seed)
    always = [UUID(int=n) for n in range(1, chance.randint(3, 7))]
    others = [UUID(int=100 + n) for n in range(chance.randint(0, 6))]
    at, history, rounds = datetime(2027, 1, 4, tzinfo=UTC), {}, dict.fromkeys(always, 0)
    for _ in range(chance.randint(1, 40)):
        at += timedelta(hours=1)
        present = [*always, *(one for one in others if chance.random() < 0.5)]
        refuses = {one for one in others if chance.random() < 0.2}
        chosen = proposed(present, history, refuses, chance.randint(1, 3))
        assert set(chosen) <= set(present) - refuses
        for person in chosen:
            # One that declines afterwards is as if it had not been asked; those who are always there never do.
            if person in others and chance.random() < 0.3:
                continue
            history[person] = Reviewed(at, history[person].rounds + 1 if person in history else 1)
            if person in rounds:
                rounds[person] += 1
        assert max(rounds.values()) - min(rounds.values()) <= 1


@given(
    st.builds(
        Said,
        sent=st.booleans(),
        must=st.booleans(),
        answered=st.booleans(),
        satisfied=st.sampled_from([None, True, False]),
        stands=st.sampled_from([None, True, False]),
        passed_on=st.booleans(),
    ),
    st.integers(-40, 40),
)
def test_no_day_ends_a_comment_and_silence_is_never_a_yes(said, days):
    state = states.comment_state(said, ANSWERED, LOOK + timedelta(days=days))

    if said.satisfied is None and said.stands is None and said.sent:
        assert state is (CommentState.TO_RULE if days > 0 else CommentState.ANSWERED)
    assert (state is CommentState.SATISFIED) == (said.sent and said.stands is None and said.satisfied is True)
    ends = said.satisfied is True or said.stands is False or said.passed_on or not said.sent
    assert states.is_unsettled(said) is not ends


@pytest.mark.parametrize(
    ("dates", "comments", "days", "state"),
    [
        (RUNS, [], 0, State.OPEN),
        (RUNS, [Said(sent=True)], 1, State.CLOSED),
        (CLOSED, [Said(sent=True)], -1, State.CLOSED),
        (CLOSED, [Said(sent=False)], -1, State.SETTLED),
        (ANSWERED, [Said(sent=True, answered=True)], 30, State.ANSWERED),
        (ANSWERED, [Said(sent=True, answered=True, stands=True)], 30, State.ANSWERED),
        (ANSWERED, [Said(sent=True, answered=True, stands=True, passed_on=True)], 3, State.SETTLED),
        (ANSWERED, [Said(sent=True, answered=True, satisfied=True)], -1, State.SETTLED),
    ],
)
def test_where_a_round_is_follows_from_what_was_done_and_the_day(dates, comments, days, state):
    assert states.round_state(dates, comments, DUE + timedelta(days=days)) is state
