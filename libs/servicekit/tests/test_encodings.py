"""How a file's letters are read: never by a guess that changes a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit import encodings

HEADER = "agency,staff_number,family_name,given_name\n"
# What each code page has room for, in names as people here have them.
NAMES = ["Peña", "Muñoz-Díaz", "Ríos", "João", "Zoë", "Müller", "François", "Ángela", "Åsa", "ÑUÑOA"]


def of(*names, end="\n"):
    return HEADER.replace("\n", end) + "".join(f"lake,S-{n},{name},Ana{end}" for n, name in enumerate(names, 1))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("page", "end", "title"),
    [
        ("cp1252", "\r\n", "Windows-1252"),
        ("cp850", "\r\n", "MS-DOS"),
        ("mac_roman", "\r", "Mac Roman"),
        ("utf-8", "\n", "UTF-8"),
        ("utf-8-sig", "\r\n", "UTF-8"),
        ("utf-16", "\r\n", "UTF-16"),
    ],
)
def test_a_name_comes_through_whatever_program_wrote_it(name, page, end, title):
    content = of(name, end=end).encode(page)

    decoded = encodings.decode(content)

    assert (decoded.title, decoded.faults, decoded.text.removeprefix("\ufeff")) == (title, [], of(name, end=end))


def test_code_page_437_has_its_letters_where_850_has_them():
    decoded = encodings.decode(of("Peña", "Gómez", "Çelik").encode("cp437"))

    assert (decoded.title, decoded.text) == ("MS-DOS", of("Peña", "Gómez", "Çelik"))


@pytest.mark.parametrize("name", ["O’Hara", "Smith–Jones", "“Bo” Diaz", "D’Ángelo"])  # noqa: RUF001 - as people write them
def test_typographic_marks_of_windows_are_read_as_such(name):
    assert encodings.decode(of(name).encode("cp1252")).text == of(name)


def test_one_row_of_another_kind_is_named_and_the_others_are_what_they_are():
    content = of("Yáñez", "Ōta").encode() + "lake,S-3,Peña,Ana\n".encode("cp1252") + "lake,S-4,Zoë,Ana\n".encode()

    decoded = encodings.decode(content)

    (fault,) = decoded.faults
    assert (fault.line, fault.value) == (4, "Peña")
    assert fault.rule == "must be UTF-8, as other rows of this file are: save the whole file as CSV UTF-8"
    assert "Yáñez" in decoded.text


def test_a_mark_of_utf8_holds_for_every_row():
    (fault,) = encodings.decode(b"\xef\xbb\xbf" + of("Lee").encode() + b"lake,S-2,Pe\xf1a,Ana\n").faults

    assert fault.line == 3


@pytest.mark.parametrize(
    "content",
    [
        # A no-break blank in one code page, an a with an accent in another: M rquez or Márquez.
        HEADER.encode() + b"lake,S-1,M\xa0rquez,Ana\n",
        # What no code page makes a name of.
        HEADER.encode() + b"lake,S-1,Pe\xf1a\xa4\xb1,Ana\n",
        HEADER.encode() + b"lake,S-1,\x81\x8d\x8f7,Ana\n",
    ],
)
def test_a_file_that_may_be_read_in_several_ways_is_asked_about(content):
    decoded = encodings.decode(content)

    assert decoded.text == ""
    assert [(fault.line, fault.rule) for fault in decoded.faults] == [
        (2, "may be read in several ways: save the whole file as CSV UTF-8")
    ]
    assert decoded.faults[0].value


@given(st.text(max_size=80))
def test_what_is_utf8_is_read_as_it_is(value):
    content = value.encode()
    if content.count(0) <= len(content) // 4:
        assert encodings.decode(content).text == value.removeprefix("\ufeff")


@given(st.binary(max_size=80))
def test_no_file_breaks_the_reading(content):
    decoded = encodings.decode(content)

    assert decoded.faults or isinstance(decoded.text, str)
