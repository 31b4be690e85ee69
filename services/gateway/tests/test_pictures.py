"""The readiness bar: its parts, its tick, and what is said beside it."""

from datetime import date, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1.readiness_service_pb2 import Counts
from gateway.app import environment
from gateway.web import pictures
from gateway.words import sentences
from servicekit.calendar import PACIFIC, Calendar

# Thanksgiving and the day after it.
CALENDAR = Calendar(frozenset({date(2026, 11, 26), date(2026, 11, 27)}), frozenset({2026}))
DRAWN = environment().globals["pictures"]


def moment(day):
    stamp = Timestamp()
    stamp.FromDatetime(datetime.combine(day, datetime.min.time(), PACIFIC))
    return stamp


MONDAY = moment(date(2026, 11, 23))


def test_the_bar_is_of_those_at_work_ready_then_under_way():
    counts = Counts(of=12, on_leave=2, at_work=10, ready=6, not_started=1)

    assert pictures.bar(counts) == pictures.Bar(ready=60, under_way=30)


def test_where_nobody_is_at_work_nothing_is_drawn_and_it_says_why():
    counts = Counts(of=2, on_leave=2)

    assert pictures.bar(counts) == pictures.Bar(0, 0)
    drawn = DRAWN.readiness(counts, sentences)
    assert "All on leave" in drawn
    assert "<svg" not in drawn


@pytest.mark.parametrize(
    ("today", "percent"),
    [
        ("2026-11-23", 0),
        ("2026-11-24", 20),
        ("2026-11-26", 40),
        ("2026-11-30", 60),
        ("2026-12-02", 100),
        ("2026-12-30", 100),
    ],
)
def test_the_tick_is_the_share_of_business_days_gone(today, percent):
    assert pictures.gone(MONDAY, "2026-12-02", date.fromisoformat(today), CALENDAR) == percent


@pytest.mark.parametrize(
    ("issued", "due"), [(Timestamp(), "2026-12-02"), (MONDAY, ""), (MONDAY, "2026-11-23"), (MONDAY, "2027-01-04")]
)
def test_without_days_to_count_there_is_no_tick(issued, due):
    assert pictures.gone(issued, due, date(2026, 11, 24), CALENDAR) is None


def test_the_figure_beside_the_bar_has_a_percentage_from_twenty_people_on():
    few, many = Counts(of=11, at_work=11, ready=8), Counts(of=20, at_work=20, ready=8)

    assert ">8 of 11 ready<" in DRAWN.readiness(few, sentences)
    assert ">8 of 20 (40%) ready<" in DRAWN.readiness(many, sentences)


def test_it_is_red_only_when_late_and_says_so_in_a_word():
    counts = Counts(of=4, at_work=4, ready=2)

    assert "late" not in DRAWN.readiness(counts, sentences, tick=90)
    late = DRAWN.readiness(counts, sentences, tick=90, late=True)
    assert "readiness--late" in late
    assert "</svg> late</span>" in late


def test_the_bar_of_a_letter_has_its_tick_and_is_late_while_somebody_is_past_due():
    class Today:
        today, calendar = date(2026, 11, 24), CALENDAR

    letter = notice_pb.Notice(publish_time=MONDAY, due_date="2026-12-02")

    drawn = DRAWN.of_letter(letter, Counts(of=4, at_work=4, ready=2), sentences, Today)
    assert 'aria-label="20% of the business days until the due day are gone"' in drawn
    assert "readiness--late" not in drawn
    assert "readiness--late" in DRAWN.of_letter(letter, Counts(of=4, at_work=4, overdue=1), sentences, Today)
