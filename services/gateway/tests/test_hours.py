"""Hours by month on a record: the twelve months that end with this one, as the service adds them up."""

import re
from datetime import date

from cadre.enrollment.v1 import completion_service_pb2 as pb
from gateway.app import environment
from gateway.learning import hours
from gateway.words import sentences

ENVIRONMENT = environment()
TODAY = date(2026, 3, 31)


def year(number, **months):
    given = [0] * 12
    for name, minutes in months.items():
        given[("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec").index(name)] = (
            minutes
        )
    return pb.YearOfTraining(year=number, minutes=sum(given), minutes_by_month=given)


def test_the_months_are_the_last_twelve_over_the_turn_of_a_year():
    made = hours.by_month([year(2026, jan=30, mar=90), year(2025, mar=500, apr=180, dec=45)], TODAY)

    assert made.rows == (
        *(("Apr 2025", 180), ("May 2025", 0), ("Jun 2025", 0), ("Jul 2025", 0), ("Aug 2025", 0), ("Sep 2025", 0)),
        *(("Oct 2025", 0), ("Nov 2025", 0), ("Dec 2025", 45), ("Jan 2026", 30), ("Feb 2026", 0), ("Mar 2026", 90)),
    )
    assert made.chart.said == "5 hours 45 minutes in all, most in April 2025."


def test_bars_are_as_tall_as_their_hours_and_stand_on_zero():
    """Three hours are 130 pixels: a bar of one and a half is half as tall."""
    chart = hours.by_month([year(2026, mar=90), year(2025, apr=180)], TODAY).chart

    first, *_, last = chart.bars
    assert (first.tall, first.label, last.tall, last.label) == (130, "3", 65, "1.5")
    bottom = chart.up[0].place
    assert {bar.top + bar.tall for bar in chart.bars} == {bottom}
    assert [tick.label for tick in chart.up] == ["0 h", "1 h", "2 h", "3 h"]
    assert [bar.label for bar in chart.bars[1:-1]] == [""] * 10
    assert 0 < first.left < last.left + last.width < 100
    assert not last.spare


def test_where_nothing_was_completed_in_a_year_nothing_is_drawn():
    assert hours.by_month([year(2024, dec=90)], TODAY) is None
    assert hours.by_month([], TODAY) is None


def test_the_table_below_says_the_same():
    made = hours.by_month([year(2026, jan=30, mar=90)], TODAY)

    drawn = ENVIRONMENT.get_template("learning/hours.html").render(hours=made, say=sentences)

    rows = re.findall(r'class="nowrap">([^<]*)</th><td class="number">([^<]*)<', drawn)
    assert len(rows) == 12
    assert rows[-3:] == [("Jan 2026", "30 minutes"), ("Feb 2026", "0 minutes"), ("Mar 2026", "1 hour 30 minutes")]
    assert 'role="img" aria-labelledby="hours-by-month-title hours-by-month-said"' in drawn
