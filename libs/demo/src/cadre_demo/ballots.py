"""The demonstration's votes: one that passed, with its decision corrected, and one that is open with an objection.

A course is voted on, issued on that decision, changed, and voted on again. What has happened before is found: a vote by
its motion, a decision by what it corrects.
"""

from collections.abc import Mapping
from dataclasses import dataclass as plain
from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre_cli.access import Access, request_id
from cadre_cli.datafiles import Note, Slug, Text, data_root, read_document
from cadre_demo import committees, deciding, drafts
from cadre_demo.committees import Committee, People
from cadre_demo.content import Flag
from cadre_demo.drafts import Section
from cadre_demo.pacing import day_in
from cadre_demo.whom import Who
from servicekit import calendar

_EXACT = ConfigDict(extra="forbid")
_HOUR = time(17)


@dataclass(frozen=True, kw_only=True, config=_EXACT)
class Course(drafts.Course):
    """The course that is voted on: as it was issued first, and as its draft says since."""

    changed: tuple[Section, ...]


@dataclass(frozen=True, config=_EXACT)
class Said:
    """What somebody said for their seat."""

    who: Who
    choice: Literal["yes", "no_objection", "hold", "no", "abstain"]
    text: Note = ""
    lifted_by: Note = ""


@dataclass(frozen=True, config=_EXACT)
class Vote:
    """A vote that ends so many days after it was told, or at once, when every seat has said something."""

    motion: Text
    days: Annotated[int, Field(ge=1)]
    said: tuple[Said, ...]
    closed: bool = False
    # How its decision is written down anew.
    corrected: Note = ""


@dataclass(frozen=True, config=_EXACT)
class Votes:
    """The votes of a committee on a course."""

    flag: Flag
    committee: Slug
    correction: Text
    course: Course
    vote: tuple[Vote, ...]


@plain(frozen=True)
class _Room:
    """Where votes are told: the committee, and whom the words of the files mean."""

    access: Access
    people: People
    committee: Committee

    @property
    def body(self) -> str:
        return f"bodies/{self.committee.id}"

    @property
    def secretary(self) -> str:
        return self.people.named[self.committee.secretary]

    def listed(self) -> dict[str, pb.Ballot]:
        """Give the votes that there are, by motion."""
        return {one.motion: one for one in deciding.votes(self.access, self.secretary, self.body)}


def read() -> list[Votes]:
    """Read the votes."""
    return [read_document(path, Votes) for path in sorted((data_root() / "demo" / "votes").glob("*.toml"))]


def tell(access: Access, leads: Mapping[str, str]) -> None:
    """Take the votes as far as the demonstration goes."""
    known = {one.id: one for one in committees.read()}
    for told in read():
        committee = known[told.committee]
        room = _Room(access, committees.people_of(access, leads, [committee]), committee)
        deciding.wait_for_members(access, room.people.convener, [room.body])
        for number, vote in enumerate(told.vote, 1):
            # What is decided is issued before the next version is voted on.
            course = _course(room, told.course, number)
            ballot = _voted(room, vote, course)
            if vote.corrected and ballot.decision:
                _correct(room, ballot.decision, vote.corrected, told.correction)


def figures(access: Access, leads: Mapping[str, str]) -> dict[str, int]:
    """Return how many votes and decisions there are of all committees, those on courses under way too."""
    ballots = decisions = 0
    for committee in committees.read():
        room = _Room(access, committees.people_of(access, leads, [committee]), committee)
        ballots += len(room.listed())
        asked = decision_pb.ListDecisionsRequest(parent=room.body)
        listed = access.every(access.decisions.ListDecisions, asked, "decisions", person=room.secretary)
        decisions += len(list(listed))
    return {"ballots": ballots, "decisions": decisions}


def _course(room: _Room, told: Course, number: int) -> course_pb.Course:
    """Return the course as it is voted on that time: begun first, then issued and changed."""
    access, manager = room.access, room.people.convener
    course = drafts.begun(access, manager, told)
    if number == 1 or course.latest_version:
        return course

    def changed(draft: course_pb.Course) -> None:
        del draft.sections[:]
        draft.sections.extend(drafts.sections(told.changed))

    drafts.issue(access, manager, course)
    return drafts.change(access, manager, course.name, changed)


def _voted(room: _Room, vote: Vote, course: course_pb.Course) -> pb.Ballot:
    """Return a vote as it is; begin it if it is not there, and take it as far as it goes."""
    access, ballots = room.access, room.access.ballots
    found = room.listed().get(vote.motion) or _prepared(room, vote, course)
    ballot = deciding.opened(access, room.secretary, found)
    if ballot.state != pb.Ballot.OPEN:
        return ballot
    spoke = {one.person for seat in ballot.roll for one in seat.positions}
    for said in vote.said:
        person = room.people.named[said.who]
        if person not in spoke:
            cast = pb.CastPositionRequest(
                name=ballot.name,
                choice=pb.Choice.Value(said.choice.upper()),
                text=said.text,
                lifted_by=said.lifted_by,
                digest=ballot.digest,
                request_id=request_id(ballot.name, "cast", person),
            )
            access.ask(ballots.CastPosition, cast, person=person)
    if not vote.closed:
        return ballot
    closing = pb.CloseBallotRequest(name=ballot.name, request_id=request_id(ballot.name, "close"))
    return access.ask(ballots.CloseBallot, closing, person=room.secretary)


def _prepared(room: _Room, vote: Vote, course: course_pb.Course) -> pb.Ballot:
    """Prepare it as who writes the course does."""
    access = room.access
    day = day_in(access, vote.days)
    ballot = pb.Ballot(
        body=room.body,
        motion=vote.motion,
        decision_class=decision_pb.MAJOR,
        subject=course.name,
        digest=course.content_sha256,
    )
    ballot.close_time.FromDatetime(datetime.combine(day, _HOUR, calendar.PACIFIC))
    create = pb.CreateBallotRequest(
        ballot=ballot, request_id=request_id(room.body, "vote", vote.motion, day.isoformat())
    )
    return access.ask(access.ballots.CreateBallot, create, person=room.people.convener)


def _correct(room: _Room, decision: str, motion: str, reason: str) -> None:
    """Have its decision written down anew, if it was not."""
    access = room.access
    get = decision_pb.GetDecisionRequest(name=decision)
    if access.ask(access.decisions.GetDecision, get, person=room.secretary).corrected_by:
        return
    correct = decision_pb.CorrectDecisionRequest(
        name=decision, motion=motion, reason=reason, request_id=request_id(decision, "correct")
    )
    access.ask(access.decisions.CorrectDecision, correct, person=room.secretary)
