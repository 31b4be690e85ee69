"""Whom agencies ask too: unpack, call, pack."""

from uuid import UUID

from cadre.notification.v1 import local_audience_service_pb2 as pb
from notification.letters import wire as letters
from notification.local_audience import local_audience, queries, wire
from servicekit import names
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


class LocalAudienceServicer(Servicer):
    """Answers `cadre.notification.v1.LocalAudienceService`."""

    service = pb.DESCRIPTOR.services_by_name["LocalAudienceService"]

    def GetLocalAudience(self, request: pb.GetLocalAudienceRequest, call: Call) -> pb.LocalAudience:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        with self.read() as db:
            return _shown(db, call, notice_id, agency_id)

    def AddUnits(self, request: pb.AddUnitsRequest, call: Call) -> pb.LocalAudience:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        units, by = wire.units(request), caller(call.principal)
        with self.write(call, request) as db:
            local_audience.add(db, notice_id, agency_id, units, reason=request.reason, by=by)
            return db.answer(_shown(db, call, notice_id, agency_id))

    def RemoveUnit(self, request: pb.RemoveUnitRequest, call: Call) -> pb.LocalAudience:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        unit = names.slug(request.unit, field="unit")
        with self.write(call, request) as db:
            local_audience.remove(db, notice_id, agency_id, unit, reason=request.reason)
            return db.answer(_shown(db, call, notice_id, agency_id))


def _shown(db: Db, call: Call, notice_id: UUID, agency_id: str) -> pb.LocalAudience:
    return wire.local_audience(queries.local_audience(db, notice_id, agency_id, pacific_date(call.now)))
