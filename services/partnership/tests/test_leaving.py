"""Who leaves their agency leaves the parts that they had for it, once, in whatever order that is heard."""

import uuid
from datetime import timedelta

import pytest

from cadre.directory.v1 import events_pb2 as directory
from cadre.partnership.v1 import events_pb2 as events
from partnership.memberships.consumers import person_left
from servicekit.events.consumers import Delivered

from .conftest import ALTERNATE, CHAIR, FIRST, PART, SECOND, SECRETARY, person


def heard(world, *told):
    """The service hears, at once, who left which agency at which moment."""
    delivered = [
        Delivered(
            uuid.uuid4(),
            directory.PersonLeft(agency_id=agency, person_ids=[one.removeprefix("people/") for one in people]),
            at,
            {},
        )
        for agency, people, at in told
    ]
    database = world.running.runtime.database
    with database.transaction(actor="services/partnership", method="hear", at=world.clock.now) as db:
        person_left(db, delivered)


def test_a_seat_falls_vacant_on_the_day_on_which_its_holder_leaves_and_who_runs_the_body_hears_it(world, room):
    before, ended = len(room.messages()), len(world.told(events.MembershipEnded))
    world.pass_days(3)

    heard(world, ("lake", [SECOND], world.clock.now))
    heard(world, ("lake", [SECOND], world.clock.now))

    assert (SECOND, "MEMBER", "local-1") in world.there(room.body, -1)
    assert SECOND not in [who for who, _, _ in world.there(room.body)]
    assert (ALTERNATE, "ALTERNATE", "local-1") in world.there(room.body)
    assert room.messages()[before:] == [("seat.vacant", {CHAIR, SECRETARY})]
    (told,) = world.told(events.MembershipEnded)[ended:]
    assert (f"people/{told.person_id}", told.end_date, told.version) == (SECOND, world.day(0), 2)
    world.give(room.body, person(60), PART.MEMBER, seat="local-1")


def test_a_secretary_who_leaves_is_not_told_of_it_and_runs_nothing_from_then_on(world, room):
    world.pass_days(1)
    before = len(room.messages())

    heard(world, ("lake", [SECRETARY], world.clock.now))

    assert room.messages()[before:] == [("seat.vacant", {CHAIR})]
    assert world.refused(room.draft)[0] == "PART_NEEDED"


def test_who_left_carries_over_no_more_and_a_follower_has_the_seat_from_the_day_that_was_set(world):
    body = world.body()
    for who, place in ((FIRST, "state-1"), (SECOND, "state-2")):
        world.give(body, who, PART.MEMBER, seat=place, end_date=world.day(2), carries_over=True)
    world.give(body, person(61), PART.MEMBER, seat="state-2", start=4)
    world.pass_days(5)
    assert [who for who, _, _ in world.there(body)] == [FIRST, person(61)]

    heard(world, ("lake", [FIRST, SECOND], world.clock.now))

    assert [who for who, _, _ in world.there(body)] == [person(61)]
    assert [who for who, _, _ in world.there(body, -1)] == [FIRST, person(61)]
    assert [who for who, _, _ in world.there(body, -2)] == [FIRST, SECOND]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_they_have_for_another_agency_or_were_given_after_they_left_stays_in_any_order(world, order):
    body, left = world.body(), world.clock.now
    world.give(body, FIRST, PART.MEMBER, seat="state-1", start=10)
    world.give(body, SECOND, PART.OBSERVER)
    world.pass_days(1)
    world.give(body, FIRST, PART.OBSERVER)
    told = [("lake", [FIRST], left), ("kern", [SECOND], left + timedelta(hours=1))]

    for number in order:
        heard(world, told[number])

    for day in (0, 20):
        assert {one[:2] for one in world.there(body, day)} == {(FIRST, "OBSERVER"), (SECOND, "OBSERVER")}
