"""Days as spreadsheets write them: the whole column tells what comes first."""

import pytest

from directory.rosters.rules import days as roster_days
from directory.rosters.rules.days import DAY_FIRST, MONTH_FIRST, Order
from servicekit.refusals import InvalidField


def read(column, cells, **others):
    orders = roster_days.orders({column: cells} | others)
    return [roster_days.day(column, cell, orders.get(column)) for cell in cells]


@pytest.mark.parametrize(
    ("cells", "days", "order"),
    [
        (["2021-05-06", ""], ["2021-05-06", ""], None),
        (["5/6/2021", "7/31/2019"], ["2021-05-06", "2019-07-31"], Order(MONTH_FIRST, certain=True)),
        (["5/6/2021", "31/7/2019"], ["2021-06-05", "2019-07-31"], Order(DAY_FIRST, certain=True)),
        (["5/6/2021", "1/2/2019"], ["2021-05-06", "2019-01-02"], Order(MONTH_FIRST, certain=False)),
        (["2021-05-06", "05-13-2021"], ["2021-05-06", "2021-05-13"], Order(MONTH_FIRST, certain=True)),
        (["13.5.2021", "2020-02-03"], ["2021-05-13", "2020-02-03"], Order(DAY_FIRST, certain=True)),
        (["2021-05-06 00:00:00", "2021-05-07T00:00:00"], ["2021-05-06", "2021-05-07"], None),
        (["5/13/2021 0:00"], ["2021-05-13"], Order(MONTH_FIRST, certain=True)),
    ],
)
def test_a_column_is_read_in_one_order(cells, days, order):
    assert read("hired_on", cells) == days
    assert roster_days.orders({"hired_on": cells}).get("hired_on") == order


def test_a_column_that_does_not_tell_follows_the_others_of_its_file():
    assert read("leave_to", ["2/3/2021"], hired_on=["25/12/2019", "1/2/2020"]) == ["2021-03-02"]
    assert roster_days.orders({"leave_to": ["2/3/2021"], "hired_on": ["25/12/2019"]})["leave_to"].certain


def test_a_column_in_both_orders_is_read_in_none():
    cells = ["25/12/2019", "12/26/2019", "1/2/2020"]
    order = roster_days.orders({"hired_on": cells})["hired_on"]

    for cell in cells:
        with pytest.raises(InvalidField) as refused:
            roster_days.day("hired_on", cell, order)
        assert "in this column some rows have the month first and some the day" in refused.value.metadata["rule"]
    assert roster_days.day("hired_on", "2020-01-02", order) == "2020-01-02"


@pytest.mark.parametrize("cell", ["9999-12-31", "12/31/9999"])
def test_a_day_without_an_end_is_none(cell):
    assert read("leave_to", [cell, "12/30/2020"]) == ["", "2020-12-30"]
    assert read("left_on", [cell, "12/30/2020"]) == ["", "2020-12-30"]
    with pytest.raises(InvalidField):
        read("hired_on", [cell, "12/30/2020"])


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("3/4/21", "must have a year of four digits: 2021 or 1921"),
        ("0021-03-04", "must have a year of four digits: 2021 or 1921"),
        ("1899-12-31", "must be a date from 1900 to 2200"),
        ("2201-01-01", "must be a date from 1900 to 2200"),
        ("9999-12-30", "must be a date from 1900 to 2200"),
        ("2021-02-29", "must be a date, YYYY-MM-DD"),
        ("2/30/2021", "must be a date, YYYY-MM-DD"),
        ("20210304", "must be a date, YYYY-MM-DD"),
        ("March 4", "must be a date, YYYY-MM-DD"),
    ],
)
def test_what_is_no_day_of_anybodys_life_says_its_rule(cell, rule):
    with pytest.raises(InvalidField) as refused:
        read("leave_to", [cell])

    assert refused.value.metadata["rule"] == rule
