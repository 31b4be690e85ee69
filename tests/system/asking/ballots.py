"""What is asked of ballots and decisions: one of each method, in a committee of one seat, the sweep's person's."""

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

from .common import day, fresh
from .partnership import CONVENES, body_of, give, part

READS = {"bodies.read": ("self",)}


def convene(w, *, written_votes=True):
    """A committee whose chair and only member is the person of the sweep."""
    asked = body_of()
    asked.rules.CopyFrom(
        body_pb.BodyRules(
            quorum=body_pb.Fraction(numerator=1, denominator=2),
            thresholds=[body_pb.Threshold(decision_class="MAJOR", of_all=body_pb.Fraction(numerator=2, denominator=3))],
            written_votes=written_votes,
        )
    )
    creating = body_pb.CreateBodyRequest(body_id=f"votes-{fresh()}", body=asked, request_id=fresh())
    made = w.call(w.access.bodies.CreateBody, creating, w.cast.analyst, CONVENES)
    give(w, made, part(w.person, membership_pb.Membership.CHAIR))
    give(w, made, part(w.person, membership_pb.Membership.MEMBER, seat="first"))
    return made


def committee(w):
    """One that is made once; what it is reaches the curriculum by events."""
    if not hasattr(w, "committee"):
        w.committee = convene(w)
        # One course for all tries: others would be in the way of what is waited for.
        asked = creating(w)
        wait_until(lambda: opens(w, asked), w.committee.name)
    return w.committee


def opens(w, asked):
    """Whether all of it has arrived."""
    asked.request_id = fresh()
    try:
        made = w.call(w.access.ballots.CreateBallot, asked, w.person, READS)
        opening = pb.OpenBallotRequest(name=made.name, request_id=fresh())
        return w.call(w.access.ballots.OpenBallot, opening, w.person, READS)
    except Refused as refused:
        if refused.reason not in {"BODY_NOT_KNOWN", "NOT_FOUND", "ROLL_EMPTY"}:
            raise
        return False


def creating(w, body="", **said):
    sections = [course_pb.Section(title="One", minutes=5, markdown="Text.")]
    new = course_pb.CreateCourseRequest(
        course_id=f"v-{fresh()}", course=course_pb.Course(title="Voted on", sections=sections), request_id=fresh()
    )
    course = w.rightly(w.access.courses.CreateCourse, new, "courses.write")
    ballot = pb.Ballot(
        body=body or committee(w).name,
        motion="Take it",
        decision_class=decision_pb.MAJOR,
        subject=course.name,
        digest=course.content_sha256,
        **said,
    )
    ballot.close_time.FromJsonString(f"{day(2)}T12:00:00Z")
    return pb.CreateBallotRequest(ballot=ballot, request_id=fresh())


def opening(w):
    made = w.call(w.access.ballots.CreateBallot, creating(w), w.person, READS)
    return pb.OpenBallotRequest(name=made.name, request_id=fresh())


def ballot(w):
    """An open ballot."""
    return w.call(w.access.ballots.OpenBallot, opening(w), w.person, READS)


def casting(w, choice=pb.YES, **said):
    found = ballot(w)
    return pb.CastPositionRequest(name=found.name, choice=choice, digest=found.digest, request_id=fresh(), **said)


def cast(w, *said, **words):
    return w.call(w.access.ballots.CastPosition, casting(w, *said, **words), w.person, READS)


def recording(w):
    return pb.RecordPositionRequest(name=ballot(w).name, person=w.person, choice=pb.YES, request_id=fresh())


def recorded(w):
    return w.call(w.access.ballots.RecordPosition, recording(w), w.person, READS)


def closing(w):
    return pb.CloseBallotRequest(name=cast(w).name, request_id=fresh())


def decided(w):
    return w.call(w.access.ballots.CloseBallot, closing(w), w.person, READS).decision


REQUESTS = {
    "BallotService": {
        "CreateBallot": creating,
        "OpenBallot": opening,
        "CastPosition": casting,
        "LiftHold": lambda w: pb.LiftHoldRequest(
            name=cast(w, pb.HOLD, text="It is wrong", lifted_by="Mend it").name, request_id=fresh()
        ),
        "RecordPosition": recording,
        "ContestPosition": lambda w: pb.ContestPositionRequest(
            name=recorded(w).name, number=1, reason="I said no", request_id=fresh()
        ),
        "CloseBallot": closing,
        "WithdrawBallot": lambda w: pb.WithdrawBallotRequest(name=ballot(w).name, reason="Not now", request_id=fresh()),
        "GetBallot": lambda w: pb.GetBallotRequest(name=ballot(w).name),
        "GetBallotText": lambda w: pb.GetBallotTextRequest(name=ballot(w).name),
        "ListBallots": lambda w: pb.ListBallotsRequest(parent=committee(w).name),
    },
    "DecisionService": {
        "GetDecision": lambda w: decision_pb.GetDecisionRequest(name=decided(w)),
        "CorrectDecision": lambda w: decision_pb.CorrectDecisionRequest(
            name=decided(w), motion="Take it as it is", reason="It was written down wrong", request_id=fresh()
        ),
        "ListDecisions": lambda w: decision_pb.ListDecisionsRequest(parent=committee(w).name),
    },
}
