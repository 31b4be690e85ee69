"""Parts of a letter that take effect later: as they are typed, said, put into calendars, and shown in the register."""

from datetime import date

import pytest

from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from cadre.notification.v1 import register_service_pb2 as register_pb
from gateway.feeds import dates
from gateway.letters import letters, section_dates
from gateway.letters.letter_form import CHANGE
from gateway.register import drawing, sayings
from gateway.web import declared
from gateway.web.forms import Form
from servicekit.testing.offices import state_calendar

TODAY = date(2026, 11, 30)
FIRST, NEXT = "Tuesday, December 1", "Monday, January 4, 2027"
(FIELD,) = (one for one in CHANGE.fields if one.name == "section_dates")


def letter(*parts, effective="2026-12-01", **said):
    found = [pb.SectionDate(section=section, effective_date=day) for section, day in parts]
    return pb.Notice(
        name="notices/one", series="CSSP", number="26-04", effective_date=effective, section_dates=found, **said
    )


def typed(*rows, effective="2026-12-01"):
    form = Form.of({"effective_date": effective})
    for n, (part, day) in enumerate(rows):
        form.values |= {f"part-{n}": [part], f"part_day-{n}": [day]}
    read = pb.Notice(effective_date=effective)
    FIELD.read(form, read)
    return form, read


def test_rows_that_are_opened_are_read_again_as_they_were():
    was = letter(("Section 2", "2027-01-04"), ("Section 4", "2027-03-01"))
    form = Form.of(declared.shown(CHANGE.fields, was))

    read = pb.Notice()
    declared.read(CHANGE.fields, form, read)

    assert list(read.section_dates) == list(was.section_dates)
    assert form.errors == {}
    # Two empty rows stand behind those that are filled, and no more than may be.
    assert section_dates.rows_of(form) == range(4)
    assert section_dates.rows_of(Form.of({"part-11": "Section 12"})) == range(12)


def test_rows_are_kept_by_their_days_and_empty_ones_left_out():
    form, read = typed(("Section 4", "2027-03-01"), ("", ""), (" Form  7 ", "2027-01-04"))

    assert form.errors == {}
    assert [(one.section, one.effective_date) for one in read.section_dates] == [
        ("Form 7", "2027-01-04"),
        ("Section 4", "2027-03-01"),
    ]


@pytest.mark.parametrize(
    ("rows", "at", "said"),
    [
        ([("Section 4", "soon")], "part_day-0", "The day of “Section 4” is “soon”: it must be"),
        ([("Section 4", "2027-03-01"), ("Section 5", "")], "part_day-1", "Give the day on which “Section 5”"),
        ([("", "2027-03-01")], "part-0", "Say which part takes effect on Mar 1, 2027"),
        ([("Form 7", "2027-03-01"), ("FORM 7", "2027-04-01")], "part-1", "“FORM 7” stands above already"),
        ([("x" * 121, "2027-03-01")], "part-0", "has 121 characters; the name of a part has at most 120"),
        ([("Section 4", "2026-12-01")], "part_day-0", "on Dec 1, 2026 is not after Dec 1, 2026, the effective date"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_at_it(rows, at, said):
    form, _ = typed(*rows)

    assert list(form.errors) == [at]
    assert said in form.errors[at]


def test_headings_of_the_text_are_offered_as_parts():
    blocks = ["# Background", "The law changed.", "§ 4 Forms", "- one\n- two", "2. Intake", "Background", "Effective:"]
    body = "\n\n".join(blocks)

    assert section_dates.headings(pb.Notice(body=body)) == ["Background", "§ 4 Forms", "2. Intake"]


@pytest.mark.parametrize(
    ("today", "said", "next_day"),
    [
        (
            "2026-11-30",
            f"takes effect {FIRST}, 1 business day from today; “Section 2” on {NEXT}, 2 parts later",
            "2026-12-01",
        ),
        ("2026-12-01", f"takes effect today; “Section 2” takes effect on {NEXT}, 2 parts later", "2027-01-04"),
        (
            "2027-01-04",
            f"took effect {FIRST}, 2026; 2 parts of it take effect on Monday, March 1",
            "2027-03-01",
        ),
        ("2027-03-01", f"took effect {FIRST}, 2026", ""),
    ],
)
def test_what_comes_next_of_a_letter_is_said_with_its_own_day(today, said, next_day):
    found = letter(("Section 2", "2027-01-04"), ("Section 4", "2027-03-01"), ("Form 7", "2027-03-01"))
    day = date.fromisoformat(today)

    assert letters.takes_effect(found, day, state_calendar()) == said
    assert letters.next_day(found, day) == next_day
    assert letters.takes_effect_later(found, day) == bool(next_day)


def test_a_calendar_has_each_day_and_a_part_that_moves_is_the_same_date():
    def of(*parts, version=1):
        item = inbox_pb.InboxItem(notice=letter(*parts, state=pb.Notice.PUBLISHED, subject="Fees", version=version))
        return {one.id: (one.title, one.begins, one.sequence) for one in dates.of_person([item], TODAY)}

    first = of(("Section 4", "2027-03-01"), ("Form 7", "2027-03-01"))
    moved = of(("Section 4", "2027-05-03"), version=2)

    assert [said[:2] for said in first.values()] == [
        ("Takes effect", date(2026, 12, 1)),
        ("Section 4 takes effect", date(2027, 3, 1)),
        ("Form 7 takes effect", date(2027, 3, 1)),
    ]
    assert set(moved) < set(first)
    (part,) = (id for id in moved if id != "effect")
    assert (first[part][1], moved[part][1]) == (date(2027, 3, 1), date(2027, 5, 3))
    assert moved[part][2] > first[part][2]


def test_the_register_says_which_parts_are_in_force_on_a_day_and_marks_each_day_in_the_picture():
    parts = [pb.SectionDate(section="Section 4", effective_date="2027-03-01")]
    row = register_pb.Ruling(series="CSSP", number="26-04", since="2026-12-01", section_dates=parts)
    plain = register_pb.Ruling(series="CSSP", number="26-05", since="2026-12-01")

    assert sayings.parts(row, "2027-02-28", TODAY) == ["Section 4 from Mar 1, 2027"]
    assert sayings.parts(row, "2027-03-01", TODAY) == ["Section 4 since Mar 1, 2027"]
    picture = drawing.timeline([row], TODAY)
    (bar,) = picture.bars
    assert picture.parted
    assert bar.left < bar.marks[0] < bar.left + bar.width
    assert not drawing.timeline([plain], TODAY).parted
