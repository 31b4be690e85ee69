"""A director opens home, and on one page sees where the agency stands with all that comes, confirms, and prints."""

import re

import pytest
from playwright.sync_api import expect

from cadre.notification.v1 import notice_service_pb2 as pb

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SUBJECT = "A change that a director sees coming"


def test_a_director_sees_on_one_page_what_comes_who_needs_what_and_confirms(person, issued):
    notice = issued(SUBJECT, pb.CONFIRM)
    coordinator = person().sign_in("Coordinator, Lake")
    coordinator.go(f"/agencies/lake/letters/{notice}/checklist")
    coordinator.page.get_by_role("group", name="Forms replaced").get_by_text("Blocked").click()
    coordinator.type(re.compile("^Forms replaced: reason"), "No printer.")
    coordinator.press("Save the checklist")
    coordinator.sees("The checklist is saved.")

    director = person().sign_in("Director, Lake")
    director.press("On one page, with a forecast")
    director.sees_heading("Coming changes, Lake County")
    row = director.page.get_by_role("row").filter(has_text=SUBJECT)
    expect(row).to_contain_text("Forms replaced: No printer.")
    expect(row).to_contain_text(re.compile(r"0 of \d+ ready"))
    expect(row).to_contain_text("Too early for a forecast")
    row.get_by_role("link", name=re.compile("^Read and confirm")).click()
    director.press("Confirm for our agency")
    director.sees("Confirmed for your agency.")

    director.press("Coming changes")
    expect(row).to_contain_text(re.compile("Confirmed .* by "))
    expect(row.get_by_role("link", name=re.compile("^Read and confirm"))).to_have_count(0)
    director.page.emulate_media(media="print")
    expect(director.page.get_by_role("navigation")).to_have_count(0)
    expect(row).to_be_visible()
    assert director.complaints == []
