"""What programs read of letters that are really out: an agency's and its staff's, before release, after withdrawal."""

import re
from types import SimpleNamespace

import feedparser
import httpx
import pytest
from icalendar import Calendar

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from cadre_cli.access import request_id
from servicekit.testing.unencrypted import NO_AUTHORITIES
from servicekit.testing.waiting import wait_until

from .visitor import Visitor, issue

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

PAGE = "/calendars-and-feeds"
OUT, HELD, GONE = (f"Subscribed dates {which}" for which in ("at once", "later for staff", "of what is withdrawn"))


class Reader(Visitor):
    """Somebody of the demonstration, and the programs that read for them."""

    def __init__(self, cadre, part):
        super().__init__(cadre, part)
        self.program = httpx.Client(verify=NO_AUTHORITIES, base_url=self.client.base_url, timeout=60)

    def make(self, what, **typed):
        """Have an address made, and return its path."""
        made = self.client.post(PAGE, data=self.proof(PAGE) | {"what": what, "title": f"Reader of {what}"} | typed)
        return re.search(r"/feeds/[^<]+", made.text)[0]

    def read(self, path):
        answer = self.program.get(path)
        assert answer.status_code == 200
        return answer.content

    def entries(self, path):
        """The letters of these tests in a feed, by their subjects."""
        found = {
            subject: entry
            for entry in feedparser.parse(self.read(path)).entries
            for subject in (OUT, HELD, GONE)
            if subject in entry.title
        }
        return dict(sorted(found.items()))

    def dates(self, path):
        """The dates of these tests in a calendar: what they say, with their ids, states and sequences."""
        return {
            str(one["summary"]): (str(one["uid"]), str(one["status"]), int(one["sequence"]))
            for one in Calendar.from_ical(self.read(path)).walk("VEVENT")
            if "Subscribed dates" in one["summary"]
        }

    def close(self):
        self.client.close()
        self.program.close()


@pytest.fixture(scope="module")
def read(cadre):
    """A coordinator and a learner of Lake, with an address for each thing that they may read, and letters to read."""
    coordinator, learner = Reader(cadre, "coordinator"), Reader(cadre, "learner")
    found = SimpleNamespace(
        coordinator=coordinator,
        learner=learner,
        of_lake=coordinator.make("LETTERS agencies/lake"),
        dates_of_lake=coordinator.make("DATES agencies/lake"),
        on_topic=learner.make("LETTERS", topic="subscribed dates"),
        elsewhere=learner.make("LETTERS", topic="nothing has these words"),
        own=learner.make("DATES"),
        out=issue(cadre, OUT),
        held=issue(cadre, HELD, staff_release_days=5),
        gone=issue(cadre, GONE),
    )
    yield found
    coordinator.close()
    learner.close()


def of(subject, dates):
    """What a calendar says of a letter, without its name."""
    return sorted(said.partition(":")[0] for said in dates if subject in said)


def test_a_letter_under_embargo_is_in_the_agencys_feeds_and_not_in_those_of_its_staff(read):
    coordinator, learner = read.coordinator, read.learner

    assert list(coordinator.entries(read.of_lake)) == [OUT, HELD, GONE]
    assert list(learner.entries(read.on_topic)) == [OUT, GONE]
    assert learner.entries(read.elsewhere) == {}
    assert of(HELD, coordinator.dates(read.dates_of_lake)) == ["Confirm by 5 p.m.", "Takes effect"]
    assert of(HELD, learner.dates(read.own)) == []
    assert of(OUT, learner.dates(read.own)) == ["Due", "Takes effect"]


def test_an_entry_leads_to_a_page_that_its_reader_may_open(read):
    entry = read.learner.entries(read.on_topic)[OUT]
    agencys = read.coordinator.entries(read.of_lake)[OUT]

    assert entry.id == agencys.id
    assert entry.link != agencys.link
    assert OUT in read.learner.page(entry.link).text
    assert OUT in read.coordinator.page(agencys.link).text


def test_what_somebody_did_is_no_longer_due_to_them_and_the_agencys_calendar_says_that_it_confirmed(cadre, read):
    access, said = cadre.access, {"notice": read.out.name, "text_sha256": read.out.text_sha256}
    confirmed = inbox_pb.ConfirmNoticeRequest(**said, request_id=request_id(OUT, "person"))
    access.ask(access.inbox.ConfirmNotice, confirmed, person=read.learner.person)
    for_lake = agency_pb.ConfirmForAgencyRequest(parent="agencies/lake", **said, request_id=request_id(OUT, "agency"))
    access.ask(access.agency_notices.ConfirmForAgency, for_lake, person=read.coordinator.person)

    assert of(OUT, read.learner.dates(read.own)) == ["Takes effect"]
    assert of(OUT, read.coordinator.dates(read.dates_of_lake)) == ["Confirmed", "Takes effect"]


def test_d37_a_letter_that_is_withdrawn_is_canceled_in_calendars_and_updates_its_entry(cadre, read):
    readers = [(read.coordinator, read.of_lake, read.dates_of_lake), (read.learner, read.on_topic, read.own)]
    before = [(who.entries(letters)[GONE], who.dates(dates)) for who, letters, dates in readers]
    request = pb.WithdrawNoticeRequest(
        name=read.gone.name, etag=read.gone.etag, reason="A court stayed it.", request_id=request_id(GONE, "withdraw")
    )
    cadre.access.ask(cadre.access.notices.WithdrawNotice, request, person=cadre.cast.approver)
    wait_until(cadre.access.quiet, cadre.access.wrong)

    for (who, letters, dates), (entry, days) in zip(readers, before, strict=True):
        now = who.entries(letters)[GONE]
        assert now.title.startswith(f"Withdrawn: {entry.title}")
        assert now.summary == "Withdrawn: A court stayed it."
        assert (now.id, now.published) == (entry.id, entry.published)
        assert now.updated > entry.updated
        there = {uid: sequence for said, (uid, _, sequence) in days.items() if GONE in said}
        canceled = Calendar.from_ical(who.read(dates)).walk("VEVENT")
        found = {str(one["uid"]): one for one in canceled if GONE in one["summary"]}
        assert found.keys() == there.keys()
        assert {str(one["status"]) for one in found.values()} == {"CANCELLED"}
        assert all(found[uid]["sequence"] > sequence for uid, sequence in there.items())
