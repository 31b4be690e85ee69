"""Workbooks are read as they look, and none of them can take the service down."""

import io
import zipfile
from xml.sax.saxutils import escape

import pytest

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from directory.rosters import workbooks

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEADER = ("agency", "staff_number", "family_name", "given_name", "local_title", "job_class", "hired_on")
# What makes a number a day: a format of its own, the second of the two styles.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
    "</styleSheet>"
)
# 6 May 2019, as spreadsheets count days.
DAY = 43591
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def cell(at, value):
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{at}" s="{int(value == DAY)}"><v>{value}</v></c>'


def rows(*lines, first=1):
    return "".join(
        f'<row r="{number}">'
        + "".join(cell(f"{chr(65 + n)}{number}", value) for n, value in enumerate(line))
        + "</row>"
        for number, line in enumerate(lines, first)
    )


def workbook(**sheets):
    """A workbook of sheets by name; each is given as the rows of its XML."""
    written = io.BytesIO()
    names = list(sheets)
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        whole = f'<Relationship Id="w" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        parts.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{whole}</Relationships>')
        listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names, 1))
        parts.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'
        )
        targets = "".join(
            f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/{n}.xml"/>'
            for n in range(1, len(names) + 1)
        )
        styles = f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
        parts.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{targets}{styles}</Relationships>',
        )
        parts.writestr("xl/styles.xml", STYLES)
        for n, name in enumerate(names, 1):
            parts.writestr(
                f"xl/worksheets/{n}.xml",
                f'<worksheet xmlns="{MAIN}"><sheetData>{sheets[name]}</sheetData></worksheet>',
            )
    return written.getvalue()


def filled_at(*cells):
    """Rows of which only *cells*, such as `A1`, hold something."""
    return "".join(f'<row r="{at.lstrip(LETTERS)}"><c r="{at}"><v>1</v></c></row>' for at in cells)


def one(number="W-1", hired_on=DAY, **more):
    return ("lake", number, "Peña", "Ana", "Officer", "attorney", hired_on, *more.values())


def test_cells_are_what_they_look_like_and_rows_keep_their_numbers():
    content = workbook(Sheet1=rows(("a", "b"), ("Two\nlines", 4120, 1.5, DAY), first=3))

    assert workbooks.as_csv(content).decode() == "\n\na,b,,\nTwo lines,4120,1.5,2019-05-06\n"


def test_a_workbook_is_a_roster(directory):
    made = directory.import_roster(workbook(Staff=rows(HEADER, one(), one("W-2", "5/16/2019"))))

    assert (made.state, made.people_added, made.encoding) == (roster_pb.RosterImport.APPLIED, 2, "workbook")
    people = directory.as_whole("people.read").ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake")).people
    assert {(person.family_name, person.jobs[0].start_date) for person in people} == {
        ("Peña", "2019-05-06"),
        ("Peña", "2019-05-16"),
    }


def test_the_sheet_named_roster_is_read_before_the_first():
    assert workbooks.as_csv(workbook(Notes=rows(("x",)), Roster=rows(("y",)))) == b"y\n"
    assert workbooks.as_csv(workbook(Notes=rows(("x",)), Other=rows(("y",)))) == b"x\n"


def test_numbers_that_lost_their_zeros_or_their_end_are_questions(directory):
    directory.import_roster(workbook(Staff=rows(HEADER, one("00733"))))

    made = directory.import_roster(workbook(Staff=rows(HEADER, one(733), one(12345678901234567890))))

    found = {line: (value, rule.partition(":")[0]) for line, _, value, rule in directory.errors(made)}
    assert found == {3: ("1.234568E+19", "must be the whole number")}
    made = directory.import_roster(workbook(Staff=rows(HEADER, one(733))))
    ((line, column, value, rule),) = directory.errors(made)
    assert (line, column, value) == (2, "staff_number", "733")
    assert rule.startswith("is 00733 but for zeros")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"PK\x03\x04 no workbook", "must be CSV or a workbook (.xlsx), and is neither, or is damaged"),
        (
            workbook(
                Far='<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
            ),
            "takes more memory than a roster may, or has a cell where no sheet has one: save it as CSV UTF-8",
        ),
        (
            workbook(Nowhere='<row r="1"><c r="A1"><v>1</v></c><c r="ZZZZZZZ99999999"><v>1</v></c></row>'),
            "takes more memory than a roster may, or has a cell where no sheet has one: save it as CSV UTF-8",
        ),
        (
            workbook(Long=filled_at("A1", "A900000")),
            "has 900,000 rows and 1 columns, more than any roster",
        ),
        (
            workbook(Large=f'<row r="1"><c r="A1" t="inlineStr"><is><t>{" " * 300_000_000}</t></is></c></row>'),
            "unpacks to more than a roster may: save it as CSV UTF-8",
        ),
    ],
    ids=["damaged", "far", "nowhere", "long", "bomb"],
)
def test_a_workbook_that_cannot_be_read_says_why_and_takes_nothing_down(directory, content, rule):
    made = directory.import_roster(content)

    assert made.state == roster_pb.RosterImport.REFUSED
    assert directory.errors(made) == [(1, "file", "", rule)]
