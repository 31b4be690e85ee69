"""Ballots from their opening to their end, through stub, server and database."""

import itertools
import random
import uuid
from datetime import timedelta

import pytest

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import events_pb2
from cadre.messages.v1 import messages_pb2 as messages
from servicekit.rpc.client import Refused

from .committee import SEATS, reason
from .conftest import new_id

YES, NO, HOLD, ABSTAIN, RECUSED = pb.YES, pb.NO, pb.HOLD, pb.ABSTAIN, pb.RECUSED


def test_what_a_committee_passed_is_decided_in_the_same_moment_and_published_on_that_decision(committee):
    course = committee.course()
    ballot = committee.open(course)
    for seat in ("lake", "kern", "state-1"):
        ballot = committee.cast(ballot, seat, YES)
    assert ballot.still_needed == pb.StillNeeded(reachable=True)
    assert reason(committee.close, ballot) == "BALLOT_RUNS"

    committee.clock.forward(hours=25)
    committee.run_job()
    ended = committee.get(ballot)

    assert ended.state == pb.Ballot.PASSED
    decision = committee.as_("lake").GetDecision(decision_pb.GetDecisionRequest(name=ended.decision))
    code = committee.body.replace("-", "").upper()
    assert decision.number == f"{code}-{committee.day()[:4]}-001"
    assert (decision.subject, decision.digest, decision.ballot) == (course.name, ballot.digest, ballot.name)
    assert [(one.constituency, one.yes, one.silent) for one in decision.counts] == [("local", 2, 1), ("state", 1, 1)]
    assert committee.publish(course).decision.name == decision.name
    on_course = decision_pb.ListDecisionsRequest(parent=course.name)
    # Members read what their committee decided on a thing; whoever has no part there reads nothing of it.
    assert [one.name for one in committee.as_("marin").ListDecisions(on_course).decisions] == [decision.name]
    assert not committee.as_("somebody").ListDecisions(on_course).decisions
    told = [events_pb2.BallotClosed.FromString(payload) for payload in committee.payloads("ballot.closed")]
    assert [(one.outcome, f"decisions/{one.decision_id}") for one in told] == [("PASSED", decision.name)]
    assert committee.audits() == {"ballots.miscounted": 0, "decisions.unfounded": 0}


def test_each_outcome_is_reached_and_the_number_of_a_decision_counts_up(committee):
    committee.clock.stay_in_a_year(days=10)

    def ends(*said):
        ballot = committee.open()
        for seat, choice, words in said:
            committee.cast(ballot, seat, choice, **words)
        committee.clock.forward(hours=25)
        committee.run_job()
        return committee.get(ballot)

    three = [("lake", YES, {}), ("kern", YES, {}), ("state-1", YES, {})]
    objection = {"text": "The policy says otherwise.", "lifted_by": "Quote the policy."}

    assert ends(*three[:2]).state == pb.Ballot.NO_QUORUM
    assert ends(*three[:2], ("state-1", NO, {})).state == pb.Ballot.FAILED
    held = ends(*three, ("state-2", HOLD, objection))
    assert held.state == pb.Ballot.FAILED
    override = {"override_reason": "The policy was amended."}
    passed = [ends(*[(seat, YES, override) for seat, *_ in three], ("state-2", HOLD, objection)), ends(*three)]
    # 3 of 5 is not two thirds; 4 of 5 is.
    assert [one.state for one in passed] == [pb.Ballot.FAILED, pb.Ballot.PASSED]
    assert ends(*[(seat, YES, override) for seat in SEATS[:4]], ("state-2", HOLD, objection)).state == pb.Ballot.PASSED
    listed = (
        committee.as_("kern")
        .ListDecisions(decision_pb.ListDecisionsRequest(parent=f"bodies/{committee.body}"))
        .decisions
    )
    assert [one.number[-3:] for one in listed] == ["002", "001"]
    assert committee.audits() == {"ballots.miscounted": 0, "decisions.unfounded": 0}

    def so(*states):
        """The votes in these states, a page of one after the other, of all committees."""
        asked, found = pb.ListBallotsRequest(states=states, page_size=1), []
        while True:
            answer = committee.as_("kern").ListBallots(asked)
            found += [pb.Ballot.State.Name(one.state) for one in answer.ballots]
            asked.page_token = answer.next_page_token
            if not answer.next_page_token:
                return found

    assert so(pb.Ballot.PASSED, pb.Ballot.NO_QUORUM) == ["PASSED", "PASSED", "NO_QUORUM"]
    assert so(pb.Ballot.OPEN) == []
    assert reason(so, pb.Ballot.STATE_UNSPECIFIED) == "INVALID_FIELD"


def test_d114_one_byte_more_makes_a_ballot_void_and_nothing_of_it_counts(committee):
    course = committee.course()
    ballot = committee.open(course)
    for seat in SEATS:
        committee.cast(ballot, seat, YES)
    prepared = committee.prepare(course)

    changed = committee.update(course, summary=course.summary + " ")

    assert [committee.get(one).state for one in (ballot, prepared)] == [pb.Ballot.VOID] * 2
    assert reason(committee.close, ballot) == "BALLOT_NOT_OPEN"
    assert committee.cast(ballot, "lake", NO).roll[1].positions[-1].not_counted
    assert committee.publish(changed).decision.way == decision_pb.Decision.APPROVER
    assert committee.audits() == {"ballots.miscounted": 0, "decisions.unfounded": 0}


def test_a_change_of_what_no_version_holds_leaves_a_ballot_as_it_is(committee):
    course = committee.course()
    ballot = committee.open(course)

    committee.update(course, provider="Somebody else")

    assert committee.get(ballot).state == pb.Ballot.OPEN


def test_d109_a_ballot_on_what_is_not_settled_is_refused_naming_the_open_lines(committee):
    course = committee.curriculum.create(f"draft-{uuid.uuid4().hex[:8]}", sections=[])
    ballot = committee.prepare(course)

    with pytest.raises(Refused) as refused:
        committee.as_("secretary").OpenBallot(pb.OpenBallotRequest(name=ballot.name, request_id=new_id()))

    assert refused.value.reason == "SUBJECT_OPEN"
    assert refused.value.metadata["lines"] == "a section"
    assert reason(committee.prepare, course, digest="0" * 64) == "DIGEST_CHANGED"


def test_d113_what_waits_for_somebody_is_open_and_on_the_roll_and_nothing_was_said_for_the_seat(committee):
    chance = random.Random("waiting")
    committee.give("deputy", "ALTERNATE", seat="kern", constituency="local")
    speak = {**{seat: {seat} for seat in SEATS}, "kern": {"kern", "deputy"}}
    ballots = [committee.open() for _ in range(6)]
    said = {ballot.name: set() for ballot in ballots}
    for ballot, seat in itertools.product(ballots, SEATS):
        if chance.random() < 0.4:
            committee.cast(ballot, chance.choice(sorted(speak[seat])), chance.choice([YES, NO, ABSTAIN]))
            said[ballot.name].add(seat)
    withdrawn = ballots.pop()
    committee.as_("secretary").WithdrawBallot(
        pb.WithdrawBallotRequest(name=withdrawn.name, reason="Not now", request_id=new_id())
    )

    def pages(who):
        """The ballots of all pages, one on each, and none of which is empty."""
        request = pb.ListBallotsRequest(mine_to_vote=True, page_size=1)
        while True:
            answer = committee.as_(who).ListBallots(request)
            yield from answer.ballots
            request.page_token = answer.next_page_token
            if not request.page_token:
                return
            assert len(answer.ballots) == 1

    found = {}
    for who in (*SEATS, "deputy", "secretary"):
        listed = committee.as_(who).ListBallots(pb.ListBallotsRequest(mine_to_vote=True)).ballots
        assert [one.name for one in pages(who)] == [one.name for one in listed]
        found[who] = {one.name for one in listed}
        assert found[who] == {ballot.name for ballot in ballots if committee.get(ballot, who).my_silent_seats}
    assert found == {
        who: {
            ballot.name for ballot in ballots for seat in SEATS if who in speak[seat] and seat not in said[ballot.name]
        }
        for who in found
    }
    assert any(found.values())


def test_strangers_find_no_ballot_and_a_member_finds_none_that_is_only_prepared(committee):
    prepared, opened = committee.prepare(committee.course()), committee.open()
    committee.give("former", "MEMBER", seat="old", constituency="local", start=-60, end=-40)

    assert reason(committee.get, prepared, "lake") == "NOT_FOUND"
    assert committee.get(opened, "lake").name == opened.name
    for who in ("stranger", "former"):
        assert reason(committee.get, opened, who) == "NOT_FOUND"
        assert reason(committee.cast, opened, who, YES) == "NOT_FOUND"
        assert not committee.as_(who).ListBallots(pb.ListBallotsRequest()).ballots
    for who in ("lake", "stranger"):
        assert reason(committee.close, opened) == "BALLOT_RUNS"
        withdraw = pb.WithdrawBallotRequest(name=opened.name, reason="x", request_id=new_id())
        assert reason(committee.as_(who).WithdrawBallot, withdraw) == "NOT_FOUND"
    committee.give("chair", "CHAIR")
    committee.take("chair")

    def to_do(who, parent=""):
        request = pb.ListBallotsRequest(parent=parent, mine_to_do=True)
        return [one.name for one in committee.as_(who).ListBallots(request).ballots]

    waits = {"secretary": [prepared.name], "lake": [opened.name], "chair": []}
    assert {who: to_do(who) for who in (*waits, "stranger")} == {**waits, "stranger": []}
    assert {who: to_do(who, f"bodies/{committee.body}") for who in waits} == waits
    manager = committee.curriculum.manager
    assert not manager.ListBallots(pb.ListBallotsRequest(mine_to_do=True)).ballots
    assert {one.name for one in manager.ListBallots(pb.ListBallotsRequest()).ballots} == {prepared.name, opened.name}


def test_members_read_what_they_vote_on_and_what_was_out_before_and_a_text_that_changed_is_gone(committee):
    course = committee.course()
    committee.publish(course)
    course = committee.update(committee.curriculum.draft(course.name), summary="Another summary")
    ballot = committee.open(course)

    def read(who):
        return committee.as_(who).GetBallotText(pb.GetBallotTextRequest(name=ballot.name))

    said = read("lake")
    assert (said.name, said.summary, said.sections) == (ballot.name, "Another summary", course.sections)
    assert (said.version, said.before.version, said.before.summary) == ("", 1, "From the application to an open case.")
    assert reason(read, "stranger") == "NOT_FOUND"
    committee.cast(ballot, "lake", YES)
    for seat in ("kern", "marin", "state-1", "state-2"):
        committee.cast(ballot, seat, YES)
    committee.close(ballot)
    committee.publish(committee.curriculum.draft(course.name))
    committee.update(committee.curriculum.draft(course.name), summary="A third one")
    # What was decided and published stays to be read, beside what was out before it.
    said = read("kern")
    assert (said.version, said.summary, said.before.version) == (f"{course.name}/versions/2", "Another summary", 1)

    ballot = committee.open(committee.curriculum.draft(course.name))
    committee.update(committee.curriculum.draft(course.name), summary="A fourth one")
    assert read("lake") == pb.BallotText(name=ballot.name, gone=True)


def test_who_writes_courses_prepares_a_ballot_and_who_runs_the_body_opens_it(committee):
    course = committee.course()
    ballot = pb.Ballot(
        body=f"bodies/{committee.body}",
        motion="Take it",
        decision_class=decision_pb.MAJOR,
        subject=course.name,
        digest=committee.digest(course),
    )
    ballot.close_time.FromDatetime(committee.clock() + timedelta(hours=24))
    manager = committee.curriculum.manager
    prepared = manager.CreateBallot(pb.CreateBallotRequest(ballot=ballot, request_id=new_id()))
    opening = pb.OpenBallotRequest(name=prepared.name, request_id=new_id())

    assert not prepared.runs
    assert reason(manager.OpenBallot, opening) == "NOT_FOUND"
    assert committee.as_("secretary").OpenBallot(opening).state == pb.Ballot.OPEN


def test_the_audit_finds_a_ballot_whose_outcome_is_not_what_its_positions_give(committee):
    ballot = committee.open()
    for seat in SEATS:
        committee.cast(ballot, seat, NO)
    assert committee.close(ballot).state == pb.Ballot.FAILED
    assert committee.audits() == {"ballots.miscounted": 0, "decisions.unfounded": 0}

    with committee.curriculum.running.connect() as connection:
        connection.execute("ALTER TABLE ballot DISABLE TRIGGER USER")
        connection.execute("UPDATE ballot SET state = 'PASSED'")

    assert committee.audits() == {"ballots.miscounted": 1, "decisions.unfounded": 1}


def test_who_is_on_the_roll_hears_of_a_vote_and_of_its_end_and_whose_vote_is_written_down_hears_that(committee):
    committee.give("deputy", "ALTERNATE", seat="kern", constituency="local")
    ballot = committee.open()
    wrong = committee.record(ballot, "lake", YES)
    (number,) = [one.number for seat in wrong.roll for one in seat.positions]
    contest = pb.ContestPositionRequest(name=ballot.name, number=number, reason="I said no", request_id=new_id())
    committee.as_("lake").ContestPosition(contest)
    committee.as_("secretary").WithdrawBallot(
        pb.WithdrawBallotRequest(name=ballot.name, reason="Ask ann@example.org", request_id=new_id())
    )

    wanted = [messages.MessageWanted.FromString(payload) for payload in committee.payloads("message.wanted")]
    roll = sorted(str(committee.people[who]) for who in (*SEATS, "deputy"))
    assert [(one.kind, list(one.person_ids)) for one in wanted] == [
        ("ballot.opened", roll),
        ("position.recorded", [str(committee.people["lake"])]),
        ("position.contested", [str(committee.people["secretary"])]),
        ("ballot.closed", roll),
    ]
    # Neither on what, nor what anybody said, nor why.
    assert [set(one.facts) for one in wanted] == [
        {"body", "committee", "closes"},
        {"body", "committee", "until"},
        {"body", "committee", "open"},
        {"body", "committee", "outcome"},
    ]
