"""A request for each method on drafts that agencies review, and questions on letters."""

from cadre.notification.v1 import question_service_pb2 as question_pb
from cadre.notification.v1 import review_service_pb2 as review_pb

from .common import HOME, day, fresh
from .letters import draft


def review(w):
    """A round of a draft of its own, at the agency, where somebody is named."""
    open_ = review_pb.OpenReviewRequest(
        parent=draft(w, "A letter to review").name, agencies=[HOME], due_date=day(7), request_id=fresh()
    )
    opened = w.rightly(w.access.reviews.OpenReview, open_, "notices.write").name
    w.call(w.access.reviews.NameReviewers, naming(w, opened), w.lead, {"notices.confirm_for_agency": (HOME,)})
    return opened


def naming(w, opened):
    return review_pb.NameReviewersRequest(name=opened, agency=HOME, people=[w.person], request_id=fresh())


def commenting(opened):
    said = review_pb.ReviewComment(
        agency=HOME,
        head=review_pb.ReviewComment.POLICY,
        kind=review_pb.ReviewComment.CLARITY,
        severity=review_pb.ReviewComment.COULD,
        text="A table would help.",
    )
    return review_pb.AddReviewCommentRequest(parent=opened, comment=said, request_id=fresh())


def comment(w):
    ask = commenting(review(w))
    return w.call(w.access.reviews.AddReviewComment, ask, w.person, {"notices.read": ("self",)})


def sent_comment(w):
    name = comment(w).name
    send = review_pb.SendReviewCommentsRequest(name=name.partition("/comments/")[0], agency=HOME, request_id=fresh())
    w.call(w.access.reviews.SendReviewComments, send, w.lead, {"notices.confirm_for_agency": (HOME,)})
    return name


def asking(w):
    return question_pb.AskQuestionRequest(parent=w.issued, text="Does this hold here?", request_id=fresh())


def asked(w):
    return w.call(w.access.questions.AskQuestion, asking(w), w.person, {"notices.read": ("self",)}).name


REQUESTS = {
    "ReviewService": {
        "OpenReview": lambda w: review_pb.OpenReviewRequest(
            parent=draft(w, "A letter to send round").name, agencies=[HOME], due_date=day(7), request_id=fresh()
        ),
        "CloseReview": lambda w: review_pb.CloseReviewRequest(name=review(w), reason="Enough said", request_id=fresh()),
        "AnswerComment": lambda w: review_pb.AnswerCommentRequest(
            name=sent_comment(w), answer=review_pb.ReviewComment.ACCEPTED, request_id=fresh()
        ),
        "ListReviews": lambda w: review_pb.ListReviewsRequest(parent=review(w).partition("/reviews/")[0]),
        "ListOwnReviews": lambda w: review_pb.ListOwnReviewsRequest(),
        "GetReview": lambda w: review_pb.GetReviewRequest(name=review(w)),
        "ListReviewComments": lambda w: review_pb.ListReviewCommentsRequest(parent=review(w)),
        "NameReviewers": lambda w: naming(w, review(w)),
        "AddReviewComment": lambda w: commenting(review(w)),
        "RemoveReviewComment": lambda w: review_pb.RemoveReviewCommentRequest(name=comment(w).name, request_id=fresh()),
        "SendReviewComments": lambda w: review_pb.SendReviewCommentsRequest(
            name=review(w), agency=HOME, request_id=fresh()
        ),
    },
    "QuestionService": {
        "AskQuestion": asking,
        "ListQuestions": lambda w: question_pb.ListQuestionsRequest(parent=w.issued),
        "GetQuestion": lambda w: question_pb.GetQuestionRequest(name=asked(w)),
        "ListOpenQuestions": lambda w: question_pb.ListOpenQuestionsRequest(),
        "AnswerQuestion": lambda w: question_pb.AnswerQuestionRequest(name=asked(w), text="Yes.", request_id=fresh()),
        "CreateClarification": lambda w: question_pb.CreateClarificationRequest(
            parent=w.issued, text="It holds everywhere.", request_id=fresh()
        ),
        "ListClarifications": lambda w: question_pb.ListClarificationsRequest(parent=w.issued),
    },
}
