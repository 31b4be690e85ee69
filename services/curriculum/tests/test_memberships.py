"""What curriculum hears of who is in a body."""

import itertools
import uuid

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.partnership.v1 import events_pb2 as partnership
from curriculum.governance import consumers

YES, NO, HOLD, ABSTAIN, RECUSED = pb.YES, pb.NO, pb.HOLD, pb.ABSTAIN, pb.RECUSED


def test_what_is_heard_of_a_membership_ends_the_same_in_any_order_and_twice(committee):
    first = committee.membership("ann", "MEMBER", seat="one", constituency="local", version=1)
    moved = type(first).FromString(first.SerializeToString())
    moved.seat_id, moved.version = "two", 2
    ended = partnership.MembershipEnded(
        membership_id=first.membership_id,
        body_id=first.body_id,
        person_id=first.person_id,
        end_date=committee.day(3),
        version=3,
    )
    handlers = {type(first): consumers.membership_started, type(ended): consumers.membership_ended}
    seen = set()
    for order in itertools.permutations([first, moved, ended, moved]):
        with committee.database.transaction(actor="services/test", method="forget") as db:
            db.run("DELETE FROM membership WHERE id = %(id)s", id=uuid.UUID(first.membership_id))
        for message in order:
            committee.hear(handlers[type(message)], message)
        with committee.curriculum.running.connect() as connection:
            sql = "SELECT seat_id, end_date, carries_over, version FROM membership WHERE id = %s"
            seen.add(connection.execute(sql, [first.membership_id]).fetchone())
    assert [(seat, str(end), version) for seat, end, _, version in seen] == [("two", committee.day(3), 3)]


def test_memberships_told_together_are_kept_each_at_its_newest_version(committee):
    first = committee.membership("ann", "MEMBER", seat="one", constituency="local", version=1)
    moved = type(first).FromString(first.SerializeToString())
    moved.seat_id, moved.version = "two", 2
    other = committee.membership("ben", "MEMBER", seat="three", constituency="local", version=1)

    committee.hear(consumers.membership_started, moved, other, first, moved)

    with committee.curriculum.running.connect() as connection:
        sql = "SELECT id::text, seat_id, version FROM membership WHERE id = ANY(%s::uuid[])"
        kept = set(connection.execute(sql, [[first.membership_id, other.membership_id]]).fetchall())
    assert kept == {(first.membership_id, "two", 2), (other.membership_id, "three", 1)}
