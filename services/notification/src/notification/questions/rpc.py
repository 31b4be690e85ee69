"""Questions about letters: unpack, call, pack."""

from collections.abc import Sequence
from uuid import UUID

from cadre.notification.v1 import question_service_pb2 as pb
from notification.deliveries import visibility
from notification.letters import wire as letters
from notification.questions import queries, questions, wire
from notification.questions.queries import Question
from notification.questions.rules.questions import Caller
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.text import block


class QuestionServicer(Servicer):
    """Answers `cadre.notification.v1.QuestionService`."""

    service = pb.DESCRIPTOR.services_by_name["QuestionService"]

    def AskQuestion(self, request: pb.AskQuestionRequest, call: Call) -> pb.Question:
        notice_id, caller = letters.notice_id(request.parent, "parent"), wire.caller(call)
        reader, text = letters.own_reader(call.principal, pacific_date(call.now)), block(request.text).strip()
        with self.write(call, request) as db:
            id_ = questions.ask(db, notice_id, section=request.section, text=text, caller=caller, reader=reader)
            return db.answer(_one(db, notice_id, id_, caller))

    def ListQuestions(self, request: pb.ListQuestionsRequest, call: Call) -> pb.ListQuestionsResponse:
        page, caller = self.page_of(request), wire.caller(call)
        notice_id, reader = (
            letters.notice_id(request.parent, "parent"),
            letters.own_reader(call.principal, pacific_date(call.now)),
        )
        with self.read() as db:
            visibility.letter(db, notice_id, reader)
            rows, total = queries.of_letter(db, notice_id, page, caller)
            shown, token = page.cut(rows, lambda row: [row.asked_at, row.id])
            return pb.ListQuestionsResponse(questions=_all(db, shown), next_page_token=token, total_count=total)

    def GetQuestion(self, request: pb.GetQuestionRequest, call: Call) -> pb.Question:
        notice_id, question_id = wire.question_of(request.name)
        with self.read() as db:
            return _one(db, notice_id, question_id, wire.caller(call))

    def ListOpenQuestions(self, request: pb.ListOpenQuestionsRequest, call: Call) -> pb.ListQuestionsResponse:  # noqa: ARG002 - for the whole state
        page = self.page_of(request)
        with self.read() as db:
            rows, total = queries.not_answered(db, page)
            shown, token = page.cut(rows, lambda row: [row.asked_at, row.id])
            return pb.ListQuestionsResponse(questions=_all(db, shown), next_page_token=token, total_count=total)

    def AnswerQuestion(self, request: pb.AnswerQuestionRequest, call: Call) -> pb.Question:
        (notice_id, question_id), caller = wire.question_of(request.name), wire.caller(call)
        text = block(request.text).strip()
        with self.write(call, request) as db:
            questions.answer(db, notice_id, question_id, text=text, caller=caller)
            return db.answer(_one(db, notice_id, question_id, caller))

    def CreateClarification(self, request: pb.CreateClarificationRequest, call: Call) -> pb.Clarification:
        notice_id, caller = letters.notice_id(request.parent, "parent"), wire.caller(call)
        question, supersedes = wire.question_on(request, notice_id), wire.superseded_on(request, notice_id)
        with self.write(call, request) as db:
            id_ = questions.clarify(
                db,
                notice_id,
                section=request.section,
                text=block(request.text).strip(),
                question_id=question,
                supersedes=supersedes,
                caller=caller,
                reader=letters.own_reader(call.principal, pacific_date(call.now)),
            )
            return db.answer(wire.clarification(queries.clarification(db, notice_id, id_)))

    def ListClarifications(self, request: pb.ListClarificationsRequest, call: Call) -> pb.ListClarificationsResponse:
        page, notice_id = self.page_of(request), letters.notice_id(request.parent, "parent")
        reader = letters.own_reader(call.principal, pacific_date(call.now))
        with self.read() as db:
            visibility.letter(db, notice_id, reader)
            rows = queries.clarifications(db, notice_id, page)
        shown, token = page.cut(rows, lambda row: [row.given_at, row.id])
        return pb.ListClarificationsResponse(clarifications=map(wire.clarification, shown), next_page_token=token)


def _one(db: Db, notice_id: UUID, question_id: UUID, caller: Caller) -> pb.Question:
    return _all(db, [queries.one(db, notice_id, question_id, caller)])[0]


def _all(db: Db, rows: Sequence[Question]) -> list[pb.Question]:
    answers = queries.answers(db, [row.id for row in rows])
    return [wire.question(row, answers) for row in rows]
