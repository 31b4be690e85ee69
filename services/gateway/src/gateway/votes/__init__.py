"""Votes of committees and what they decided: a member's evening, the secretary's side, decisions to read."""

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from gateway.votes import ballots, decisions, listing, preparing, running
from gateway.web.area import Area
from gateway.web.disclosed import views

_AT = "/ballots/{ballot_id}"
_VOTES = "votes of a committee"
_DONE = {
    "voted": "Your vote is recorded.",
    "objection-ended": "Your objection is ended, and your vote is recorded.",
    "contested": "It is noted that this is not what you said.",
    "vote-prepared": "The vote is prepared. Who runs the committee opens it.",
    "vote-opened": "The vote is open. Everybody who votes is told.",
    "vote-recorded": "It is written down. They are told, and can say that it is wrong.",
    "vote-closed": "The vote is closed. Everybody who votes is told how it ended.",
    "vote-withdrawn": "The vote is withdrawn. Everybody who votes is told.",
    "decision-corrected": "This decision took the place of the other one.",
}

AREA = Area(
    # What has a word for an address stands before what has a name there.
    routers=(listing.router, preparing.router, running.router, ballots.router, decisions.router),
    done=_DONE,
    adjectives={
        "a_prepared_vote": lambda one: one.state == pb.Ballot.PREPARED,
        "an_open_vote": lambda one: one.state == pb.Ballot.OPEN,
        "a_withdrawn_vote": lambda one: one.state == pb.Ballot.WITHDRAWN,
        "an_objection": lambda one: one.choice == pb.HOLD,
    },
    labels={
        "choice": "Your vote",
        "text": "What you object to",
        "lifted_by": "What would settle it",
        "override_reason": "Why an objection shall not hold",
        "motion": "What is decided",
        "vote_day": "Last day to vote",
        "vote_hour": "Hour",
        "vote_meeting": "Where they vote",
    },
    discloses={
        _AT: views(_VOTES),
        _AT + "/open": views(_VOTES),
        _AT + "/record": views(_VOTES),
        _AT + "/close": views(_VOTES),
        _AT + "/withdraw": views(_VOTES),
        _AT + "/contest/{number}": views(_VOTES),
        "/ballots/new": views("members of a committee"),
    },
)
