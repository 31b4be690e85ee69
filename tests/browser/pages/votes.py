"""Pages of votes and decisions of a committee, in their states."""

from datetime import timedelta

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from cadre_cli.access import request_id
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

from .common import APPROVER, DESIGNER, MANAGER, SECRETARY

AT, BODY = "/ballots/{ballot_id}", "swept-votes"
DECISION, OF_COMMITTEE = "/decisions/{decision_id}", "/committees/{slug}"
ROWS = [
    ("/ballots", SECRETARY, "/ballots"),
    ("/ballots", MANAGER, f"/ballots?committee={BODY}&state=ENDED"),
    ("/ballots/new", MANAGER, "/ballots/new"),
    ("/ballots/new", SECRETARY, f"/ballots/new?committee={BODY}"),
    ("/ballots/new", MANAGER, f"/ballots/new?committee={BODY}&course={BODY}-prepared"),
    ("/ballots/new", DESIGNER, f"/ballots/new?committee={BODY}&work={{needed}}"),
    (AT, SECRETARY, "/ballots/{vote_prepared}"),
    (AT, APPROVER, "/ballots/{vote_open}"),
    (AT, SECRETARY, "/ballots/{vote_open}"),
    (AT, MANAGER, "/ballots/{vote_passed}"),
    (AT + "/open", SECRETARY, "/ballots/{vote_prepared}/open"),
    (AT + "/record", SECRETARY, "/ballots/{vote_open}/record"),
    (AT + "/close", SECRETARY, "/ballots/{vote_open}/close"),
    (AT + "/withdraw", SECRETARY, "/ballots/{vote_open}/withdraw"),
    (AT + "/contest/{number}", APPROVER, "/ballots/{vote_open}/contest/1"),
    (DECISION, SECRETARY, "/decisions/{vote_decision}"),
    (DECISION + "/print", APPROVER, "/decisions/{vote_decision}/print"),
    (DECISION + "/correct", SECRETARY, "/decisions/{vote_decision}/correct"),
    (OF_COMMITTEE + "/decisions", APPROVER, f"/committees/{BODY}/decisions"),
    (OF_COMMITTEE + "/votes", SECRETARY, f"/committees/{BODY}/votes"),
]
# Other tests fetch them.
DOWNLOADS = {OF_COMMITTEE + "/decisions.csv", "/ballots/ballots.csv"}


def voted(access, by_part, lead):
    """A committee with a vote in each state. Every seat has voted: nobody's list grows."""
    manager, secretary, chair = (by_part[one] for one in ("training-manager", "committee-secretary", "approver"))

    def ask(method, request, person, *what):
        request.request_id = request_id("sweep", "votes", *what)
        return access.ask(method, request, person=person)

    part = membership_pb.Membership
    parts = (
        (part.SECRETARY, secretary, "dcss", ""),
        (part.MEMBER, chair, "dcss", "policy"),
        (part.MEMBER, lead, "imperial", "large"),
    )
    convene(ask, access, manager, BODY, parts)

    def prepared(state):
        return prepare(ask, access, manager, BODY, state)

    def opened(state):
        opening = pb.OpenBallotRequest(name=prepared(state).name)
        return ask(access.ballots.OpenBallot, opening, secretary, "open", state)

    known_to_vote(access, BODY, (chair, lead))
    made = {"vote_prepared": prepared("prepared"), "vote_open": opened("open"), "vote_passed": opened("passed")}
    said = pb.RecordPositionRequest(
        name=made["vote_open"].name,
        seat="policy",
        person=chair,
        choice=pb.HOLD,
        text="It has no example.",
        lifted_by="Add one.",
    )
    ask(access.ballots.RecordPosition, said, secretary, "record")
    for state, person, choice in (
        ("vote_open", lead, pb.YES),
        ("vote_passed", lead, pb.NO_OBJECTION),
        ("vote_passed", chair, pb.YES),
    ):
        cast = pb.CastPositionRequest(name=made[state].name, choice=choice, digest=made[state].digest)
        ask(access.ballots.CastPosition, cast, person, "cast", state, person)
    over = ask(access.ballots.CloseBallot, pb.CloseBallotRequest(name=made["vote_passed"].name), secretary, "close")
    found = {state: one.name.partition("/")[2] for state, one in made.items()}
    return found | {"vote_decision": over.decision.partition("/")[2]}


def convene(ask, access, manager, slug, parts):
    """A committee of two seats that votes between meetings; *parts*: which, whose, of which agency, for which seat."""
    half = body_pb.Fraction(numerator=1, denominator=2)
    seats = [body_pb.Seat(id=one, title=one.title(), voting=True) for one in ("policy", "large")]
    body = body_pb.Body(
        title="Committee that votes",
        code=slug.upper(),
        kind=body_pb.Body.COMMITTEE,
        visibility=body_pb.Body.EVERYONE,
        purpose="Its votes are looked at.",
        source="Ours: no public source gives these numbers.",
        rules=body_pb.BodyRules(
            quorum=half,
            thresholds=[body_pb.Threshold(decision_class="MAJOR", of_all=half)],
            override=half,
            written_votes=True,
            conflict_text="Who wrote it steps aside.",
        ),
        constituencies=[body_pb.Constituency(id="all", title="All", seats=seats)],
    )
    ask(access.bodies.CreateBody, body_pb.CreateBodyRequest(body_id=slug, body=body), manager, slug)
    since = (pacific_date(access.clock()) - timedelta(days=90)).isoformat()
    for kind, person, organization, seat in parts:
        given = membership_pb.Membership(
            part=kind, person=person, organization=organization, seat=seat, start_date=since
        )
        create = membership_pb.CreateMembershipRequest(parent=f"bodies/{slug}", membership=given)
        ask(access.memberships.CreateMembership, create, manager, slug, "part", kind, person)


def prepare(ask, access, manager, slug, state):
    """A vote on a course of its own."""
    section = course_pb.Section(title="One", minutes=5, markdown="Some *text*.")
    course = course_pb.Course(title=f"Course, {state}", sections=[section], demonstration=True)
    create = course_pb.CreateCourseRequest(course_id=f"{slug}-{state}", course=course)
    draft = ask(access.courses.CreateCourse, create, manager, slug, "course", state)
    ballot = pb.Ballot(
        body=f"bodies/{slug}",
        motion=f"Approve the course, {state}",
        decision_class=decision_pb.MAJOR,
        subject=draft.name,
        digest=draft.content_sha256,
    )
    ballot.close_time.FromDatetime(access.clock() + timedelta(days=20))
    create = pb.CreateBallotRequest(ballot=ballot)
    return _once_heard(lambda: ask(access.ballots.CreateBallot, create, manager, slug, "ballot", state))


def known_to_vote(access, slug, people):
    """Wait until those who decide have heard who sits there."""
    asked = pb.ListBallotsRequest(parent=f"bodies/{slug}")
    for person in people:
        _once_heard(lambda person=person: access.ask(access.ballots.ListBallots, asked, person=person))


def _once_heard(act):
    """Do something as soon as what it rests on has arrived, by events."""

    def tried():
        try:
            return act()
        except Refused as refused:
            if refused.reason not in {"BODY_NOT_KNOWN", "NOT_FOUND"}:
                raise
            return None

    return wait_until(tried, "the committee is known to who decides")
