"""Between the contract's messages and rounds and comments."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from cadre.curriculum.v1 import round_service_pb2 as pb
from curriculum.governance.parts import Part
from curriculum.rounds import people, queries
from curriculum.rounds.people import Reader
from curriculum.rounds.queries import Comment, Reviewer, Round
from curriculum.rounds.rounds import Asked
from curriculum.rounds.rules import comments, turns
from curriculum.rounds.rules.comments import Answer
from curriculum.rounds.rules.states import MOST_REVIEWERS, CommentState, State
from curriculum.rounds.rules.turns import Reviewed
from servicekit import names
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField
from servicekit.rpc.calls import Call
from servicekit.rpc.tokens import WHOLE
from servicekit.rpc.wire import caller, day_text, is_person, timestamp
from servicekit.text import block, line

_COMMENT = "rounds/{round}/comments/{comment}"
_SHA256_LETTERS = 64
_LONGEST_SUBJECT = 200
# Who writes courses sees every round, and answers.
_WRITES = "works.write"


def who(call: Call) -> tuple[UUID | None, bool]:
    """Read who asks, and whether they see every round: by what the token says alone."""
    rights = call.principal.rights
    whole = any(WHOLE in rights.get(right, ()) for right in (_WRITES, "courses.write"))
    return (caller(call.principal) if is_person(call.principal) else None), whole


def round_id(name: str, *, field: str = "name") -> UUID:
    """Read `rounds/{round}`."""
    return names.uuid_in("rounds/{round}", name, field=field)


def comment_id(name: str, *, field: str = "name") -> tuple[UUID, UUID]:
    """Read `rounds/{round}/comments/{comment}`."""
    found = names.parse(_COMMENT, name, field=field)
    return names.as_uuid(found["round"], field=field), names.as_uuid(found["comment"], field=field)


def same_as(name: str, of: UUID) -> UUID | None:
    """Read the comment of round *of* that says the same; none if none is named."""
    if not name:
        return None
    round_, comment_ = comment_id(name, field="same_as")
    if round_ != of:
        raise InvalidField("same_as", name, "must be another comment of the round")
    return comment_


def body_id(name: str, *, field: str) -> str:
    """Read `bodies/{body}`."""
    return names.slug_in("bodies/{body}", name, field=field)


def parent(name: str) -> tuple[str, str]:
    """Read of which body, or on which thing, rounds are asked for: one, the other, or neither."""
    return (body_id(name, field="parent"), "") if name.startswith("bodies/") else ("", subject(name, field="parent"))


def subject(name: str, *, field: str) -> str:
    """Read the name of a thing."""
    if len(name) > _LONGEST_SUBJECT or not name.isprintable():
        raise InvalidField(field, name, "must be the name of a thing")
    return name


def asked(message: pb.Round) -> Asked:
    """Read what a round is to be."""
    if len(message.digest) != _SHA256_LETTERS:
        raise InvalidField("round.digest", message.digest, "must be the SHA-256 of the content")
    named = [one.person for one in message.reviewers]
    return Asked(
        subject=subject(message.subject, field="round.subject"),
        digest=message.digest,
        body=body_id(message.body, field="round.body"),
        due=day("round.due_date", message.due_date),
        reviewers=set(names.uuids_in("people/{person}", named, field="round.reviewers", most=MOST_REVIEWERS)),
    )


def day(field: str, value: str) -> date:
    """Read a day."""
    return day_of(field, value, YEARS_OF_DOCUMENTS)


def given(message: pb.RoundComment) -> comments.Comment:
    """Read what somebody says."""
    return comments.Comment(
        block=message.block,
        quote=line(message.quote),
        kind=_name(pb.RoundComment.Kind, message.kind, "comment.kind"),
        severity=_name(pb.RoundComment.Severity, message.severity, "comment.severity"),
        text=said(message.text),
        wording=said(message.wording),
        basis=line(message.basis),
        resources=said(message.resources),
        performance=said(message.performance),
        policy=said(message.policy),
    )


def said(text: str) -> str:
    """Read what somebody wrote, in several lines perhaps."""
    return block(text).strip()


def answered(request: pb.AnswerRoundCommentRequest) -> str:
    """Read an answer."""
    return _name(pb.RoundComment.Answer, request.answer, "answer")


def count(asked_for: int) -> int:
    """Read how many are to be proposed; not said = as many as there are."""
    if not 0 <= asked_for <= MOST_REVIEWERS:
        raise InvalidField("count", asked_for, f"must be from 0 to {MOST_REVIEWERS}")
    return asked_for or MOST_REVIEWERS


def proposals(
    present: Collection[Part], history: Mapping[UUID, Reviewed], out: Collection[UUID], most: int
) -> pb.ProposeReviewersResponse:
    """Write who reviews next, and why: when they did so last."""
    answer = pb.ProposeReviewersResponse()
    for person in turns.proposed(people.reviewers(present), history, out, most):
        found = history.get(person)
        answer.proposals.add(
            person=_person(person),
            seat=people.seat_of(part for part in present if part.person == person),
            last_time=timestamp(found.last) if found else None,
            rounds=found.rounds if found else 0,
        )
    return answer


def round_(row: Round, reviewers: Iterable[Reviewer], reader: Reader) -> pb.Round:
    """Write a round as the reader sees it: until the answers are sent, how many there are is for who writes them."""
    shows_answers = reader.whole or row.answered_at is not None
    return pb.Round(
        name=row.name,
        subject=row.subject,
        title=row.title,
        digest=row.digest,
        body=f"bodies/{row.body_id}",
        number=row.number,
        state=pb.Round.State.Value(row.state),
        due_date=day_text(row.due_on),
        look_until=day_text(row.look_until),
        opener=_person(row.opened_by),
        open_time=timestamp(row.opened_at),
        close_time=timestamp(row.closed_at),
        answer_time=timestamp(row.answered_at),
        blocks=[
            pb.RoundBlock(id=one["id"], section=one["section"], text=one["text"], number=number)
            for number, one in enumerate(row.passages, 1)
        ],
        reviewers=[_reviewer(one) for one in reviewers],
        comment_count=row.comments,
        unanswered_count=row.unanswered if shows_answers else row.comments,
        open_must_count=row.open_must,
        carried_count=row.carried,
        changed_count=row.changed,
        gone_count=row.gone,
        may_comment=row.may_comment(reader),
        to_look_count=row.to_look,
        to_rule_count=row.to_rule if row.may_rule(reader) else 0,
        may_answer=reader.whole and row.state in {State.OPEN, State.CLOSED},
        unsent_count=row.unsent,
        demonstration=row.demonstration,
    )


def comment(row: Comment, reader: Reader) -> pb.RoundComment:
    """Write a comment as the reader sees it: an answer that was not sent is for who writes it."""
    answer = pb.RoundComment(
        name=row.name,
        author=_person(row.author_id),
        seat=row.seat_id,
        create_time=timestamp(row.created_at),
        state=pb.RoundComment.State.Value(CommentState(row.state)),
        block=row.block,
        quote=row.quote,
        kind=pb.RoundComment.Kind.Value(row.kind),
        severity=pb.RoundComment.Severity.Value(row.severity),
        text=row.text,
        wording=row.wording,
        basis=row.basis,
        basis_key=row.basis_key,
        resources=row.resources,
        performance=row.performance,
        policy=row.policy,
        look_text=row.look_text,
        look_time=timestamp(row.looked_at),
        ruled_stands=bool(row.ruled_stands),
        ruling=row.ruling,
        ruler=_person(row.ruled_by),
        rule_time=timestamp(row.ruled_at),
        taken_from=_name_of(row.from_round, row.taken_from),
        taken_by=_name_of(row.by_round, row.taken_by),
        place=pb.RoundComment.Place.Value(row.became or "PLACE_UNSPECIFIED"),
        words_then=row.words_then,
        placer=_person(row.placed_by),
        etag=row.etag,
    )
    if row.answer and (row.told or reader.whole):
        answer.answer = pb.RoundComment.Answer.Value(Answer(row.answer))
        answer.answer_text = row.answer_text
        answer.same_as = _name_of(row.round_id, row.same_as)
        answer.answerer = _person(row.answered_by)
        if row.answered_at is not None:
            answer.answer_time.FromDatetime(row.answered_at)
    return answer


def _reviewer(row: Reviewer) -> pb.Reviewer:
    return pb.Reviewer(
        person=_person(row.person_id),
        seat=row.seat_id,
        send_time=timestamp(row.sent_at),
        decline_reason=row.decline_reason,
        comment_count=row.comments,
        asked=row.asked,
    )


def _name_of(round_of: UUID | None, comment_of: UUID | None) -> str:
    return queries.comment_name(round_of, comment_of) if round_of and comment_of else ""


def _person(person: UUID | None) -> str:
    return f"people/{person}" if person else ""


def _name(enum: Any, value: int, field: str) -> str:  # noqa: ANN401 - generated enums share no class
    """Return the name of an enum's value, '' if it is not said."""
    if value not in enum.values():
        raise InvalidField(field, value, "must be a value of the contract")
    return str(enum.Name(value)) if value else ""
