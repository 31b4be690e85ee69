"""All votes that the visitor sees, of all committees: what they have to do first, then open ones, then the rest."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, TypeAlias
from urllib.parse import urlencode

from fastapi import APIRouter, Query

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from gateway.committees import votes
from gateway.committees.shown import name
from gateway.votes import phrases
from gateway.web import sheets
from gateway.web.forms import Form
from gateway.web.visit import Answer, Visit, Visitor

router = APIRouter(prefix="/ballots")

Slug = Annotated[str, Query(max_length=100)]
State: TypeAlias = "pb.Ballot.State.ValueType"

_ROWS, _LIVE_ROWS, _FILE, _BODIES = 25, 100, 200, 100
_LIVE = (pb.Ballot.OPEN, pb.Ballot.PREPARED)
_ENDED = (pb.Ballot.PASSED, pb.Ballot.FAILED, pb.Ballot.NO_QUORUM, pb.Ballot.VOID, pb.Ballot.WITHDRAWN)
# Instead of one state.
_ALL_ENDED = "ENDED"
_STATES = [("", "Any"), *votes.STATES.items(), (_ALL_ENDED, "Ended, however")]
_COLUMNS = ("What is decided", "Committee", "Weight", "How it stands", "Prepared", "Opened", "Closes", "Ended", "Page")


@router.get("")
def ballots_page(visit: Visitor, committee: Slug = "", state: str = "", page: str = "") -> Answer:
    """The votes, filtered by committee and state; those that ended in pages."""
    state = state if state in dict(_STATES) else ""
    committees = visit.clients.bodies.ListBodies(body_pb.ListBodiesRequest(page_size=_BODIES)).bodies
    to_vote, to_open = votes.to_do(visit) if not page else ([], [])
    mine = [one for one in (*to_vote, *to_open) if _is_asked(one, committee, state)]
    live = [] if page else [one for one in _live(visit, committee, state) if one.name not in {own.name for own in mine}]
    ended = _listed(visit, committee, _of(state, _ENDED), page) if _of(state, _ENDED) else pb.ListBallotsResponse()
    return visit.page(
        "votes/ballots.html",
        mine=mine,
        live=live,
        ended=ended.ballots,
        next_page=ended.next_page_token,
        page=page,
        form=Form.of({"committee": committee, "state": state}),
        committees=[("", "Any"), *((one.name.partition("/")[2], one.code or one.title) for one in committees)],
        codes={one.name: one.code or one.title for one in committees},
        states=_STATES,
        asked=urlencode({"committee": committee, "state": state}),
        filtered=bool(committee or state),
        votes=votes,
    )


@router.get("/ballots.csv")
def ballots_file(visit: Visitor, committee: Slug = "", state: str = "") -> Answer:
    """The same as a file, all of them."""
    state = state if state in dict(_STATES) else ""
    committees = visit.clients.bodies.ListBodies(body_pb.ListBodiesRequest(page_size=_BODIES)).bodies
    codes = {one.name: one.code or one.title for one in committees}
    lines = [_line(one, codes) for one in _every(visit, committee, _of(state, (*_LIVE, *_ENDED)))]
    return visit.download(sheets.file_of(_COLUMNS, lines), "votes.csv", sheets.MEDIA_TYPE)


def _of(state: str, among: Sequence[State]) -> list[State]:
    """Return which of *among* a state asks for."""
    if not state:
        return list(among)
    asked = _ENDED if state == _ALL_ENDED else (pb.Ballot.State.Value(state),)
    return [one for one in among if one in asked]


def _is_asked(ballot: pb.Ballot, committee: str, state: str) -> bool:
    return (not committee or ballot.body == name(committee)) and ballot.state in _of(state, _LIVE)


def _live(visit: Visit, committee: str, state: str) -> Sequence[pb.Ballot]:
    """Return what is open, the soonest to close first, and then what is prepared."""
    asked = _of(state, _LIVE)
    found = _listed(visit, committee, asked, "", _LIVE_ROWS).ballots if asked else []
    return sorted(found, key=lambda one: (one.state != pb.Ballot.OPEN, *_closes(one)))


def _closes(ballot: pb.Ballot) -> tuple[bool, int]:
    return not ballot.close_time.seconds, ballot.close_time.seconds


def _listed(
    visit: Visit, committee: str, states: Sequence[State], page: str, size: int = _ROWS
) -> pb.ListBallotsResponse:
    asked = pb.ListBallotsRequest(page_size=size, page_token=page, states=states)
    asked.parent = name(committee) if committee else ""
    return visit.clients.ballots.ListBallots(asked)


def _every(visit: Visit, committee: str, states: Sequence[State]) -> Iterator[pb.Ballot]:
    page = ""
    while True:
        answer = _listed(visit, committee, states, page, _FILE)
        yield from answer.ballots
        page = answer.next_page_token
        if not page:
            return


def _line(ballot: pb.Ballot, codes: Mapping[str, str]) -> list[str]:
    at = (ballot.create_time, ballot.open_time, ballot.close_time, ballot.end_time)
    said = [ballot.motion, codes.get(ballot.body, ""), phrases.class_of(ballot), votes.state(ballot)]
    return [*said, *(sheets.moment(one) if one.seconds else "" for one in at), f"/{ballot.name}"]
