"""How committees of the demonstration review a draft course: asked, commented on, answered, looked at again.

What has happened before is found: a review by its committee, a comment by its words, and how far it came by its state.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from cadre.curriculum.v1 import round_service_pb2 as pb
from cadre_cli.access import Access, request_id
from cadre_cli.datafiles import Note, Slug, Text, data_root, read_document
from cadre_demo import drafts, whom
from cadre_demo.content import Days, Flag
from cadre_demo.drafts import Course
from cadre_demo.pacing import day_in, wait_for
from cadre_demo.whom import Who

_EXACT = ConfigDict(extra="forbid")
_SATISFIED = "satisfied"
_COMMENT = pb.RoundComment


@dataclass(frozen=True, config=_EXACT)
class Comment:
    """What somebody says of the passage that says so, or of the whole; its answer, and what they say of that.

    *look* is `satisfied`, what is still wrong, or nothing as yet; *same_as* is a comment of the file, from 1.
    """

    who: Who
    kind: Literal[
        "policy_error",
        "procedure_conflict",
        "clarity",
        "local_variation",
        "accessibility",
        "system_mismatch",
        "credit",
        "privacy",
    ]
    severity: Literal["must", "should", "could", "question"]
    text: Text
    passage: Note = ""
    wording: Note = ""
    basis: Note = ""
    resources: Note = ""
    performance: Note = ""
    policy: Note = ""
    answer: Literal["", "accepted", "in_part", "not_accepted", "same_as", "another_time"] = ""
    response: Note = ""
    same_as: int = 0
    look: Note = ""


@dataclass(frozen=True, config=_EXACT)
class Round:
    """A review by a committee: until when, who is asked, what is said; *answered*: the answers are sent."""

    body: Slug
    opener: Who
    asked: tuple[Who, ...]
    days: Days
    look_days: Days
    answered: bool
    comment: Annotated[tuple[Comment, ...], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True, config=_EXACT)
class Draft(Course):
    """A course that is being written, and who reviews it."""

    flag: Flag
    round: tuple[Round, ...]


def read() -> list[Draft]:
    """Read the drafts."""
    return [read_document(path, Draft) for path in sorted((data_root() / "demo" / "rounds").glob("*.toml"))]


def tell(access: Access, leads: Mapping[str, str]) -> int:
    """Have committees review the drafts, and return how many comments they sent."""
    told = read()
    people = {word: found.person for word, found in whom.find(access, leads, _words(told)).items()}
    return sum(_Telling(access, people, draft, one).tell() for draft in told for one in draft.round)


def _words(told: list[Draft]) -> Iterator[str]:
    for draft in told:
        for one in draft.round:
            yield from (one.opener, *one.asked, *(said.who for said in one.comment))


class _Telling:
    """One review, taken as far as the demonstration goes."""

    def __init__(self, access: Access, people: Mapping[str, str], draft: Draft, told: Round) -> None:
        self._access, self._people, self._draft, self._told = access, people, draft, told
        self._opener = people[told.opener]

    def tell(self) -> int:
        """Take it there; return how many comments were sent."""
        review = self._opened()
        if review.state == pb.Round.OPEN:
            self._say(review)
        if self._told.answered:
            self._answer(review.name)
            self._look(review.name)
        return self._get(review.name).comment_count

    def _get(self, name: str) -> pb.Round:
        return self._access.ask(self._access.rounds.GetRound, pb.GetRoundRequest(name=name), person=self._opener)

    def _opened(self) -> pb.Round:
        """Return the review; open it if there is none."""
        access = self._access
        course = drafts.begun(access, self._opener, self._draft)
        body = f"bodies/{self._told.body}"
        asked = pb.ListRoundsRequest(parent=course.name)
        listed = access.every(access.rounds.ListRounds, asked, "rounds", person=self._opener)
        found = next((one for one in listed if one.body == body), None)
        if found is None:
            wait_for(partial(self._are_known, course.name, body), f"those who review are not known in {body}")
            due = day_in(access, self._told.days).isoformat()
            made = pb.Round(
                subject=course.name,
                digest=course.content_sha256,
                body=body,
                due_date=due,
                reviewers=[pb.Reviewer(person=self._people[who]) for who in self._told.asked],
            )
            again = request_id(course.name, "review", body, due)
            found = access.ask(
                access.rounds.OpenRound, pb.OpenRoundRequest(round=made, request_id=again), person=self._opener
            )
        return self._get(found.name)

    def _are_known(self, course: str, body: str) -> bool:
        """Whether all who review are known where courses are: who has a part in a committee arrives there by events."""
        access, asked = self._access, pb.ProposeReviewersRequest(body=body, subject=course)
        found = access.ask(access.rounds.ProposeReviewers, asked, person=self._opener).proposals
        told = [*self._told.asked, *(said.who for said in self._told.comment)]
        return {self._people[word] for word in told} <= {one.person for one in found}

    def _say(self, review: pb.Round) -> None:
        """Have everybody comment, and send it; who has sent theirs says no more."""
        access = self._access
        sent = {one.person for one in review.reviewers if one.HasField("send_time")}
        for number, said in enumerate(self._told.comment, 1):
            if self._people[said.who] in sent:
                continue
            add = pb.AddRoundCommentRequest(
                parent=review.name,
                comment=_comment(review, said),
                digest=review.digest,
                request_id=request_id(review.name, "comment", number),
            )
            access.ask(access.rounds.AddRoundComment, add, person=self._people[said.who])
        for who in sorted({self._people[said.who] for said in self._told.comment} - sent):
            send = pb.SendRoundCommentsRequest(parent=review.name, request_id=request_id(review.name, "send", who))
            access.ask(access.rounds.SendRoundComments, send, person=who)
        if self._told.answered:
            close = pb.CloseRoundRequest(name=review.name, request_id=request_id(review.name, "close"))
            access.ask(access.rounds.CloseRound, close, person=self._opener)

    def _answer(self, name: str) -> None:
        """Answer each comment, then send the answers."""
        access = self._access
        if self._get(name).state != pb.Round.CLOSED:
            return
        found = self._comments(name)
        for said in self._told.comment:
            answer = pb.AnswerRoundCommentRequest(
                name=found[said.text].name,
                answer=_COMMENT.Answer.Value(said.answer.upper()),
                text=said.response,
                same_as=found[self._told.comment[said.same_as - 1].text].name if said.same_as else "",
                request_id=request_id(found[said.text].name, "answer"),
            )
            access.ask(access.rounds.AnswerRoundComment, answer, person=self._opener)
        until = day_in(access, self._told.look_days).isoformat()
        send = pb.SendAnswersRequest(name=name, look_until=until, request_id=request_id(name, "answers", until))
        access.ask(access.rounds.SendAnswers, send, person=self._opener)

    def _look(self, name: str) -> None:
        """Have some look a second time, as long as they can."""
        access, found = self._access, self._comments(name)
        for said in self._told.comment:
            one = found[said.text]
            if not said.look or one.state != _COMMENT.ANSWERED:
                continue
            satisfied = said.look == _SATISFIED
            look = pb.LookAgainRequest(
                name=one.name,
                satisfied=satisfied,
                text="" if satisfied else said.look,
                request_id=request_id(one.name, "look"),
            )
            access.ask(access.rounds.LookAgain, look, person=self._people[said.who])

    def _comments(self, name: str) -> dict[str, pb.RoundComment]:
        """Return what was sent, by its words."""
        access, asked = self._access, pb.ListRoundCommentsRequest(parent=name)
        listed = access.every(access.rounds.ListRoundComments, asked, "comments", person=self._opener)
        return {one.text: one for one in listed}


def _comment(review: pb.Round, said: Comment) -> pb.RoundComment:
    block = next(one.id for one in review.blocks if said.passage in one.text) if said.passage else ""
    return pb.RoundComment(
        block=block,
        kind=_COMMENT.Kind.Value(said.kind.upper()),
        severity=_COMMENT.Severity.Value(said.severity.upper()),
        text=said.text,
        wording=said.wording,
        basis=said.basis,
        resources=said.resources,
        performance=said.performance,
        policy=said.policy,
    )
