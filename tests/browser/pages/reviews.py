"""Pages of drafts that agencies review."""

from datetime import UTC, datetime, timedelta

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import review_service_pb2 as review_pb
from cadre_cli.access import request_id
from servicekit import calendar

from .common import ANALYST, APPROVER, BIG_COORDINATOR, COORDINATOR, SPECIALIST

ROUND = "/letters/{letter_id}/review/{number}"
REVIEW = "/reviews/{letter_id}/{number}/{agency_id}"
ROWS = [
    ("/letters/{letter_id}/review", ANALYST, "/letters/{draft}/review"),
    ("/letters/{letter_id}/review", ANALYST, "/letters/{reviewed}/review"),
    (ROUND, ANALYST, "/letters/{reviewed}/review/1"),
    (ROUND + "/table", APPROVER, "/letters/{reviewed}/review/1/table"),
    (ROUND + "/comments/{comment_id}", ANALYST, "/letters/{reviewed}/review/1/comments/{comment}"),
    ("/reviews", COORDINATOR, "/reviews"),
    ("/reviews", SPECIALIST, "/reviews"),
    (REVIEW, COORDINATOR, "/reviews/{reviewed}/1/lake"),
    (REVIEW, BIG_COORDINATOR, "/reviews/{reviewed}/1/los-angeles"),
    (REVIEW + "/comment", BIG_COORDINATOR, "/reviews/{reviewed}/1/los-angeles/comment?passage=2"),
    (REVIEW + "/readers", BIG_COORDINATOR, "/reviews/{reviewed}/1/los-angeles/readers"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/letters/{letter_id}/review/{number}/comments.csv",
}


def reviewed(access, cast, by_part):
    """A draft under review: one agency sent a comment, another one writes."""
    letter = notice_pb.Notice(
        series="CSSP",
        subject="A draft that agencies review",
        change="A complaint no longer presumes full-time work.",
        body="Try three times to reach the person.\n\n- Write down each try\n- Look at the order",
        demonstration=True,
    )
    create = notice_pb.CreateNoticeRequest(notice=letter, request_id=request_id("sweep", "reviewed"))
    draft = access.ask(access.notices.CreateNotice, create, person=cast.analyst).name
    due = calendar.pacific_date(datetime.now(UTC)) + timedelta(days=7)
    send = review_pb.OpenReviewRequest(
        parent=draft,
        agencies=["agencies/lake", "agencies/los-angeles"],
        due_date=due.isoformat(),
        request_id=request_id("sweep", "review"),
    )
    review = access.ask(access.reviews.OpenReview, send, person=cast.analyst)
    for part, agency in (("coordinator", "agencies/lake"), ("large-coordinator", "agencies/los-angeles")):
        said = review_pb.ReviewComment(
            agency=agency,
            block=review.blocks[2].id,
            quote="three times",
            head=review_pb.ReviewComment.RESOURCES,
            kind=review_pb.ReviewComment.CLARITY,
            severity=review_pb.ReviewComment.SHOULD,
            text="Please say within which time.",
            wording="Try three times within 10 business days.",
        )
        add = review_pb.AddReviewCommentRequest(
            parent=review.name, comment=said, request_id=request_id("sweep", "comment", agency)
        )
        comment = access.ask(access.reviews.AddReviewComment, add, person=by_part[part]).name
        if part == "coordinator":
            sent = comment
            ask = review_pb.SendReviewCommentsRequest(
                name=review.name, agency=agency, request_id=request_id("sweep", "comments")
            )
            access.ask(access.reviews.SendReviewComments, ask, person=by_part[part])
    return {"reviewed": draft.removeprefix("notices/"), "comment": sent.rpartition("/")[2]}
