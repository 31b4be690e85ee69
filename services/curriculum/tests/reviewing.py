"""A committee that reviews: what its people do in rounds."""

from datetime import timedelta

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import round_service_pb2 as pb
from cadre.messages.v1 import messages_pb2 as messages
from servicekit.calendar import pacific_date

from .committee import Committee
from .conftest import new_id

MUST, SHOULD, COULD = pb.RoundComment.MUST, pb.RoundComment.SHOULD, pb.RoundComment.COULD
CLARITY, POLICY_ERROR = pb.RoundComment.CLARITY, pb.RoundComment.POLICY_ERROR
ACCEPTED, SAME_AS = pb.RoundComment.ACCEPTED, pb.RoundComment.SAME_AS
PAPERS = ("Serve the papers within 30 days.", "Ask the sheriff if nobody opens.", "Keep the receipt.")


class Reviewing(Committee):
    """A committee with a chair; *the author* writes courses and sends them for review."""

    def __post_init__(self):
        super().__post_init__()
        self.give("chair", "CHAIR")

    @property
    def author(self):
        return self.curriculum.running.stubs(
            caller=self.person("author"), rights={"works.write": ["state"], "bodies.read": ["self"]}
        )

    def ahead(self, days=7):
        return (pacific_date(self.clock()) + timedelta(days=days)).isoformat()

    def written(self, *paragraphs, **changes):
        """A course of one section."""
        section = course_pb.Section(title="Serving papers", minutes=10, markdown="\n\n".join(paragraphs))
        return self.curriculum.create(f"course-{new_id()[:8]}", summary="", sections=[section], **changes)

    def rewrite(self, course, *paragraphs):
        course.sections[0].markdown = "\n\n".join(paragraphs)
        course.CopyFrom(self.update(course))

    def start(self, course, *reviewers, digest=None, body="", days=7):
        asked = pb.Round(
            subject=course.name,
            digest=digest or self.digest(course),
            body=f"bodies/{body or self.body}",
            due_date=self.ahead(days),
            reviewers=[pb.Reviewer(person=self.person(one)) for one in reviewers],
        )
        made = self.author.OpenRound(pb.OpenRoundRequest(round=asked, request_id=new_id()))
        return self.read(made)

    def read(self, round_, who=""):
        stub = self.as_(who) if who else self.author
        return stub.GetRound(pb.GetRoundRequest(name=round_.name))

    def block(self, round_, words):
        """The passage that holds words, once."""
        (found,) = [one for one in self.read(round_).blocks if words in one.text]
        return found.id

    def comment(self, round_, who, words="", text="It is not clear.", **said):
        block = self.block(round_, words) if words else ""
        comment = pb.RoundComment(
            **{"block": block, "kind": CLARITY, "severity": MUST, "text": text, **said},
        )
        request = pb.AddRoundCommentRequest(
            parent=round_.name, comment=comment, digest=round_.digest, request_id=new_id()
        )
        return self.as_(who).AddRoundComment(request)

    def send(self, round_, *who):
        for one in who:
            self.as_(one).SendRoundComments(pb.SendRoundCommentsRequest(parent=round_.name, request_id=new_id()))

    def finish(self, round_):
        return self.author.CloseRound(pb.CloseRoundRequest(name=round_.name, request_id=new_id()))

    def answer(self, comment, answer=ACCEPTED, **said):
        request = pb.AnswerRoundCommentRequest(name=comment.name, answer=answer, request_id=new_id(), **said)
        return self.author.AnswerRoundComment(request)

    def send_answers(self, round_, days=5):
        request = pb.SendAnswersRequest(name=round_.name, look_until=self.ahead(days), request_id=new_id())
        return self.author.SendAnswers(request)

    def answered(self, round_):
        """Close a round, accept everything, send it."""
        if self.read(round_).state == pb.Round.OPEN:
            self.finish(round_)
        for one in self.comments(round_):
            self.answer(one)
        return self.send_answers(round_)

    def look(self, comment, who, text=""):
        request = pb.LookAgainRequest(name=comment.name, satisfied=not text, text=text, request_id=new_id())
        return self.as_(who).LookAgain(request)

    def decide(self, comment, who, *, stands, why="It is settled."):
        request = pb.RuleOnCommentRequest(name=comment.name, stands=stands, reason=why, request_id=new_id())
        return self.as_(who).RuleOnComment(request)

    def place(self, comment, who, block):
        stub = self.as_(who) if who else self.author
        return stub.PlaceRoundComment(pb.PlaceRoundCommentRequest(name=comment.name, block=block, request_id=new_id()))

    def comments(self, round_, who="", size=100):
        stub = self.as_(who) if who else self.author
        return list(stub.ListRoundComments(pb.ListRoundCommentsRequest(parent=round_.name, page_size=size)).comments)

    def told(self):
        """What people are told, and who."""
        found = [messages.MessageWanted.FromString(payload) for payload in self.payloads("message.wanted")]
        names = {str(person): who for who, person in self.people.items()}
        return [(one.kind, sorted(names[person] for person in one.person_ids)) for one in found]

    def wrong(self):
        """What of rounds is not zero, and must be."""
        counted = self.audits("rounds")
        assert len(counted) == 2
        return {name: count for name, count in counted.items() if count}

    def to_do(self, who):
        return [one.name for one in self.as_(who).ListRounds(pb.ListRoundsRequest(mine_to_do=True)).rounds]
