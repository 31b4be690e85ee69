"""One cleaning of what people type, one comparison for identity."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit import text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Jose\u0301", "José"),
        ("  Ana \t Maria\u00a0Cruz ", "Ana Maria Cruz"),
        ("\ufeff0012", "0012"),
        ("00\u200b12", "0012"),
        ("LK\u2011204", "LK-204"),
        ("soft\u00adened", "softened"),
        ("\u202eabc\u202c", "abc"),
        ("two\r\nlines", "two lines"),
        ("ni\u3164\u115fl", "nil"),
        ("A\u200b\u0301", "Á"),
        ("tab\x00zero\x1b", "tabzero"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("plain\u200cLatin", "plainLatin"),
        ("a — b", "a — b"),
    ],
)
def test_a_line_is_kept_as_it_looks(typed, kept):
    assert text.line(typed) == kept


def test_a_block_keeps_its_lines_tabs_and_blanks():
    typed = "\ufeffFirst\u00a0line \r\n\tindented   twice\r\u200b\n- last\u2028end\n\n"

    assert text.block(typed) == "First line\n\tindented   twice\n\n- last\nend"


@given(st.text())
def test_what_is_clean_stays_as_it_is(value):
    once = text.line(value)

    assert text.line(once) == once
    assert text.block(text.block(value)) == text.block(value)
    assert unicodedata.is_normalized("NFC", once)


@given(st.text())
def test_identity_is_the_same_for_what_was_cleaned_and_for_itself(value):
    assert text.identity(text.line(value)) == text.identity(value) == text.identity(text.identity(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yes,\u00a0it does", "yes, it  does"),
        ("O\u2019Brien", "O'Brien"),
        ("\u201cquoted\u201d", '"quoted"'),
        ("2015\u20132016", "2015-2016"),
        ("\uff34\uff45\uff48", "Teh"),
        ("re\u0301sume\u0301", "Résumé"),
        ("o\ufb03ce", "office"),
    ],
)
def test_what_looks_alike_is_identical(one, other):
    assert text.identity(one) == text.identity(other)


@pytest.mark.parametrize(("one", "other"), [("resume", "résumé"), ("1", "l"), ("O", "0"), ("Ana", "Anna")])
def test_what_reads_differently_is_not_identical(one, other):
    assert text.identity(one) != text.identity(other)


@pytest.mark.parametrize(
    ("value", "sign"),
    [
        ("\u0410nna", "U+0410 CYRILLIC CAPITAL LETTER A"),
        ("LK-1\u0391B", "U+0391 GREEK CAPITAL LETTER ALPHA"),
        ("Sm\uff49th", "U+FF49 FULLWIDTH LATIN SMALL LETTER I"),
        ("\U0001d5a0nna", "U+1D5A0 MATHEMATICAL SANS-SERIF CAPITAL A"),
        ("Lou\u24d8s", "U+24D8 CIRCLED LATIN SMALL LETTER I"),
        ("Ja\u217de", "U+217D SMALL ROMAN NUMERAL ONE HUNDRED"),
        ("\ua4edee", "U+A4ED LISU LETTER GHA"),
        ("Mª de la O", ""),
        ("Ayd\u0131n", ""),
        ("Анна Smith", ""),
        ("Анна Смит", ""),
        ("Peña-Núñez", ""),
        ("李小龍", ""),
    ],
)
def test_a_letter_of_another_script_inside_a_word_is_named(value, sign):
    assert text.mixture(value) == sign


@pytest.mark.parametrize("value", ["a\0b", "\ud800", "a\udfffb"])
def test_what_no_database_keeps_is_refused_with_its_field(value):
    with pytest.raises(Exception, match="subject must be text") as refused:
        text.require_storable("subject", value)

    assert refused.value.field == "subject"
