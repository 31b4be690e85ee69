"""Releases and their change items: unpack, call, pack."""

from uuid import UUID

from cadre.notification.v1 import release_service_pb2 as pb
from notification.letters import wire as letters
from notification.letters.rules.reading import Reader
from notification.releases import items, queries, releases, wire
from notification.releases.rules import items as item_rules
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of, pacific_date
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


def _reader(call: Call) -> Reader:
    return letters.reader(call.principal, pacific_date(call.now))


def _whole(db: Db, release_id: UUID, call: Call) -> pb.Release:
    """Return a release with its letters and decisions, as the caller sees it."""
    reader = _reader(call)
    row = queries.one(db, release_id, reader)
    sha256 = item_rules.digest(queries.items(db, release_id), queries.said_of(row).days)
    answer = wire.release(row, reader, sha256)
    answer.letters.extend(map(wire.letter, queries.letters(db, release_id, reader)))
    answer.decisions.extend(wire.decision(one, sha256, reader) for one in queries.decisions(db, release_id))
    return answer


class ReleaseServicer(Servicer):
    """Answers `cadre.notification.v1.ReleaseService`."""

    service = pb.DESCRIPTOR.services_by_name["ReleaseService"]

    def CreateRelease(self, request: pb.CreateReleaseRequest, call: Call) -> pb.Release:
        said, writer = wire.said(request.release), caller(call.principal)
        with self.write(call, request) as db:
            return db.answer(_whole(db, releases.create(db, said, writer=writer), call))

    def UpdateRelease(self, request: pb.UpdateReleaseRequest, call: Call) -> pb.Release:
        release_id, said = wire.release_id(request.release.name, "release.name"), wire.said(request.release)
        writer = caller(call.principal)
        with self.write(call, request) as db:
            releases.update(db, release_id, said, etag=request.release.etag, writer=writer)
            db.flush()
            return db.answer(_whole(db, release_id, call))

    def CreateChangeItem(self, request: pb.CreateChangeItemRequest, call: Call) -> pb.Release:
        release_id, writer = wire.release_id(request.parent, "parent"), caller(call.principal)
        item = wire.item(request.item, item_rules.item_id(request.item.item_id))
        with self.write(call, request) as db:
            items.create(db, release_id, item, etag=request.etag, writer=writer)
            db.flush()
            return db.answer(_whole(db, release_id, call))

    def UpdateChangeItem(self, request: pb.UpdateChangeItemRequest, call: Call) -> pb.Release:
        (release_id, item_id), writer = wire.item_of(request.item.name, "item.name"), caller(call.principal)
        item = wire.item(request.item, item_id)
        with self.write(call, request) as db:
            items.update(db, release_id, item, etag=request.etag, writer=writer)
            db.flush()
            return db.answer(_whole(db, release_id, call))

    def DeleteChangeItem(self, request: pb.DeleteChangeItemRequest, call: Call) -> pb.Release:
        (release_id, item_id), writer = wire.item_of(request.name), caller(call.principal)
        with self.write(call, request) as db:
            items.delete(db, release_id, item_id, etag=request.etag, writer=writer)
            db.flush()
            return db.answer(_whole(db, release_id, call))

    def CompareChangeItems(self, request: pb.CompareChangeItemsRequest, call: Call) -> pb.ChangeItemsReport:
        release_id = wire.release_id(request.parent, "parent")
        with self.read() as db:
            row = queries.one(db, release_id, _reader(call))
            return wire.report(release_id, items.look(db, release_id, request.content), str(row.revision))

    def ImportChangeItems(self, request: pb.ImportChangeItemsRequest, call: Call) -> pb.ChangeItemsReport:
        release_id, writer = wire.release_id(request.parent, "parent"), caller(call.principal)
        with self.write(call, request) as db:
            report = items.bring_in(db, release_id, request.content, etag=request.etag, writer=writer)
            db.flush()
            etag = str(queries.one(db, release_id, _reader(call)).revision)
            return db.answer(wire.report(release_id, report, etag, applied=not report.problems))

    def AnnounceRelease(self, request: pb.AnnounceReleaseRequest, call: Call) -> pb.Release:
        release_id, by = wire.release_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            releases.announce(db, release_id, etag=request.etag, by=by)
            db.flush()
            return db.answer(_whole(db, release_id, call))

    def CompleteRelease(self, request: pb.CompleteReleaseRequest, call: Call) -> pb.Release:
        release_id = wire.release_id(request.name)
        with self.write(call, request) as db:
            releases.complete(db, release_id, etag=request.etag)
            db.flush()
            return db.answer(_whole(db, release_id, call))

    def DecideRelease(self, request: pb.DecideReleaseRequest, call: Call) -> pb.Release:
        release_id, by = wire.release_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            releases.decide(db, release_id, go=request.go, reason=request.reason, etag=request.etag, by=by)
            db.flush()
            return db.answer(_whole(db, release_id, call))

    def PreviewDecision(self, request: pb.PreviewDecisionRequest, call: Call) -> pb.ReleaseDecision:
        release_id = wire.release_id(request.name)
        with self.read() as db:
            row = queries.one(db, release_id, _reader(call))
            answer = wire.standing(releases.standing(db, release_id))
        answer.item_count = row.items
        return answer

    def CancelRelease(self, request: pb.CancelReleaseRequest, call: Call) -> pb.Release:
        release_id = wire.release_id(request.name)
        with self.write(call, request) as db:
            releases.cancel(db, release_id, reason=request.reason, etag=request.etag)
            db.flush()
            return db.answer(_whole(db, release_id, call))

    def GetRelease(self, request: pb.GetReleaseRequest, call: Call) -> pb.Release:
        release_id = wire.release_id(request.name)
        with self.read() as db:
            return _whole(db, release_id, call)

    def ListReleases(self, request: pb.ListReleasesRequest, call: Call) -> pb.ListReleasesResponse:
        page, reader = self.page_of(request), _reader(call)
        with self.read() as db:
            rows = queries.listed(db, reader, page)
        shown, token = page.cut(rows, lambda row: [row.said.production_on, row.id])
        return pb.ListReleasesResponse(releases=[wire.release(row, reader) for row in shown], next_page_token=token)

    def ListChangeItems(self, request: pb.ListChangeItemsRequest, call: Call) -> pb.ListChangeItemsResponse:
        page, reader, release_id = self.page_of(request), _reader(call), wire.release_id(request.parent, "parent")
        with self.read() as db:
            queries.one(db, release_id, reader)
            rows, total = queries.item_page(db, release_id, page, area=request.area, roles=request.roles)
            found = queries.letters(db, release_id, reader)
        shown, token = page.cut(rows, lambda one: [one.area, one.item_id])
        return pb.ListChangeItemsResponse(
            items=[wire.change_item(release_id, one, found) for one in shown],
            next_page_token=token,
            total_count=total,
        )

    def FindFreezeWindows(self, request: pb.FindFreezeWindowsRequest, call: Call) -> pb.FindFreezeWindowsResponse:
        today = pacific_date(call.now)
        on = day_of("on", request.on, YEARS_OF_DOCUMENTS) if request.on else today
        with self.read() as db:
            found = queries.freezes(db, _reader(call), on)
        return pb.FindFreezeWindowsResponse(windows=map(wire.window, found))

    def FindReleaseOfNotice(self, request: pb.FindReleaseOfNoticeRequest, call: Call) -> pb.FindReleaseOfNoticeResponse:
        notice_id, reader = letters.notice_id(request.notice, "notice"), _reader(call)
        with self.read() as db:
            found = queries.of_notice(db, notice_id, reader)
        if found is None:
            return pb.FindReleaseOfNoticeResponse()
        return pb.FindReleaseOfNoticeResponse(release=wire.release(found.release, reader), items=found.of_items)
