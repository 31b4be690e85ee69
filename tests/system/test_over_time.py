"""Readiness over time on the pages of the state and of an agency: the figures of the service, in words and table."""

import re
from datetime import date

import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from cadre_cli.access import request_id
from gateway.words import sentences
from servicekit.testing.waiting import wait_until

from .visitor import Visitor, issue

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def letter(cadre):
    """A letter of Lake that one person there has read and confirmed."""
    made = issue(cadre, "Days of readiness on pages")
    access, lead = cadre.access, cadre.cast.leads["lake"]
    got = access.ask(access.notices.GetNotice, notice_pb.GetNoticeRequest(name=made.name), person=lead)
    confirm = inbox_pb.ConfirmNoticeRequest(
        notice=made.name, text_sha256=got.text_sha256, request_id=request_id("days on pages")
    )
    access.ask(access.inbox.ConfirmNotice, confirm, person=lead)
    wait_until(lambda: days_of_lake(cadre, made.name)[-1].ready == 1, "one person of Lake should be ready")
    return made.name


def days_of_lake(cadre, notice):
    access = cadre.access
    ask = agency_pb.ListAgencyReadinessDaysRequest(parent="agencies/lake", notice=notice)
    return access.ask(access.agency_notices.ListAgencyReadinessDays, ask, person=cadre.cast.leads["lake"]).days


def days_of_state(cadre, notice):
    access = cadre.access
    ask = pb.ListReadinessDaysRequest(notice=notice)
    return access.ask(access.readiness.ListReadinessDays, ask, person=cadre.cast.analyst).days


@pytest.mark.parametrize(
    ("part", "path", "days"),
    [
        ("analyst", "/letters/{}", days_of_state),
        ("analyst", "/letters/{}/print", days_of_state),
        ("coordinator", "/agencies/lake/letters/{}", days_of_lake),
    ],
)
def test_a_letter_shows_the_days_that_the_service_tells(cadre, letter, part, path, days):
    visitor = Visitor(cadre, part)
    page = visitor.page(path.format(letter.removeprefix("notices/"))).text
    visitor.client.close()
    told = days(cadre, letter)

    table = page[page.index('id="day-by-day"') :].partition("<tbody>")[2].partition("</tbody>")[0]
    shown = [re.findall(r'<td class="number">([\d,]+)</td>', row) for row in table.split("</tr>")[:-1]]
    assert shown == [[f"{day.ready:,}", f"{day.at_work:,}", f"{day.overdue:,}"] for day in told if not day.unknown]
    today = date.fromisoformat(told[-1].day)
    assert f"{sentences.short_day(today, today)}, so far" in table
    assert f'<desc id="ready-by-day-said">{sentences.of(told[-1].ready, told[-1].at_work)} today.' in page
    assert len(page) < 300_000
