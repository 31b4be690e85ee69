from hypothesis import given
from hypothesis import strategies as st

from curriculum.courses.rules.catalogue import search_text, sort_title
from servicekit import words


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

    assert all(f" {word}" in kept for word in words.plain(text) + words.plain(other))


def test_a_word_is_found_by_its_beginning_and_not_by_its_middle():
    kept = search_text("Certification of staff")

    assert " cert" in kept
    assert " cat" not in kept
