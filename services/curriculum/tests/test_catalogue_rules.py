import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum.rules.catalogue import folded, search_text, sort_title, words


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Protección", "proteccion"), ("ÁLVAREZ", "alvarez"), ("Straße", "strasse"), ("Nguyễn", "nguyen")],
)
def test_case_and_diacritics_do_not_count(text, plain):
    assert folded(text) == plain


def test_titles_stand_in_the_order_a_reader_expects():
    titles = ["Zoning", "“Intake” basics", "álgebra of arrears", "Basics", "basic budgets"]

    assert sorted(titles, key=sort_title) == [
        "álgebra of arrears",
        "basic budgets",
        "Basics",
        "“Intake” basics",
        "Zoning",
    ]


@given(st.text(), st.text())
def test_every_word_of_a_text_is_found_in_it(text, other):
    kept = search_text(text, other)

    assert all(f" {word}" in kept for word in words(text) + words(other))


def test_a_word_is_found_by_its_beginning_and_not_by_its_middle():
    kept = search_text("Certification of staff")

    assert " cert" in kept
    assert " cat" not in kept
