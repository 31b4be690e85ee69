"""A letter of which parts take effect later than the rest: as it is written, kept, amended, told and found."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import register_service_pb2 as register_pb
from notification.letters.rules import parts
from notification.messages.rules.examples import ABOUT, FACTS
from notification.messages.rules.said import said
from servicekit.refusals import InvalidField
from servicekit.rpc.client import Refused

from .amending import amend, compare, signed, version

NAMES = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=9)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def part(section, day):
    return notice_pb.SectionDate(section=section, effective_date=str(day))


def after(cadre, days):
    return cadre.effective + timedelta(days=days)


@pytest.fixture
def ana(cadre):
    return cadre.new_id()


@pytest.fixture
def audience(cadre, ana):
    return cadre.new_audience(cadre.at(ana, "lake"))


# ---- rules ----


@given(st.dictionaries(NAMES.map(str.casefold), DAYS, max_size=parts.MOST))
def test_parts_are_kept_by_their_days_and_read_back_from_what_is_said_of_them(days):
    kept = parts.read([(section, str(day)) for section, day in days.items()])

    assert {one["section"]: one["effective_date"] for one in kept} == {name: str(day) for name, day in days.items()}
    assert [one["effective_date"] for one in kept] == sorted(str(day) for day in days.values())
    assert parts.of_said(parts.said(kept)) == kept


@pytest.mark.parametrize(
    ("rows", "field", "rule"),
    [
        ([("Section 4", "January 1")], "notice.section_dates[0]", "must be"),
        ([("Section 4", "2026-01-01"), ("Section 5", "")], "notice.section_dates[1]", "must be"),
        ([("Section 4", "1066-10-14")], "notice.section_dates[0]", "must be"),
        ([("Section 4", "2026-01-01"), (" ", "2026-02-01")], "notice.section_dates[1]", "must say which part"),
        ([("Section 4", "2026-01-01"), ("section  4", "2026-02-01")], "notice.section_dates[1]", "each part once"),
        ([("x" * 121, "2026-01-01")], "notice.section_dates[0]", "at most 120 characters"),
        ([(f"Section {n}", "2026-01-01") for n in range(13)], "notice.section_dates", "at most 12"),
    ],
)
def test_what_is_wrong_with_a_part_is_said_by_its_place_with_its_value_and_the_rule(rows, field, rule):
    with pytest.raises(InvalidField) as refusal:
        parts.read(rows)

    assert refusal.value.field == field
    assert rule in refusal.value.metadata["rule"]


@given(DAYS, DAYS)
def test_the_day_of_a_letter_is_the_first_of_all_its_days(effective, day):
    kept = parts.read([("Section 4", str(day))])
    parts.check_later(kept, None)

    if day > effective:
        parts.check_later(kept, effective)
        return
    with pytest.raises(InvalidField) as refusal:
        parts.check_later(kept, effective)
    assert refusal.value.metadata["value"] == f"Section 4: {day}"
    assert str(effective) in refusal.value.metadata["rule"]


@given(st.lists(DAYS, max_size=4), st.none() | DAYS, DAYS)
def test_the_next_day_of_a_letter_is_the_first_that_comes(days, effective, today):
    kept = [{"section": str(n), "effective_date": str(day)} for n, day in enumerate(days)]

    found = parts.next_day(kept, effective, today)

    ahead = [day for day in [*days, effective] if day and day > today]
    assert found == (min(ahead) if ahead else None)


def test_mail_names_few_parts_and_counts_many():
    few = parts.said([{"section": "Section 4", "effective_date": "2028-01-03"}])
    many = parts.said([{"section": f"Section {n}", "effective_date": f"2028-0{n}-03"} for n in range(1, 6)])

    told = [said("letter.issued", ABOUT, {**FACTS, "later": later}).lines for later in ("", few, many)]

    assert told[0][1] == "It takes effect Monday, March 15, 2027."
    assert told[1][1] == f"{told[0][1]} Later: Section 4, Monday, January 3, 2028."
    assert told[2][1] == (
        f"{told[0][1]} 5 parts of it take effect later: the first Monday, January 3, 2028, the last Wednesday, May 3,"
        " 2028."
    )


# ---- through the service ----


def test_a_letter_keeps_its_parts_in_the_order_of_their_days_and_they_are_of_its_text(cadre, audience, ana):
    later = [part("Section 4", after(cadre, 120)), part("Section  2", after(cadre, 30))]
    plain, letter = cadre.issued(audience), cadre.issued(audience, section_dates=later)

    assert [(one.section, one.effective_date) for one in letter.section_dates] == [
        ("Section 2", str(after(cadre, 30))),
        ("Section 4", str(after(cadre, 120))),
    ]
    # What is due counts from the letter's own day.
    assert (letter.due_date, letter.effective_date) == (plain.due_date, plain.effective_date)
    ((canonical,),) = cadre.rows(
        "SELECT canonical FROM notice_version WHERE notice_id = %(id)s", id=letter.name.removeprefix("notices/")
    )
    assert [one["section"] for one in json.loads(canonical)["section_dates"]] == ["Section 2", "Section 4"]
    seen = cadre.learner(ana).GetNotice(notice_pb.GetNoticeRequest(name=letter.name))
    assert seen.section_dates == letter.section_dates


@pytest.mark.parametrize("ahead", [0, -1])
def test_a_part_before_its_letter_is_refused_in_a_draft_already(cadre, audience, ahead):
    with pytest.raises(Refused) as refused:
        cadre.draft(audience, section_dates=[part("Section 4", after(cadre, ahead))])

    assert list(refused.value.fields) == ["notice.section_dates"]
    assert str(cadre.effective) in refused.value.metadata["rule"]


def test_approval_pins_the_days_of_parts(cadre, audience):
    letter = cadre.submitted(audience, section_dates=[part("Section 4", after(cadre, 30))])
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE notice SET section_dates = jsonb_set(section_dates, '{0,effective_date}', '\"2099-01-01\"')"
            " WHERE id = %(id)s",
            {"id": letter.name.removeprefix("notices/")},
        )

    assert cadre.reason_of(cadre.publish, letter) == "APPROVAL_VOID"


def test_to_move_a_part_is_an_amendment_of_days_and_confirmations_stand(cadre, audience, ana):
    letter = cadre.issued(audience, section_dates=[part("Section 4", after(cadre, 30))])
    cadre.confirm(letter, ana)
    before = signed(cadre, letter)

    moved = amend(cadre, letter, section_dates=[part("Section 4", after(cadre, 60)), part("Form 7", after(cadre, 90))])

    found = compare(cadre.learner(ana), letter, 1, 2)
    assert found.change == events.NoticeAmended.MOVED
    (field,) = (one for one in found.fields if one.field == "section_dates")
    assert field.before == f"{after(cadre, 30)} Section 4"
    assert field.after == f"{after(cadre, 60)} Section 4\n{after(cadre, 90)} Form 7"
    assert signed(cadre, letter) == before
    assert [one.section for one in moved.section_dates] == ["Section 4", "Form 7"]
    # Each version is read as it was.
    was = version(cadre.learner(ana), letter, 1).notice
    assert list(was.section_dates) == list(letter.section_dates)


def test_the_register_says_which_parts_come_as_it_was_known(cadre, audience, ana):
    letter = cadre.issued(audience, topic="parts", section_dates=[part("Section 4", after(cadre, 30))])
    stub = cadre.learner(ana)

    on = str(after(cadre, 1))
    (row,) = stub.ListInForce(register_pb.ListInForceRequest(on=on, topic="parts")).letters
    (lived,) = stub.GetTimeline(register_pb.GetTimelineRequest(topic="parts")).letters

    assert list(row.section_dates) == list(lived.section_dates) == list(letter.section_dates)
    amend(cadre, letter, section_dates=[])
    (row,) = stub.ListInForce(register_pb.ListInForceRequest(on=on, topic="parts")).letters
    assert not row.section_dates


def test_a_letter_in_force_of_which_a_part_comes_is_a_coming_change_of_an_agency(cadre, audience, ana):
    past = {"effective_date": str(cadre.today - timedelta(days=40)), "asks": notice_pb.NOTHING}
    ahead, gone = (str(cadre.today + timedelta(days=days)) for days in (1, 0))
    wanted = cadre.issued(audience, section_dates=[part("Section 4", ahead)], **past)
    other = cadre.issued(audience, section_dates=[part("Section 4", gone)], **past)
    for letter in (wanted, other):
        confirm = agency_pb.ConfirmForAgencyRequest(
            parent="agencies/lake", notice=letter.name, text_sha256=letter.text_sha256, request_id=cadre.new_id()
        )
        cadre.coordinator("lake").ConfirmForAgency(confirm)

    request = agency_pb.ListAgencyNoticesRequest(parent="agencies/lake", which=agency_pb.COMING)
    found = cadre.coordinator("lake").ListAgencyNotices(request).notices

    assert [one.notice.name for one in found] == [wanted.name]
    assert list(found[0].notice.section_dates) == list(wanted.section_dates)
