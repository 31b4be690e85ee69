"""Between the contract's messages and rounds, passages and comments."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import prose
from cadre.notification.v1 import review_service_pb2 as pb
from notification.letters.wire import enum_name, enum_value, person, reader
from notification.reviews.queries import Agency, Comment, Round
from notification.reviews.rules import comments, passages
from notification.reviews.rules.passages import Passage
from notification.reviews.rules.which import Caller, Which
from servicekit import names
from servicekit.calendar import pacific_date
from servicekit.refusals import InvalidField
from servicekit.rpc.calls import Call
from servicekit.rpc.tokens import WHOLE
from servicekit.rpc.wire import caller as person_who_calls
from servicekit.rpc.wire import day_text, timestamp
from servicekit.text import block, line

_ROUND = "notices/{notice}/reviews/{review}"
_COMMENT = f"{_ROUND}/comments/{{comment}}"
_CONFIRMS = "notices.confirm_for_agency"
_LONGEST_NUMBER = 6


def caller(call: Call) -> Caller:
    """Read who asks, and for whom they speak by their rights."""
    held = call.principal.rights.get(_CONFIRMS, frozenset())
    agencies = frozenset(name.removeprefix("agencies/") for name in held - {WHOLE} if name.startswith("agencies/"))
    drafts = reader(call.principal, pacific_date(call.now)).drafts
    return Caller(person_who_calls(call.principal), drafts, agencies)


def which(name: str, field: str = "name") -> Which:
    """Read `notices/{uuid}/reviews/{number}`."""
    notice, number = names.parse(_ROUND, name, field=field).values()
    return _which(notice, number, name, field)


def comment_of(name: str, field: str = "name") -> tuple[Which, UUID]:
    """Read the name of a comment."""
    notice, number, comment_id = names.parse(_COMMENT, name, field=field).values()
    return _which(notice, number, name, field), names.as_uuid(comment_id, field=field)


def agency_id(name: str, field: str = "agency") -> str:
    """Read `agencies/{agency}`."""
    return names.slug_in("agencies/{agency}", name, field=field)


def given(message: pb.ReviewComment) -> comments.Comment:
    """Read what somebody says."""
    return comments.Comment(
        block=message.block,
        quote=line(message.quote),
        head=enum_name(pb.ReviewComment.Head, message.head, "comment.head"),
        kind=enum_name(pb.ReviewComment.Kind, message.kind, "comment.kind"),
        severity=enum_name(pb.ReviewComment.Severity, message.severity, "comment.severity"),
        text=block(message.text).strip(),
        wording=block(message.wording).strip(),
        basis=line(message.basis),
    )


def answered(request: pb.AnswerCommentRequest) -> str:
    """Read an answer."""
    return enum_name(pb.ReviewComment.Answer, request.answer, "answer")


def review(row: Round, agencies: Iterable[Agency], caller: Caller) -> pb.Review:
    """Write a round as the caller sees it."""
    return pb.Review(
        name=row.which.name,
        title=row.title,
        state=pb.Review.State.Value(row.state),
        due_date=day_text(row.due_on),
        opener=person(row.opened_by),
        open_time=timestamp(row.opened_at),
        closer=person(row.closed_by),
        close_time=timestamp(row.closed_at),
        close_reason=row.close_reason,
        text_sha256=row.text_sha256,
        blocks=[pb.ReviewBlock(**one) for one in row.passages],
        agencies=[_agency(one) for one in agencies],
        # How much others said is for the state.
        comment_count=row.comments if caller.drafts else 0,
        unanswered_count=row.unanswered if caller.drafts else 0,
        demonstration=row.demonstration,
    )


def comment(row: Comment, of: Which, then: Round | None = None, now: Sequence[Passage] = ()) -> pb.ReviewComment:
    """Write a comment; where its round and the text *now* are given, with what became of its words."""
    place = _place(row, then, now) if then is not None and row.block else None
    return pb.ReviewComment(
        name=of.comment(row.id),
        agency=f"agencies/{row.agency_id}",
        author=person(row.author_id),
        create_time=timestamp(row.created_at),
        block=row.block,
        quote=row.quote,
        head=pb.ReviewComment.Head.Value(row.head),
        kind=pb.ReviewComment.Kind.Value(row.kind),
        severity=pb.ReviewComment.Severity.Value(row.severity),
        text=row.text,
        wording=row.wording,
        basis=row.basis,
        sent=row.sent,
        answer=enum_value(pb.ReviewComment.Answer, row.answer),
        answer_text=row.answer_text,
        same_as=str(row.same_as or ""),
        answerer=person(row.answered_by),
        answer_time=timestamp(row.answered_at),
        place=pb.ReviewComment.Place.Value(place.state) if place else pb.ReviewComment.PLACE_UNSPECIFIED,
        now=place.now if place and place.state is prose.State.CHANGED else "",
    )


def _place(row: Comment, then: Round, now: Sequence[Passage]) -> prose.Place:
    spoken_of = prose.Anchor(then.text_sha256, row.block, row.quote, row.quote_before, row.quote_after)
    return passages.follow(spoken_of, passages.shown(then.passages), now)


def _agency(row: Agency) -> pb.ReviewAgency:
    told = row.speaks or row.sent_at is not None
    return pb.ReviewAgency(
        agency=f"agencies/{row.agency_id}",
        reviewers=map(person, row.reviewers) if row.speaks else (),
        send_time=timestamp(row.sent_at),
        sender=person(row.sent_by),
        comment_count=row.comments if told else 0,
        begun=row.comments > 0,
        confirms=row.confirms,
    )


def _which(notice: str, number: str, name: str, field: str) -> Which:
    if not number.isascii() or not number.isdigit() or number[0] == "0" or len(number) > _LONGEST_NUMBER:
        raise InvalidField(field, name, "must name a round by its number")
    return Which(names.as_uuid(notice, field=field), int(number))
