"""The contract's methods: unpack, call, pack."""

from uuid import UUID

from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from notification import wire, wire_steps
from notification.agencies import queries
from notification.attachments import attachments
from notification.attachments.contents import bounded
from notification.deliveries import deliveries
from notification.inbox import queries as inbox
from notification.inbox import steps
from notification.inbox.steps import Step
from notification.letters.queries import issued as issued_notice
from notification.letters.tables import NoticeRow
from notification.notices import approval, drafts, history, publication, searching, withdrawal
from notification.notices import queries as letters
from notification.notices.publication import Approval
from notification.series import series
from servicekit.calendar import pacific_date
from servicekit.data.db import Database, Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


def _whole(db: Db, row: NoticeRow, call: Call) -> notice_pb.Notice:
    """Write a notice with all that belongs to it."""
    sentence = publication.due_sentence(db, row, pacific_date(call.now))
    return wire.notice(row, attachments.of_notice(db, row.id), sentence)


def _submit(db: Db, row: NoticeRow, writer: UUID, call: Call) -> NoticeRow:
    """Send what was just saved for approval."""
    return approval.submit(db, notice_id=row.id, etag=str(row.revision), writer=writer, at=call.now)


class NoticeServicer(Servicer):
    """Answers `cadre.notification.v1.NoticeService`."""

    service = notice_pb.DESCRIPTOR.services_by_name["NoticeService"]

    def CreateNotice(self, request: notice_pb.CreateNoticeRequest, call: Call) -> notice_pb.Notice:
        draft, author = wire.letter(request.notice), caller(call.principal)
        with self.write(call, request) as db:
            row = drafts.create(db, draft=draft, author=author, at=call.now)
            if request.submit:
                row = _submit(db, row, author, call)
            return db.answer(_whole(db, row, call))

    def UpdateNotice(self, request: notice_pb.UpdateNoticeRequest, call: Call) -> notice_pb.Notice:
        notice_id, draft = wire.notice_id(request.notice.name, "notice.name"), wire.letter(request.notice)
        writer, etag = caller(call.principal), request.notice.etag
        with self.write(call, request) as db:
            row = drafts.update(db, notice_id=notice_id, draft=draft, etag=etag, writer=writer)
            if request.submit:
                row = _submit(db, row, writer, call)
            return db.answer(_whole(db, row, call))

    def SubmitNotice(self, request: notice_pb.SubmitNoticeRequest, call: Call) -> notice_pb.Notice:
        notice_id, writer = wire.notice_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            row = approval.submit(db, notice_id=notice_id, etag=request.etag, writer=writer, at=call.now)
            return db.answer(_whole(db, row, call))

    def ReturnNotice(self, request: notice_pb.ReturnNoticeRequest, call: Call) -> notice_pb.Notice:
        notice_id = wire.notice_id(request.name)
        with self.write(call, request) as db:
            row = approval.give_back(db, notice_id=notice_id, reason=request.reason)
            return db.answer(_whole(db, row, call))

    def PublishNotice(self, request: notice_pb.PublishNoticeRequest, call: Call) -> notice_pb.Notice:
        notice_id = wire.notice_id(request.name)
        publish_at = wire.moment(request.publish_at, "publish_at") if request.HasField("publish_at") else None
        decision = Approval(caller(call.principal), request.audience_revision, request.etag, publish_at)
        with self.write(call, request) as db:
            row = publication.publish(db, notice_id=notice_id, decision=decision, at=call.now)
            return db.answer(_whole(db, row, call))

    def WithdrawNotice(self, request: notice_pb.WithdrawNoticeRequest, call: Call) -> notice_pb.Notice:
        notice_id, withdrawn_by = wire.notice_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            row = withdrawal.withdraw(
                db,
                notice_id=notice_id,
                reason=request.reason,
                etag=request.etag,
                withdrawn_by=withdrawn_by,
                at=call.now,
            )
            return db.answer(_whole(db, row, call))

    def ImportNotices(self, request: notice_pb.ImportNoticesRequest, call: Call) -> notice_pb.ImportNoticesResponse:
        given = [wire.historic(one) for one in request.notices]
        with self.write(call, request) as db:
            return db.answer(notice_pb.ImportNoticesResponse(notices_changed=history.keep(db, given)))

    def ListNotices(self, request: notice_pb.ListNoticesRequest, call: Call) -> notice_pb.ListNoticesResponse:  # noqa: ARG002
        page = self.page_of(request)
        with self.read() as db:
            rows = letters.notices(db, page)
        shown, token = page.cut(rows, lambda row: [row.created_at, row.id])
        return notice_pb.ListNoticesResponse(notices=[wire.notice(row) for row in shown], next_page_token=token)

    def GetNotice(self, request: notice_pb.GetNoticeRequest, call: Call) -> notice_pb.Notice:
        today = pacific_date(call.now)
        with self.read() as db:
            reader = wire.reader(call.principal, today)
            row = letters.notice(db, wire.notice_id(request.name), reader)
            sentence = publication.due_sentence(db, row, today)
            answer = wire.notice(row, attachments.of_notice(db, row.id), sentence)
            if reader.drafts:
                answer.steps.extend(wire_steps.steps(letters.steps(db, row.id)))
            return answer

    def SearchNotices(self, request: notice_pb.SearchNoticesRequest, call: Call) -> notice_pb.SearchNoticesResponse:
        page, today = self.page_of(request), pacific_date(call.now)
        reader = wire.reader(call.principal, today)
        with self.read() as db:
            rows = searching.find(db, reader, page, query=request.query, series_name=request.series, year=request.year)
        shown, token = page.cut(rows, lambda row: [row.day, row.notice.id])
        return notice_pb.SearchNoticesResponse(
            notices=[wire.notice(row.notice) for row in shown], next_page_token=token
        )


class AttachmentServicer(Servicer):
    """Answers `cadre.notification.v1.AttachmentService`."""

    service = attachment_pb.DESCRIPTOR.services_by_name["AttachmentService"]

    def AddAttachment(self, request: attachment_pb.AddAttachmentRequest, call: Call) -> notice_pb.Notice:
        notice_id, writer, said = (
            wire.notice_id(request.notice, "notice"),
            caller(call.principal),
            wire.label(request),
        )
        # Before anything is kept, and without a transaction open: reading a long PDF takes a while.
        found = bounded.examine(request.content)
        uploaded = attachments.upload(said, request.content, found, request.checked_reason)
        with self.write(call, request) as db:
            row = attachments.add(db, notice_id=notice_id, uploaded=uploaded, etag=request.etag, writer=writer)
            return db.answer(_whole(db, row, call))

    def RemoveAttachment(self, request: attachment_pb.RemoveAttachmentRequest, call: Call) -> notice_pb.Notice:
        (notice_id, attachment_id), writer = wire.attachment_ids(request.name), caller(call.principal)
        with self.write(call, request) as db:
            row = attachments.remove(
                db, notice_id=notice_id, attachment_id=attachment_id, etag=request.etag, writer=writer
            )
            return db.answer(_whole(db, row, call))

    def GetAttachment(
        self, request: attachment_pb.GetAttachmentRequest, call: Call
    ) -> attachment_pb.GetAttachmentResponse:
        notice_id, attachment_id = wire.attachment_ids(request.name)
        reader = wire.reader(call.principal, pacific_date(call.now))
        with self.read() as db:
            row = attachments.with_content(db, notice_id, attachment_id, reader)
        return attachment_pb.GetAttachmentResponse(attachment=wire.attachment(row.attachment), content=row.content)


class SeriesServicer(Servicer):
    """Answers `cadre.notification.v1.SeriesService`."""

    service = series_pb.DESCRIPTOR.services_by_name["SeriesService"]

    def SuggestNumber(self, request: series_pb.SuggestNumberRequest, call: Call) -> series_pb.SuggestNumberResponse:
        with self.read() as db:
            number = series.suggest_number(db, series=request.series, at=call.now)
        return series_pb.SuggestNumberResponse(number=number)

    def ListSeries(self, request: series_pb.ListSeriesRequest, call: Call) -> series_pb.ListSeriesResponse:  # noqa: ARG002
        with self.read() as db:
            return series_pb.ListSeriesResponse(series=map(wire.series, series.every(db)))

    def ImportSeries(self, request: series_pb.ImportSeriesRequest, call: Call) -> series_pb.ImportSeriesResponse:
        given = [wire.series_of(one) for one in request.series]
        with self.write(call, request) as db:
            return db.answer(series_pb.ImportSeriesResponse(series_changed=series.keep(db, given)))


class ReadinessServicer(Servicer):
    """Answers `cadre.notification.v1.ReadinessService`."""

    service = readiness_pb.DESCRIPTOR.services_by_name["ReadinessService"]

    def GetReadiness(self, request: readiness_pb.GetReadinessRequest, call: Call) -> readiness_pb.Readiness:
        with self.read() as db:
            issued = issued_notice(db, wire.notice_id(request.notice, "notice"))
            rows = queries.readiness(db, issued, pacific_date(call.now))
        return wire.readiness(issued, rows)


class AgencyNoticeServicer(Servicer):
    """Answers `cadre.notification.v1.AgencyNoticeService`."""

    service = agency_notice_pb.DESCRIPTOR.services_by_name["AgencyNoticeService"]

    def ListAgencyNotices(
        self, request: agency_notice_pb.ListAgencyNoticesRequest, call: Call
    ) -> agency_notice_pb.ListAgencyNoticesResponse:
        page, today, agency_id = self.page_of(request), pacific_date(call.now), wire.agency_id(request.parent)
        with self.read() as db:
            rows = queries.agency_notices(db, agency_id, page, today, wire.notice_ids(request.notices))
            shown, token = page.cut(rows, lambda row: [row.closed, row.newest, row.item_id])
            few, many = wire.left_asked(request, shown)
            left = queries.left(db, few, agency_id)
            units = {row.item_id: queries.units(db, row.notice, agency_id, today) for row in many}
        return agency_notice_pb.ListAgencyNoticesResponse(
            notices=[
                wire.agency_notice(row, units.get(row.item_id, ()), left=left.get(row.item_id, ())) for row in shown
            ],
            next_page_token=token,
            unconfirmed_count=rows[0].unconfirmed_count if rows else 0,
            to_go_count=rows[0].to_go_count if rows else 0,
        )

    def GetAgencyNotice(
        self, request: agency_notice_pb.GetAgencyNoticeRequest, call: Call
    ) -> agency_notice_pb.AgencyNotice:
        agency_id, today = wire.agency_id(request.parent), pacific_date(call.now)
        with self.read() as db:
            row = queries.agency_notice(db, agency_id, wire.notice_id(request.notice, "notice"), today)
            units = queries.units(db, row.notice, agency_id, today)
            return wire.agency_notice(row, units, attachments.of_notice(db, row.item_id))

    def ListRecipients(
        self, request: agency_notice_pb.ListRecipientsRequest, _call: Call
    ) -> agency_notice_pb.ListRecipientsResponse:
        page, agency_id = self.page_of(request), wire.agency_id(request.parent)
        with self.read() as db:
            issued = issued_notice(db, wire.notice_id(request.notice, "notice"))
            rows = queries.recipients(
                db,
                issued,
                queries.STATE if agency_id == "-" else agency_id,
                only_to_go=request.only_to_go,
                unit=request.unit,
                page=page,
            )
        shown, token = page.cut(rows, lambda row: [row.done, row.due_date, row.person_id])
        return agency_notice_pb.ListRecipientsResponse(
            recipients=[wire.recipient(row) for row in shown], next_page_token=token
        )

    def ConfirmForAgency(
        self, request: agency_notice_pb.ConfirmForAgencyRequest, call: Call
    ) -> agency_notice_pb.AgencyNotice:
        agency_id, notice_id = wire.agency_id(request.parent), wire.notice_id(request.notice, "notice")
        person_id, today = caller(call.principal), pacific_date(call.now)
        lead = wire.person_id(request.lead, "lead") if request.lead else person_id
        with self.write(call, request) as db:
            deliveries.confirm(
                db,
                notice_id=notice_id,
                agency_id=agency_id,
                person_id=person_id,
                lead=lead,
                problem=request.problem.strip(),
                text_sha256=request.text_sha256,
                at=call.now,
            )
            row = queries.agency_notice(db, agency_id, notice_id, today)
            units = queries.units(db, row.notice, agency_id, today)
            return db.answer(wire.agency_notice(row, units, attachments.of_notice(db, notice_id)))

    def ReleaseToStaff(
        self, request: agency_notice_pb.ReleaseToStaffRequest, call: Call
    ) -> agency_notice_pb.AgencyNotice:
        agency_id, notice_id = wire.agency_id(request.parent), wire.notice_id(request.notice, "notice")
        person_id, today = caller(call.principal), pacific_date(call.now)
        with self.write(call, request) as db:
            deliveries.release_to_staff(db, notice_id=notice_id, agency_id=agency_id, person_id=person_id, at=call.now)
            row = queries.agency_notice(db, agency_id, notice_id, today)
            units = queries.units(db, row.notice, agency_id, today)
            return db.answer(wire.agency_notice(row, units, attachments.of_notice(db, notice_id)))


class InboxServicer(Servicer):
    """Answers `cadre.notification.v1.InboxService`."""

    service = inbox_pb.DESCRIPTOR.services_by_name["InboxService"]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._read_notice = self.in_company("ReadNotice", steps.read, wire.inbox_item)
        self._confirm_notice = self.in_company("ConfirmNotice", steps.confirm, wire.inbox_item)

    def ListInbox(self, request: inbox_pb.ListInboxRequest, call: Call) -> inbox_pb.ListInboxResponse:
        page, today = self.page_of(request), pacific_date(call.now)
        reader, only = wire.own_reader(call.principal, today), wire.notice_ids(request.notices)
        with self.read() as db:
            rows = inbox.inbox(db, reader, only_open=request.only_open, page=page, notice_ids=only)
        shown, token = page.cut(rows, lambda row: [row.closed, row.due, row.newest, row.item_id])
        return inbox_pb.ListInboxResponse(
            items=[wire.inbox_row(row) for row in shown],
            next_page_token=token,
            open_count=rows[0].open_count if rows else 0,
        )

    def GetInboxItem(self, request: inbox_pb.GetInboxItemRequest, call: Call) -> inbox_pb.InboxItem:
        today = pacific_date(call.now)
        with self.read() as db:
            reader = wire.own_reader(call.principal, today)
            row = inbox.inbox_item(db, reader, wire.notice_id(request.notice, "notice"))
            return wire.inbox_row(row, attachments.of_notice(db, row.item_id))

    def ReadNotice(self, request: inbox_pb.ReadNoticeRequest, call: Call) -> inbox_pb.InboxItem:
        notice_id, person_id = wire.notice_id(request.notice, "notice"), caller(call.principal)
        reader = wire.own_reader(call.principal, pacific_date(call.now))
        return self._read_notice(call, request, Step(notice_id, person_id, reader))

    def ConfirmNotice(self, request: inbox_pb.ConfirmNoticeRequest, call: Call) -> inbox_pb.InboxItem:
        notice_id, person_id = wire.notice_id(request.notice, "notice"), caller(call.principal)
        reader = wire.own_reader(call.principal, pacific_date(call.now))
        return self._confirm_notice(call, request, Step(notice_id, person_id, reader, request.text_sha256))
