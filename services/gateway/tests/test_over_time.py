"""Readiness over time: line, table and words are the figures of the service, and a guess says on what it stands."""

import re
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from gateway.app import environment
from gateway.letters import over_time
from gateway.letters.forecasts import Forecast
from gateway.words import sentences
from servicekit.calendar import PACIFIC

ENVIRONMENT = environment()
TODAY = date(2026, 12, 9)
ISSUED = date(2026, 11, 16)
DATES = over_time.Dates(ISSUED, TODAY, due=date(2027, 1, 5), effective=date(2027, 1, 8))
AHEAD = Forecast(day="2027-01-07", at_work=11, ready=8, expected=9, low=7, high=11)


def day(on, ready=0, at_work=11, on_leave=0, **fields):
    return pb.ReadinessDay(day=str(on), ready=ready, at_work=at_work, of=at_work + on_leave, **fields)


def unknown(on):
    return pb.ReadinessDay(day=str(on), unknown=True)


def made(days, dates=DATES, today=TODAY, ahead=AHEAD):
    return over_time.over_time(days, dates, today, ahead)


def drawn(shown, today=TODAY):
    """What a page has of it."""
    template = ENVIRONMENT.from_string('{% import "web/parts.html" as parts %}{% include "letters/over_time.html" %}')
    return template.render(over_time=shown, whose="Staff of Lake.", say=sentences, visit=SimpleNamespace(today=today))


def cells(page):
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in rows]


def test_the_table_has_the_figures_of_the_service_and_says_which_are_not_on_record():
    days = [day(ISSUED), unknown("2026-11-18"), day("2026-11-23", 3, 12, overdue=1), day(TODAY, 8, on_leave=1)]

    page = drawn(made(days))

    assert cells(page) == [
        ["Nov 16", "0", "11", "0"],
        ["Nov 18", "Not on record"],
        ["Nov 23", "3", "12", "1"],
        ["Dec 9, so far", "8", "11", "0"],
    ]
    assert "1 on leave is not counted. How Nov 18 to Nov 22 ended is not on record." in page


def test_the_drawing_has_a_title_and_a_description_with_the_figures_of_today():
    page = drawn(made([day(ISSUED), day(TODAY, 8)]))

    named = re.search(r'role="img" aria-labelledby="(\S+) (\S+)"', page)
    title, said = (re.search(rf'<\w+ id="{name}">([^<]*)<', page)[1] for name in named.groups())
    assert title == "Staff ready, day by day"
    assert said.startswith("8 of 11 today. Due Tuesday, January 5, 2027.")
    assert ">8 of 11 today</text>" in page
    assert ">Due Jan 5, 2027</text>" in page
    assert ">Takes effect Jan 8, 2027</text>" in page


def test_a_line_is_level_until_the_day_on_which_something_changed():
    """Nov 16 to Jan 8 are 53 days on 98% of the width; 11 people on 220 pixels."""
    (line, *_) = made([day(ISSUED), day("2026-11-20", 11)]).chart.lines

    assert line.path == "M0 220L55.5 220L74 0"


def test_days_that_are_not_known_are_a_gap_and_no_line():
    chart = made([day(ISSUED, 1), unknown("2026-11-18"), day("2026-11-23", 3), day(TODAY, 8)]).chart

    (line, *_) = chart.lines
    # On Nov 17 it was as on the day before: that is known. Then from Nov 23 to Dec 8, and Dec 9.
    assert [part.count("L") for part in line.path.split("M")[1:]] == [1, 2]
    (gap,) = chart.gaps
    assert (gap.place, gap.width) == (pytest.approx(2 * 98 / 53, abs=0.01), pytest.approx(5 * 98 / 53, abs=0.01))


def test_from_twenty_people_on_the_line_is_of_percent_and_before_it_of_people():
    few, many = (made([day(ISSUED, 0, at_work), day(TODAY, 5, at_work)]).chart for at_work in (19, 20))

    assert [tick.label for tick in few.up][-1] == "19"
    assert [tick.label for tick in many.up][-1] == "100%"
    assert few.marks[0].lines == ("5 of 19 today",)
    assert many.marks[0].lines == ("Today 25%", "5 of 20")


def test_where_people_came_or_left_their_number_is_a_line_of_its_own():
    same, other = (made([day(ISSUED, 0, at_work), day(TODAY, 8)]).chart for at_work in (11, 12))

    assert [line.slug for line in same.lines] == ["line", "guess", "between"]
    assert [line.slug for line in other.lines] == ["whole", "line", "guess", "between"]
    assert other.up[-1].label == "12"


def test_the_dashed_line_ends_where_the_forecast_says_and_its_interval_stands_there():
    """From Nov 16 to Jan 8 are 53 days on 98% of the width, to Jan 7 one less; 11 people on 220 pixels."""
    shown = made([day(ISSUED), day(TODAY, 8)])

    guess, between = shown.chart.lines[-2:]
    assert (guess.slug, between.slug) == ("guess", "between")
    assert guess.path.endswith("L961.5 40")
    assert between.path == "M961.5 80L961.5 0"
    assert shown.below == (
        "Dashed: about 9 of 11 on Jan 7, 2027 (7 to 11), if it goes on at the pace of the last business days.",
    )


def test_where_everyone_is_expected_it_is_said_so():
    everyone = Forecast(day="2027-01-07", at_work=11, ready=8, expected=11, low=11, high=11)

    shown = made([day(ISSUED), day(TODAY, 8)], ahead=everyone)

    assert [line.slug for line in shown.chart.lines] == ["line", "guess"]
    assert shown.below == ("Dashed: everyone by Jan 7, 2027, if it goes on at the pace of the last business days.",)


@pytest.mark.parametrize(
    ("ready", "ahead"),
    [
        pytest.param(8, Forecast(missing=Forecast.TOO_EARLY, at_work=11, ready=8), id="too early"),
        pytest.param(11, Forecast(day="2027-01-07", at_work=11, ready=11, expected=11), id="everyone is ready"),
    ],
)
def test_where_nothing_lies_ahead_nothing_is_dashed(ready, ahead):
    shown = made([day(ISSUED), day(TODAY, ready)], ahead=ahead)

    assert [line.slug for line in shown.chart.lines] == ["line"]
    assert not any("Dashed" in sentence for sentence in shown.below)


def test_what_moved_since_yesterday_is_said_where_it_is_known():
    yesterday = TODAY - timedelta(1)
    assert made([day(ISSUED), day("2026-12-01", 5), day(TODAY, 8)]).since_yesterday == 3
    assert made([day(ISSUED), day(yesterday, 8), day(TODAY, 7)]).since_yesterday == -1
    assert made([day(ISSUED), unknown("2026-12-01"), day(TODAY, 8)]).since_yesterday is None
    assert made([day(TODAY, 8)]).since_yesterday is None


def test_a_letter_that_is_issued_today_is_a_point_on_the_way_to_its_due_day():
    shown = made([day(TODAY)], over_time.Dates(TODAY, TODAY, DATES.due, DATES.effective), ahead=Forecast())

    assert [mark.lines for mark in shown.chart.marks] == [("0 of 11 today",)]
    assert [(rule.slug, rule.place) for rule in shown.chart.rules] == [("effective", 98.0), ("due", 88.2)]
    assert shown.chart.plot < 200


def letter(**fields):
    made = notice_pb.Notice(due_date="2027-01-05", effective_date="2027-01-08", **fields)
    made.publish_time.FromDatetime(datetime(2026, 11, 16, 18, tzinfo=PACIFIC))
    return made


def test_a_withdrawn_letter_ends_where_it_was_withdrawn():
    withdrawn = letter(state=notice_pb.Notice.WITHDRAWN)
    withdrawn.withdraw_time.FromDatetime(datetime(2026, 12, 3, 23, 30, tzinfo=PACIFIC))

    chart = made([day(ISSUED), day("2026-12-03", 2)], over_time.Dates.of(withdrawn, TODAY)).chart

    assert chart.rules == ()
    assert [line.slug for line in chart.lines] == ["line"]
    assert [(mark.place, mark.lines) for mark in chart.marks] == [(98.0, ("2 of 11 when withdrawn Dec 3",))]


def test_an_effective_day_before_the_letter_is_not_on_its_axis():
    early = letter(state=notice_pb.Notice.PUBLISHED)
    early.effective_date = "2026-01-01"

    assert [rule.slug for rule in made([day(TODAY, 1)], over_time.Dates.of(early, TODAY)).chart.rules] == ["due"]


def test_a_card_is_lower_leads_to_the_letter_and_has_no_table():
    shown = over_time.over_time([day(ISSUED), day(TODAY, 8)], DATES, TODAY, AHEAD, low=True)
    card = over_time.Card("lake", "CSSP 26-04 in Lake", "/agencies/lake/letters/x", shown)

    page = ENVIRONMENT.get_template("letters/over_time_card.html").render(card=card)

    assert shown.chart.plot < made([day(ISSUED), day(TODAY, 8)]).chart.plot
    # There is room for today alone; where it ends is said below.
    assert [mark.lines for mark in shown.chart.marks] == [("8 of 11 today",), ()]
    assert any("at the pace of the last business days" in sentence for sentence in shown.below)
    assert '<a href="/agencies/lake/letters/x">CSSP 26-04 in Lake</a>' in page
    assert ">8 of 11 today</text>" in page
    assert "<table" not in page


def test_where_nobody_is_at_work_nothing_is_drawn():
    assert made([day(ISSUED, 0, 0, on_leave=2)]) is None
    assert drawn(None).strip() == ""


@pytest.mark.parametrize(("span", "rows", "said"), [(40, 40, "Days"), (280, 41, "of each week"), (900, 30, "month")])
def test_many_days_are_a_table_of_weeks_or_months(span, rows, said):
    start = TODAY - timedelta(span - 1)
    found, caption = over_time.table([day(start + timedelta(n), n % 11) for n in range(span)])

    assert rows - 1 <= len(found) <= rows + 1
    assert found[-1].day == str(TODAY)
    assert said in caption


@st.composite
def histories(draw):
    at_work = draw(st.integers(1, 9000))
    ready = draw(st.lists(st.integers(0, at_work), min_size=1, max_size=60))
    start = TODAY - timedelta(len(ready) - 1)
    return [day(start + timedelta(n), one, at_work) for n, one in enumerate(ready)], start


@given(histories(), st.integers(1, 300), st.lists(st.integers(0, 9000), min_size=3, max_size=3))
def test_whatever_the_figures_are_nothing_leaves_the_drawing(history, ahead, ends):
    days, start = history
    at_work, effective = days[-1].at_work, TODAY + timedelta(ahead + 3)
    low, expected, high = sorted(min(one, at_work) for one in ends)
    guess = Forecast(
        day=str(effective - timedelta(1)), at_work=at_work, ready=days[-1].ready, low=low, expected=expected, high=high
    )
    shown = made(days, over_time.Dates(start, TODAY, TODAY + timedelta(ahead), effective), ahead=guess)

    chart = shown.chart
    for line in chart.lines:
        corners = [tuple(map(float, point.split())) for point in re.split("[ML]", line.path.replace("h0", ""))[1:]]
        assert all(0 <= across <= 1000 and 0 <= down <= chart.plot for across, down in corners)
    for mark in chart.marks:
        lines = [mark.top + chart.first_line(mark) + 18 * n for n, _ in enumerate(mark.lines)]
        assert all(14 <= line <= chart.height for line in lines)
