"""What the pages say is English, and true at the edges."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.app import environment
from gateway.areas import OUTCOMES
from gateway.words import glossary, sentences
from servicekit.calendar import Calendar
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar
from servicekit.tree import back_ends

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2024-07-12", "Jul 12, 2024"),
        ("2017-03", "March 2017"),
        ("2019", "2019"),
        ("2025-2026", "2025-2026"),
        ("2024-13", "2024-13"),
        ("about FFY2010", "about FFY2010"),
        ("", ""),
    ],
)
def test_a_day_that_was_written_as_machines_do_is_said_as_people_do(written, said):
    assert sentences.printed(written, TODAY) == said


@pytest.mark.parametrize(
    ("due", "effective", "said"),
    [
        ("2026-12-29", "2027-01-04", "due Tuesday, December 29, 3 business days before it takes effect"),
        ("2027-01-04", "2027-01-04", "due Monday, January 4, 2027, the day it takes effect"),
        ("2027-01-05", "2027-01-04", "due Tuesday, January 5, 2027, 1 business day after it takes effect"),
        ("2026-11-17", "2026-11-20", "due Tuesday, November 17, 3 business days before it took effect"),
        ("2026-11-20", "2026-11-20", "due Friday, November 20, the day it took effect"),
        ("2026-12-29", "", "due Tuesday, December 29"),
        ("", "2027-01-04", "no due date"),
    ],
)
def test_a_due_date_is_a_sentence(due, effective, said):
    assert sentences.due(due, effective, TODAY, state_calendar()) == said


@pytest.mark.parametrize(
    ("effective", "said"),
    [
        ("2027-01-04", "takes effect Monday, January 4, 2027, 26 business days from today"),
        ("2026-11-24", "takes effect Tuesday, November 24, 1 business day from today"),
        ("2026-11-23", "takes effect today"),
        ("2026-11-20", "took effect Friday, November 20"),
        ("2030-01-01", "takes effect Tuesday, January 1, 2030"),
        ("", "no effective date yet"),
    ],
)
def test_an_effective_date_says_how_far_it_is(effective, said):
    assert sentences.takes_effect(effective, TODAY, state_calendar()) == said


def test_where_the_holidays_of_a_year_are_not_known_no_days_are_counted():
    nothing = Calendar(frozenset(), frozenset())

    assert sentences.due("2026-12-29", "2027-01-04", TODAY, nothing) == "due Tuesday, December 29"
    assert sentences.takes_effect("2027-01-04", TODAY, nothing) == "takes effect Monday, January 4, 2027"


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (8, 11, "8 of 11"),
        (19, 19, "19 of 19"),
        (10, 20, "10 of 20 (50%)"),
        (5634, 7512, "5,634 of 7,512 (75%)"),
        (7511, 7512, "7,511 of 7,512 (over 99%)"),
        (1, 7512, "1 of 7,512 (under 1%)"),
        (0, 7512, "0 of 7,512 (0%)"),
        (0, 0, "0 of 0"),
    ],
)
def test_a_count_stands_before_its_denominator_and_a_percentage_only_from_twenty(part, whole, said):
    assert sentences.of(part, whole) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (readiness_pb.Counts(), "No one affected"),
        (readiness_pb.Counts(excused=2), "No one affected"),
        (readiness_pb.Counts(of=2, on_leave=2), "All on leave"),
        (readiness_pb.Counts(of=12, on_leave=1, at_work=11, ready=8), "8 of 11"),
    ],
)
def test_where_there_is_nobody_to_count_it_is_said_why(counts, said):
    assert sentences.ready_of(counts) == said


@pytest.mark.parametrize(
    ("people", "minutes", "said"),
    [
        (7512, 20, "about 2,500 staff hours"),
        (600, 22, "about 220 staff hours"),
        (12, 22, "about 4 staff hours"),
    ],
)
def test_staff_hours_are_rounded_as_a_guess_deserves(people, minutes, said):
    assert sentences.staff_hours(people, minutes) == said


def test_a_moment_is_said_in_california_time():
    just_before_midnight = datetime(2026, 11, 24, 7, 59, tzinfo=UTC)

    assert sentences.moment(just_before_midnight, TODAY) == "Nov 23, 11:59 p.m."
    assert sentences.clock(datetime(2026, 11, 23, 20, 0, 5, tzinfo=UTC), seconds=True) == "12:00:05 p.m."


def test_what_comes_next_is_never_said_to_lie_in_the_past():
    now = datetime(2026, 11, 23, 20, 0, 5, tzinfo=UTC)

    assert sentences.ahead(datetime(2026, 11, 23, 20, 4, 5, tzinfo=UTC), now) == "Nov 23, 12:04:05 p.m."
    assert sentences.ahead(datetime(2026, 11, 23, 19, 56, tzinfo=UTC), now) == "now"


@pytest.mark.parametrize(
    ("at", "day", "clock", "zone"),
    [
        # The hour before and after the clocks change, in spring and in fall; and midnight, when UTC is a day ahead.
        ("2026-03-08T09:59:00Z", "Mar 8", "1:59 a.m.", "Pacific Standard Time (PST)"),
        ("2026-03-08T10:00:00Z", "Mar 8", "3:00 a.m.", "Pacific Daylight Time (PDT)"),
        ("2026-11-01T08:59:00Z", "Nov 1", "1:59 a.m.", "Pacific Daylight Time (PDT)"),
        ("2026-11-01T09:00:00Z", "Nov 1", "1:00 a.m.", "Pacific Standard Time (PST)"),
        ("2026-11-24T07:59:00Z", "Nov 23", "11:59 p.m.", "Pacific Standard Time (PST)"),
        ("2026-11-24T08:00:00Z", "Nov 24", "12:00 a.m.", "Pacific Standard Time (PST)"),
    ],
)
def test_a_time_is_not_eight_hours_off_and_its_zone_is_named(at, day, clock, zone):
    """D35, "reminder 8 h off (UTC)": what is said of a moment is Pacific, in winter and in summer, and says so."""
    moment = datetime.fromisoformat(at)

    assert sentences.moment(moment, date(2026, 7, 1)) == f"{day}, {clock}"
    assert sentences.zone(moment) == zone
    layout = environment().loader.get_source(environment(), "web/layout.html")[0]
    assert "All times are {{ say.zone(visit.now) }}." in layout


def test_minutes_become_hours():
    assert [sentences.hours(minutes) for minutes in (0, 1, 60, 145)] == [
        "0 minutes",
        "1 minute",
        "1 hour",
        "2 hours 25 minutes",
    ]


def refused(reason="", code="FAILED_PRECONDITION", **metadata):
    return Refused(code, reason, "for developers", metadata, {})


def test_a_known_refusal_is_said_in_the_words_of_the_field():
    taken = refused("NUMBER_TAKEN", series="CSSP", number="26-04")

    assert OUTCOMES.refused(taken) == "CSSP 26-04 is taken by another letter. Choose the next free number."


def test_a_refusal_that_lacks_its_metadata_is_still_a_sentence():
    assert OUTCOMES.refused(refused("NUMBER_TAKEN", "ALREADY_EXISTS")) == "There is one already."


def test_an_unknown_refusal_says_its_reason_and_never_the_text_for_developers():
    said = OUTCOMES.refused(refused("MOON_IS_FULL"))

    assert "MOON_IS_FULL" in said
    assert "for developers" not in said


def test_a_rule_of_a_service_is_said_with_the_words_of_the_pages():
    lines = "round 1 of pcdrt: comments until 2026-12-14; 2026-99-99"
    assert OUTCOMES.refused(refused("SUBJECT_OPEN", lines=lines)) == (
        "This is not ready for a vote. Still missing: review 1 of PCDRT: comments until December 14, 2026; 2026-99-99."
    )
    said = OUTCOMES.refused(
        refused("INVALID_FIELD", "INVALID_ARGUMENT", rule="must be given before the notice is sent")
    )

    assert said == "This must be given before the letter is sent."


def test_what_was_done_is_said_only_for_codes_of_ours():
    assert OUTCOMES.done("training-recorded", "12") == ("Training recorded for 12 people.")
    assert OUTCOMES.done("<b>anything</b>", "") == ""


def test_every_value_of_the_contract_has_its_words():
    for enum, words in (
        (notice_pb.Notice.Reason, glossary.REASONS),
        (notice_pb.Asks, glossary.ASKS),
        (notice_pb.Notice.State, glossary.STATES),
        (notice_pb.Notice.Kind, glossary.KINDS),
        (notice_pb.Attachment.Kind, glossary.FILE_KINDS),
        (completion_pb.Completion.Kind, glossary.COMPLETIONS),
    ):
        assert set(words) == {name for name in enum.keys() if not name.endswith("UNSPECIFIED")}  # noqa: SIM118


def reasons_of_services():
    """The reasons that the services' own pages say they refuse with."""
    root = Path(__file__).parents[3] / "services"
    for page in sorted(root.glob("*/README.md")):
        _, _, table = page.read_text(encoding="utf-8").partition("Refuses with")
        for row in re.findall(r"^\|(.*?)\|", table, re.MULTILINE):
            yield from ((page.parent.name, reason) for reason in re.findall(r"`([A-Z][A-Z_]{3,})`", row))


def test_the_services_say_what_they_refuse_with():
    assert {service for service, _ in reasons_of_services()} == set(back_ends())


def test_each_reason_of_a_service_has_its_sentence():
    reasons = list(reasons_of_services())
    assert len(reasons) > 50
    assert [said for said in reasons if said[1] not in OUTCOMES.reasons] == []


def test_a_field_is_named_in_the_summary_as_on_the_page():
    assert [OUTCOMES.label(name) for name in ("effective_date", "change", "subject")] == [
        "Effective date",
        "What changes, in one sentence",
        "Subject",
    ]
