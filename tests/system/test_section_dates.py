"""A letter of which a part takes effect later: from the analyst's form to what its readers see of it."""

from datetime import UTC, datetime, timedelta

import pytest

from servicekit.calendar import pacific_date

from .test_approval import Fields, begun, press, send
from .test_composer import letter_of, said, typed
from .visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]


@pytest.fixture
def analyst(cadre):
    visitor = Visitor(cadre, "analyst")
    yield visitor
    visitor.client.close()


@pytest.fixture
def approver(cadre):
    visitor = Visitor(cadre, "approver")
    yield visitor
    visitor.client.close()


def test_an_analyst_says_which_part_takes_effect_later_and_its_approver_sees_it(cadre, analyst, approver):
    day = pacific_date(datetime.now(UTC)) + timedelta(days=200)
    address, _ = begun(analyst, "Two days of effect", effective=str(day))
    fields = typed(analyst, address, "change")

    more = press(analyst, f"{address}/change", fields | {"part-1": "Section 5"}, "rows")
    early = {"part-0": "Section 4", "part_day-0": str(day)}
    refused = press(analyst, f"{address}/change", fields | early, "stay")
    later = {"part-0": "Section 4", "part_day-0": str(day + timedelta(days=90))}
    saved = press(analyst, f"{address}/change", Fields(refused.text).values | later, "stay")

    assert "part-3" in Fields(more.text).values
    assert Fields(more.text).values["part-1"] == "Section 5"
    assert refused.status_code == 400
    named = f"{day:%b} {day.day}, {day.year}"
    assert f"“Section 4” on {named} is not after {named}" in said(refused)
    assert saved.status_code == 303
    letter = letter_of(cadre, address)
    assert [(one.section, one.effective_date) for one in letter.section_dates] == [("Section 4", later["part_day-0"])]
    # The other steps leave it as it is.
    press(analyst, f"{address}/ask", typed(analyst, address, "ask"), "stay")
    assert letter_of(cadre, address).section_dates == letter.section_dates
    for page in (f"{address}/review", address.replace("/edit", "/preview")):
        assert "Section 4" in said(analyst.page(page)), page
    assert send(analyst, address).status_code == 303
    waiting = said(approver.page(address.removesuffix("/edit")))
    assert "What takes effect when" in waiting
    assert "“Section 4” takes effect" in waiting
