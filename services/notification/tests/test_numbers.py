"""Numbers of letters in the forms that are met, and what a question for letters means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification.letters.rules import numbers
from notification.letters.rules.numbers import LetterNumber
from notification.letters.rules.search import kept, question
from notification.notices.rules.history import HistoricLetter

SERIES = ("CSS", "CSSP", "CSSI", "CSSIN", "PI", "AT", "DCL", "IM", "CCSAS")


@pytest.mark.parametrize(
    ("text", "series", "number"),
    [
        ("CSS Letter 15-09", "CSS", "15-09"),
        ("CSSP-19-06", "CSSP", "19-06"),
        ("CSSIN 15-01", "CSSIN", "15-01"),
        ("CSSIN Letter: 10-06", "CSSIN", "10-06"),
        ("ACF-OCSS-DCL-25-01", "DCL", "25-01"),
        ("DCL-98-100", "DCL", "98-100"),
        ("PI 02-61", "PI", "02-61"),
        ("DCSS PI 02-61", "PI", "02-61"),
        ("AT-16-06", "AT", "16-06"),
        ("OCSE AT 16-6", "AT", "16-06"),
        ("cssp 26-4", "CSSP", "26-04"),
        ("CSSP No. 26-04", "CSSP", "26-04"),
        ("CSSP Letter No. 26-04", "CSSP", "26-04"),
        ("CSSP #26\u201304", "CSSP", "26-04"),
        ("CSSP 2026-04", "CSSP", "26-04"),
        ("CCSAS Release 26-02", "CCSAS", "26-02"),
        (" 26-04 ", "", "26-04"),
    ],
)
def test_a_number_is_read_in_the_forms_that_are_met(text, series, number):
    assert numbers.parse(text, SERIES) == LetterNumber(series, number)


@pytest.mark.parametrize(
    "text",
    ["", "CSSP", "26", "WF 14-G", "CSSP 26-04-11", "01-04-2027", "XYZ 26-04", "CSSP 26-04 and 26-05", "26-00004x"],
)
def test_what_is_no_number_is_none(text):
    assert numbers.parse(text, SERIES) is None


@given(
    st.sampled_from(SERIES),
    st.integers(0, 99),
    st.integers(1, 9999),
    st.sampled_from(["{s} {y}-{n}", "{s}-{y}-{n}", "{s} Letter {y}-{n}", "{s} Letter: {y}-{n}", "{s} no. {y}-{n}"]),
    st.sampled_from(["", "ACF-OCSS-", "DCSS "]),
)
def test_every_form_says_the_same_number(series, year, running, form, issuer):
    text = issuer + form.format(s=series, y=f"{year:02}", n=f"{running:02}")

    assert numbers.parse(text, SERIES) == LetterNumber(series, f"{year:02}-{running:02}")
    (one,) = numbers.cited(f"See {text}, below.", SERIES)
    assert one.number == LetterNumber(series, f"{year:02}-{running:02}")


@pytest.mark.parametrize(
    "asked",
    [
        "CSSP 26-04",
        "cssp26-04",
        "CSSP 26 04",
        "cssp 2604",
        "CSSP202604",
        "C.S.S.P. 26-04",
        "Letter CSSP 26-4",
        "no. cssp/26/04",
    ],
)
def test_whoever_asks_for_one_letter_finds_it_by_any_form_of_its_number(asked):
    assert numbers.asked_for(asked, SERIES) == LetterNumber("CSSP", "26-04")


@pytest.mark.parametrize("asked", ["", "CSSP", "26-04", "2604", "XYZ 2604", "CSSP 26-04 and 26-05", "form FL 150"])
def test_what_is_no_number_of_a_known_series_is_asked_for_by_its_words(asked):
    assert numbers.asked_for(asked, SERIES) is None


@pytest.mark.parametrize("asked", ["2604", "26 04", "26/04", " 26.04 ", "202604", "2026-04"])
def test_figures_alone_may_be_the_number_of_a_letter(asked):
    assert numbers.perhaps_asked_for(asked) == LetterNumber("", "26-04")


@pytest.mark.parametrize(("asked", "number"), [("98100", "98-100"), ("2026", "20-26"), ("1526", "15-26")])
def test_figures_are_read_as_a_year_of_two_digits_and_a_running_number(asked, number):
    assert numbers.perhaps_asked_for(asked) == LetterNumber("", number)


@pytest.mark.parametrize("asked", ["", "%", "26", "260", "26001", "2604 fees", "CSSP 2604", "26040404"])
def test_what_is_not_figures_alone_or_has_too_few_or_too_many_is_no_number(asked):
    assert numbers.perhaps_asked_for(asked) is None


def test_all_numbers_of_a_text_are_found_and_other_figures_are_not():
    text = "Replaces CSS 11-13, CSS 06-39 and 10-04 (see 45 CFR 303.100, 81 FR 93492, of 01-04-2027, AT-16-06)."

    assert [str(one.number) for one in numbers.cited(text, SERIES)] == ["CSS 11-13", "CSS 06-39", "10-04", "AT 16-06"]


@given(st.lists(st.integers(1, 300)), st.integers(1990, 2060))
def test_the_next_free_number_follows_the_highest_of_its_year(running, year):
    taken = [f"{year % 100:02}-{n:02}" for n in running]
    others = [f"{(year + 1) % 100:02}-77"]

    number = numbers.next_free([*taken, *others], year)

    assert number == f"{year % 100:02}-{max(running, default=0) + 1:02}"
    assert number not in taken
    assert numbers.parse(number, ()) == LetterNumber("", number)


def test_after_the_last_number_that_there_may_be_the_lowest_free_one_is_next():
    assert numbers.next_free(["26-01", "26-9999"], 2026) == "26-02"
    assert numbers.next_free([f"26-{n:02}" for n in range(1, 10_000)], 2026) == ""


@pytest.mark.parametrize(("number", "year"), [("98-100", 1998), ("70-01", 1970), ("02-61", 2002), ("69-01", 2069)])
def test_two_digits_of_a_year_are_read_as_the_field_does(number, year):
    assert numbers.year_of(number) == year


STEMS = {"it": [], "the": [], "earning": ["earn"], "wages": ["wage"], "order": ["order"]}


@pytest.mark.parametrize(
    ("asked", "means"),
    [
        ("", ""),
        ("  ", ""),
        ("Order", "'order':*"),
        ("earning capacity", "('earning':* | 'earn') & 'capacity':*"),
        ("CSSP-19-06", "'xcssp1906'"),
        ("letter CSSIN Letter: 10-06", "'xcssin1006'"),
        ("15-09", "'x1509'"),
        ("1509", "('x1509' | '1509':*)"),
        ("15 09", "('x1509' | '15':* & '09':*)"),
        ("1509 fees", "'1509':* & 'fees':*"),
        ("%", ""),
        ("_", ""),
        ("the order", "'order':*"),
        ("the", "('the':* | 't-h-e':*)"),
        ("it | ! :* <-> ( )", "'it':*"),
        ("45 CFR 302.33", "('us/cfr/45/302/33' | '45':* & ('cfr':* | 'c-f-r':*) & '302-33':*)"),
        ("U.S.C.", "('u-s-c':* | 'usc':* | ('u' & 's' & 'c'))"),
        ("SB343", "('sb343':* | ('sb' & '343':*))"),
        ("SB-343", "('ca/bill/sb/343' | ('sb-343':* | 'sb343':* | ('sb' & '343':*)))"),
        ("fees of FC 17400", "('ca/fam/17400' | 'fc':* & '17400':*) & 'fees':* & 'of':*"),
        ("NCP wages", "'xpps' & ('wages':* | 'wage')"),
        ("noncustodial parents of PPSs", "'xpps' & 'of':*"),
        ("custodial parents", "'xprs'"),
        ("non-custodial parents", "'xpps'"),
    ],
)
def test_a_question_means_all_its_words_and_numbers(asked, means):
    assert question(asked, SERIES).query(STEMS) == means


@given(st.text(max_size=200))
def test_any_question_is_made_of_words_and_operators_of_ours(asked):
    assert all(character.isalnum() or character in " &|:*'()-" for character in question(asked, SERIES).query({}))


def test_of_too_many_words_the_first_are_kept():
    texts = ["Subject of CSS 15-09", " ".join(f"word{n}" for n in range(100_000))]

    found = kept(texts, SERIES, most_bytes=1_000)

    assert found[:3] == ["xcss1509", "x1509", "subject"]
    assert 900 < len(" ".join(found)) <= 1_000


def test_a_letter_full_of_blanks_is_read_in_one_pass():
    assert kept(["See CSS" + " " * 500_000 + "15-09"], SERIES, most_bytes=1_000)[:2] == ["xcss1509", "x1509"]


@pytest.mark.parametrize(
    ("printed", "number", "day"),
    [
        ("2023-10-23", "23-02", "2023-10-23"),
        ("23 Oct 2023", "23-02", "2023-10-23"),
        ("October 23, 2023", "23-02", "2023-10-23"),
        ("Feb 2019", "19-01", "2019-02-01"),
        ("2019", "19-07", "2019-01-01"),
        ("2017-18", "17-01", "2017-01-01"),
        ("", "98-100", "1998-01-01"),
        ("not known", "02-61", "2002-01-01"),
    ],
)
def test_a_printed_date_is_sorted_by_what_is_known_of_it(printed, number, day):
    assert HistoricLetter("DCL", number, issued_on=printed).day.isoformat() == day
