"""Letters from draft to withdrawal: unpack, call, pack."""

from uuid import UUID

from cadre.notification.v1 import approval_service_pb2 as approval_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from notification.approvals import routes, sent
from notification.approvals import wire as stages
from notification.attachments.rpc import whole
from notification.deliveries import visibility
from notification.letters import wire as letters
from notification.letters.rows import name_of
from notification.letters.rules.lifecycle import State
from notification.letters.tables import NoticeRow
from notification.links import links
from notification.links.wire import say_superseded
from notification.notices import (
    amending,
    approval,
    drafts,
    from_items,
    history,
    publication,
    queries,
    searching,
    similar,
    wire,
    withdrawal,
)
from notification.notices.publication import Approval
from notification.releases import wire as releases
from notification.versions import queries as versions
from servicekit.calendar import pacific_date
from servicekit.data import trail
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller, say_saved


def _submit(db: Db, row: NoticeRow, writer: UUID, call: Call) -> NoticeRow:
    """Send what was just saved for approval."""
    return approval.submit(db, notice_id=row.id, etag=str(row.revision), writer=writer, at=call.now)


class NoticeServicer(Servicer):
    """Answers `cadre.notification.v1.NoticeService`."""

    service = pb.DESCRIPTOR.services_by_name["NoticeService"]

    def CreateNotice(self, request: pb.CreateNoticeRequest, call: Call) -> pb.Notice:
        draft, author = wire.letter(request.notice), caller(call.principal)
        with self.write(call, request) as db:
            row = drafts.create(db, draft=draft, author=author, at=call.now)
            if request.submit:
                row = _submit(db, row, author, call)
            return db.answer(whole(db, row, call))

    def UpdateNotice(self, request: pb.UpdateNoticeRequest, call: Call) -> pb.Notice:
        notice_id, draft = letters.notice_id(request.notice.name, "notice.name"), wire.letter(request.notice)
        writer, etag = caller(call.principal), request.notice.etag
        with self.write(call, request) as db:
            row = drafts.update(db, notice_id=notice_id, draft=draft, etag=etag, writer=writer)
            if request.submit:
                row = _submit(db, row, writer, call)
            return db.answer(whole(db, row, call))

    def DeleteNotice(self, request: pb.DeleteNoticeRequest, call: Call) -> pb.DeleteNoticeResponse:
        notice_id = letters.notice_id(request.name)
        with self.write(call, request) as db:
            drafts.delete(db, notice_id=notice_id, etag=request.etag)
            return db.answer(pb.DeleteNoticeResponse())

    def SubmitNotice(self, request: pb.SubmitNoticeRequest, call: Call) -> pb.Notice:
        notice_id, writer = letters.notice_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            row = approval.submit(db, notice_id=notice_id, etag=request.etag, writer=writer, at=call.now)
            return db.answer(whole(db, row, call))

    def RecallNotice(self, request: pb.RecallNoticeRequest, call: Call) -> pb.Notice:
        notice_id, writer = letters.notice_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            row = approval.recall(db, notice_id=notice_id, etag=request.etag, writer=writer)
            return db.answer(whole(db, row, call))

    def ReturnNotice(self, request: pb.ReturnNoticeRequest, call: Call) -> pb.Notice:
        notice_id = letters.notice_id(request.name)
        with self.write(call, request) as db:
            row = approval.give_back(db, notice_id=notice_id, reason=request.reason)
            return db.answer(whole(db, row, call))

    def PublishNotice(self, request: pb.PublishNoticeRequest, call: Call) -> pb.Notice:
        notice_id = letters.notice_id(request.name)
        publish_at = wire.moment(request.publish_at, "publish_at") if request.HasField("publish_at") else None
        decision = Approval(
            caller(call.principal), request.audience_revision, request.etag, publish_at, request.freeze_reason
        )
        with self.write(call, request) as db:
            row = publication.publish(db, notice_id=notice_id, decision=decision, at=call.now)
            return db.answer(whole(db, row, call))

    def WithdrawNotice(self, request: pb.WithdrawNoticeRequest, call: Call) -> pb.Notice:
        notice_id, withdrawn_by = letters.notice_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            row = withdrawal.withdraw(
                db,
                notice_id=notice_id,
                reason=request.reason,
                etag=request.etag,
                withdrawn_by=withdrawn_by,
                at=call.now,
            )
            return db.answer(whole(db, row, call))

    def BeginAmendment(self, request: pb.BeginAmendmentRequest, call: Call) -> pb.Notice:
        notice_id, author = letters.notice_id(request.notice, "notice"), caller(call.principal)
        with self.write(call, request) as db:
            row = amending.begin(db, notice_id=notice_id, author=author, at=call.now)
            return db.answer(whole(db, row, call))

    def BeginReleaseLetter(self, request: pb.BeginReleaseLetterRequest, call: Call) -> pb.Notice:
        (release_id, items), author = releases.chosen(request.items), caller(call.principal)
        audience = letters.audience_id(request.audience, "audience")
        with self.write(call, request) as db:
            row = from_items.begin(db, release_id, items, audience=audience, author=author)
            return db.answer(whole(db, row, call))

    def ImportNotices(self, request: pb.ImportNoticesRequest, call: Call) -> pb.ImportNoticesResponse:
        given = [wire.historic(one) for one in request.notices]
        with self.write(call, request) as db:
            return db.answer(pb.ImportNoticesResponse(notices_changed=history.keep(db, given)))

    def ListNotices(self, request: pb.ListNoticesRequest, call: Call) -> pb.ListNoticesResponse:
        page, states = self.page_of(request), wire.states(request)
        with self.read() as db:
            rows = queries.notices(db, page, pacific_date(call.now), states)
        shown, token = page.cut(rows, lambda row: [row.pressing, row.notice.created_at, row.notice.id])
        return pb.ListNoticesResponse(notices=[letters.notice(row.notice) for row in shown], next_page_token=token)

    def GetNotice(self, request: pb.GetNoticeRequest, call: Call) -> pb.Notice:
        reader = letters.reader(call.principal, pacific_date(call.now))
        with self.read() as db:
            row = visibility.letter(db, letters.notice_id(request.name), reader)
            answer = whole(db, row, call)
            say_superseded(answer, links.successors(db, [row.id], reader))
            if reader.drafts:
                answer.steps.extend(wire.steps(queries.steps(db, row.id)))
                if (amendment := versions.amendment_of(db, row.id)) is not None:
                    answer.amendment = name_of(amendment)
                if row.state == State.IN_APPROVAL:
                    answer.writers.extend(map(letters.person, queries.writers(db, row.id)))
                answer.confirmation_changes.extend(wire.confirmation_changes(queries.confirmation_changes(db, row.id)))
                if row.state == State.DRAFT:
                    say_saved(answer, trail.saved(db, name_of(row.id)))
            return answer

    def FindSimilarNotices(self, request: pb.FindSimilarNoticesRequest, call: Call) -> pb.FindSimilarNoticesResponse:  # noqa: ARG002
        own = letters.notice_id(request.notice, "notice") if request.notice else None
        with self.read() as db:
            rows = similar.find(db, subject=request.subject, own=own)
        return pb.FindSimilarNoticesResponse(notices=map(letters.notice, rows))

    def SearchNotices(self, request: pb.SearchNoticesRequest, call: Call) -> pb.SearchNoticesResponse:
        page, reader = self.page_of(request), letters.reader(call.principal, pacific_date(call.now))
        with self.read() as db:
            rows = searching.find(db, reader, page, query=request.query, series_name=request.series, year=request.year)
            shown, token = page.cut(rows, lambda row: [row.own, row.day, row.notice.id])
            successors = links.successors(db, [row.notice.id for row in shown], reader)
        # The letter whose number was asked for is the answer, whatever holds instead: it says so itself.
        own = [row.notice.id for row in shown if row.own]
        by_id = {row.notice.id: row.notice for row in shown}
        others = links.below_successors([one for one in by_id if one not in own], successors)
        ranked = [letters.notice(by_id[one]) for one in (*own, *others)]
        answer = pb.SearchNoticesResponse(notices=ranked, next_page_token=token)
        for found in answer.notices:
            say_superseded(found, successors)
        return answer


class ApprovalServicer(Servicer):
    """Answers `cadre.notification.v1.ApprovalService`."""

    service = approval_pb.DESCRIPTOR.services_by_name["ApprovalService"]

    def ListRoutes(self, request: approval_pb.ListRoutesRequest, call: Call) -> approval_pb.ListRoutesResponse:  # noqa: ARG002
        with self.read() as db:
            return approval_pb.ListRoutesResponse(routes=map(stages.route, routes.every(db)))

    def UpdateRoute(self, request: approval_pb.UpdateRouteRequest, call: Call) -> approval_pb.Route:
        route = stages.route_of(request.route)
        with self.write(call, request) as db:
            routes.keep(db, route)
            return db.answer(stages.route(route))

    def BatchGetStages(
        self,
        request: approval_pb.BatchGetStagesRequest,
        call: Call,  # noqa: ARG002
    ) -> approval_pb.BatchGetStagesResponse:
        asked = letters.notice_ids(request.notices, most=wire.STAGES_AT_ONCE)
        with self.read() as db:
            found = sent.of_letters(db, asked)
        return approval_pb.BatchGetStagesResponse(letters=[stages.letter_stages(*one) for one in found.items()])

    def ApproveStage(self, request: approval_pb.ApproveStageRequest, call: Call) -> approval_pb.LetterStages:
        notice_id, approver = letters.notice_id(request.notice, "notice"), caller(call.principal)
        with self.write(call, request) as db:
            approval.approve_stage(db, notice_id=notice_id, etag=request.etag, approver=approver)
            return db.answer(stages.letter_stages(notice_id, sent.of_letter(db, notice_id)))
