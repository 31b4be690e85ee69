"""An agency's hours and days, and a person's own morning hour, as mail keeps to them."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.notification.v1 import message_service_pb2 as pb
from notification.messages import ledger, mails, quiet
from notification.messages.ledger import Target, Wanted
from notification.messages.mails import Outcome, Went
from notification.messages.rules.kinds import LETTER_DUE, REMINDED
from notification.messages.rules.quiet import OwnHours, next_open
from notification.messages.rules.windows import Hours
from servicekit.calendar import PACIFIC
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar

CALENDAR = state_calendar()
HOURS = Hours(CALENDAR)
FACTS = {"letter": "CSSP 27-01: A letter", "change": "A change.", "effective": "2027-03-15", "due": "2027-03-10"}
# A Friday in California; the Monday after is a holiday.
FRIDAY = date(2027, 2, 12)


def at(hour, minute=0, day=FRIDAY):
    return datetime.combine(day, time(hour, minute), PACIFIC)


# ---- rules ----

YEAR = st.integers(0, 363 * 24 * 60).map(lambda minutes: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
SPANS = st.tuples(st.integers(7, 17), st.integers(8, 18)).filter(lambda span: span[0] < span[1])
DAYS = st.frozensets(st.integers(0, 364).map(lambda n: date(2027, 1, 1) + timedelta(days=n)), max_size=40)


@given(now=YEAR, span=SPANS, closed=DAYS)
def test_over_a_year_nobody_of_an_agency_is_written_to_outside_its_hours_and_days(now, span, closed):
    own = OwnHours(*span)
    moment = next_open(own, CALENDAR, closed, now).astimezone(PACIFIC)

    assert moment >= now
    assert CALENDAR.is_business_day(moment.date())
    assert moment.date() not in closed
    assert own.opens <= moment.hour < own.closes
    assert next_open(own, CALENDAR, closed, moment) == moment


@pytest.mark.parametrize(
    ("now", "closed", "opens"),
    [
        (at(10), (), at(10)),
        (at(7), (), at(9)),
        (at(16), (), at(9, day=date(2027, 2, 16))),
        (at(10), {FRIDAY, date(2027, 2, 16)}, at(9, day=date(2027, 2, 17))),
        # The clock goes forward on the Sunday.
        (at(16, day=date(2027, 3, 12)), (), at(9, day=date(2027, 3, 15))),
    ],
)
def test_an_agency_from_nine_to_four(now, closed, opens):
    assert next_open(OwnHours(9, 16), CALENDAR, closed, now) == opens


# ---- hours of an agency ----


def keeper(cadre, agency="lake"):
    rights = {"calendar.write_agency": [f"agencies/{agency}"]}
    return cadre.running.stubs(caller=f"people/{uuid.uuid4()}", rights=rights)


def narrow(cadre, opens=9, closes=16, etag="", agency="lake", by=None):
    given = pb.MailHours(open_hour=opens, close_hour=closes, etag=etag)
    ask = pb.UpdateMailHoursRequest(parent=f"agencies/{agency}", hours=given, request_id=cadre.new_id())
    return (by or keeper(cadre, agency)).UpdateMailHours(ask)


def test_an_agency_has_the_hours_of_all_until_its_coordinator_narrows_them(cadre):
    asked = pb.GetMailHoursRequest(parent="agencies/lake")
    first = keeper(cadre).GetMailHours(asked)
    assert (first.name, first.open_hour, first.close_hour, first.etag) == ("agencies/lake/mailHours", 7, 18, "")
    narrow(cadre)
    second = keeper(cadre).GetMailHours(asked)

    assert (second.open_hour, second.close_hour, second.etag) == (9, 16, "1")
    assert cadre.reason_of(lambda: narrow(cadre, etag="")) == "STALE"
    assert cadre.reason_of(lambda: narrow(cadre, by=keeper(cadre, "yolo"))) == "PERMISSION_MISSING"


@pytest.mark.parametrize(
    ("opens", "closes", "field"),
    [(6, 17, "open_hour"), (18, 18, "open_hour"), (9, 9, "close_hour"), (9, 19, "close_hour"), (12, 8, "close_hour")],
)
def test_hours_lie_within_those_of_all(cadre, opens, closes, field):
    with pytest.raises(Refused) as refused:
        narrow(cadre, opens, closes)
    assert list(refused.value.fields) == [f"hours.{field}"]


# ---- as mail keeps to them ----


@pytest.fixture
def write(cadre):
    def write(moment):
        database = cadre.running.runtime.database
        return database.transaction(actor="services/notification", method="test/quiet", at=moment)

    return write


def want(db, *people, goes, kind=LETTER_DUE, **fields):
    given = Wanted(str(uuid.uuid4()), kind, f"notices/{uuid.uuid4()}", FACTS, goes, people=people)
    ledger.want(db, replace(given, **fields))


def go(write, moment, closed=()):
    """Put together and send what goes at a moment; return to whom."""
    with write(moment) as db:
        if quiet.some_are_early(db):
            quiet.bring_forward(db)
        people = mails.due_people(db)
        quiet.put_off(db, people, quiet.shut(db, CALENDAR, {"lake": closed} if closed else {}, moment))
        mails.put_together(db, people, HOURS)
        claimed = mails.claim(db, most=100, a_minute=1000)
        mails.mark(db, claimed, {mail.id: Outcome(Went.SENT) for mail in claimed})
        return {str(mail.person_id) for mail in claimed}


@pytest.fixture
def people(cadre):
    """Of Lake, of both, of Yolo."""
    lake, both, yolo = people = cadre.people(3)
    cadre.new_audience(cadre.at(lake, "lake"), cadre.at(both, "lake"), cadre.at(both, "yolo"), cadre.at(yolo, "yolo"))
    return people


def test_mail_waits_for_the_hours_of_the_first_agency_that_is_open_and_urgent_mail_does_not(cadre, write, people):
    lake, both, yolo = people
    (urgent,) = cadre.people(1)
    cadre.new_audience(cadre.at(urgent, "lake"))
    narrow(cadre, 10, 12)
    narrow(cadre, 9, 12, agency="yolo")
    with write(at(7, 30)) as db:
        want(db, *people, goes=at(8))
        want(db, uuid.UUID(urgent), goes=at(8), urgent=True)

    assert go(write, at(8)) == {urgent}
    assert go(write, at(8, 59)) == set()
    assert go(write, at(9)) == {both, yolo}
    assert go(write, at(10)) == {lake}


def test_what_came_meanwhile_goes_in_the_same_mail_when_the_agency_opens(cadre, write, people):
    lake = people[0]
    narrow(cadre, 10, 12)
    with write(at(7)) as db:
        want(db, lake, goes=at(8))
    assert go(write, at(8)) == set()
    with write(at(9)) as db:
        want(db, lake, goes=at(9, 1), kind=REMINDED)
    assert go(write, at(9, 1)) == set()
    assert go(write, at(10)) == {lake}
    assert cadre.rows("SELECT count(*) FROM mail") == [(1,)]


def test_on_an_agencys_own_closed_days_nobody_of_it_is_written_to(cadre, write, people):
    lake, both, yolo = people
    closed = {FRIDAY, date(2027, 2, 16)}
    with write(at(7)) as db:
        want(db, *people, goes=at(8))

    assert go(write, at(8), closed) == {both, yolo}
    assert go(write, at(17), closed) == set()
    assert go(write, at(7, day=date(2027, 2, 17)), closed) == {lake}


def test_whoever_hears_it_for_a_role_is_written_to_in_the_hours_of_its_agency(cadre, write):
    coordinator = uuid.uuid4()
    narrow(cadre, 10, 12)
    with write(at(7)) as db:
        want(db, goes=at(8), targets=[Target("coordinator", "agencies/lake", {"agency": "lake"})])
    # They are asked for within the hour before.
    with write(at(7, 1)) as db:
        mails.resolve(db, mails.unresolved(db, most=10), {("coordinator", "agencies/lake"): [coordinator]})

    assert go(write, at(8)) == set()
    assert go(write, at(10)) == {str(coordinator)}


# ---- the hour of the morning mail ----


def own(cadre, person):
    return cadre.running.stubs(caller=f"people/{person}", rights={"self.read": ["self"], "self.write": ["self"]})


def choose(cadre, person, hour):
    return own(cadre, person).ChooseMorning(pb.ChooseMorningRequest(hour=hour, request_id=cadre.new_id()))


def test_the_morning_mail_comes_at_the_hour_that_somebody_chose(cadre, write):
    early, usual, late = people = cadre.people(3)
    assert own(cadre, early).GetMailChoices(pb.GetMailChoicesRequest()).morning_hour == 8
    assert choose(cadre, early, 7).morning_hour == 7
    assert choose(cadre, late, 11).morning_hour == 11
    assert own(cadre, late).GetMailChoices(pb.GetMailChoicesRequest()).morning_hour == 11
    with write(at(6)) as db:
        want(db, *people, goes=at(8))

    assert go(write, at(6, 59)) == set()
    assert go(write, at(7)) == {early}
    assert go(write, at(8)) == {usual}
    assert go(write, at(10, 59)) == set()
    assert go(write, at(11)) == {late}


def test_what_goes_at_once_waits_for_no_morning(cadre, write):
    (late,) = cadre.people(1)
    choose(cadre, late, 11)
    with write(at(9)) as db:
        want(db, late, goes=at(9, 1), kind=REMINDED)

    assert go(write, at(9, 1)) == {late}


@pytest.mark.parametrize("hour", [-1, 0, 6, 13])
def test_other_hours_are_refused(cadre, hour):
    assert cadre.reason_of(lambda: choose(cadre, cadre.people(1)[0], hour)) == "INVALID_FIELD"
