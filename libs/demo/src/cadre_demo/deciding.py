"""How a committee of the demonstration decides on a course under way: in writing, or in a meeting that took place."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from cadre_cli.access import Access, request_id
from cadre_demo.pacing import wait_for
from servicekit.rpc.client import Refused

A = TypeVar("A")

LATE = "Entered afterwards, for the demonstration."
_AHEAD, _AGO, _HOUR = timedelta(days=5), timedelta(hours=3), timedelta(hours=1)
_ON_ITS_WAY = {"BODY_NOT_KNOWN", "NOT_FOUND", "ROLL_EMPTY", "MEETING_NOT_READY"}


def wait_for_members(access: Access, person: str, bodies: Iterable[str]) -> None:
    """Wait until those who decide know who sits there: they hear it by events."""
    for body in bodies:
        asked = membership_pb.ListMembershipsRequest(parent=body)
        members = [
            one.person for one in access.every(access.memberships.ListMemberships, asked, "memberships", person=person)
        ]
        wait_for(
            lambda body=body, members=members: all(_sees(access, body, one) for one in members),  # type: ignore[misc]
            f"not everybody in {body} is known to vote there",
        )


def _sees(access: Access, body: str, person: str) -> bool:
    request = ballot_pb.ListBallotsRequest(parent=body, page_size=1)
    return _arrived(lambda: access.ask(access.ballots.ListBallots, request, person=person)) is not None


def in_writing(access: Access, secretary: str, body: str, work: work_pb.Work, motion: str) -> str:
    """Have everybody in a committee say yes in writing, and return the decision."""
    ballot = _ballot(access, secretary, body, work, motion, "")
    for seat in opened(access, secretary, ballot).roll:
        said = ballot_pb.CastPositionRequest(
            name=ballot.name,
            seat=seat.seat,
            choice=ballot_pb.YES,
            digest=ballot.digest,
            request_id=request_id(ballot.name, "said", seat.seat),
        )
        if not seat.positions:
            access.ask(access.ballots.CastPosition, said, person=seat.holder)
    return _close(access, secretary, ballot)


def in_a_meeting(access: Access, secretary: str, body: str, work: work_pb.Work, motion: str) -> str:
    """Have everybody who was in a meeting say yes, and return the decision."""
    meeting = _meeting(access, secretary, body, motion)
    ballot = _ballot(access, secretary, body, work, motion, meeting.name)
    roll = opened(access, secretary, ballot).roll
    if meeting.state == meeting_pb.Meeting.DRAFT:
        meeting = _held(access, secretary, meeting, motion, ballot.name, [seat.holder for seat in roll])
    for seat in roll:
        said = ballot_pb.RecordPositionRequest(
            name=ballot.name,
            seat=seat.seat,
            person=seat.holder,
            choice=ballot_pb.YES,
            request_id=request_id(ballot.name, "said", seat.seat),
        )
        if not seat.positions:
            access.ask(access.ballots.RecordPosition, said, person=secretary)
    return _close(access, secretary, ballot)


def _ballot(
    access: Access, secretary: str, body: str, work: work_pb.Work, motion: str, meeting: str
) -> ballot_pb.Ballot:
    """Return the vote with this motion; prepare it if it is not there."""
    listed = votes(access, secretary, body)
    if found := next((one for one in listed if one.motion == motion and one.digest == work.digest), None):
        return found
    ballot = ballot_pb.Ballot(
        body=body,
        motion=motion,
        decision_class=decision_pb.MAJOR,
        subject=work.subject,
        digest=work.digest,
        meeting=meeting,
    )
    if not meeting:
        ballot.close_time.FromDatetime(access.clock() + _AHEAD)
    create = ballot_pb.CreateBallotRequest(ballot=ballot, request_id=request_id(body, motion, work.digest))
    return access.ask(access.ballots.CreateBallot, create, person=secretary)


def votes(access: Access, secretary: str, body: str) -> list[ballot_pb.Ballot]:
    """Return the votes of a committee."""
    asked = ballot_pb.ListBallotsRequest(parent=body)
    return list(access.every(access.ballots.ListBallots, asked, "ballots", person=secretary))


def opened(access: Access, secretary: str, ballot: ballot_pb.Ballot) -> ballot_pb.Ballot:
    """Return a vote with all that is said of it; open it if it is only prepared."""
    opening = ballot_pb.OpenBallotRequest(name=ballot.name, request_id=request_id(ballot.name, "open"))
    if ballot.state == ballot_pb.Ballot.PREPARED:
        access.ask(access.ballots.OpenBallot, opening, person=secretary)
    return access.ask(access.ballots.GetBallot, ballot_pb.GetBallotRequest(name=ballot.name), person=secretary)


def _close(access: Access, secretary: str, ballot: ballot_pb.Ballot) -> str:
    get = ballot_pb.GetBallotRequest(name=ballot.name)
    closing = ballot_pb.CloseBallotRequest(name=ballot.name, request_id=request_id(ballot.name, "close"))
    found = access.ask(access.ballots.GetBallot, get, person=secretary)
    if found.state == ballot_pb.Ballot.OPEN:
        found = wait_for(
            lambda: _arrived(lambda: access.ask(access.ballots.CloseBallot, closing, person=secretary)),
            "who was in the room is not known where votes are counted",
        )
    if not found.decision:
        raise TimeoutError(f"{ballot.motion!r} did not pass: {ballot_pb.Ballot.State.Name(found.state)}")
    return found.decision


def _arrived(ask: Callable[[], A]) -> A | None:
    """Return the answer; None as long as what it needs has not arrived."""
    try:
        return ask()
    except Refused as refused:
        if refused.reason not in _ON_ITS_WAY:
            raise
        return None


def _meeting(access: Access, secretary: str, body: str, title: str) -> meeting_pb.Meeting:
    """Return the meeting in which it is decided; begin it if it is not there."""
    asked = meeting_pb.ListMeetingsRequest(parent=body)
    listed = access.every(access.meetings.ListMeetings, asked, "meetings", person=secretary)
    if known := next((one for one in listed if one.title == title), None):
        return access.ask(access.meetings.GetMeeting, meeting_pb.GetMeetingRequest(name=known.name), person=secretary)
    meeting = meeting_pb.Meeting(title=title, zone="America/Los_Angeles", place="Online", public=True)
    start = access.clock() - _AGO
    meeting.start_time.FromDatetime(start)
    meeting.end_time.FromDatetime(start + _HOUR)
    create = meeting_pb.CreateMeetingRequest(parent=body, meeting=meeting, request_id=request_id(body, title, start))
    return access.ask(access.meetings.CreateMeeting, create, person=secretary)


def _held(
    access: Access, secretary: str, meeting: meeting_pb.Meeting, title: str, decides: str, people: Iterable[str]
) -> meeting_pb.Meeting:
    """Hold a meeting of one item, with everybody there."""
    meetings, name = access.meetings, meeting.name
    item = meeting_pb.AgendaItem(
        title=title, kind=meeting_pb.AgendaItem.DECISION, presenter="Training", minutes=30, decides=decides
    )
    agenda = meeting_pb.UpdateAgendaRequest(
        name=name, items=[item], etag=meeting.etag, request_id=request_id(name, "agenda")
    )
    meeting = access.ask(meetings.UpdateAgenda, agenda, person=secretary)
    call = meeting_pb.CallMeetingRequest(
        name=name, late_reason=LATE, etag=meeting.etag, request_id=request_id(name, "call")
    )
    meeting = access.ask(meetings.CallMeeting, call, person=secretary)
    meeting = note_who_was_there(access, secretary, meeting, people)
    record = meeting_pb.RecordItemRequest(
        name=name,
        item=meeting.items[0].id,
        notes="Everybody had read it.",
        outcome="Taken.",
        etag=meeting.etag,
        request_id=request_id(name, "item"),
    )
    record.end_time.FromDatetime(meeting.start_time.ToDatetime() + _HOUR / 2)
    meeting = access.ask(meetings.RecordItem, record, person=secretary)
    hold = meeting_pb.HoldMeetingRequest(name=name, etag=meeting.etag, request_id=request_id(name, "hold"))
    return access.ask(meetings.HoldMeeting, hold, person=secretary)


def note_who_was_there(
    access: Access, secretary: str, meeting: meeting_pb.Meeting, people: Iterable[str]
) -> meeting_pb.Meeting:
    """Note that people were in a meeting from its beginning to its end."""
    presence = []
    for person in sorted(set(people)):
        one = meeting_pb.Presence(person=person)
        one.arrive_time.CopyFrom(meeting.start_time)
        one.leave_time.CopyFrom(meeting.end_time)
        presence.append(one)
    record = meeting_pb.RecordPresenceRequest(
        name=meeting.name, presence=presence, etag=meeting.etag, request_id=request_id(meeting.name, "roll")
    )
    return access.ask(access.meetings.RecordPresence, record, person=secretary)
