"""Committees and meetings: times in two zones, rules and quorum as sentences, the roll, the agenda as a form."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from gateway.committees import agenda, forms, phrases, roll, votes
from gateway.committees.shown import People
from gateway.feeds import dates
from gateway.feeds.told import Site
from gateway.web.forms import Form


def meeting(begins, ends, zone, **given):
    made = pb.Meeting(title="Quarterly call", zone=zone, **given)
    made.start_time.FromDatetime(datetime.fromisoformat(begins).replace(tzinfo=ZoneInfo(zone)))
    made.end_time.FromDatetime(datetime.fromisoformat(ends).replace(tzinfo=ZoneInfo(zone)))
    return made


@pytest.mark.parametrize(
    ("begins", "ends", "zone", "said"),
    [
        (
            "2023-08-24T10:00",
            "2023-08-24T11:00",
            "America/Chicago",
            "Thursday, August 24, 10 to 11 a.m. Central (8 to 9 a.m. Pacific)",
        ),
        (
            "2023-08-24T11:30",
            "2023-08-24T13:00",
            "America/Los_Angeles",
            "Thursday, August 24, 11:30 a.m. to 1 p.m. Pacific",
        ),
        # Arizona has the time of California in summer, and its own in winter.
        ("2023-07-03T09:00", "2023-07-03T12:00", "America/Phoenix", "Monday, July 3, 9 a.m. to noon Arizona"),
        (
            "2023-12-04T09:00",
            "2023-12-04T10:15",
            "America/Phoenix",
            "Monday, December 4, 9 to 10:15 a.m. Arizona (8 to 9:15 a.m. Pacific)",
        ),
        # In Guam it is the next day.
        (
            "2023-08-25T08:00",
            "2023-08-25T09:00",
            "Pacific/Guam",
            "Friday, August 25, 8 to 9 a.m. Guam (Thursday, August 24, 3 to 4 p.m. Pacific)",
        ),
        # Both ends of the hour that a day in March does not have, and of the one that a day in November has twice.
        ("2023-03-12T01:30", "2023-03-12T03:30", "America/Los_Angeles", "Sunday, March 12, 1:30 to 3:30 a.m. Pacific"),
        ("2024-02-29T22:00", "2024-03-01T00:00", "America/Los_Angeles", None),
    ],
)
def test_a_time_is_said_in_its_zone_and_in_pacific_where_they_differ(begins, ends, zone, said):
    on = date.fromisoformat(begins[:10])
    expected = said or "Thursday, February 29, 10 p.m. to Friday, March 1, midnight Pacific"

    assert phrases.when(meeting(begins, ends, zone), on) == expected


_LARGE = (
    "A large decision needs two thirds of those for and against, more than half in each constituency and at least one"
    " yes from each constituency."
)
_OBJECTION = (
    "An objection holds a vote until it is settled, or until two thirds of those without a conflict override it and say"
    " why."
)


def test_rules_are_said_as_sentences():
    half, most = body_pb.Fraction(numerator=1, denominator=2), body_pb.Fraction(numerator=4, denominator=6)
    rules = body_pb.BodyRules(
        quorum=half,
        quorum_of_each_constituency=1,
        thresholds=[
            body_pb.Threshold(
                decision_class="MAJOR", of_all=most, of_each_constituency=half, yes_of_each_constituency=1
            )
        ],
        notice_hours=72,
        override=most,
    )

    assert phrases.rules(rules) == [
        "More than half of the filled seats must be there, and at least one of each constituency.",
        _LARGE,
        _OBJECTION,
        "A meeting is called at least 3 days before it begins.",
        "Votes are taken at meetings alone.",
    ]


def test_a_quorum_that_is_missing_says_of_whom():
    one = pb.Meeting(state=pb.Meeting.CALLED, seats_filled=9, seats_present=4, constituencies_missing=["csda"])

    said = phrases.quorum(one, {"csda": "CSDA"})

    assert said == "4 of 9 filled seats are in the room: that is no quorum. Too few of CSDA are there."


NINE = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def test_the_roll_notes_who_came_left_and_came_back_and_takes_the_last_of_it_back():
    one = pb.Meeting(answers=[pb.CallAnswer(person="people/2", comes=True), pb.CallAnswer(person="people/3")])

    def press(what, person, minutes):
        after = roll.changed(one, what, person, NINE + timedelta(minutes=minutes))
        del one.presence[:]
        one.presence.extend(after)

    press(roll.COME, "people/1", 0)
    press(roll.COME, "people/1", 1)
    press(roll.GO, "people/1", 30)
    press(roll.COME, "people/1", 45)
    press(roll.ALL, "", 50)
    stays = {row.person: row.stays for row in roll.rows(one, People([], {}, {}))}
    assert [(stay.start.minute, stay.end and stay.end.minute) for stay in stays["people/1"]] == [(0, 30), (45, None)]
    assert [stay.start.minute for stay in stays["people/2"]] == [50]
    assert "people/3" not in stays

    press(roll.UNDO, "people/1", 51)
    press(roll.UNDO, "people/1", 52)
    stays = {row.person: row.stays for row in roll.rows(one, People([], {}, {}))}
    assert [(stay.start.minute, stay.end) for stay in stays["people/1"]] == [(0, None)]


def test_an_agenda_is_ordered_by_place_and_what_is_taken_out_is_gone():
    items = [pb.AgendaItem(id=key, title=key.upper(), kind=pb.AgendaItem.TALK, minutes=5) for key in ("a", "b", "c")]
    draft = pb.Meeting(state=pb.Meeting.DRAFT, items=items)
    form = Form.of(agenda.opened(draft) | {"place-1": "3", "out-2": "yes", "place-3": "1"})
    form.values |= {"title-4": ["New"], "kind-4": ["REPORT"], "minutes-4": ["20"], "place-4": ["2"]}

    read = agenda.read(form, draft)

    assert form.errors == {}
    assert [(one.id, one.title) for one in read] == [("c", "C"), ("", "New"), ("a", "A")]


def test_what_is_on_the_agenda_of_a_called_meeting_stays_before_what_is_added():
    called = pb.Meeting(state=pb.Meeting.CALLED, items=[pb.AgendaItem(id="a", title="A", minutes=5)])
    form = Form.of({"title-1": "More", "kind-1": "TALK", "minutes-1": "0", "place-1": "1"})

    assert [one.title for one in agenda.read(form, called)] == ["A", "More"]
    assert form.errors == {"minutes-1": "Give 1 to 600 minutes."}


def test_a_time_that_clocks_skip_is_refused_at_its_field():
    said, form = (
        pb.Meeting(),
        Form.of(
            {
                "meeting_day": "2027-03-14",
                "meeting_begins": "02:30",
                "meeting_ends": "04:00",
                "meeting_zone": "America/Los_Angeles",
            }
        ),
    )

    forms.read_time(form, said)

    assert form.errors == {"meeting_begins": "There is no such time on that day: the clocks change."}


def test_rules_are_read_as_they_are_shown():
    given = body_pb.Body(rules=body_pb.BodyRules(notice_hours=72, written_votes=True))
    given.rules.quorum.numerator, given.rules.quorum.denominator = 1, 2
    given.rules.thresholds.add(decision_class="MINOR", yes_of_each_constituency=2)
    opened = {one.name: one.shown(given) for one in forms.RULES} | forms.thresholds_shown(given.rules)
    form, read = Form.of(opened), body_pb.Body()

    for one in forms.RULES:
        one.read(form, read)
    forms.read_thresholds(form, read.rules)

    assert form.errors == {}
    assert read == given
    wrong = Form.of({"quorum": "3/2"})
    forms.RULES[0].read(wrong, read)
    assert wrong.errors == {"quorum": "Give a share such as 2/3, or leave it empty."}


def test_who_is_not_seen_by_name_is_said_by_their_agency():
    one = membership_pb.Membership(person="people/1", organization="lake")

    shown = People([one], {}, {"agencies/lake": "Lake"})

    assert shown.name("people/1") == "Somebody of Lake"
    assert shown.name("people/2") == "Somebody who has no part here now"


def test_somebody_has_an_alternate_if_one_stands_for_a_seat_that_they_hold():
    part = membership_pb.Membership
    held = part(person="people/1", part=part.MEMBER, seat="large")
    alone = part(person="people/2", part=part.MEMBER, seat="small")
    stands = part(person="people/3", part=part.ALTERNATE, seat="large")

    shown = People([held, alone, stands, part(person="people/4", part=part.MEMBER)], {}, {})

    assert [shown.has_alternate(f"people/{number}") for number in range(1, 5)] == [True, False, False, False]


def test_a_meeting_in_a_calendar_is_at_its_moment_and_says_its_own_clock():
    one = meeting("2023-08-24T10:00", "2023-08-24T11:00", "America/Chicago", link="https://meet.example.org/1")
    one.name = "bodies/stsc/meetings/5f0c"

    made = Calendar.from_ical(dates.calendar(Site("https://cadre.example.org", "/{id}"), "My dates", [], [one]))

    (event,) = made.walk("VEVENT")
    assert event["dtstart"].dt == datetime(2023, 8, 24, 15, 0, tzinfo=UTC)
    assert event["dtstart"].params["tzid"] == "America/Los_Angeles"
    assert "10 to 11 a.m. Central (8 to 9 a.m. Pacific)" in event["description"]
    assert event["url"] == "https://cadre.example.org/committees/stsc/meetings/5f0c"


def test_a_vote_that_no_item_of_the_agenda_names_is_told_to_who_runs_the_meeting():
    offered = [("", "None"), ("ballots/a", "Take the need"), ("ballots/b", "Take the cost")]
    items = [pb.AgendaItem(title="Cost", decides="ballots/b"), pb.AgendaItem(title="News")]
    assert votes.on_no_item(offered, pb.Meeting(items=items)) == [("ballots/a", "Take the need")]
    assert votes.on_no_item([], pb.Meeting()) == []
