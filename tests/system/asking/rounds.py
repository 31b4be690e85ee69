"""What is asked of rounds of review: one of each method, before a committee whose chair and only member asks."""

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import round_service_pb2 as pb

from .ballots import READS, committee
from .common import day, fresh

WRITES = {"works.write": ("state",)}


def by_writer(w, method, request):
    return w.call(getattr(w.access.rounds, method), request, w.lead, WRITES)


def by_member(w, method, request):
    return w.call(getattr(w.access.rounds, method), request, w.person, READS)


def course(w):
    sections = [course_pb.Section(title="One", minutes=5, markdown="Text.")]
    new = course_pb.CreateCourseRequest(
        course_id=f"r-{fresh()}", course=course_pb.Course(title="Reviewed", sections=sections), request_id=fresh()
    )
    return w.rightly(w.access.courses.CreateCourse, new, "courses.write")


def opening(w, of=None):
    made = of or course(w)
    asked = pb.Round(
        subject=made.name,
        digest=made.content_sha256,
        body=committee(w).name,
        due_date=day(5),
        reviewers=[pb.Reviewer(person=w.person)],
    )
    return pb.OpenRoundRequest(round=asked, request_id=fresh())


def opened(w, of=None):
    return by_writer(w, "OpenRound", opening(w, of))


def adding(w, found=None):
    found = found or opened(w)
    said = pb.RoundComment(kind=pb.RoundComment.CLARITY, severity=pb.RoundComment.MUST, text="Why?")
    return pb.AddRoundCommentRequest(parent=found.name, comment=said, digest=found.digest, request_id=fresh())


def changing(w):
    comment = by_member(w, "AddRoundComment", adding(w))
    comment.text = "Why not?"
    return pb.UpdateRoundCommentRequest(comment=comment, request_id=fresh())


def sent(w, found=None):
    """A comment that was sent."""
    found = found or opened(w)
    comment = by_member(w, "AddRoundComment", adding(w, found))
    by_member(w, "SendRoundComments", pb.SendRoundCommentsRequest(parent=found.name, request_id=fresh()))
    return comment


def answering(w, found=None):
    comment = sent(w, found)
    return pb.AnswerRoundCommentRequest(name=comment.name, answer=pb.RoundComment.ACCEPTED, request_id=fresh())


def sending(w, found=None):
    """All of a round is answered, and its time for comments over."""
    found = found or opened(w)
    by_writer(w, "AnswerRoundComment", answering(w, found))
    by_writer(w, "CloseRound", pb.CloseRoundRequest(name=found.name, request_id=fresh()))
    return pb.SendAnswersRequest(name=found.name, look_until=day(5), request_id=fresh())


def looking(w, found=None):
    found = found or opened(w)
    by_writer(w, "SendAnswers", sending(w, found))
    (comment,) = by_member(w, "ListRoundComments", pb.ListRoundCommentsRequest(parent=found.name)).comments
    return pb.LookAgainRequest(name=comment.name, text="It is not mended.", request_id=fresh())


def ruling(w):
    comment = by_member(w, "LookAgain", looking(w))
    return pb.RuleOnCommentRequest(name=comment.name, reason="It is settled.", request_id=fresh())


def placing(w):
    """A comment on a passage that the next round has not."""
    made = course(w)
    first = opened(w, made)
    whole = by_member(w, "GetRound", pb.GetRoundRequest(name=first.name))
    said = adding(w, first)
    said.comment.block = whole.blocks[-1].id
    by_member(w, "AddRoundComment", said)
    by_writer(w, "SendAnswers", _all_answered(w, first))
    made.sections[0].markdown = "Something else is said here now."
    changed = w.rightly(
        w.access.courses.UpdateCourse,
        course_pb.UpdateCourseRequest(course=made, request_id=fresh()),
        "courses.write",
    )
    second = opened(w, changed)
    taken = by_member(w, "ListRoundComments", pb.ListRoundCommentsRequest(parent=second.name)).comments[0]
    return pb.PlaceRoundCommentRequest(name=taken.name, request_id=fresh())


def _all_answered(w, found):
    by_member(w, "SendRoundComments", pb.SendRoundCommentsRequest(parent=found.name, request_id=fresh()))
    for one in by_member(w, "ListRoundComments", pb.ListRoundCommentsRequest(parent=found.name)).comments:
        request = pb.AnswerRoundCommentRequest(name=one.name, answer=pb.RoundComment.ACCEPTED, request_id=fresh())
        by_writer(w, "AnswerRoundComment", request)
    by_writer(w, "CloseRound", pb.CloseRoundRequest(name=found.name, request_id=fresh()))
    return pb.SendAnswersRequest(name=found.name, look_until=day(5), request_id=fresh())


REQUESTS = {
    "RoundService": {
        "OpenRound": opening,
        "CloseRound": lambda w: pb.CloseRoundRequest(name=opened(w).name, request_id=fresh()),
        "AnswerRoundComment": answering,
        "SendAnswers": sending,
        "ProposeReviewers": lambda w: pb.ProposeReviewersRequest(body=committee(w).name, subject="courses/a", count=3),
        "DeclineReview": lambda w: pb.DeclineReviewRequest(name=opened(w).name, reason="On leave", request_id=fresh()),
        "ListRounds": lambda w: pb.ListRoundsRequest(parent=committee(w).name),
        "GetRound": lambda w: pb.GetRoundRequest(name=opened(w).name),
        "ListRoundComments": lambda w: pb.ListRoundCommentsRequest(parent=opened(w).name),
        "AddRoundComment": adding,
        "UpdateRoundComment": changing,
        "RemoveRoundComment": lambda w: pb.RemoveRoundCommentRequest(
            name=by_member(w, "AddRoundComment", adding(w)).name, request_id=fresh()
        ),
        "SendRoundComments": lambda w: pb.SendRoundCommentsRequest(parent=opened(w).name, request_id=fresh()),
        "LookAgain": looking,
        "RuleOnComment": ruling,
        "PlaceRoundComment": placing,
    }
}
