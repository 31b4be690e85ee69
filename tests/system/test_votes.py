"""A vote in a meeting, across both services that have a part in it."""

import pytest

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

from .asking import ballots
from .asking.common import fresh
from .asking.partnership import OWN, draft, moment, step
from .test_access import world  # noqa: F401 - a fixture

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]


def test_a_vote_in_a_meeting_is_counted_once_it_is_on_record_who_was_in_the_room(world):  # noqa: F811
    made = ballots.convene(world, written_votes=False)
    meeting = draft(world, made)

    def meet(method, **said):
        return world.call(getattr(world.access.meetings, method), step(method, meeting, **said), world.person, OWN)

    def vote(method, request):
        return world.call(getattr(world.access.ballots, method), request, world.person, OWN)

    def tried(method, request):
        """What is answered, or the reason why not."""
        try:
            return vote(method, request)
        except Refused as refused:
            return refused.reason

    creating = ballots.creating(world, made.name, meeting=meeting.name)
    wait_until(lambda: not isinstance(tried("CreateBallot", creating), str), lambda: tried("CreateBallot", creating))
    ballot = vote("CreateBallot", creating)
    opening = pb.OpenBallotRequest(name=ballot.name, request_id=fresh())
    wait_until(lambda: not isinstance(tried("OpenBallot", opening), str), lambda: tried("OpenBallot", opening))
    items = [meeting_pb.AgendaItem(title="Vote", kind=meeting_pb.AgendaItem.DECISION, minutes=5, decides=ballot.name)]
    meeting = meet("UpdateAgenda", items=items)
    meeting = meet("CallMeeting", late_reason="It is urgent")
    said = pb.RecordPositionRequest(name=ballot.name, person=world.person, choice=pb.YES, request_id=fresh())
    vote("RecordPosition", said)
    closing = pb.CloseBallotRequest(name=ballot.name, request_id=fresh())
    assert tried("CloseBallot", closing) == "MEETING_NOT_READY"
    here = meeting_pb.Presence(person=world.person, arrive_time=meeting.start_time)
    meeting = meet("RecordPresence", presence=[here])
    meeting = meet("RecordItem", item=meeting.items[0].id, outcome="Taken", end_time=moment(-0.5))

    wait_until(lambda: tried("CloseBallot", closing) != "MEETING_NOT_READY", "who was there is heard")
    assert vote("CloseBallot", closing).state == pb.Ballot.PASSED
