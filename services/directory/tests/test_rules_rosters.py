"""Roster files as they come: encodings, separators, headers."""

import pytest

from directory.rosters.rules import files

HEADER = "agency,staff_number,family_name,given_name,local_title,job_class,hired_on"
ROW = "lake,S-1,Álvarez,José,Officer,attorney,2020-01-01"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_file_in_any_of_our_encodings_gives_the_same_names(encoding):
    read = files.read(f"{HEADER}\n{ROW}\n".encode(encoding))

    assert read.problems == []
    assert [(row.line, row.cells["family_name"], row.cells["given_name"]) for row in read.rows] == [
        (2, "Álvarez", "José")
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["Պետրոսյան", "陈美玲", "Vǎng", "Thajซ", "Kaʻahumanu"])  # noqa: RUF001 - as people write them
def test_names_in_any_script_come_through(encoding, name):
    (row,) = files.read(f"{HEADER}\nlake,S-1,{name},X,Officer,attorney,2020-01-01\n".encode(encoding)).rows

    assert row.cells["family_name"] == name


def test_what_was_marked_as_text_for_spreadsheet_programs_is_read_as_it_was():
    header = HEADER.replace("local_title", "local_title,telephone")
    (row,) = files.read(f"{header}\nlake,S-1,'Okina,'-Lee,Officer,'+1 707 555 0123,attorney,2020-01-01\n".encode()).rows

    assert (row.cells["family_name"], row.cells["given_name"]) == ("'Okina", "-Lee")
    assert row.cells["telephone"] == "+1 707 555 0123"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_of_any_office_program_are_read(separator, end):
    lines = [line.replace(",", separator) for line in (HEADER, ROW, "", ROW)]

    read = files.read(end.join(lines).encode())

    assert read.problems == []
    assert [row.line for row in read.rows] == [2, 4]


def test_the_line_that_says_the_separator_is_no_header():
    read = files.read(f"sep=;\r\n{HEADER}\r\n{ROW}\r\n".replace(",", ";").encode())

    assert read.problems == []
    assert [row.line for row in read.rows] == [3]


def test_several_units_in_a_file_parted_by_semicolons_are_quoted():
    text = f"{HEADER},units\n{ROW},legal; intake ;legal\n"
    semicolons = f"{HEADER};units\n{ROW};".replace(",", ";") + '"legal;intake"\n'

    for content in (text, semicolons):
        (row,) = files.read(content.encode()).rows
        assert row.several("units") == "intake;legal"


def test_a_name_of_two_lines_counts_its_lines():
    read = files.read(f'{HEADER}\nlake,S-1,"Two\nlines",X,Officer,attorney,2020-01-01\n{ROW}\n'.encode())

    assert [(row.line, row.cells["family_name"]) for row in read.rows] == [(2, "Two lines"), (4, "Álvarez")]


def test_a_header_that_lacks_a_column_names_it():
    read = files.read(b"agency,staff_number\nlake,S-1\n")

    missing = [problem.field for problem in read.problems]
    assert missing == ["family_name", "given_name", "local_title", "job_class", "hired_on"]
    assert {problem.rule for problem in read.problems} == {"is missing: every roster has this column"}


def test_a_column_that_we_do_not_know_or_that_comes_twice_is_named():
    read = files.read(f"{HEADER},salary,agency\n{ROW},1,lake\n".encode())

    assert [(problem.field, problem.rule) for problem in read.problems] == [
        ("agency", "must be there only once"),
        ("salary", "is not a column of a roster"),
    ]


def test_columns_without_a_name_and_without_a_cell_are_left_out():
    read = files.read(f"{HEADER},,\n{ROW},,\n{ROW}\n{ROW}, ,,,\n".encode())

    assert read.problems == []
    assert [row.line for row in read.rows] == [2, 3, 4]


def test_a_cell_in_a_column_without_a_name_is_named_with_its_row_and_person():
    (problem,) = files.read(f"{HEADER},,units\n{ROW},,legal\n{ROW},night shift,legal\n".encode()).problems

    assert (problem.line, problem.value, problem.person) == (3, "night shift", "José Álvarez, S-1")
    assert problem.rule == "stands in column 8, which has no name"


@pytest.mark.parametrize("rest", ["", f"{ROW}\n" * 9, f'{ROW}\nlake,S-9,"Ōta",Di,Officer,attorney,2020-01-01\n'])
def test_a_quotation_mark_that_is_not_closed_names_the_row_where_it_begins(rest):
    (problem,) = files.read(f'{HEADER}\n{ROW}\nlake,S-3,"Yee,Ann,Officer,attorney,2020-01-01\n{rest}'.encode()).problems

    assert (problem.line, problem.value) == (3, 'lake,S-3,"Yee,Ann,Officer,attorney,2020-01-01')


def test_a_file_of_a_million_columns_is_one_error():
    for content in (f"{HEADER},{'x,' * 1_000_000}\n{ROW}\n", f"{HEADER}\n{ROW}{',x' * 1_000_000}\n"):
        (problem,) = files.read(content.encode()).problems
        assert problem.rule.endswith("cells, and a roster has 15 columns")


def test_whatever_our_own_files_mark_as_text_is_read_as_it_was():
    cells = [f"{sign}Lee" for sign in "=+-@＝＋＠"]  # noqa: RUF001 - meant
    content = "\n".join(f"lake,S-1,'{cell},X,Officer,attorney,2020-01-01" for cell in [*cells, "\tLee"])

    read = files.read(f"{HEADER}\n{content}\n".encode())

    assert [row.cells["family_name"] for row in read.rows] == [*cells, "Lee"]


def test_a_header_in_capitals_is_a_header():
    assert files.read(f"{HEADER.upper()}\n{ROW}\n".encode()).problems == []


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "is missing: every roster has this column"),
        (HEADER.encode(), "must be followed by at least one row"),
        (b"\xff\xfe\x00", "is not UTF-16 as its beginning says: save the whole file as CSV UTF-8"),
        (
            f"{HEADER}\nlake,S-\x81\x8d1\n".encode("latin-1"),
            "may be read in several ways: save the whole file as CSV UTF-8",
        ),
        (f"{HEADER}\n{ROW},more\n".encode(), "must have 7 cells, and has 8"),
        (f"{HEADER}\n{ROW[:-1]}{'x' * 600}\n".encode(), "must be at most 500 characters"),
        (f'{HEADER}\nlake,"S-1\n'.encode(), "has a quotation mark that is not closed, or not doubled inside a cell"),
        (
            f"{HEADER}\n{ROW[:-1]}{'x' * 132_000}\n".encode(),
            "has a cell of more than 131,072 characters, or a quotation mark that is not closed",
        ),
        (f"{HEADER}\nlake,S-\x001\n".encode(), "must be a text file"),
        (
            b"\xd0\xcf\x11\xe0 an old workbook",
            "must be CSV or .xlsx: open the workbook, without a password, and save it as .xlsx",
        ),
        (b"%PDF-1.7\n", "must be CSV or .xlsx, and is a PDF"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, rule):
    problems = files.read(content).problems

    assert problems
    assert problems[0].rule == rule
