"""Whether enough are in the room: by property against a count by hand, and at each moment of a meeting."""

import uuid
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnership.bodies.rules.ruling import NONE, Ruling, Share
from partnership.meetings.rules import meetings, presence
from partnership.meetings.rules.meetings import Said
from partnership.meetings.rules.quorum import Interval, Position, positions_there, quorum, there_at
from servicekit.refusals import InvalidField

PEOPLE = [uuid.UUID(int=number) for number in range(1, 13)]
START = datetime(2027, 3, 17, 17, tzinfo=UTC)
MEETING = Said("Spring meeting", START, START + timedelta(hours=2), "America/Los_Angeles")
HALF = Ruling(quorum=Share(1, 2), quorum_of_each_constituency=1)


@st.composite
def rooms(draw):
    """A body: each person holds one seat at most, and is alternate of one at most; and who is there."""
    holders = draw(st.lists(st.sampled_from(PEOPLE), unique=True, max_size=8))
    alternates = draw(st.permutations(PEOPLE))
    seats = [
        Position(draw(st.sampled_from(["state", "local"])), holder, draw(st.sampled_from([None, alternates[n]])))
        for n, holder in enumerate(holders)
    ]
    return seats, draw(st.sets(st.sampled_from(PEOPLE)))


@given(rooms())
def test_one_position_a_seat_and_one_seat_a_person(room):
    seats, there = room
    counted = positions_there(seats, there)

    speaks = [one.holder if one.holder in there else one.alternate for one in counted]
    assert set(speaks) <= there
    assert len(speaks) == len(set(speaks))
    # Nobody's seat is left out who is there for it, and no absent holder's whose alternate is free.
    holders = {one.holder for one in seats}
    for one in seats:
        free = one.alternate in there and one.alternate not in holders
        assert (one in counted) >= (one.holder in there or free)


@given(rooms(), st.integers(1, 6).flatmap(lambda d: st.tuples(st.integers(0, d - 1), st.just(d))), st.integers(0, 3))
def test_a_quorum_is_more_than_the_share_and_enough_of_each_that_has_seats(room, share, of_each):
    seats, there = room
    found = quorum(seats, there, Ruling(quorum=Share(*share), quorum_of_each_constituency=of_each))

    counted = positions_there(seats, there)
    by_share = Fraction(len(counted)) > Fraction(*share) * len(seats)
    few = {
        name for name in {one.constituency for one in seats} if sum(c.constituency == name for c in counted) < of_each
    }
    assert (found.filled, found.present, set(found.missing)) == (len(seats), len(counted), few)
    assert found.reached == (bool(counted) and by_share and not few)
    # Whoever comes breaks no quorum.
    assert quorum(seats, {*there, *PEOPLE}, HALF).reached >= quorum(seats, there, HALF).reached


def test_without_a_share_somebody_is_enough_and_nobody_is_not():
    seats = [Position("state", PEOPLE[0]), Position("local", PEOPLE[1])]

    assert quorum(seats, {PEOPLE[0]}, Ruling(quorum=NONE)).reached
    assert not quorum(seats, set(), Ruling(quorum=NONE)).reached
    assert not quorum([], {PEOPLE[0]}, Ruling(quorum=NONE)).reached


def test_who_is_there_at_a_moment_came_before_it_and_did_not_leave_before_it():
    def minutes(number):
        return START + timedelta(minutes=number)

    late, early, twice = PEOPLE[:3]
    intervals = [
        Interval(late, minutes(30)),
        Interval(early, minutes(0), minutes(45)),
        Interval(twice, minutes(0), minutes(10)),
        Interval(twice, minutes(40), minutes(60)),
    ]

    assert [there_at(intervals, minutes(at)) for at in (-1, 0, 20, 45, 50, 61)] == [
        set(),
        {early, twice},
        {early},
        {late, early, twice},
        {late, twice},
        {late},
    ]


@pytest.mark.parametrize(
    ("intervals", "field"),
    [
        ([(0, 0)], "presence.leave_time"),
        ([(10, 5)], "presence.leave_time"),
        ([(0, 30), (20, 40)], "presence.person"),
        ([(0, None), (20, 40)], "presence.person"),
        ([(-241, 0)], "presence.arrive_time"),
        ([(0, 601)], "presence.leave_time"),
    ],
)
def test_nobody_leaves_before_they_came_or_is_there_twice_or_on_another_day(intervals, field):
    said = [
        Interval(PEOPLE[0], START + timedelta(minutes=came), None if left is None else START + timedelta(minutes=left))
        for came, left in intervals
    ]

    with pytest.raises(InvalidField) as refused:
        presence.check(said, MEETING)
    assert refused.value.field == field


def test_who_leaves_may_come_back_at_once_and_before_and_after_count_to_their_limits():
    presence.check(
        [
            Interval(PEOPLE[0], START - timedelta(hours=4), START),
            Interval(PEOPLE[0], START, MEETING.end + timedelta(hours=8)),
            Interval(PEOPLE[1], START),
        ],
        MEETING,
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "meeting.title"),
        ({"zone": "CST"}, "meeting.zone"),
        ({"zone": "../etc/passwd"}, "meeting.zone"),
        ({"end": START}, "meeting.end_time"),
        ({"end": START + timedelta(days=14, seconds=1)}, "meeting.end_time"),
        ({"link": "http://meet.example.org"}, "meeting.link"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(wrong, field):
    said = Said(**({"title": "A", "start": START, "end": MEETING.end, "zone": "America/Chicago"} | wrong))

    with pytest.raises(InvalidField) as refused:
        meetings.check(said)
    assert refused.value.field == field


def test_every_state_of_a_meeting_but_the_last_two_has_a_way_on():
    starts = {state for states in meetings.STARTS.values() for state in states}

    assert starts >= set(meetings.State) - {meetings.State.CANCELLED}
    ends = {meetings.State.CLOSED, meetings.State.CANCELLED}
    onward = {state for step in ("CALL", "CANCEL", "HOLD", "PUBLISH", "APPROVE") for state in meetings.STARTS[step]}
    assert onward == set(meetings.State) - ends
