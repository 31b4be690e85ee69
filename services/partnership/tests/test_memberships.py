"""Who has which part from when until when: nothing is overwritten, and rights follow by the day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.partnership.v1 import events_pb2 as events
from cadre.partnership.v1 import membership_service_pb2 as pb
from servicekit.rpc.client import Refused

from .conftest import PART, new_id, person

CHAIR, SECRETARY, MEMBER, ALTERNATE = PART.CHAIR, PART.SECRETARY, PART.MEMBER, PART.ALTERNATE


def test_a_membership_is_told_whole_and_its_end_with_the_next_version(world):
    body = world.body()
    one = world.give(body, person(2), MEMBER, seat="local-1", end_date=world.day(365), carries_over=True)
    ended = world.end(one, 10)

    started, over = world.told(events.MembershipStarted, events.MembershipEnded)
    assert started == events.MembershipStarted(
        membership_id=one.name.rpartition("/")[2],
        body_id=body.name[7:],
        person_id=person(2)[7:],
        organization_id="lake",
        part="MEMBER",
        seat_id="local-1",
        constituency_id="local",
        voting=True,
        start_date=world.day(0),
        end_date=world.day(365),
        carries_over=True,
        version=1,
    )
    assert (over.membership_id, over.end_date, over.version) == (started.membership_id, world.day(10), 2)
    assert (ended.end_date, ended.carries_over, ended.end_reason) == (world.day(10), False, "They moved")


def test_a_secretary_runs_the_body_from_the_first_to_the_last_day_and_nobody_else_gives_parts(world):
    body = world.body()
    world.give(body, person(2), SECRETARY, start=1, end_date=world.day(3))
    world.give(body, person(3), MEMBER, seat="state-1")
    secretary, member, stranger = (world.by(person(n)) for n in (2, 3, 4))

    def tries(who):
        said = {"by": who, "seat": "local-1", "end_date": world.day(1)}
        try:
            world.end(world.give(body, person(9), MEMBER, **said), 0)
        except Refused as refused:
            return refused.reason
        return ""

    assert [tries(one) for one in (secretary, member, stranger)] == ["PART_NEEDED"] * 3
    _, said = world.refused(world.give, body, person(9), MEMBER, by=member, seat="local-1")
    assert said == {"body": body.name, "parts": "CHAIR, DEPUTY, SECRETARY"}
    world.pass_days(2)
    assert [tries(one) for one in (secretary, member, stranger)] == ["", "PART_NEEDED", "PART_NEEDED"]
    world.pass_days(1)
    assert tries(secretary) == "PART_NEEDED"


@pytest.mark.parametrize("who", ["convener", "secretary"])
def test_nobody_gives_themselves_a_part_or_more_days_of_one(world, who):
    body = world.body()
    number, stub = (1, world.convener) if who == "convener" else (2, world.by(person(2)))
    if who == "secretary":
        world.give(body, person(2), SECRETARY)
    assert world.refused(world.give, body, person(number), CHAIR, by=stub)[0] == "OWN_PART"

    other = world.by(person(3))
    world.give(body, person(3), CHAIR)
    own = world.give(body, person(number), PART.OBSERVER, by=other, end_date=world.day(5))
    assert world.refused(world.end, own, 8, by=stub)[0] == "OWN_PART"
    assert world.end(own, 3, by=stub).end_date == world.day(3)


def test_a_member_ends_their_own_part_and_nobody_elses(world):
    body = world.body()
    own = world.give(body, person(2), MEMBER, seat="state-1")
    others = world.give(body, person(3), MEMBER, seat="state-2")
    member = world.by(person(2))

    assert world.refused(world.end, others, 1, by=member)[0] == "PART_NEEDED"
    assert world.refused(world.end, own, -1, by=member)[0] == "INVALID_FIELD"
    assert world.end(own, 0, by=member).end_date == world.day(0)
    assert [who for who, _, _ in world.there(body)] == [person(3)]


def test_what_collides_is_refused_and_says_with_whom(world):
    body = world.body()
    holder = world.give(body, person(2), MEMBER, seat="state-1", end_date=world.day(10))
    world.give(body, person(3), CHAIR)
    world.give(body, person(4), SECRETARY)
    world.give(body, person(5), SECRETARY)

    said = world.refused(world.give, body, person(6), MEMBER, seat="state-1", start=9)
    assert said == (
        "SEAT_TAKEN",
        {"membership": holder.name, "person": person(2), "part": "MEMBER", "seat": "state-1"},
    )
    assert world.refused(world.give, body, person(2), MEMBER, seat="local-1")[0] == "PART_HELD"
    reason, said = world.refused(world.give, body, person(6), CHAIR, start=100)
    assert (reason, said["person"]) == ("PART_TAKEN", person(3))
    world.give(body, person(6), ALTERNATE, seat="state-1")
    world.give(body, person(7), MEMBER, seat="state-1", start=10)
    # A longer end would reach into the time of who came after.
    assert world.refused(world.end, holder, 11)[0] == "SEAT_TAKEN"
    assert world.refused(world.give, body, person(8), MEMBER, seat="nowhere")[0] == "NOT_FOUND"


def test_an_end_is_corrected_with_a_reason_and_a_mistake_ends_on_its_start(world):
    body = world.body()
    one = world.end(world.give(body, person(2), MEMBER, seat="state-1"), 20)
    assert world.refused(world.end, one, 10, reason=" ")[0] == "INVALID_FIELD"
    assert world.refused(world.end, one, 10, etag="1")[0] == "STALE"
    corrected = world.end(one, 10, reason="They left earlier")
    ((before, after, reason),) = world.rows(
        "SELECT before, after, reason FROM audit WHERE resource = %s ORDER BY at DESC, after->>'version' DESC LIMIT 1",
        one.name,
    )
    assert (before["end_date"], after["end_date"], reason) == (world.day(20), world.day(10), "They left earlier")

    assert world.there(body, 5) == [(person(2), "MEMBER", "state-1")]
    world.end(corrected, 0, reason="It was somebody else")
    assert world.there(body, 0) == world.there(body, 5) == []
    world.give(body, person(3), MEMBER, seat="state-1", start=0)


def test_whose_term_is_over_goes_on_until_somebody_follows_or_they_are_ended(world):
    body = world.body()
    term = {"end_date": world.day(10), "carries_over": True}
    world.give(body, person(2), MEMBER, seat="state-1", **term)
    world.give(body, person(3), CHAIR, **term)
    leaves = world.give(body, person(4), MEMBER, seat="local-1", **term)
    world.give(body, person(5), MEMBER, seat="state-1", start=20)
    world.end(leaves, 15)

    def sat(day):
        return {int(who[-2:], 16) for who, _, _ in world.there(body, day)}

    assert [sat(day) for day in (9, 10, 15, 19, 20)] == [{2, 3, 4}, {2, 3, 4}, {2, 3}, {2, 3}, {3, 5}]
    world.pass_days(20)
    (over,) = mine(world, 3)
    assert over.carried_over
    assert mine(world, 2) == mine(world, 4) == []


def mine(world, number):
    return list(world.by(person(number)).ListMyMemberships(pb.ListMyMembershipsRequest()).memberships)


# An act: of which seat, by which person, from which day, for how many days (0 = open), carrying over.
acts = st.lists(
    st.tuples(
        st.sampled_from(["state-1", "state-2"]),
        st.integers(2, 5),
        st.integers(0, 40),
        st.integers(0, 20),
        st.booleans(),
    ),
    max_size=7,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts)
def test_who_sat_on_a_day_is_what_a_count_by_hand_says_and_later_days_change_nothing_of_it(world, acts):
    body, known = world.body(), []
    for seat, who, start, days, carries in acts:
        end = start + days if days else None
        before = [world.there(body, day) for day in range(start)]
        said = {"end_date": world.day(end), "carries_over": carries} if end else {}
        try:
            world.give(body, person(who), MEMBER, seat=seat, start=start, **said)
        except Refused:
            continue
        known.append((seat, who, start, end, carries and end is not None))
        assert [world.there(body, day) for day in range(start)] == before

    for day in range(0, 65, 4):
        expected = set()
        for seat, who, start, end, carries in known:
            followed = any(
                one is not other and start < other[2] <= day and end is not None and other[2] >= end
                for one in [(seat, who, start, end, carries)]
                for other in known
                if other[0] == seat or other[1] == who
            )
            if start <= day and (end is None or day < end or (carries and not followed)):
                expected.add((person(who), "MEMBER", seat))
        assert set(world.there(body, day)) == expected


def test_the_roll_is_read_page_by_page_officers_first(world):
    body = world.body()
    for number, (part, at) in enumerate(
        [
            (PART.OBSERVER, {}),
            (ALTERNATE, {"seat": "local-1"}),
            (MEMBER, {"seat": "local-1"}),
            (MEMBER, {"seat": "state-2"}),
            (SECRETARY, {}),
            (CHAIR, {}),
        ],
        2,
    ):
        world.give(body, person(number), part, **at)

    found, token = [], ""
    while True:
        request = pb.ListMembershipsRequest(parent=body.name, page_size=2, page_token=token)
        answer = world.by(person(99)).ListMemberships(request)
        found += [PART.Name(one.part) for one in answer.memberships]
        token = answer.next_page_token
        if not token:
            break
    assert found == ["CHAIR", "SECRETARY", "MEMBER", "ALTERNATE", "MEMBER", "OBSERVER"]


def test_all_is_told_again_as_it_stands(world):
    body = world.body()
    one = world.end(world.give(body, person(2), CHAIR), 10)
    world.tell_again("body-copies")
    again = world.told(events.MembershipStarted)[-1]
    assert (again.membership_id, again.end_date, again.version) == (one.name.rpartition("/")[2], world.day(10), 2)
    versions = [told.version for told in world.told(events.BodyRuled)]
    assert versions == [1, 1]


def test_why_a_part_ended_is_for_who_runs_the_body_and_whom_it_was_of(world):
    body = world.body()
    world.end(world.give(body, person(2), CHAIR), 10, reason="Moved to Yolo")

    def reasons(number):
        request = pb.ListMembershipsRequest(parent=body.name)
        return [one.end_reason for one in world.by(person(number)).ListMemberships(request).memberships]

    assert (reasons(2), reasons(3)) == (["Moved to Yolo"], [""])


def test_the_same_request_again_is_the_first_answer_and_gives_nothing_twice(world):
    body = world.body()
    membership = pb.Membership(person=person(2), organization="lake", part=CHAIR, start_date=world.day(0))
    request = pb.CreateMembershipRequest(parent=body.name, membership=membership, request_id=new_id())

    assert world.convener.CreateMembership(request) == world.convener.CreateMembership(request)
    assert len(world.told(events.MembershipStarted)) == 1


def test_days_are_counted_in_california(world):
    body = world.body()
    world.clock.now = world.clock.now.replace(hour=7, minute=59) + timedelta(days=1)
    world.give(body, person(2), SECRETARY)
    secretary = world.by(person(2))
    world.end(world.give(body, person(3), CHAIR, by=secretary), 1, by=secretary)
    assert [part for _, part, _ in world.there(body)] == ["CHAIR", "SECRETARY"]
    world.clock.now += timedelta(minutes=1)
    assert [part for _, part, _ in world.there(body)] == ["SECRETARY"]


def test_eight_who_give_one_seat_at_the_same_time_seat_one(world):
    body = world.body()
    asking = [(person(number), {"seat": "state-1"}) for number in range(20, 28)]

    def tries(one):
        who, said = one
        try:
            world.give(body, who, MEMBER, **said)
        except Refused as refused:
            return refused.reason
        return ""

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(tries, asking))
    assert answers == ["", *["SEAT_TAKEN"] * 7]
    assert len(world.there(body)) == 1
