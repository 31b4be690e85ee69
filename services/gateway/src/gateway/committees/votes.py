"""Votes and decisions of committees in lists: what waits for the visitor, what a committee votes on and decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from gateway.committees import phrases
from gateway.web.visit import Visit
from gateway.words import sentences
from servicekit.calendar import PACIFIC
from servicekit.rpc.client import Refused

_ALL_TO_VOTE, _NEWEST = 100, 5
_LIVE = (pb.Ballot.PREPARED, pb.Ballot.OPEN)
_PACIFIC = "America/Los_Angeles"
STATES: Mapping[str, str] = {
    "PREPARED": "Prepared, not open yet",
    "OPEN": "Open",
    "PASSED": "Passed",
    "FAILED": "Did not pass",
    "NO_QUORUM": "Too few took part: nothing is decided",
    "VOID": "Void: what was voted on was changed",
    "WITHDRAWN": "Withdrawn",
}


@dataclass(frozen=True)
class Newest:
    """The newest votes and decisions of a committee, and whether there are more."""

    ballots: list[pb.Ballot]
    decisions: list[decision_pb.Decision]
    more_ballots: bool
    more_decisions: bool


def to_vote(visit: Visit) -> list[pb.Ballot]:
    """Return what waits for the visitor's vote, the soonest first; what is said in a meeting comes last."""
    asked = pb.ListBallotsRequest(mine_to_vote=True, page_size=_ALL_TO_VOTE)
    found = visit.clients.ballots.ListBallots(asked).ballots
    return _soonest(found)


def to_do(visit: Visit) -> tuple[list[pb.Ballot], list[pb.Ballot]]:
    """Return what waits for the visitor's vote, as `to_vote`, and the votes that they prepare to open: they run these.

    A service of before says the former alone.
    """
    asked = pb.ListBallotsRequest(mine_to_vote=True, mine_to_do=True, page_size=_ALL_TO_VOTE)
    found = visit.clients.ballots.ListBallots(asked).ballots
    voting = [one for one in found if one.state != pb.Ballot.PREPARED]
    return _soonest(voting), [one for one in found if one.state == pb.Ballot.PREPARED]


def _soonest(ballots: Iterable[pb.Ballot]) -> list[pb.Ballot]:
    return sorted(ballots, key=lambda one: (not one.close_time.seconds, one.close_time.seconds))


def in_meeting(visit: Visit, committee: body_pb.Body, meeting: str) -> list[tuple[str, str]]:
    """Return the votes that are taken in a meeting, for an item of its agenda to name one; empty where there is none.

    Who was in the room when that item was over is who is counted.
    """
    listed = _of_meeting(visit, committee, meeting)
    found = [(one.name, one.motion) for one in listed if one.state in _LIVE]
    return [("", "None"), *found] if found else []


def motions(visit: Visit, committee: body_pb.Body, meeting: str) -> dict[str, str]:
    """Return on what is voted in a meeting, by the vote, as far as the visitor may see it."""
    return {one.name: one.motion for one in _of_meeting(visit, committee, meeting)}


def _of_meeting(visit: Visit, committee: body_pb.Body, meeting: str) -> list[pb.Ballot]:
    if not committee.my_parts and not visit.rights.state("courses.write"):
        return []
    asked = pb.ListBallotsRequest(parent=committee.name, page_size=_ALL_TO_VOTE)
    try:
        listed = visit.clients.ballots.ListBallots(asked).ballots
    except Refused as error:
        if error.code != "NOT_FOUND":
            raise
        return []
    return [one for one in listed if one.meeting == meeting]


def on_no_item(offered: Iterable[tuple[str, str]], meeting: meeting_pb.Meeting) -> list[tuple[str, str]]:
    """Return those of the votes *offered* to a meeting that no item of its agenda names: these could not be closed."""
    named = {one.decides for one in meeting.items}
    return [one for one in offered if one[0] and one[0] not in named]


def newest(visit: Visit, committee: body_pb.Body) -> Newest | None:
    """Return what a committee voted on and decided last; None to those who may not see it.

    Whoever got a part a moment ago may be known here a moment later.
    """
    if not committee.my_parts and not visit.rights.state("courses.write"):
        return None
    asked = decision_pb.ListDecisionsRequest(parent=committee.name, page_size=_NEWEST)
    try:
        ballots = visit.clients.ballots.ListBallots(pb.ListBallotsRequest(parent=committee.name, page_size=_NEWEST))
        decisions = visit.clients.decisions.ListDecisions(asked)
    except Refused as error:
        if error.code != "NOT_FOUND":
            raise
        return None
    more = bool(ballots.next_page_token), bool(decisions.next_page_token)
    return Newest(list(ballots.ballots), list(decisions.decisions), *more)


def closes_at(ballot: pb.Ballot) -> datetime | None:
    """When it closes by itself, in California; None where it is voted on in a meeting."""
    if ballot.meeting or not ballot.HasField("close_time"):
        return None
    return ballot.close_time.ToDatetime(PACIFIC)


def until(ballot: pb.Ballot, today: date) -> str:
    """`Friday, December 4, 5 p.m.`: when it closes; empty where it is voted on in a meeting."""
    at = closes_at(ballot)
    if at is None:
        return ""
    return f"{sentences.long_day(at.date(), today)}, {phrases.clock_of(at, _PACIFIC)}"


def state(ballot: pb.Ballot) -> str:
    """How it stands."""
    return STATES.get(pb.Ballot.State.Name(ballot.state), "")


def stands(ballot: pb.Ballot, today: date) -> str:
    """How it stands, with until when or since when."""
    if ballot.state == pb.Ballot.OPEN:
        day = until(ballot, today)
        return f"Open until {day}" if day else "Open, voted on in a meeting"
    if ballot.HasField("end_time"):
        return f"{state(ballot)}, {sentences.day_of(ballot.end_time, today)}"
    return state(ballot)
