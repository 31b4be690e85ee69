"""Pages of reviews by committees, in each of their states."""

from datetime import timedelta

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import round_service_pb2 as pb
from cadre_cli.access import request_id
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

from .common import APPROVER, MANAGER

AT = "/rounds/{round_id}"
OPEN, ANSWERED, CLOSED = (f"/rounds/{{{one}}}" for one in ("round_open", "round_answered", "round_closed"))
COMMENT = AT + "/comments/{comment_id}"
ROWS = [
    ("/rounds", APPROVER, "/rounds"),
    ("/rounds", MANAGER, "/rounds?course=looked-at-twice"),
    ("/rounds", APPROVER, "/rounds?committee=sweep"),
    ("/rounds/new", MANAGER, "/rounds/new?course=looked-at-twice"),
    ("/rounds/new", MANAGER, "/rounds/new?course=looked-at-twice&committee=sweep"),
    (AT, APPROVER, OPEN),
    (AT, APPROVER, OPEN + "?show=mine"),
    (AT, MANAGER, OPEN),
    (AT, APPROVER, ANSWERED),
    (AT + "/comment", APPROVER, OPEN + "/comment?passage=1"),
    (AT + "/decline", APPROVER, OPEN + "/decline"),
    (AT + "/close", MANAGER, OPEN + "/close"),
    (AT + "/answers", MANAGER, OPEN + "/answers"),
    (AT + "/answers", APPROVER, ANSWERED + "/answers"),
    (AT + "/answers/send", MANAGER, OPEN + "/answers/send"),
    (AT + "/answers/send", MANAGER, CLOSED + "/answers/send"),
    (COMMENT + "/change", APPROVER, OPEN + "/comments/{comment_unsent}/change"),
    (COMMENT, MANAGER, OPEN + "/comments/{comment_gone}?answer=IN_PART"),
    (COMMENT, APPROVER, ANSWERED + "/comments/{comment_look}"),
    (COMMENT, APPROVER, ANSWERED + "/comments/{comment_rule}"),
]
# Other tests fetch these files.
DOWNLOADS = {AT + "/answers.csv"}
_C = pb.RoundComment


class _Reviews:
    """Reviews by the committee of the sweep, of which the approver is chair and member, and a lead is a member too."""

    def __init__(self, access, by_part, lead):
        self.access, self.rounds = access, access.rounds
        self.manager, self.chair, self.lead = by_part["training-manager"], by_part["approver"], lead

    def ask(self, method, request, person, *what):
        request.request_id = request_id("sweep", "round", *what)
        return self.access.ask(method, request, person=person)

    def draft(self, slug, *texts):
        """A course, or the one that is there, with these passages as its one section."""
        courses = self.access.courses
        try:
            course = self.access.ask(
                courses.GetCourse, course_pb.GetCourseRequest(name=f"courses/{slug}"), person=self.manager
            )
        except Refused:
            course = course_pb.Course(title=slug.replace("-", " ").capitalize(), demonstration=True)
            create = course_pb.CreateCourseRequest(course_id=slug, course=course)
            course = self.ask(courses.CreateCourse, create, self.manager, slug)
        del course.sections[:]
        course.sections.add(title="The first section", minutes=5, markdown="\n\n".join(texts))
        update = course_pb.UpdateCourseRequest(course=course)
        return self.ask(courses.UpdateCourse, update, self.manager, slug, *texts)

    def opened(self, course):
        """A review of it as it says now."""
        review = pb.Round(
            subject=course.name,
            digest=course.content_sha256,
            body="bodies/sweep",
            due_date=(pacific_date(self.access.clock()) + timedelta(days=9)).isoformat(),
            reviewers=[pb.Reviewer(person=one) for one in (self.chair, self.lead)],
        )
        asked = pb.OpenRoundRequest(round=review)
        made = self.ask(self.rounds.OpenRound, asked, self.manager, course.name, course.content_sha256)
        return self.access.ask(self.rounds.GetRound, pb.GetRoundRequest(name=made.name), person=self.manager)

    def says(self, review, person, text, block="", **more):
        """Somebody comments; not sent yet."""
        said = _C(
            **{"block": block, "kind": _C.CLARITY, "severity": _C.MUST, "text": text, "policy": "Of weight."} | more
        )
        add = pb.AddRoundCommentRequest(parent=review.name, comment=said, digest=review.digest)
        return self.ask(self.rounds.AddRoundComment, add, person, review.name, text).name

    def sends(self, review, *people):
        for person in people:
            send = pb.SendRoundCommentsRequest(parent=review.name)
            self.ask(self.rounds.SendRoundComments, send, person, review.name, "send", person)

    def closed(self, review, *comments):
        """Its time for comments is over, and each has an answer."""
        self.ask(self.rounds.CloseRound, pb.CloseRoundRequest(name=review.name), self.manager, review.name, "close")
        for name in comments:
            answer = pb.AnswerRoundCommentRequest(name=name, answer=_C.IN_PART, text="Half of it.")
            self.ask(self.rounds.AnswerRoundComment, answer, self.manager, name, "answer")

    def answered(self, review, *comments):
        """The answers are sent."""
        self.closed(review, *comments)
        until = (pacific_date(self.access.clock()) + timedelta(days=5)).isoformat()
        send = pb.SendAnswersRequest(name=review.name, look_until=until)
        self.ask(self.rounds.SendAnswers, send, self.manager, review.name, "answers")

    def looks(self, name, person, *, satisfied):
        look = pb.LookAgainRequest(name=name, satisfied=satisfied, text="" if satisfied else "Still wrong.")
        self.ask(self.rounds.LookAgain, look, person, name, "look")


def in_review(access, by_part, lead):
    """A review that is open and took over comments of the one before, an answered one, one to be sent."""
    made = _Reviews(access, by_part, lead)
    known = pb.ProposeReviewersRequest(body="bodies/sweep", subject="courses/looked-at-twice")

    def is_known():
        return len(access.ask(access.rounds.ProposeReviewers, known, person=made.manager).proposals) > 1

    wait_until(is_known, "the committee is known where courses are")
    stays, changes, goes = "This passage stays.", "This one is read within a week.", "Nobody needs this last one."
    first = made.opened(made.draft("looked-at-twice", stays, changes, goes))
    blocks = {one.text: one.id for one in first.blocks}
    comments = [made.says(first, lead, f"About: {text}", blocks[text]) for text in (stays, changes, goes)]
    made.sends(first, lead)
    made.answered(first, *comments)
    second = made.opened(made.draft("looked-at-twice", stays, changes.replace("week", "month")))
    unsent = made.says(second, made.chair, "Not sent yet.", second.blocks[0].id, quote=second.blocks[0].text[:4])
    listed = pb.ListRoundCommentsRequest(parent=second.name)
    taken = access.ask(access.rounds.ListRoundComments, listed, person=made.manager).comments
    gone = next(one.name for one in taken if one.place == _C.GONE)

    answered = made.opened(made.draft("looked-at-again", stays))
    look, rule = (made.says(answered, one, f"Said by {n}") for n, one in enumerate((made.chair, lead)))
    made.sends(answered, made.chair, lead)
    made.answered(answered, look, rule)
    made.looks(rule, lead, satisfied=False)

    closed = made.opened(made.draft("to-be-answered", stays))
    last = made.says(closed, lead, "Whose is it?", kind=_C.CREDIT, severity=_C.QUESTION)
    made.sends(closed, lead)
    made.closed(closed, last)
    rounds = {"round_open": second, "round_answered": answered, "round_closed": closed}
    names = {"comment_unsent": unsent, "comment_gone": gone, "comment_look": look, "comment_rule": rule}
    return {key: one.name.rpartition("/")[2] for key, one in rounds.items()} | {
        key: name.rpartition("/")[2] for key, name in names.items()
    }


def over(access, by_part, lead, things):
    """What it left on lists is off them."""
    made = _Reviews(access, by_part, lead)
    made.sends(pb.Round(name=f"rounds/{things['round_open']}"), made.chair)
    at = f"rounds/{things['round_answered']}/comments"
    made.looks(f"{at}/{things['comment_look']}", made.chair, satisfied=True)
    rule = pb.RuleOnCommentRequest(name=f"{at}/{things['comment_rule']}", stands=False, reason="Looked at.")
    made.ask(made.rounds.RuleOnComment, rule, made.chair, "rule")
