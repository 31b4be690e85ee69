"""A pasted list of mail addresses: what is read, and what is wrong in which line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.mailing import rules


def read(pasted, held=()):
    return rules.read(pasted, held)


def addresses(found):
    return [(one.address, one.title) for one in found.addresses]


def test_lines_commas_semicolons_and_names_are_all_understood():
    found = read(
        'letters@lake.example.org\r\n"Doe, Jane" <jane@lake.example.org>; Front desk <desk@lake.example.org>,\n\n'
        "mailto:Intake@Lake.example.org\r<bare@lake.example.org>"
    )
    assert not found.faults
    assert addresses(found) == [
        ("letters@lake.example.org", ""),
        ("jane@lake.example.org", "Doe, Jane"),
        ("desk@lake.example.org", "Front desk"),
        ("Intake@Lake.example.org", ""),
        ("bare@lake.example.org", ""),
    ]
    assert [one.line for one in found.addresses] == [1, 2, 2, 4, 5]


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("all coordinators", "must be a mail address"),
        ("desk@", "must be a mail address"),
        ("desk@büro.example.org", "plain letters"),
        ("dësk@lake.example.org", "plain letters"),
        ("Bcc: desk@lake.example.org", "without blanks"),
        ("a@lake.example.org b@lake.example.org", "without blanks"),
        ("desk@lake.example.org\x00", "control characters"),
        ("Desk\x1b[2J <desk@lake.example.org>", "control characters"),
        ('"quoted name"@lake.example.org', "without blanks"),
        ('"quoted"@lake.example.org', "no quotation marks"),
        ('Front "desk <desk@lake.example.org>', "one pair of quotation marks"),
        ("a..b@lake.example.org", "single dots"),
        ("a@b@lake.example.org", "one @"),
        ("desk@localhost", "whole domain"),
        ("desk@[127.0.0.1]", "whole domain"),
        ("desk@10.0.0.1", "whole domain"),
        ("desk@-lake.example.org", "whole domain"),
        (f"{'x' * 65}@lake.example.org", "at most 64 characters"),
        (f"x@{'lake.' * 60}org", "254 in all"),
        (f"{'N' * 101} <desk@lake.example.org>", "a name of at most 100"),
        ("Desk <desk@lake.example.org> today", "in < >"),
    ],
)
def test_a_fault_says_line_value_and_rule(entry, rule):
    found = read(f"good@lake.example.org\n{entry}\nalso.good@lake.example.org")
    (fault,) = found.faults
    assert fault.line == 2
    assert rule in fault.rule
    assert fault.rule.startswith("must ")
    assert fault.value
    assert len(fault.value) <= 81
    assert not any(ord(sign) < 32 for sign in fault.value)


def test_a_line_that_was_smuggled_in_is_a_line_of_its_own():
    found = read("desk@lake.example.org\r\nBcc: everybody@example.org\r\n\r\nHello")
    assert [fault.line for fault in found.faults] == [2, 4]


def test_what_is_there_twice_is_folded_into_one():
    found = read("Desk@lake.example.org\ndesk@LAKE.example.org\nkept@lake.example.org", {"kept@lake.example.org"})
    assert addresses(found) == [("Desk@lake.example.org", "")]
    assert [(one.line, one.address) for one in found.folded] == [
        (2, "desk@LAKE.example.org"),
        (3, "kept@lake.example.org"),
    ]


def test_a_list_has_its_limits_and_says_them():
    many = "\n".join(f"n{n}@lake.example.org" for n in range(10_000))
    assert [fault.rule for fault in read(many).faults] == ["must have at most 500 lines: these are 10,000"]
    assert "at most 50,000 characters" in read("x" * 50_001).faults[0].rule
    full = {f"n{n}@lake.example.org" for n in range(rules.MOST_ON_LIST - 1)}
    assert not read("a@lake.example.org", full).faults
    assert "at most 50 addresses" in read("a@lake.example.org, b@lake.example.org", full).faults[0].rule
    assert read(" \n,;").faults[0].rule == "must have at least one address"


@given(st.text(alphabet=st.sampled_from('a.@<>",;\\\r\n\t \x00ü'), max_size=60))
def test_whatever_is_pasted_each_entry_is_an_address_one_that_is_there_or_a_fault(pasted):
    found = read(pasted)
    for one in found.addresses:
        assert one.address.isascii()
        assert not set(one.address + one.title) & set("\r\n\x00<>")
    assert len({one.key for one in found.addresses}) == len(found.addresses)
    assert found.addresses or found.faults
