"""The Enter key, pressed for real in the forms whose buttons do what cannot be undone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from cadre.notification.v1 import notice_service_pb2 as pb
from servicekit.calendar import pacific_date

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize("field", ["Day of issue", "Time of issue"])
def test_enter_where_a_later_issue_is_typed_never_issues_now(cadre, letters, person, field):
    approver = person().sign_in("Approver")
    approver.go(f"/letters/{letters['waiting']}")
    approver.page.get_by_text("Issue on a day and time").click()
    # A day that has passed: it is refused, so that the letter waits for the next test.
    yesterday = pacific_date(datetime.now(UTC)) - timedelta(days=1)
    approver.page.get_by_label("Day of issue").fill(yesterday.isoformat())
    approver.page.get_by_label("Time of issue").fill("09:30")
    approver.page.get_by_label(field).focus()
    with approver.page.expect_navigation():
        approver.page.keyboard.press("Enter")

    approver.sees("Nothing is issued yet: press the button that says when.")
    expect(approver.page.get_by_label("Time of issue")).to_have_value("09:30")
    get = pb.GetNoticeRequest(name=f"notices/{letters['waiting']}")
    known = cadre.access.ask(cadre.access.notices.GetNotice, get, person=cadre.cast.analyst)
    assert known.state == pb.Notice.IN_APPROVAL


@pytest.mark.parametrize("field", ["Minutes", "Led by", "Day"])
def test_enter_on_the_page_of_a_briefing_looks_keeps_the_ticks_and_records_nothing(letter, person, field):
    coordinator = person().sign_in("Coordinator, Los Angeles")
    coordinator.go(f"/agencies/los-angeles/letters/{letter}/briefing")
    boxes = coordinator.page.get_by_role("checkbox")
    there = boxes.count()
    boxes.first.focus()
    coordinator.page.keyboard.press("Space")
    coordinator.page.get_by_label("Minutes").fill("25")
    coordinator.page.get_by_label(re.compile("^Led by")).fill("Dana Reyes")
    coordinator.page.get_by_label(re.compile(f"^{field}")).first.focus()
    with coordinator.page.expect_navigation():
        coordinator.page.keyboard.press("Enter")

    coordinator.sees("25 minutes, led by Dana Reyes.")
    coordinator.sees_heading(re.compile(r"^(Record this briefing for|Nobody is left to record)"))
    coordinator.press("Change who or what")
    assert coordinator.page.get_by_role("checkbox", checked=True).count() == 1
    assert boxes.count() == there
    assert coordinator.page.get_by_label("Minutes").input_value() == "25"


def test_a_form_of_issue_that_came_without_its_button_issues_nothing(cadre, letters, person):
    approver = person().sign_in("Approver")
    path = f"/letters/{letters['waiting']}"
    approver.go(path)
    hidden = approver.page.locator(f"form[action='{path}/issue']").first.locator("input[type=hidden]").all()
    fields = {one.get_attribute("name"): one.get_attribute("value") for one in hidden}

    answer = approver.page.context.request.post(f"{approver.url}{path}/issue", form=fields)

    assert answer.status == 400
    assert "Nothing is issued yet: press the button that says when." in answer.text()
    get = pb.GetNoticeRequest(name=f"notices/{letters['waiting']}")
    known = cadre.access.ask(cadre.access.notices.GetNotice, get, person=cadre.cast.analyst)
    assert known.state == pb.Notice.IN_APPROVAL
