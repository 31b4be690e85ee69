"""Blocks and their ids through revisions, and what became of what somebody spoke of."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import prose
from prose import Form, State

LINES = st.sampled_from(
    [
        *(
            "Close the case.",
            "- Print FL-430",
            "(a) Ask the parent",
            "1. Sign it",
            "# Rules",
            "> said",
            "    code",
            "```",
            "",
        ),
        *("[a]: /b", "***", "<div>", "ends", "\t", "- ", "1) x"),
    ]
)
WORDS = ["case", "order", "parent", "court", "worker", "support", "medical", "income", "closes"]
TEXTS = st.lists(LINES, max_size=25).map("\n".join)


def said(blocks):
    return [one.text for one in blocks]


def ids(blocks):
    return [one.id for one in blocks]


@given(TEXTS, st.sampled_from(Form))
def test_blocks_are_the_text_and_none_is_empty(text, form):
    found = prose.blocks(text, form)

    assert "\n".join(said(found)).split() == text.split()
    assert all(one.text.strip() for one in found)


@given(TEXTS, TEXTS, st.sampled_from(Form))
def test_each_block_has_an_id_of_its_own_that_follows_from_the_texts(before, after, form):
    first = prose.blocks(before, form)
    second = prose.blocks(after, form, since=first)

    assert len(set(ids(second))) == len(second)
    assert second == prose.blocks(after, form, since=prose.blocks(before, form))


@given(TEXTS)
def test_a_text_that_stayed_has_the_blocks_that_it_had(text):
    first = prose.blocks(text)

    assert prose.blocks(text, since=first) == first


@given(st.permutations([f"Rule {number} of {number * 7}: the {number} day." for number in range(9)]))
def test_blocks_that_were_moved_are_the_same_ones(order):
    first = prose.blocks("\n\n".join(sorted(order)))
    known = dict(zip(said(first), ids(first), strict=True))

    assert ids(prose.blocks("\n\n".join(order), since=first)) == [known[text] for text in order]


def test_plain_text_is_cut_at_blank_lines_and_items():
    text = "Each case\nis looked at:\n- the order\n  of the court\n\u2022 the address\n\nThen close it."

    assert said(prose.blocks(text)) == [
        "Each case\nis looked at:",
        "- the order\n  of the court",
        "\u2022 the address",
        "Then close it.",
    ]


def test_commonmark_is_cut_where_its_grammar_says():
    text = "# Rules\nEach case:\n\n- the order\n- - the address\n\n```\na\n\nb\n```\n> said\n\n[link]: /there"

    assert said(prose.blocks(text, Form.COMMONMARK)) == [
        "# Rules",
        "Each case:",
        "- the order",
        "- - the address",
        "```\na\n\nb\n```",
        "> said\n\n[link]: /there",
    ]


def test_an_edited_block_is_the_same_and_a_new_one_is_new():
    first = prose.blocks("Close the case within 30 days.\n\nTell the parent in writing.")

    second = prose.blocks(
        "Close the case within 15 days.\n\nLook at the order.\n\nTell the parent in writing.", since=first
    )

    assert ids(second)[::2] == ids(first)
    assert ids(second)[1] not in ids(first)


def test_of_two_equal_blocks_side_by_side_nobody_can_tell_which_one_went():
    first = prose.blocks("Begin here.\n\nSign it.\n\nSign it.\n\nEnd here.")

    second = prose.blocks("Begin here.\n\nSign it.\n\nEnd here.", since=first)

    assert [id in ids(first) for id in ids(second)] == [True, False, True]


def test_of_two_equal_blocks_the_one_that_stays_is_known_by_what_stands_around_it():
    first = prose.blocks("Sign it.\n\nOf parents.\n\nSign it.\n\nOf courts.")

    second = prose.blocks("Of parents.\n\nSign it.\n\nOf courts.", since=first)

    assert ids(second) == ids(first)[1:]


class Edited:
    """A text that somebody edits at random, of look-alikes and twins; which block is which is known."""

    def __init__(self, chance):
        self._chance, self._next = chance, 0
        self.blocks = [self._new() for _ in range(12)]

    def _new(self):
        self._next += 1
        chance = self._chance
        text = chance.choice(
            [
                f"Submit form FL-{chance.randrange(430, 434)} to the court within {chance.choice([15, 30])} days.",
                f"Note {chance.choice('abc')} in the record of the case before the next hearing.",
                " ".join(chance.choices(WORDS, k=9)),
            ]
        )
        return self._next, text

    def step(self):
        """Edit words and delete, write or move others; or copy one.

        Who deletes a block and writes the like in its place has edited it, for all that anybody can see; who copies one
        and edits the first has moved it.
        """
        edit = self._edit
        deletes, writes, moves = (edit, self._delete, self._delete_twin), (edit, self._insert), (edit, self._move)
        full = len(self.blocks) > 8
        able = self._chance.choice([deletes, deletes, writes, moves, (self._copy,)] if full else [writes])
        for _ in range(self._chance.choice([1, 1, 2])):
            self._chance.choice(able)()

    def _place(self):
        return self._chance.randrange(len(self.blocks))

    def _edit(self):
        at = self._place()
        id, text = self.blocks[at]
        words = text.split()
        words[self._chance.randrange(len(words))] = self._chance.choice(["today", "FL-440", "never", "60"])
        self.blocks[at] = id, " ".join(words)

    def _delete(self):
        del self.blocks[self._place()]

    def _delete_twin(self):
        times = Counter(text for _, text in self.blocks)
        twins = [at for at, (_, text) in enumerate(self.blocks) if times[text] > 1]
        if twins:
            del self.blocks[self._chance.choice(twins)]

    def _insert(self):
        self.blocks.insert(self._place(), self._new())

    def _copy(self):
        _, text = self._chance.choice(self.blocks)
        self._next += 1
        self.blocks.insert(self._place(), (self._next, text))

    def _move(self):
        times = Counter(text for _, text in self.blocks)
        at = self._place()
        if times[self.blocks[at][1]] == 1:
            self.blocks.insert(self._place(), self.blocks.pop(at))

    @property
    def text(self):
        return "\n\n".join(text for _, text in self.blocks)


def test_of_ten_thousand_edits_none_carries_an_anchor_to_a_look_alike():
    """D103, D104: twins are deleted, look-alikes inserted; what carries is right, and nothing is lost in silence."""
    chance = random.Random(103)
    edited = Edited(chance)
    shown = prose.blocks(edited.text)
    states = Counter()
    wrong = []
    for number in range(10_000):
        before = dict(zip(ids(shown), edited.blocks, strict=True))
        edited.step()
        now = prose.blocks(edited.text, since=shown)
        after = dict(zip(ids(now), edited.blocks, strict=True))
        spoken = [prose.anchor("", one) for one in shown]
        places = [prose.follow(one, shown, now) for one in spoken]
        states.update(place.state for place in places)
        assert len(places) == len(shown)
        wrong += [
            (number, before[one.block], after[one.block])
            for one, place in zip(spoken, places, strict=True)
            if place.state is not State.GONE and before[one.block][0] != after[one.block][0]
        ]
        shown = now
        if number % 50 == 0:
            edited = Edited(chance)
            shown = prose.blocks(edited.text)

    assert wrong == []
    assert states[State.CARRIED] > 80_000
    assert states[State.CHANGED] > 2_000
    assert states[State.GONE] > 2_000


def block(text):
    return prose.blocks(text)[0]


@pytest.mark.parametrize(
    ("was", "quote", "now", "state"),
    [
        ("Close the case within 30 days.", "", "Close the case within 30 days.", State.CARRIED),
        ("Close the case within 30 days.", "", "Close  the case\nwithin 30 days.", State.CARRIED),
        ("Close the case within 30 days.", "", "Close the case within 15 days.", State.CHANGED),
        ("Close the case within 30 days.", "the case", "Close the case within 15 days.", State.CARRIED),
        ("Close the case within 30 days.", "30 days", "Close the case within 15 days.", State.CHANGED),
        ("Close the case within 30 days.", "", "Close the case within 30 days. Tell the parent.", State.CARRIED),
        # Written again elsewhere: which one was meant can be told by what stands around it alone.
        (
            "Close the case at once or else.",
            "the case",
            "Look at the case first. Close the case at once or else.",
            State.CARRIED,
        ),
        ("Sign the form. Print it.", "the form", "Read it. Print the form.", State.CHANGED),
    ],
)
def test_an_anchor_is_carried_where_its_words_stayed_and_says_both_wordings(was, quote, now, state):
    shown = [block(was)]
    later = [prose.Block(shown[0].id, now)]

    assert prose.follow(prose.anchor("", shown[0], quote), shown, later) == prose.Place(state, was, now)


def test_an_anchor_of_a_block_that_went_is_gone():
    shown = prose.blocks("Close the case.\n\nTell the parent.")

    assert prose.follow(prose.anchor("", shown[1]), shown, shown[:1]) == prose.Place(State.GONE, "Tell the parent.", "")


def test_what_surrounds_the_words_is_kept_with_them():
    text = f"{'a' * 40} the case {'b' * 40}"

    made = prose.anchor("digest", block(text), "the case")

    assert (made.digest, made.quote, made.before, made.after) == ("digest", "the case", f"{'a' * 31} ", f" {'b' * 31}")


@pytest.mark.parametrize("quote", ["no such words", "the"])
def test_words_that_stand_nowhere_or_twice_are_refused(quote):
    with pytest.raises(prose.NotOnePlaceError):
        prose.anchor("", block("Close the case of the parent."), quote)


def test_a_text_of_a_hundred_thousand_characters_is_followed_while_somebody_waits():
    chance = random.Random(7)
    words = Path(__file__).read_text().split()

    def text():
        return "\n\n".join(" ".join(chance.choices(words, k=40)) for _ in range(400))

    first = prose.blocks(text())
    began = time.process_time()
    prose.blocks(text(), since=first)

    assert time.process_time() - began < 5
