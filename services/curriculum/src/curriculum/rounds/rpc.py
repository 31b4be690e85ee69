"""Rounds of review: unpack, call, pack."""

from uuid import UUID

from cadre.curriculum.v1 import round_service_pb2 as pb
from curriculum.governance import parts
from curriculum.rounds import commenting, people, queries, rounds, rulings, wire
from curriculum.rounds.people import Reader
from curriculum.rounds.subjects import Subjects
from servicekit.data.db import Database, Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


class RoundServicer(Servicer):
    """Answers `cadre.curriculum.v1.RoundService`."""

    service = pb.DESCRIPTOR.services_by_name["RoundService"]

    def __init__(self, database: Database, subjects: Subjects) -> None:
        super().__init__(database)
        self._subjects = subjects

    def OpenRound(self, request: pb.OpenRoundRequest, call: Call) -> pb.Round:
        asked, by = wire.asked(request.round), caller(call.principal)
        with self.write(call, request) as db:
            return db.answer(_read(db, rounds.open_(db, asked, self._subjects, by=by), _reader(db, call)))

    def CloseRound(self, request: pb.CloseRoundRequest, call: Call) -> pb.Round:
        round_id = wire.round_id(request.name)
        with self.write(call, request) as db:
            reader = _person(db, call)
            rounds.close(db, round_id, reader)
            return db.answer(_read(db, round_id, reader))

    def AnswerRoundComment(self, request: pb.AnswerRoundCommentRequest, call: Call) -> pb.RoundComment:
        round_id, comment_id = wire.comment_id(request.name)
        answered, text, same_as = (
            wire.answered(request),
            wire.said(request.text),
            wire.same_as(request.same_as, round_id),
        )
        with self.write(call, request) as db:
            reader = _person(db, call)
            rulings.answer(db, round_id, comment_id, answered, text, same_as, reader)
            return db.answer(wire.comment(queries.comment(db, round_id, comment_id, reader), reader))

    def SendAnswers(self, request: pb.SendAnswersRequest, call: Call) -> pb.Round:
        round_id, until = wire.round_id(request.name), wire.day("look_until", request.look_until)
        with self.write(call, request) as db:
            reader = _person(db, call)
            rounds.send_answers(db, round_id, until, reader)
            return db.answer(_read(db, round_id, reader))

    def ProposeReviewers(self, request: pb.ProposeReviewersRequest, call: Call) -> pb.ProposeReviewersResponse:
        body = wire.body_id(request.body, field="body")
        subject, count = wire.subject(request.subject, field="subject"), wire.count(request.count)
        by = wire.who(call)[0]
        with self.read() as db:
            present, history = parts.present(db, [body]), queries.history(db, body)
            out = {*queries.declined(db, subject), *([by] if by else [])}
        return wire.proposals(present, history, out, count)

    def DeclineReview(self, request: pb.DeclineReviewRequest, call: Call) -> pb.Round:
        round_id, reason = wire.round_id(request.name), wire.said(request.reason)
        with self.write(call, request) as db:
            reader = _person(db, call)
            rounds.decline(db, round_id, reason, reader)
            return db.answer(_read(db, round_id, reader))

    def ListRounds(self, request: pb.ListRoundsRequest, call: Call) -> pb.ListRoundsResponse:
        page, (body, subject) = self.page_of(request), wire.parent(request.parent)
        with self.read() as db:
            reader = _reader(db, call)
            found = queries.list_(db, page, reader, body=body, subject=subject, mine_to_do=request.mine_to_do)
            shown, token = page.cut(found, lambda row: [row.opened_at, row.id])
            asked = queries.reviewers(db, [row.id for row in shown])
        return pb.ListRoundsResponse(
            rounds=[wire.round_(row, asked[row.id], reader) for row in shown], next_page_token=token
        )

    def GetRound(self, request: pb.GetRoundRequest, call: Call) -> pb.Round:
        round_id = wire.round_id(request.name)
        with self.read() as db:
            return _read(db, round_id, _reader(db, call), whole=True)

    def ListRoundComments(self, request: pb.ListRoundCommentsRequest, call: Call) -> pb.ListRoundCommentsResponse:
        page, round_id = self.page_of(request), wire.round_id(request.parent, field="parent")
        with self.read() as db:
            reader = _reader(db, call)
            queries.get(db, round_id, reader)
            found = queries.comments(db, round_id, page, reader)
        shown, token = page.cut(found, lambda one: [one.place, one.created_at, one.id])
        return pb.ListRoundCommentsResponse(
            comments=[wire.comment(one, reader) for one in shown], next_page_token=token
        )

    def AddRoundComment(self, request: pb.AddRoundCommentRequest, call: Call) -> pb.RoundComment:
        round_id, said = wire.round_id(request.parent, field="parent"), wire.given(request.comment)
        with self.write(call, request) as db:
            reader = _person(db, call)
            comment_id = commenting.add(db, round_id, said, request.digest, reader)
            return db.answer(wire.comment(queries.comment(db, round_id, comment_id, reader), reader))

    def UpdateRoundComment(self, request: pb.UpdateRoundCommentRequest, call: Call) -> pb.RoundComment:
        round_id, comment_id = wire.comment_id(request.comment.name, field="comment.name")
        said, etag = wire.given(request.comment), request.comment.etag
        with self.write(call, request) as db:
            reader = _person(db, call)
            commenting.change(db, round_id, comment_id, said, etag, reader)
            return db.answer(wire.comment(queries.comment(db, round_id, comment_id, reader), reader))

    def RemoveRoundComment(self, request: pb.RemoveRoundCommentRequest, call: Call) -> pb.RemoveRoundCommentResponse:
        round_id, comment_id = wire.comment_id(request.name)
        with self.write(call, request) as db:
            commenting.remove(db, round_id, comment_id, _person(db, call))
            return db.answer(pb.RemoveRoundCommentResponse())

    def SendRoundComments(self, request: pb.SendRoundCommentsRequest, call: Call) -> pb.Round:
        round_id = wire.round_id(request.parent, field="parent")
        with self.write(call, request) as db:
            reader = _person(db, call)
            commenting.send(db, round_id, reader)
            return db.answer(_read(db, round_id, reader))

    def LookAgain(self, request: pb.LookAgainRequest, call: Call) -> pb.RoundComment:
        (round_id, comment_id), text = wire.comment_id(request.name), wire.said(request.text)
        with self.write(call, request) as db:
            reader = _person(db, call)
            rulings.look(db, round_id, comment_id, text, reader, satisfied=request.satisfied)
            return db.answer(wire.comment(queries.comment(db, round_id, comment_id, reader), reader))

    def RuleOnComment(self, request: pb.RuleOnCommentRequest, call: Call) -> pb.RoundComment:
        (round_id, comment_id), reason = wire.comment_id(request.name), wire.said(request.reason)
        with self.write(call, request) as db:
            reader = _person(db, call)
            rulings.rule(db, round_id, comment_id, reason, reader, stands=request.stands)
            return db.answer(wire.comment(queries.comment(db, round_id, comment_id, reader), reader))

    def PlaceRoundComment(self, request: pb.PlaceRoundCommentRequest, call: Call) -> pb.RoundComment:
        round_id, comment_id = wire.comment_id(request.name)
        with self.write(call, request) as db:
            reader = _person(db, call)
            commenting.place(db, round_id, comment_id, request.block, reader)
            return db.answer(wire.comment(queries.comment(db, round_id, comment_id, reader), reader))


def _reader(db: Db, call: Call) -> Reader:
    person, whole = wire.who(call)
    return people.reader(db, person, whole=whole)


def _person(db: Db, call: Call) -> Reader:
    """Return who acts, which only a person does."""
    caller(call.principal)
    return _reader(db, call)


def _read(db: Db, round_id: UUID, reader: Reader, *, whole: bool = False) -> pb.Round:
    db.flush()
    found = queries.get(db, round_id, reader, whole=whole)
    return wire.round_(found, queries.reviewers(db, [round_id])[round_id], reader)
