"""What feeds hold, as two readers of each kind take it: programs that share no code with each other, nor with ours."""

from datetime import UTC, date, datetime, timedelta

import fastfeedparser
import feedparser
import pytest
import vobject
from google.protobuf.timestamp_pb2 import Timestamp
from icalendar import Calendar

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.feeds import atom, dates
from gateway.feeds.told import Site
from servicekit.calendar import PACIFIC

SITE = Site("https://cadre.example.gov", "/agencies/lake/letters/{id}")
MADE = datetime(2026, 11, 2, 18, 0, 0, 5, UTC)
ISSUED = datetime(2026, 11, 20, 20, 15, 3, tzinfo=UTC)
LATER = ISSUED + timedelta(days=4)
TODAY = date(2026, 11, 29)
# What each of the two formats has signs of its own for.
SPEAKING = 'Fees; waivers, "holds" \\ <b>é</b> & ' + "ñandú " * 30 + "end"


def stamp(moment):
    found = Timestamp()
    found.FromDatetime(moment)
    return found


def letter(id_="one", **fields):
    said = {
        "name": f"notices/{id_}",
        "state": pb.Notice.PUBLISHED,
        "series": "CSSP",
        "number": "26-04",
        "subject": "Earning capacity",
        "change": "Income is no longer presumed.",
        "asks": pb.CONFIRM,
        "publish_time": stamp(ISSUED),
        "effective_date": "2027-01-04",
        "due_date": "2026-12-29",
        "agency_due_date": "2026-12-01",
    }
    return pb.Notice(**(said | fields))


def withdrawn(**fields):
    said = {"state": pb.Notice.WITHDRAWN, "withdraw_time": stamp(LATER), "withdraw_reason": "A court stayed it."}
    return letter(**(said | fields))


def at_agency(notice, **stands):
    readiness = readiness_pb.AgencyReadiness(**({"deliver_time": stamp(ISSUED)} | stands))
    return agency_pb.AgencyNotice(notice=notice, readiness=readiness)


def of_agency(*items, today=TODAY):
    return dates.calendar(SITE, "Dates, Lake", dates.of_agency("agencies/lake", items, today))


def of_person(*items, today=TODAY):
    return dates.calendar(SITE, "My dates", dates.of_person(items, today))


def by_one(content):
    """Each date of a calendar by its id, as icalendar reads it."""
    found = Calendar.from_ical(content).walk("VEVENT")
    return {
        str(one["uid"]): (one["dtstart"].dt, str(one["summary"]), str(one["status"]), int(one["sequence"]))
        for one in found
    }


def by_other(content):
    """The same, as vobject reads it."""
    found = vobject.readOne(content.decode()).contents.get("vevent", [])
    return {
        one.uid.value: (one.dtstart.value, one.summary.value, one.status.value, int(one.sequence.value))
        for one in found
    }


def read(content):
    """Each date by its id, as both take it."""
    one, other = by_one(content), by_other(content)
    assert one == other
    return one


# ---- calendars ----


@pytest.mark.parametrize(
    ("day", "in_utc"),
    [
        ("2027-03-12", "2027-03-13T01:00"),
        ("2027-03-15", "2027-03-16T00:00"),
        ("2027-11-05", "2027-11-06T00:00"),
        ("2027-11-08", "2027-11-09T01:00"),
        ("2035-07-02", "2035-07-03T00:00"),
    ],
)
def test_d37_two_readers_take_a_calendar_for_the_same_dates_in_pacific_time(day, in_utc):
    found = read(of_agency(at_agency(letter(agency_due_date=day, effective_date="2027-03-14"))))

    due, title, *_ = found["one-confirm-lake@cadre.example.gov"]
    assert due.astimezone(UTC) == datetime.fromisoformat(f"{in_utc}+00:00")
    assert due.replace(tzinfo=None) == datetime.fromisoformat(f"{day}T17:00")
    assert title == "Confirm by 5 p.m.: CSSP 26-04, Earning capacity"
    # A whole day is a day, also the one that has 23 hours.
    assert found["one-effect@cadre.example.gov"][0] == date(2027, 3, 14)


def test_the_zone_that_is_sent_along_is_the_one_that_california_has():
    zone = vobject.readOne(of_agency().decode()).vtimezone.tzinfo

    for day in range(0, 365 * 12, 3):
        noon = datetime(2026, 1, 1, 12, tzinfo=PACIFIC) + timedelta(days=day)
        assert zone.utcoffset(noon.replace(tzinfo=None)) == noon.utcoffset(), noon


def test_an_urgent_letter_of_after_hours_is_confirmed_in_the_morning():
    found = read(of_agency(at_agency(letter(urgent_reason="The case system is down", agency_due_date="2026-11-23"))))

    due, title, *_ = found["one-confirm-lake@cadre.example.gov"]
    assert (due.hour, title) == (8, "Confirm this morning: CSSP 26-04, Earning capacity")


def test_d37_a_date_keeps_its_id_and_its_sequence_grows_with_each_change():
    confirmed = {"confirm_time": stamp(ISSUED + timedelta(days=1))}
    steps = [
        of_agency(at_agency(letter())),
        of_agency(at_agency(letter(), **confirmed)),
        of_agency(at_agency(withdrawn(), **confirmed)),
    ]

    found = [read(step)["one-confirm-lake@cadre.example.gov"][1:] for step in steps]

    assert found == [
        ("Confirm by 5 p.m.: CSSP 26-04, Earning capacity", "CONFIRMED", 0),
        ("Confirmed: CSSP 26-04, Earning capacity", "CONFIRMED", 1),
        ("Withdrawn: CSSP 26-04, Earning capacity", "CANCELLED", 3),
    ]
    unconfirmed = read(of_agency(at_agency(withdrawn())))["one-confirm-lake@cadre.example.gov"]
    assert unconfirmed[2:] == ("CANCELLED", 2)


def test_a_day_of_ones_own_that_moves_away_has_a_higher_sequence_each_time():
    found = [
        read(of_person(inbox_pb.InboxItem(notice=said, due_date=day)))["one-due@cadre.example.gov"]
        for said, day in (
            (letter(), "2026-12-29"),
            (letter(), "2027-01-08"),
            (letter(), "2027-02-01"),
            (withdrawn(), "2027-02-01"),
        )
    ]

    assert [day for day, *_ in found] == [date(2026, 12, 29), date(2027, 1, 8), date(2027, 2, 1), date(2027, 2, 1)]
    assert [sequence for *_, sequence in found] == sorted({sequence for *_, sequence in found})


@pytest.mark.parametrize("done", [{"ready": True}, {"excused": True}, {"on_leave": True}])
def test_a_due_day_of_ones_own_is_there_until_nothing_is_left_to_do(done):
    due = {"due_date": "2026-12-29"}

    assert set(read(of_person(inbox_pb.InboxItem(notice=letter(), **due)))) == {
        "one-effect@cadre.example.gov",
        "one-due@cadre.example.gov",
    }
    assert set(read(of_person(inbox_pb.InboxItem(notice=letter(), **due, **done)))) == {"one-effect@cadre.example.gov"}
    for_information = inbox_pb.InboxItem(notice=letter(asks=pb.NOTHING), **due)
    assert set(read(of_person(for_information))) == {"one-effect@cadre.example.gov"}


@pytest.mark.parametrize("stands", [{"asked_no_more": True}, {"deliver_time": None}])
def test_an_agency_that_is_not_asked_has_nothing_to_confirm(stands):
    assert set(read(of_agency(at_agency(letter(), **stands)))) == {"one-effect@cadre.example.gov"}


def test_what_was_withdrawn_is_said_for_sixty_days():
    gone, last = at_agency(withdrawn()), (LATER + timedelta(days=60)).astimezone(PACIFIC).date()

    assert {status for _, _, status, _ in read(of_agency(gone, today=last)).values()} == {"CANCELLED"}
    assert read(of_agency(gone, today=last + timedelta(days=1))) == {}


def test_a_calendar_says_what_the_standard_asks_for_in_lines_that_are_folded():
    content = of_agency(at_agency(letter(subject=SPEAKING, change=f"{SPEAKING}\nand more")))
    made = Calendar.from_ical(content)
    effect = next(one for one in made.walk("VEVENT") if "effect" in one["uid"])

    assert (made["method"], made["version"], made["x-wr-calname"]) == ("PUBLISH", "2.0", "Dates, Lake")
    assert [len(part) for part in content.split(b"\r\n") if len(part) > 75] == []
    assert content.count(b"\n") == content.count(b"\r\n")
    assert effect["summary"] == vobject.readOne(content.decode()).vevent.summary.value
    assert effect["summary"] == f"Takes effect: CSSP 26-04, {SPEAKING}"
    assert effect["description"] == f"{SPEAKING}\nand more\n\nhttps://cadre.example.gov/agencies/lake/letters/one"
    assert effect["dtend"].dt - effect["dtstart"].dt == timedelta(days=1)
    assert effect["dtstamp"].dt == ISSUED
    assert made.walk("VTIMEZONE")[0]["tzid"] == "America/Los_Angeles"


def test_a_calendar_without_dates_is_one_all_the_same():
    assert read(of_person()) == {}
    assert Calendar.from_ical(of_person())["prodid"]


def test_a_letter_without_a_day_of_effect_has_no_such_date():
    assert read(of_person(inbox_pb.InboxItem(notice=letter(effective_date="", asks=pb.NOTHING)))) == {}


# ---- feeds ----


def feed(*found):
    return atom.feed(SITE, id="7", title="Letters, Lake", since=MADE, shown=atom.newest(found))


def test_two_readers_take_a_feed_for_the_same_letters():
    content = feed(letter(subject=SPEAKING, change=SPEAKING, topic="enforcement & more"), withdrawn(id_="two"))
    one, other = feedparser.parse(content), fastfeedparser.parse(content)

    assert not one.bozo
    assert one.version == "atom10"
    for name in ("id", "title", "updated", "link"):
        assert one.feed[name] == other.feed[name], name
    assert [one.feed[name] for name in ("id", "title", "updated", "author")] == [
        "tag:cadre.example.gov,2026-11-02:feeds/7",
        "Letters, Lake",
        LATER.isoformat(),
        "Cadre",
    ]
    for name in ("id", "title", "link", "published", "updated"):
        assert [entry[name] for entry in one.entries] == [entry[name] for entry in other.entries], name
    assert [entry["summary"] for entry in one.entries] == [entry["description"] for entry in other.entries]
    gone, there = one.entries
    assert (gone["id"], gone["title"], gone["summary"], gone["published"], gone["updated"]) == (
        "tag:cadre.example.gov,2026-11-20:letters/two",
        "Withdrawn: CSSP 26-04, Earning capacity",
        "Withdrawn: A court stayed it.",
        ISSUED.isoformat(),
        LATER.isoformat(),
    )
    assert (there["id"], there["title"], there["summary"], there["updated"], there["link"]) == (
        "tag:cadre.example.gov,2026-11-20:letters/one",
        f"CSSP 26-04, {SPEAKING}",
        SPEAKING,
        ISSUED.isoformat(),
        "https://cadre.example.gov/agencies/lake/letters/one",
    )
    assert [(tag.term, tag.scheme.rpartition("/")[2]) for tag in there.tags] == [
        ("CSSP", "series"),
        ("enforcement & more", "topic"),
    ]


def test_withdrawing_updates_the_entry_of_the_letter():
    before, after = (feedparser.parse(feed(one)).entries[0] for one in (letter(), withdrawn()))

    assert before.id == after.id
    assert before.published == after.published
    assert before.updated < after.updated


def test_a_feed_has_the_fifty_letters_that_were_issued_or_withdrawn_last():
    many = [letter(str(n), publish_time=stamp(ISSUED - timedelta(days=n))) for n in range(1, 61)]
    old = withdrawn(id_="old", publish_time=stamp(ISSUED - timedelta(days=900)))
    others = [letter(state=state) for state in (pb.Notice.DRAFT, pb.Notice.SCHEDULED, pb.Notice.HISTORIC)]

    found = [entry.id.rpartition("/")[2] for entry in feedparser.parse(feed(*reversed(many), old, *others)).entries]

    assert found == ["old", *(str(n) for n in range(1, 50))]


def test_a_feed_without_letters_is_one_all_the_same():
    found = feedparser.parse(feed())

    assert (found.bozo, found.entries, found.feed.updated) == (False, [], MADE.replace(microsecond=0).isoformat())


def test_what_no_reader_could_take_is_left_out_and_what_dcss_did_not_issue_says_so():
    odd = letter(subject="Fees\x0b\x00 end", change="Now\x08.", demonstration=True)

    found = feedparser.parse(feed(odd))

    assert not found.bozo
    assert found.entries[0].title == "CSSP 26-04, Fees end (DEMONSTRATION, not issued by DCSS)"
    assert found.entries[0].summary == "Now."
    assert "not issued by DCSS" in read(of_person(inbox_pb.InboxItem(notice=odd)))["one-effect@cadre.example.gov"][1]
