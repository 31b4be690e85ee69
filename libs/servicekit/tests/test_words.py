"""One cutting into words for what is kept and what is asked."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit import words


def no_stems(_word):
    return ()


def finds(query, text, stems=no_stems):
    """Whether *text* is found, by a reading of the question that needs no database."""
    return all(_holds(chain.query(stems), words.kept(text)) for chain in words.asked(query))


def _holds(query, kept):
    """Evaluate a `tsquery` on words: Python's own operators, each operand by a look at *kept*."""
    ways = []
    for operand in query.replace("(", " ( ").replace(")", " ) ").split():
        if operand.startswith("'"):
            word = operand.split("'")[1]
            there = any(one.startswith(word) if operand.endswith(":*") else one == word for one in kept)
            ways.append(str(there))
        else:
            ways.append({"&": "and", "|": "or"}.get(operand, operand))
    return eval(" ".join(ways))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("under 42 USC 654.7(b)", "654.7"),
        ("under 42 USC 654.7(b)", "42 usc 654.7"),
        ("under 42 USC 654.7(b)", "654.7(b)"),
        ("Health Code 1203(c)(4).", "1203(c)(4)"),
        ("Health Code 1203(c)(4).", "1203"),
        ("under 29 U.S.C. \u00a7 1673", "29 USC 1673"),
        ("under 29 USC 1673", "29 U.S.C. \u00a7 1673"),
        ("20 C.F.R. 404.1", "20 cfr 404.1"),
        ("as SB 343 says", "SB343"),
        ("form DV-105", "DV-105"),
        ("form DV-105", "dv 105"),
        ("form DV-105", "DV105"),
        ("form DV\u2011105", "DV-105"),
        ("form DV 105", "DV-105"),
        ("form DV105", "DV-105"),
        ("see courts.example.gov/forms", "courts.example.gov"),
        ("see https://courts.example.gov/forms?x=1", "example.gov/forms"),
        ("custody/visitation", "visitation"),
        ("custody/visitation", "custody/visitation"),
        ("visitation and custody", "custody/visitation"),
        ("fiscal years 2031\u201332", "2031-32"),
        ("a \u201cgrossedup\u201d amount", "grossedup"),
        ("a \u201cgrossedup\u201d amount", '"grossedup"'),
        ("waived\u2014arrears stay", "arrears"),
        ("D\u2019Angelo", "D'Angelo"),
        ("D'Angelo", "D\u2019Angelo"),
        ("D\u00b4Angelo", "dangelo"),
        ("D'Angelo", "Angelo"),
        ("DAngelo", "D'Angelo"),
        ("the child\u2019s share", "child"),
        ("the children's share", "childrens"),
        ("Ibáñez\u2013Šimůnek", "Ibanez"),
        ("Ibáñez\u2013Šimůnek", "simunek"),
        ("Iban\u0303ez", "Ibáñez"),
        ("Søren Æbelø", "soren aebelo"),
        ("Weiß", "weiss"),
        ("Đặng", "dang"),
        ("re\u00adim\u00adburse", "reimburse"),
        ("reim-\n  bursement", "reimbursement"),
        ("re-employed", "reemployed"),
        ("reemployed", "re-employed"),
        ("Պետրոսյան", "պետրոսյան"),
        ("पेन्शन", "पेन्शन"),
        ("陈美玲", "陈"),
        ("\ufb01nal order", "final"),
    ],
)
def test_a_text_is_found_by_what_stands_in_it_however_that_is_typed(text, query):
    assert finds(query, text)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("654.8 and 7", "654.7"),
        ("pages 654 and 7", "654.7"),
        ("in 2031 and 32", "2031-32"),
        ("form DV-106", "DV-105"),
        ("angel", "angelo"),
        ("visitation", "custody/visitation"),
    ],
)
def test_another_citation_is_not_found(text, query):
    assert not finds(query, text)


@given(st.text(max_size=200))
def test_every_text_is_found_by_itself_and_by_each_of_its_pieces(text):
    assert finds(text, text)
    for piece in text.split():
        assert finds(piece, text), piece


@given(st.text(max_size=100), st.text(max_size=100))
def test_what_else_a_text_holds_changes_none_of_its_words(text, other):
    assert {*words.kept(text), *words.kept(other)} == {*words.kept(f"{text}\n\n{other}")}


@given(st.text(max_size=200))
def test_words_hold_letters_figures_and_hyphens_and_are_short_enough_for_an_index(text):
    for word in words.kept(text):
        assert word
        assert all(sign.isalnum() or sign == "-" for sign in word)
        assert len(word.encode()) < 2046


@given(st.text(max_size=100))
def test_folding_twice_is_the_same_as_once(text):
    assert words.fold(words.fold(text)) == words.fold(text)


def test_every_letter_of_a_latin_alphabet_in_use_folds_to_plain_ones():
    """Those of Latin-1, Latin Extended-A and Vietnamese; of Extended-B those that are a letter with something."""
    letters = [chr(code) for code in (*range(0xC0, 0x180), *range(0x1E00, 0x1E9A), *range(0x1EA0, 0x1EFA))]
    letters += [sign for sign in map(chr, range(0x180, 0x250)) if _WITH.search(unicodedata.name(sign))]
    marked = [sign for sign in letters if sign.isalpha()]

    assert len(marked) > 500
    assert {sign: words.fold(sign) for sign in marked if not set(words.fold(sign)) <= set(_TYPED)} == {}
    assert words.fold("ŁØĐßÆıĦŒÞðŋ") == "lodssaeihoethdn"


_WITH = re.compile("LETTER [A-Z] WITH")
# The middle dot of Catalan's l·l joins as an apostrophe does.
_TYPED = "abcdefghijklmnopqrstuvwxyz'\u00b7"


@pytest.mark.parametrize(
    ("query", "plain"),
    [
        ("O\u2019Brien", ["obrien"]),
        ("Cruz-Li", ["cruz", "li"]),
        ("  S-0042 Ana ana ", ["s", "0042", "ana"]),
        ("\u201c\u201d -- \x00", []),
    ],
)
def test_a_question_to_a_plain_list_is_its_words(query, plain):
    assert words.plain(query) == plain


@given(st.text(max_size=100))
def test_a_plain_list_finds_every_text_by_itself(text):
    assert words.hold(text, words.plain(text))
    assert words.hold("a'b'c'd'e'f'g'h", words.plain("a'b'c'd'e'f'g'h"))


@pytest.mark.parametrize("text", ["-" * 500_000, "a" * 500_000, "a-" * 250_000, "'" * 500_000, "- " * 250_000])
def test_odd_texts_are_cut_in_one_pass(text):
    assert len(words.kept(text)) <= 11
    assert sum(len(word) for word in words.kept(text)) < 1_000
