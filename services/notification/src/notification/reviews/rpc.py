"""Drafts reviewed by agencies: unpack, call, pack."""

from uuid import UUID

from cadre.notification.v1 import review_service_pb2 as pb
from notification.letters import wire as letters
from notification.reviews import queries, reviews, wire
from notification.reviews.rules.which import Caller, Which
from servicekit import names
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.text import block

_MOST_READERS = 50


def _review(db: Db, which: Which, caller: Caller) -> pb.Review:
    row = queries.one(db, which, caller)
    return wire.review(row, queries.agencies(db, [row.id], caller)[row.id], caller)


def _comment(db: Db, which: Which, comment_id: UUID, caller: Caller) -> pb.ReviewComment:
    row = queries.one(db, which, caller)
    found = queries.comment(db, row.id, comment_id, caller)
    return wire.comment(found, which) if found else pb.ReviewComment()


class ReviewServicer(Servicer):
    """Answers `cadre.notification.v1.ReviewService`."""

    service = pb.DESCRIPTOR.services_by_name["ReviewService"]

    def OpenReview(self, request: pb.OpenReviewRequest, call: Call) -> pb.Review:
        notice_id, caller = letters.notice_id(request.parent, "parent"), wire.caller(call)
        agencies = [wire.agency_id(name, "agencies") for name in request.agencies]
        due = day_of("due_date", request.due_date, YEARS_OF_DOCUMENTS)
        with self.write(call, request) as db:
            which = reviews.open_round(db, notice_id=notice_id, agencies=agencies, due=due, by=caller.person_id)
            return db.answer(_review(db, which, caller))

    def CloseReview(self, request: pb.CloseReviewRequest, call: Call) -> pb.Review:
        which, caller = wire.which(request.name), wire.caller(call)
        with self.write(call, request) as db:
            reviews.close(db, which, reason=request.reason, by=caller.person_id)
            return db.answer(_review(db, which, caller))

    def AnswerComment(self, request: pb.AnswerCommentRequest, call: Call) -> pb.ReviewComment:
        (which, comment_id), caller = wire.comment_of(request.name), wire.caller(call)
        text = block(request.text).strip()
        same_as = names.as_uuid(request.same_as, field="same_as") if request.same_as else None
        with self.write(call, request) as db:
            reviews.answer(db, which, comment_id, wire.answered(request), text, same_as, caller)
            return db.answer(_comment(db, which, comment_id, caller))

    def ListReviews(self, request: pb.ListReviewsRequest, call: Call) -> pb.ListReviewsResponse:
        caller = wire.caller(call)
        with self.read() as db:
            rows = queries.of_letter(db, letters.notice_id(request.parent, "parent"))
            agencies = queries.agencies(db, [row.id for row in rows], caller)
        return pb.ListReviewsResponse(reviews=[wire.review(row, agencies[row.id], caller) for row in rows])

    def ListOwnReviews(self, request: pb.ListOwnReviewsRequest, call: Call) -> pb.ListOwnReviewsResponse:
        page, caller = self.page_of(request), wire.caller(call)
        with self.read() as db:
            rows = queries.own(db, page, caller)
            shown, token = page.cut(rows, lambda row: [row.done, row.place, row.round.title, row.round.id])
            agencies = queries.agencies(db, [row.round.id for row in shown], caller)
            waiting = queries.waiting(db, caller)
        return pb.ListOwnReviewsResponse(
            reviews=[wire.review(row.round, agencies[row.round.id], caller) for row in shown],
            next_page_token=token,
            waiting_count=waiting,
        )

    def GetReview(self, request: pb.GetReviewRequest, call: Call) -> pb.Review:
        with self.read() as db:
            return _review(db, wire.which(request.name), wire.caller(call))

    def ListReviewComments(self, request: pb.ListReviewCommentsRequest, call: Call) -> pb.ListReviewCommentsResponse:
        page, which, caller = self.page_of(request), wire.which(request.parent, "parent"), wire.caller(call)
        with self.read() as db:
            row = queries.one(db, which, caller)
            found = queries.comments(db, row.id, page, caller)
            now = queries.text_now(db, which.notice_id) if caller.drafts else []
        shown, token = page.cut(found, lambda one: [one.place, one.created_at, one.id])
        then = row if caller.drafts else None
        return pb.ListReviewCommentsResponse(
            comments=[wire.comment(one, which, then, now) for one in shown], next_page_token=token
        )

    def NameReviewers(self, request: pb.NameReviewersRequest, call: Call) -> pb.Review:
        which, agency_id, caller = wire.which(request.name), wire.agency_id(request.agency), wire.caller(call)
        people = names.uuids_in("people/{person}", request.people, field="people", most=_MOST_READERS)
        with self.write(call, request) as db:
            reviews.name_reviewers(db, which, agency_id, people, caller)
            return db.answer(_review(db, which, caller))

    def AddReviewComment(self, request: pb.AddReviewCommentRequest, call: Call) -> pb.ReviewComment:
        which, caller = wire.which(request.parent, "parent"), wire.caller(call)
        agency_id, said = wire.agency_id(request.comment.agency, "comment.agency"), wire.given(request.comment)
        with self.write(call, request) as db:
            comment_id = reviews.comment(db, which, agency_id, said, caller)
            return db.answer(_comment(db, which, comment_id, caller))

    def RemoveReviewComment(self, request: pb.RemoveReviewCommentRequest, call: Call) -> pb.RemoveReviewCommentResponse:
        (which, comment_id), caller = wire.comment_of(request.name), wire.caller(call)
        with self.write(call, request) as db:
            reviews.remove(db, which, comment_id, caller)
            return db.answer(pb.RemoveReviewCommentResponse())

    def SendReviewComments(self, request: pb.SendReviewCommentsRequest, call: Call) -> pb.Review:
        which, agency_id, caller = wire.which(request.name), wire.agency_id(request.agency), wire.caller(call)
        with self.write(call, request) as db:
            reviews.send(db, which, agency_id, caller)
            return db.answer(_review(db, which, caller))
