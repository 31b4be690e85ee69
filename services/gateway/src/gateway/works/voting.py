"""What a committee decides on of a course under way, where the vote on it is prepared, and how that stands."""

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.curriculum.v1 import work_service_pb2 as pb

# What a committee, or somebody who says yes, gives: no vote waits for it.
OF_DECIDING = (pb.GateLine.DECIDED, pb.GateLine.RATIFIED, pb.GateLine.TWO_REVIEWERS, pb.GateLine.SECOND_PERSON)
_MOTIONS = {
    pb.DIAGNOSE: "Accept the need for “{title}”",
    pb.DESIGN: "Approve the design of “{title}”",
    pb.DETERMINE: "Accept the results of “{title}”",
}
_RATIFIES = "Stand by what the chair decided on “{title}”"


def body_of(work: pb.Work) -> str:
    """Return the committee that decides on a work now; '' where none does, or there is nothing to decide on yet."""
    deciding = pb.DEVELOP if work.at_once_decision else work.phase
    return next((one.body for one in work.gates if one.phase == deciding), "") if work.subject else ""


def prepared_at(work: pb.Work) -> str:
    """Return where a vote is prepared that decides on a work now; where it is handed over if no committee does."""
    body = body_of(work)
    if not body:
        return f"/{work.name}/hand-over"
    return f"/ballots/new?committee={body.removeprefix('bodies/')}&work={work.name.removeprefix('works/')}"


def motion(work: pb.Work) -> str:
    """Return what a committee says at the gate of the step that a work is in."""
    said = _RATIFIES if work.at_once_decision and not work.ratified else _MOTIONS.get(work.phase, "{title}")
    return said.format(title=work.title)


def stands(vote: ballot_pb.Ballot, committee: str) -> str:
    """Say how a vote on what stands there now goes on."""
    if vote.state == ballot_pb.Ballot.OPEN:
        return f"{committee} votes on exactly this now."
    return f"A vote on exactly this is prepared. Who runs {committee} opens it."


def missing(work: pb.Work) -> list[pb.GateLine]:
    """Return what is missing before a committee can vote on a work."""
    gate = next((one for one in work.gates if one.phase == work.phase), pb.Gate())
    return [one for one in gate.lines if one.state == pb.GateLine.MISSING and one.need not in OF_DECIDING]
