"""How agencies review a draft of the demonstration: asked, read, commented, sent; some of it answered."""

from collections.abc import Mapping
from datetime import timedelta

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import review_service_pb2 as pb
from cadre_cli.access import Access, request_id
from cadre_demo.content import Comment, Letter
from servicekit import calendar

_DAYS = timedelta(days=7)


def tell(access: Access, analyst: str, leads: Mapping[str, str], letter: Letter, notice: notice_pb.Notice) -> int:
    """Have agencies review a draft, and return how many comments they sent; what happened before is found.

    *leads*: who acts for each agency.
    """
    if letter.review is None:
        return 0
    name = _sent(access, analyst, letter, notice)
    review = access.ask(access.reviews.GetReview, pb.GetReviewRequest(name=name), person=analyst)
    done = {one.agency for one in review.agencies if one.sender}
    for number, said in enumerate(letter.review.comment):
        if f"agencies/{said.agency}" in done:
            continue
        lead = leads[said.agency]
        comment = access.ask(access.reviews.AddReviewComment, _comment(review, said, number), person=lead)
        send = pb.SendReviewCommentsRequest(
            name=name, agency=comment.agency, request_id=request_id(name, "send", said.agency)
        )
        access.ask(access.reviews.SendReviewComments, send, person=lead)
        if said.answer:
            answer = pb.AnswerCommentRequest(
                name=comment.name,
                answer=pb.ReviewComment.Answer.Value(said.answer.upper()),
                text=said.response,
                request_id=request_id(comment.name, "answer"),
            )
            access.ask(access.reviews.AnswerComment, answer, person=analyst)
    return access.ask(access.reviews.GetReview, pb.GetReviewRequest(name=name), person=analyst).comment_count


def _sent(access: Access, analyst: str, letter: Letter, notice: notice_pb.Notice) -> str:
    """Return the round of a draft; send it to the agencies if there is none."""
    listed = access.ask(access.reviews.ListReviews, pb.ListReviewsRequest(parent=notice.name), person=analyst)
    if listed.reviews:
        return listed.reviews[-1].name
    asked = [*(one.agency for one in letter.review.comment), *letter.review.writing] if letter.review else []
    request = pb.OpenReviewRequest(
        parent=notice.name,
        agencies=[f"agencies/{agency}" for agency in asked],
        due_date=(calendar.pacific_date(access.clock()) + _DAYS).isoformat(),
        request_id=request_id(notice.name, "review"),
    )
    return access.ask(access.reviews.OpenReview, request, person=analyst).name


def _comment(review: pb.Review, said: Comment, number: int) -> pb.AddReviewCommentRequest:
    block = next(one.id for one in review.blocks if said.passage in one.text) if said.passage else ""
    comment = pb.ReviewComment(
        agency=f"agencies/{said.agency}",
        block=block,
        head=pb.ReviewComment.Head.Value(said.head.upper()),
        kind=pb.ReviewComment.Kind.Value(said.kind.upper()),
        severity=pb.ReviewComment.Severity.Value(said.severity.upper()),
        text=said.text,
        wording=said.wording,
    )
    request = request_id(review.name, "comment", number)
    return pb.AddReviewCommentRequest(parent=review.name, comment=comment, request_id=request)
