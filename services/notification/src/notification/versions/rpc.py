"""Versions of letters: unpack, call, pack."""

from cadre.notification.v1 import version_service_pb2 as pb
from notification.attachments import attachments
from notification.deliveries import visibility
from notification.letters import wire as letters
from notification.letters.rules.lifecycle import BEFORE_ISSUE
from notification.letters.rules.reading import Reader
from notification.versions import queries, wire
from notification.versions.rules.changes import between, said
from servicekit.calendar import pacific_date
from servicekit.rpc.calls import Call, Servicer


def _reader(call: Call) -> Reader:
    return letters.reader(call.principal, pacific_date(call.now))


class VersionServicer(Servicer):
    """Answers `cadre.notification.v1.VersionService`."""

    service = pb.DESCRIPTOR.services_by_name["VersionService"]

    def ListVersions(self, request: pb.ListVersionsRequest, call: Call) -> pb.ListVersionsResponse:
        notice_id = letters.notice_id(request.parent, "parent")
        with self.read() as db:
            visibility.letter(db, notice_id, _reader(call))
            return pb.ListVersionsResponse(versions=map(wire.version, queries.versions(db, notice_id)))

    def GetVersion(self, request: pb.GetVersionRequest, call: Call) -> pb.NoticeVersion:
        notice_id, number = wire.version_in(request.name)
        with self.read() as db:
            notice = visibility.letter(db, notice_id, _reader(call))
            row = queries.version(db, notice_id, number)
            return wire.with_text(row, notice, attachments.of_version(db, notice_id, row.files_of))

    def CompareVersions(self, request: pb.CompareVersionsRequest, call: Call) -> pb.Comparison:
        notice_id = letters.notice_id(request.parent, "parent")
        with self.read() as db:
            notice = visibility.letter(db, notice_id, _reader(call))
            if notice.amends is not None and notice.state in BEFORE_ISSUE:
                return wire.comparison(queries.amended(db, notice))
            before = queries.version(db, notice_id, request.from_version)
            after = queries.version(db, notice_id, request.to_version or notice.version)
            return wire.comparison(between(said(before.canonical), said(after.canonical)))
