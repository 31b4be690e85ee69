"""What is said for seats: by whom, what of it counts, and what was said in a room."""

import uuid

import grpc
import psycopg
import pytest

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from servicekit.rpc.client import Refused

from .committee import RULES, SEATS, reason
from .conftest import new_id

YES, NO, HOLD, ABSTAIN, RECUSED = pb.YES, pb.NO, pb.HOLD, pb.ABSTAIN, pb.RECUSED


def test_d112_a_position_its_audit_row_and_its_answer_are_one_and_the_same_request_again_says_nothing_twice(committee):
    ballot = committee.open()
    request = pb.CastPositionRequest(name=ballot.name, choice=YES, digest=ballot.digest, request_id=new_id())
    first = committee.as_("lake").CastPosition(request)

    assert committee.as_("lake").CastPosition(request) == first
    with committee.curriculum.running.connect() as connection:
        rows = connection.execute("SELECT count(*) FROM audit WHERE method LIKE '%CastPosition'").fetchone()
        kept = connection.execute("SELECT count(*) FROM position").fetchone()
    assert rows == kept == (1,)


def test_who_leaves_and_comes_back_changes_no_open_ballot_and_figures_are_of_the_roll(committee):
    ballot = committee.open()
    committee.cast(ballot, "lake", YES)
    committee.take("lake")
    committee.take("kern")
    committee.give("newcomer", "MEMBER", seat="kern", constituency="local", start=0)
    committee.give("sixth", "MEMBER", seat="yuba", constituency="local", start=0)
    committee.give("lake", "MEMBER", seat="lake", constituency="local", start=0)

    assert reason(committee.cast, ballot, "lake", NO) == "NOT_ON_ROLL"
    assert reason(committee.cast, ballot, "kern", NO) == "NOT_FOUND"
    assert reason(committee.cast, ballot, "sixth", NO) == "NOT_ON_ROLL"
    after = committee.cast(ballot, "newcomer", YES)

    assert [(one.constituency, one.seats, one.yes) for one in after.counts] == [("local", 3, 2), ("state", 2, 0)]
    assert {one.seat for one in after.roll} == set(SEATS)


def test_d117_what_is_said_in_a_room_is_recorded_by_name_counts_by_who_was_there_and_can_be_contested(committee):
    committee.rule(RULES | {"writtenVotes": False})
    assert reason(committee.open) == "MEETING_NEEDED"
    elsewhere = f"bodies/another/meetings/{uuid.uuid4()}"
    assert reason(committee.open, meeting=elsewhere) == "INVALID_FIELD"
    ballot = committee.open(meeting=f"bodies/{committee.body}/meetings/{uuid.uuid4()}")
    note = committee.cast(ballot, "lake", NO, text="Not sure yet")
    assert note.roll[1].positions[0].not_counted
    assert not committee.get(ballot, "kern").roll[1].positions
    for seat in ("kern", "marin", "state-1", "state-2"):
        ballot = committee.record(ballot, seat, YES)
    wrong = committee.record(ballot, "lake", YES)
    (mine,) = [one for one in wrong.roll[1].positions if one.recorder]
    assert (mine.person, mine.recorder) == (committee.person("lake"), committee.person("secretary"))
    assert mine.contest_until > committee.day()

    def contest(who):
        request = pb.ContestPositionRequest(
            name=ballot.name, number=mine.number, reason="I said no", request_id=new_id()
        )
        return committee.as_(who).ContestPosition(request)

    assert reason(contest, "kern") == "NOT_FOUND"
    assert contest("lake").roll[1].counting == 0
    assert reason(contest, "lake") == "NOT_CONTESTABLE"
    committee.were_there(ballot, *SEATS, body="another")
    assert reason(committee.close, ballot) == "MEETING_NOT_READY"
    committee.were_there(ballot, "lake", "kern", "state-1")

    ended = committee.close(ballot)

    # Marin and State 2 were not there; Lake was and what was written down for it is contested.
    assert [(one.constituency, one.yes, one.silent) for one in ended.counts] == [("local", 1, 2), ("state", 1, 1)]
    assert ended.state == pb.Ballot.PASSED
    committee.were_there(ballot, "lake", version=2)
    assert committee.audits() == {"ballots.miscounted": 0, "decisions.unfounded": 0}


def test_a_member_of_a_seat_with_a_conflict_steps_aside_and_an_author_does_not_vote(committee):
    ballot = committee.open(authors=["marin"])

    assert reason(committee.cast, ballot, "marin", YES) == "SEAT_RECUSED"
    assert reason(committee.cast, ballot, "lake", RECUSED) == "INVALID_FIELD"
    said = committee.cast(ballot, "lake", RECUSED, text="My agency wrote part of it")

    assert [(one.constituency, one.recused) for one in said.counts] == [("local", 2), ("state", 0)]


def test_an_objection_is_lifted_by_its_writer_alone(committee):
    ballot = committee.open()
    committee.cast(ballot, "lake", HOLD, text="It contradicts the policy", lifted_by="Quote it")

    def lift(who):
        return committee.as_(who).LiftHold(pb.LiftHoldRequest(name=ballot.name, request_id=new_id()))

    assert committee.get(ballot).still_needed.holds == ["lake"]
    assert reason(lift, "kern") == "HOLD_NOT_YOURS"
    assert not lift("lake").still_needed.holds


def test_what_was_said_is_not_changed_without_an_audit_row(committee):
    committee.cast(committee.open(), "lake", YES)

    with committee.curriculum.running.connect() as connection, pytest.raises(psycopg.IntegrityError, match="audit row"):
        connection.execute("UPDATE position SET choice = 'NO'")


def test_a_service_votes_nowhere(committee):
    ballot = committee.open()
    stub = committee.curriculum.running.stubs(rights={"bodies.read": ["state"]})
    request = pb.CastPositionRequest(name=ballot.name, choice=YES, digest=ballot.digest, request_id=new_id())

    with pytest.raises(Refused) as refused:
        stub.CastPosition(request)

    assert refused.value.code == grpc.StatusCode.PERMISSION_DENIED.name
