"""Between the contract and the terms of quality. Shares and means are made here, each with its interval."""

import math

from cadre.evaluation.v1 import quality_service_pb2 as pb
from evaluation.quality.queries import Comments, Quality, Ratings
from evaluation.quality.rules import QUESTIONS, RATINGS, Form, Reaction
from servicekit import names
from servicekit.intervals import mean_interval, share_interval

LEAST_FOR_SHARE = 30
"""Below so many takers counts say all there is to say; a share would pass for more than it is."""


def course_id(name: str, *, field: str) -> str:
    """Return the id in `courses/{course}`."""
    return names.slug_in("courses/{course}", name, field=field)


def agency_id(name: str, *, field: str) -> str:
    """Return the id in `agencies/{agency}`."""
    return names.slug_in("agencies/{agency}", name, field=field)


def course_version(name: str) -> tuple[str, int]:
    """Return id and number in `courses/{course}/versions/{version}`."""
    return names.version_in("courses/{course}/versions/{version}", name, field="course_version")


def reaction(request: pb.SendReactionRequest) -> Reaction:
    """Return what was said."""
    course, version = course_version(request.course_version)
    return Reaction(
        course_id=course,
        course_version=version,
        agency_id=agency_id(request.agency, field="agency") if request.agency else "",
        ratings=tuple(request.ratings),
        comment=request.comment.strip(),
    )


def form(given: Form, ticket: str, *, sent: bool) -> pb.ReactionForm:
    """Return the form with the ticket by which it is sent, or was."""
    return pb.ReactionForm(
        version=given.version,
        questions=[pb.ReactionForm.Question(id=question.id, text=question.text) for question in given.questions],
        answers=given.answers,
        comment_question=given.comment_question,
        ticket=ticket,
        sent=sent,
    )


def quality(given: Quality) -> pb.CourseQuality:
    """Return the figures of a course; what nobody can say is not there."""
    message = pb.CourseQuality(
        course=f"courses/{given.course_id}",
        ratings=map(ratings, given.ratings),
        versions=[
            pb.VersionQuality(version=version, ratings=map(ratings, answers))
            for version, answers in given.versions.items()
        ],
    )
    if given.results is not None:
        message.passed.CopyFrom(share(given.results.passed, given.results.taken))
        message.passed_first.CopyFrom(share(given.results.passed_first, given.results.taken))
    return message


def share(count: int, of: int) -> pb.Share:
    """Return a part of a whole, with share and interval where there are enough."""
    message = pb.Share(count=count, of=of)
    if of >= LEAST_FOR_SHARE:
        message.share = count / of
        message.low, message.high = share_interval(count, of)
    return message


def ratings(given: Ratings) -> pb.Ratings:
    """Return the answers to a question with their mean; its interval stays within the scale."""
    n = sum(given.counts)
    mean = sum(rating * count for rating, count in zip(RATINGS, given.counts, strict=True)) / n
    squares = sum(count * (rating - mean) ** 2 for rating, count in zip(RATINGS, given.counts, strict=True))
    message = pb.Ratings(question=given.question, text=QUESTIONS[given.question], counts=given.counts, n=n, mean=mean)
    if interval := mean_interval(n, mean, math.sqrt(squares / (n - 1))):
        message.low = max(float(RATINGS[0]), interval[0])
        message.high = min(float(RATINGS[-1]), interval[1])
    return message


def comments(given: Comments) -> pb.CommentBatch:
    """Return the comments that were told together."""
    return pb.CommentBatch(release_date=given.released_on.isoformat(), comments=given.comments)
