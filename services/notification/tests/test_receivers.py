"""Who receives a letter apart from who is asked, and letters that are urgent."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.directory.v1 import events_pb2 as directory
from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from notification.letters.rules.due_dates import urgent_agency_due_date
from notification.letters.rules.letter import Letter
from notification.notices.rules import approval
from servicekit.calendar import PACIFIC
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar

LAKE, YOLO = "agencies/lake", "agencies/yolo"


def having(cadre, notice):
    return [row.agency for row in cadre.readiness(notice).agencies if row.HasField("deliver_time")]


def test_a_letter_goes_to_the_agencies_that_were_chosen_and_to_no_other(cadre):
    notice = cadre.issued(cadre.new_audience(cadre.at(cadre.new_id(), "lake")), receivers=[YOLO, LAKE, YOLO])

    assert list(notice.receivers) == [LAKE, YOLO]
    assert having(cadre, notice) == [LAKE, YOLO]
    assert cadre.readiness(notice).agencies_asked == 2
    cadre.deliver(directory.AgencyListed(agency_id="inyo", kind="regional"))
    assert having(cadre, notice) == [LAKE, YOLO]


def test_an_agency_whose_staff_are_asked_receives_the_letter_although_nobody_chose_it(cadre):
    gone, at_work, of_the_state = cadre.people(3)
    audience = cadre.new_audience(
        cadre.at(gone, "lake", member=False), cadre.at(at_work, "alameda"), cadre.at(of_the_state, "dcss")
    )

    notice = cadre.issued(audience, receivers=[YOLO])

    assert having(cadre, notice) == ["agencies/alameda", YOLO]


@pytest.mark.parametrize("name", ["lake", "agencies/", "agencies/lake/units/intake"])
def test_a_receiver_is_an_agency(cadre, name):
    with pytest.raises(Refused) as refused:
        cadre.draft(cadre.new_audience(), receivers=[name])

    assert list(refused.value.fields) == ["notice.receivers"]


def test_an_approval_covers_which_agencies_receive_the_letter():
    everyone, some = Letter(subject="Fees"), Letter(subject="Fees", receivers=["lake"])

    assert approval.differences(approval.pins(everyone, []), approval.pins(some, [])) == ["whom it is for"]


def test_a_letter_that_is_sent_without_a_number_gets_the_next_free_one(cadre):
    audience = cadre.new_audience()
    first = cadre.submitted(audience, number="")
    second = cadre.submitted(audience, number="")

    following = cadre.analyst.SuggestNumber(series_pb.SuggestNumberRequest(series="CSSP")).number
    assert first.number < second.number < following
    assert cadre.analyst.GetNotice(pb.GetNoticeRequest(name=first.name)).number == first.number


@pytest.mark.parametrize(
    ("issued", "due"),
    [
        ("2026-11-30 09:00", "2026-11-30"),
        ("2026-11-30 16:59", "2026-11-30"),
        ("2026-11-30 17:00", "2026-12-01"),
        ("2026-12-04 18:30", "2026-12-07"),
        ("2026-12-05 10:00", "2026-12-07"),
        ("2026-12-25 10:00", "2026-12-28"),
    ],
)
def test_an_urgent_letter_is_confirmed_on_its_day_or_the_next_morning(issued, due):
    at = datetime.fromisoformat(issued).replace(tzinfo=PACIFIC)

    assert urgent_agency_due_date(state_calendar(), issued=at).isoformat() == due


def test_agencies_confirm_an_urgent_letter_as_it_says_whatever_their_days_are(cadre):
    notice = cadre.issued(cadre.new_audience(), urgent_reason="The case system is down.", agency_confirms_within=9)

    at = notice.publish_time.ToDatetime(tzinfo=PACIFIC)
    assert notice.agency_due_date == urgent_agency_due_date(state_calendar(), issued=at).isoformat()
    assert notice.urgent_reason == "The case system is down."


def test_urgent_letters_stand_before_all_others_that_are_open(cadre):
    person = cadre.new_id()
    audience = cadre.new_audience(cadre.at(person, "lake"))
    done = cadre.issued(audience, subject="Urgent, and done", urgent_reason="It was down.", asks=pb.READ)
    urgent = cadre.issued(audience, subject="Urgent", urgent_reason="It is down.")
    usual = cadre.issued(audience, subject="As usual")
    cadre.read(done, person)

    assert [item.notice.subject for item in cadre.inbox(person)] == ["Urgent", "As usual", "Urgent, and done"]
    lake = cadre.coordinator("lake")
    listed = lake.ListAgencyNotices(agency_pb.ListAgencyNoticesRequest(parent=LAKE)).notices
    assert [one.notice.name for one in listed] == [urgent.name, done.name, usual.name]


def test_an_outage_that_began_yesterday_is_told_today_confirmed_the_same_day_and_due_after_issue(cadre):
    person, calendar = cadre.new_id(), state_calendar()
    audience = cadre.new_audience(cadre.at(person, "lake"))
    began = cadre.today - timedelta(days=1)
    values = {"urgent_reason": "The case system is down.", "kind": pb.Notice.OUTAGE, "number": ""}
    waiting = cadre.submitted(audience, effective_date=began.isoformat(), **values)

    assert f"it took effect yesterday, {began:%A, %B} {began.day}" in waiting.due_sentence
    notice = cadre.publish(waiting)
    issued = notice.publish_time.ToDatetime(UTC).astimezone(PACIFIC)
    assert notice.effective_date == began.isoformat()
    assert notice.agency_due_date == urgent_agency_due_date(calendar, issued=issued).isoformat()
    assert notice.due_date == calendar.add(issued.date(), 5).isoformat()
    cadre.issued(audience, subject="A later letter that is not urgent")
    first = cadre.analyst.ListNotices(pb.ListNoticesRequest(page_size=1)).notices[0]
    assert first.name == notice.name
    assert cadre.inbox(person)[0].notice.name == notice.name
    assert cadre.agency(notice, "lake") == {"of": 1, "not_started": 1}
