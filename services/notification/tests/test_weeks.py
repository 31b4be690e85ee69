"""What people, coordinators, directors and the state hear in the first morning of a week, and nobody in vain."""

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from notification.messages import letters, mails, week
from notification.messages.ledger import FACTS
from notification.messages.rules.ladder import STAFF_LADDER, Step
from notification.messages.rules.said import said
from notification.messages.rules.windows import Hours
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.testing.offices import state_calendar

CALENDAR = state_calendar()
HOURS = Hours(CALENDAR)


@pytest.fixture
def people(cadre):
    return cadre.people(3)


@pytest.fixture
def letter(cadre, people):
    """A letter to two at Lake and one at Yolo."""
    ana, ben, cem = people
    return cadre.issued(cadre.new_audience(cadre.at(ana, "lake"), cadre.at(ben, "lake"), cadre.at(cem, "yolo")))


def due_of(cadre, letter):
    ((due,),) = cadre.rows("SELECT due_date FROM notice WHERE id = %(n)s", n=letter.name.removeprefix("notices/"))
    return due


def first_morning(day):
    """Eight on the first business day of the week of a day."""
    return HOURS.week_begins(datetime.combine(day, time(12), PACIFIC))


def say(cadre, moment):
    """What is said in the morning of a week, by kind and whom: (title, lines)."""
    database = cadre.running.runtime.database
    before = moment - timedelta(minutes=9)
    with database.transaction(actor="services/notification", method="test/week", at=before) as db:
        week.say(db, HOURS, moment)
    rows = cadre.rows(
        f"SELECT m.kind, t.person_id::text, m.about, {FACTS} FROM message_to AS t JOIN message AS m"
        " ON m.id = t.message_id WHERE m.kind LIKE 'week.%%'"
        " UNION ALL SELECT m.kind, t.scope, m.about, m.facts || t.facts FROM message_target AS t"
        " JOIN message AS m ON m.id = t.message_id WHERE m.kind LIKE 'week.%%'"
    )
    return {(kind, to): said(kind, about, facts) for kind, to, about, facts in rows}


def test_each_hears_in_the_first_morning_what_is_before_them(cadre, letter, people):
    ana, ben, cem = people
    cadre.confirm(letter, ana)
    due = due_of(cadre, letter)
    told = say(cadre, first_morning(CALENDAR.add(due, -5)))

    title = f"{letter.series} {letter.number}: {letter.subject}"
    assert {to for kind, to in told if kind == "week.list"} == {ben, cem}
    of_ben = told["week.list", ben]
    assert of_ben.title == "Your week: 1 thing is on your list"
    assert of_ben.lines[0] == f"{title}, due {due:%a, %b} {due.day}."
    of_lake = told["week.agency", "agencies/lake"]
    assert of_lake.title == "The week at Lake: 1 letter with something to do"
    assert f"1 person still to go, due {due:%a, %b} {due.day}: {title}." in of_lake.lines
    picture = told["week.picture", "agencies/lake"]
    assert list(picture.bars.values()) == [50]
    assert "1 of 2 people ready" in picture.lines[0]
    of_state = told["week.state", "state"]
    assert "2 people still to go, 4 agencies have not confirmed" in of_state.lines[0]
    # Nobody at work in Alameda is asked anything: they have the letter to confirm, and no picture.
    assert ("week.agency", "agencies/alameda") in told
    assert ("week.picture", "agencies/alameda") not in told


def test_where_nothing_is_due_within_ten_business_days_nobody_gets_an_empty_mail(cadre, letter, people):
    for slug in cadre.agencies:
        ask = agency_pb.ConfirmForAgencyRequest(
            parent=f"agencies/{slug}", notice=letter.name, text_sha256=letter.text_sha256, request_id=cadre.new_id()
        )
        cadre.coordinator(slug).ConfirmForAgency(ask)
    early = first_morning(CALENDAR.add(due_of(cadre, letter), -17))

    assert say(cadre, early) == {}


def test_after_they_did_it_only_those_who_are_late_hear_and_agencies_in_need_of_a_call_are_named(cadre, letter, people):
    ana, ben, cem = people
    cadre.confirm(letter, cem)
    late = first_morning(CALENDAR.add(due_of(cadre, letter), 9))
    told = say(cadre, late)

    assert {to for kind, to in told if kind == "week.list"} == {ana, ben}
    assert "past due since" in told["week.list", ana].lines[0]
    # Most people are late at Lake; the others have not confirmed.
    assert told["week.state", "state"].lines[-1].endswith("call: Lake, Alameda, Los Angeles and Yolo.")


def test_who_left_who_is_on_leave_and_who_is_excused_hears_nothing(cadre, letter, people):
    ana, ben, cem = people
    audience = letter.audience.removeprefix("audiences/")
    cadre.members(audience, cadre.at(ana, "lake", member=False), cadre.at(ben, "lake", on_leave=True))
    told = say(cadre, first_morning(CALENDAR.add(due_of(cadre, letter), -5)))

    assert {to for kind, to in told if kind == "week.list"} == {cem}
    assert ("week.picture", "agencies/lake") not in told


def test_a_long_list_is_cut_at_ten_lines_soonest_first_and_says_how_many_more(cadre, people):
    audience = cadre.new_audience(cadre.at(people[0], "lake"))
    issued = [cadre.issued(audience) for _ in range(12)]
    told = say(cadre, first_morning(CALENDAR.add(due_of(cadre, issued[0]), -5)))
    mine = told["week.list", people[0]]

    assert mine.title == "Your week: 12 things are on your list"
    assert mine.lines[10] == "And 2 more."
    assert [line.partition(":")[0] for line in mine.lines[:10]] == [f"CSSP {one.number}" for one in issued[:10]]


def test_it_is_one_mail_with_what_is_due_soon_that_morning(cadre, letter, people):
    notice_id = uuid.UUID(letter.name.removeprefix("notices/"))
    moment = first_morning(CALENDAR.add(due_of(cadre, letter), -3))
    day = pacific_date(moment)
    database = cadre.running.runtime.database
    say(cadre, moment)
    with database.transaction(actor="services/notification", method="test/climb", at=moment - timedelta(hours=7)) as db:
        (notice,) = letters.open_letters(db)
        assert notice.id == notice_id
        step = Step(STAFF_LADDER[0], due_of(cadre, letter), day, CALENDAR.add(day, 1))
        letters.climb(db, notice, step, HOURS)
    with database.transaction(actor="services/notification", method="test/send", at=moment) as db:
        mails.put_together(db, people, HOURS)
        claimed = mails.claim(db, most=10, a_minute=100)
        kinds = {frozenset(item.kind for item in mails.items(db, [mail.id])) for mail in claimed}

    assert len(claimed) == 3
    assert kinds == {frozenset(("week.list", "letter.due"))}


def test_ten_times_as_many_people_are_told_by_the_same_few_statements(cadre, statements):
    people = cadre.people(400)
    issued = cadre.issued(cadre.new_audience(*(cadre.at(person, "lake") for person in people)))
    moment = first_morning(CALENDAR.add(due_of(cadre, issued), -5))
    with statements() as sent:
        told = say(cadre, moment)

    assert sum(kind == "week.list" for kind, _ in told) == 400
    assert len(sent) < 25
    ((size,),) = cadre.rows("SELECT max(pg_column_size(facts)) FROM message_to")
    assert size < 100


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        # Presidents' Day is a Monday.
        (datetime(2027, 2, 15, 7, 50, tzinfo=PACIFIC), None),
        (datetime(2027, 2, 16, 6, 40, tzinfo=PACIFIC), None),
        (datetime(2027, 2, 16, 6, 50, tzinfo=PACIFIC), datetime(2027, 2, 16, 8, tzinfo=PACIFIC)),
        (datetime(2027, 2, 16, 7, 50, tzinfo=PACIFIC), datetime(2027, 2, 16, 8, tzinfo=PACIFIC)),
        (datetime(2027, 2, 16, 13, 5, 3, tzinfo=PACIFIC), datetime(2027, 2, 16, 13, 6, tzinfo=PACIFIC)),
        (datetime(2027, 2, 16, 18, 1, tzinfo=PACIFIC), None),
        (datetime(2027, 2, 17, 7, 50, tzinfo=PACIFIC), None),
        # The clock went forward the day before.
        (datetime(2027, 3, 15, 7, 50, tzinfo=PACIFIC), datetime(2027, 3, 15, 8, tzinfo=PACIFIC)),
    ],
)
def test_it_is_time_once_a_week(now, goes):
    assert week.goes_at(HOURS, now) == goes


def test_over_a_year_there_is_one_first_morning_a_week():
    begins, minute = datetime(2027, 1, 1, tzinfo=UTC), timedelta(minutes=15)
    moments = [week.goes_at(HOURS, begins + n * minute) for n in range(365 * 96)]
    mornings = {pacific_date(moment) for moment in moments if moment}

    # The first Friday of the year is a holiday, and so the week had begun without it.
    assert len(mornings) == 52
    assert all(CALENDAR.is_business_day(day) for day in mornings)
