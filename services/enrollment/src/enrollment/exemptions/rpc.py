"""The contract of exemptions: unpack, call, pack."""

from cadre.enrollment.v1 import exemption_service_pb2 as pb
from enrollment.exemptions import exempting, queries, wire
from servicekit import names
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


class ExemptionServicer(Servicer):
    """Answers `cadre.enrollment.v1.ExemptionService`."""

    service = pb.DESCRIPTOR.services_by_name["ExemptionService"]

    def ListExemptions(self, request: pb.ListExemptionsRequest, _call: Call) -> pb.ListExemptionsResponse:
        at = wire.at(request)
        with self.read() as db:
            return wire.exemptions(at, queries.of_agency(db, at))

    def PreviewExemption(self, request: pb.PreviewExemptionRequest, _call: Call) -> pb.PreviewExemptionResponse:
        at, units = wire.at(request), wire.units(request)
        with self.read() as db:
            return wire.preview(queries.preview(db, at, units))

    def ExemptUnits(self, request: pb.ExemptUnitsRequest, call: Call) -> pb.ExemptUnitsResponse:
        at, units, by = wire.at(request), wire.units(request), caller(call.principal)
        with self.write(call, request) as db:
            excused = exempting.exempt(db, at, units, reason=request.reason, by=by)
            return db.answer(pb.ExemptUnitsResponse(excused=excused))

    def EndExemption(self, request: pb.EndExemptionRequest, call: Call) -> pb.EndExemptionResponse:
        at, unit = wire.at(request), names.slug(request.unit, field="unit")
        with self.write(call, request) as db:
            returned = exempting.end(db, at, unit, reason=request.reason)
            return db.answer(pb.EndExemptionResponse(returned=returned))
