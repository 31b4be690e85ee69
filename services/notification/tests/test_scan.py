"""Numbers of people are found in the forms that occur, and what only resembles them is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification.attachments.rules.scan import Passage, Table, scan


def found(text):
    return [(finding.what, finding.ends_with) for finding in scan([Passage("page 1", text)])]


SSN, CASE = "social security number", "case or participant number"


@pytest.mark.parametrize(
    ("text", "what", "ends_with"),
    [
        ("Payer 412-68-0937 lives in Lake.", SSN, "37"),
        ("412\u201168\u20110937", SSN, "37"),
        ("412 - 68 - 0937", SSN, "37"),
        ("412-68-\n0937", SSN, "37"),
        ("412.68.0937", SSN, "37"),
        ("(412 68 0937)", SSN, "37"),
        ("\uff14\uff11\uff12-68-0937", SSN, "37"),
        ("SSN: 412680937", SSN, "37"),
        ("Social Security number 412680937", SSN, "37"),
        ("soc. sec. no. 412680937", SSN, "37"),
        ("SS# 412680937", SSN, "37"),
        ("ITIN 912-70-1234", SSN, "34"),
        ("Participant ID: 0410038275", CASE, "75"),
        ("participant number 10038275", CASE, "75"),
        ("Participant 0410038275 called", CASE, "75"),
        ("PAR ID 0410038275", CASE, "75"),
        ("CSE case number 200000001838275", CASE, "75"),
        ("Case No. 0410038275-01", CASE, "01"),
        ("case #: 2000 0000 1838", CASE, "38"),
        ("CSE ID 2000-0000-1838-2759", CASE, "59"),
    ],
)
def test_a_number_of_a_person_is_found(text, what, ends_with):
    assert found(text) == [(what, ends_with)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Call 916-464-5050 or (866) 901-3212.",
        "case number: call 866-901-3212",
        "Rancho Cordova, CA 95741-9064",
        "effective 01-04-2027, due 2026-12-29",
        "Family Code 4058, 45 CFR 303.100, 22 CCR 12-34",
        "CSSP 26-04 replaces CSS 11-13; ACF-OCSS-DCL-25-01",
        "Example: 123-45-6789 and 078-05-1120",
        "000-12-3456, 666-12-3456, 412-00-0937, 412-68-0000",
        "900-12-3456 is no number of anybody",
        "XXX-XX-0937",
        "999-99-9999",
        "Order 412680937 of the printer",
        "412-68-09371 and 5412-68-0937 and 412-68-0937-1",
        "1 412 68 0937 77 310",
        "Participant ID: 0123456789 (example), 00000000, 1111111111",
        "case number 20260104 is a date",
        "in case of 12345 doubts",
        "Participant materials 2026",
        "The case has 3 participants. Number them 1 to 12.",
        "$412,680,937.00",
    ],
)
def test_what_only_resembles_one_is_left_alone(text):
    assert found(text) == []


def test_a_number_that_two_forms_recognise_is_counted_once():
    assert found("SSN: 412-68-0937") == [(SSN, "37")]
    assert found("412-68-0937 and 530-11-2298") == [(SSN, "37"), (SSN, "98")]


@pytest.mark.parametrize(
    ("text", "found_in"),
    [
        ("Name\tSSN\nAna\t412680937\nBen\tunknown\nCruz\t530112298", [("line 2", SSN, "37"), ("line 4", SSN, "98")]),
        ("client_ssn\n412680937", [("line 2", SSN, "37")]),
        ("ParticipantSSN\tx\n412680937.0\t1", [("line 2", SSN, "37")]),
        ("Name SSN County\nAna Diaz 412680937 Lake", [("line 2", SSN, "37")]),
        ("Social Security Number\n\n412680937", [("line 3", SSN, "37")]),
        ("Número de Seguro Social: 412680937", [("line 1", SSN, "37")]),
        ("Case No.\tCounty\n0410038275\tLake", [("line 2", CASE, "75")]),
        ("CIN\n91234567A", [("line 2", CASE, "67")]),
        ("SSN\nCounty\nAna Diaz\n412680937\nLake", [("line 4", SSN, "37")]),
        ("SSN\tSSN\n412680937\t530112298", [("line 2", SSN, "37"), ("line 2", SSN, "98")]),
    ],
)
def test_a_number_under_a_heading_that_names_it_is_found(text, found_in):
    findings = scan([Passage("", text, by_line=True)])

    assert [(finding.where, finding.what, finding.ends_with) for finding in findings] == found_in


@pytest.mark.parametrize(
    "text",
    [
        "Order\tSSN\n412680937\tnone",
        "SSN\nThe next sentence ends that.\nOrder 412680937",
        "Never write a social security number into a letter, whatever the form of it may be, not even here.\n412680937",
        "Case number\n20260104",
        "SSN\n123456789",
        "Passing\n412680937",
    ],
)
def test_a_number_that_no_heading_names_is_left_alone(text):
    assert found(text) == []


def test_a_heading_of_a_table_holds_to_its_end_and_only_for_its_column():
    rows = [
        (1, ((1, "List"),)),
        (3, ((2, "Order"), (9, "Case ID"))),
        (4, ((5, "Closed"),)),
        (7, ((2, "41003827"), (9, "41003827"))),
    ]

    assert [str(finding) for finding in scan([Table("sheet Cases", rows)])] == [
        "row 7 of sheet Cases: case or participant number ending in 27"
    ]


@given(
    st.integers(1, 899).filter(lambda area: area != 666),
    st.integers(1, 99),
    st.integers(1, 9999),
    st.sampled_from(["-", "\u2011", "\u2013", " - "]),
    st.text(st.characters(blacklist_categories=("Nd", "Pd", "Nl", "No")), max_size=30),
    st.text(st.characters(blacklist_categories=("Nd", "Pd", "Nl", "No")), max_size=30),
)
def test_every_number_that_may_be_somebodys_is_found_in_any_surroundings(area, group, serial, hyphen, before, after):
    digits = f"{area:03}{group:02}{serial:04}"
    text = f"{before} {area:03}{hyphen}{group:02}{hyphen}{serial:04} {after}"

    examples = {"123456789", "078051120", "219099999", "987654321", "111223333"}
    placeholder = len(set(digits)) == 1 or digits in "0123456789" * 3 or digits in "9876543210" * 3
    assert bool(found(text)) == (digits not in examples and not placeholder)


@given(st.integers(100, 999), st.integers(100, 999), st.integers(0, 9999), st.sampled_from("-. "))
def test_no_telephone_number_is_taken_for_one(area, exchange, line, separator):
    assert found(f"Call {area}{separator}{exchange}{separator}{line:04} today") == []


@given(st.from_regex(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", fullmatch=True))
def test_never_more_than_two_digits_are_repeated(number):
    for finding in scan([Passage("page 3", f"SSN {number}")]):
        digits = [character for character in str(finding).removeprefix("page 3") if character.isdigit()]
        assert "".join(digits) == number[-2:]
