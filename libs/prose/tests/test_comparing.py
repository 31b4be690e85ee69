"""What changed between two texts, against what a comparison must hold for any two."""

import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prose import Kind, Piece, compare

WORDS = st.sampled_from(
    ["shall", "may", "the", "case", "worker", "close", "30", "days", "§ 303.11", "Álvarez", "e\u0301"]
)
BLANKS = st.sampled_from([" ", "  ", "\n", "\n\n", "\t", "\u00a0", "\r\n"])
TEXTS = st.lists(st.one_of(WORDS, BLANKS), max_size=60).map("".join) | st.text(max_size=40)


def marked(before, after):
    signs = {Kind.SAME: "{}", Kind.ADDED: "+{}+", Kind.REMOVED: "-{}-"}
    return " ".join(signs[piece.kind].format(" ".join(piece.text.split())) for piece in compare(before, after))


@given(TEXTS, TEXTS)
def test_what_is_the_same_or_added_is_the_text_after_and_what_is_the_same_or_removed_the_text_before(before, after):
    pieces = compare(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != Kind.REMOVED) == after
    assert "".join(piece.text for piece in pieces if piece.kind != Kind.ADDED).split() == before.split()


@given(TEXTS, TEXTS)
def test_words_of_neighboring_pieces_never_touch(before, after):
    pieces = compare(before, after)

    assert [word for piece in pieces for word in piece.text.split()] == "".join(piece.text for piece in pieces).split()


@given(TEXTS, TEXTS)
def test_pieces_say_something_and_neighbors_are_of_different_kinds(before, after):
    pieces = compare(before, after)

    assert all(piece.text for piece in pieces)
    assert all(one.kind != other.kind for one, other in itertools.pairwise(pieces))


@given(TEXTS)
def test_a_text_is_the_same_as_itself_and_changes_of_white_space_are_none(text):
    again = "\n\n ".join(text.split())

    assert {piece.kind for piece in compare(text, text)} <= {Kind.SAME}
    assert {piece.kind for piece in compare(text, again)} <= {Kind.SAME}


@given(TEXTS, TEXTS)
def test_what_is_compared_twice_is_answered_twice_alike(before, after):
    assert compare(before, after) == compare(before, after)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("", "All cases.", "+All cases.+"),
        ("All cases.", "", "-All cases.-"),
        ("Within 30 days.", "Within 15 days.", "Within -30- +15+ days."),
        (
            "Close the case within 30 days.\n\nTell the parent.",
            "Close the case within 30 days.\n\nLook at the order first.\n\nTell the parent.",
            "Close the case within 30 days. +Look at the order first.+ Tell the parent.",
        ),
        # A new item that begins as others do is taken as a whole.
        (
            "- Print the form.\n- Sign the form.",
            "- Print the form.\n- Read the form.\n- Sign the form.",
            "- Print the form. +- Read the form.+ - Sign the form.",
        ),
        # Nobody reads a mosaic of a word here and a word there.
        (
            "Workers open the order and read it aloud.",
            "Supervisors print the decision and file it today.",
            "-Workers open the order and read it aloud.- +Supervisors print the decision and file it today.+",
        ),
    ],
)
def test_changes_are_marked_as_a_person_would(before, after, expected):
    assert marked(before, after) == expected


def test_what_was_removed_stands_before_what_took_its_place():
    assert compare("may close", "shall close") == [
        Piece(Kind.REMOVED, "may "),
        Piece(Kind.ADDED, "shall "),
        Piece(Kind.SAME, "close"),
    ]


def test_texts_of_a_hundred_thousand_characters_are_compared_while_somebody_waits():
    chance = random.Random(1)
    words = [f"word{number}" for number in range(3_000)]
    common = [1 / number for number in range(1, 3_001)]

    def text():
        return " ".join(chance.choices(words, common, k=16_000))

    before = text()
    edited = before.split()
    for _ in range(300):
        edited[chance.randrange(len(edited))] = "new"

    for after in (" ".join(edited), text(), before.replace(" ", "\n\n")):
        began = time.process_time()
        compare(before, after)
        assert time.process_time() - began < 2
