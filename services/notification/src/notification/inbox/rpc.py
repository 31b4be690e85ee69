"""A person's letters: unpack, call, pack."""

from cadre.notification.v1 import inbox_service_pb2 as pb
from notification.attachments import attachments
from notification.inbox import queries, steps, wire
from notification.inbox.steps import Step
from notification.letters import wire as letters
from notification.letters.rules.letter import Asks
from notification.links import links
from notification.links.wire import say_superseded
from notification.versions import queries as versions
from servicekit.calendar import pacific_date
from servicekit.data.db import Database
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


class InboxServicer(Servicer):
    """Answers `cadre.notification.v1.InboxService`."""

    service = pb.DESCRIPTOR.services_by_name["InboxService"]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._read_notice = self.in_company("ReadNotice", steps.read, wire.inbox_item)
        self._confirm_notice = self.in_company("ConfirmNotice", steps.confirm, wire.inbox_item)

    def ListInbox(self, request: pb.ListInboxRequest, call: Call) -> pb.ListInboxResponse:
        page, today = self.page_of(request), pacific_date(call.now)
        reader, only = letters.own_reader(call.principal, today), letters.notice_ids(request.notices)
        with self.read() as db:
            rows = queries.inbox(db, reader, only_open=request.only_open, page=page, notice_ids=only)
        shown, token = page.cut(rows, lambda row: [row.closed, row.due, row.newest, row.item_id])
        return pb.ListInboxResponse(
            items=[wire.inbox_row(row) for row in shown],
            next_page_token=token,
            open_count=rows[0].open_count if rows else 0,
        )

    def GetInboxItem(self, request: pb.GetInboxItemRequest, call: Call) -> pb.InboxItem:
        today = pacific_date(call.now)
        with self.read() as db:
            reader = letters.own_reader(call.principal, today)
            row = queries.inbox_item(db, reader, letters.notice_id(request.notice, "notice"))
            answer = wire.inbox_row(row, attachments.of_notice(db, row.notice))
            say_superseded(answer.notice, links.successors(db, [row.item_id], reader))
            kind = "READ" if row.notice.asks == Asks.READ else "CONFIRM"
            answer.signed_version = versions.signed_by(db, row.item_id, caller(call.principal), kind)
            return answer

    def ReadNotice(self, request: pb.ReadNoticeRequest, call: Call) -> pb.InboxItem:
        notice_id, person_id = letters.notice_id(request.notice, "notice"), caller(call.principal)
        reader = letters.own_reader(call.principal, pacific_date(call.now))
        step = Step(notice_id, person_id, reader, channel=letters.channel(request.channel))
        return self._read_notice(call, request, step)

    def ConfirmNotice(self, request: pb.ConfirmNoticeRequest, call: Call) -> pb.InboxItem:
        notice_id, person_id = letters.notice_id(request.notice, "notice"), caller(call.principal)
        reader = letters.own_reader(call.principal, pacific_date(call.now))
        step = Step(
            notice_id,
            person_id,
            reader,
            request.text_sha256,
            request.statement_sha256,
            letters.channel(request.channel),
        )
        return self._confirm_notice(call, request, step)
