"""Forecasts of letters that are out: unpack, call, pack."""

from cadre.notification.v1 import forecast_service_pb2 as pb
from notification.forecasts import queries, wire
from notification.letters import wire as letters
from notification.letters.queries import all_issued, issued
from servicekit import names
from servicekit.calendar import pacific_date
from servicekit.rpc.calls import Call, Servicer


class ForecastServicer(Servicer):
    """Answers `cadre.notification.v1.ForecastService`."""

    service = pb.DESCRIPTOR.services_by_name["ForecastService"]

    def GetForecast(self, request: pb.GetForecastRequest, call: Call) -> pb.StateForecast:
        with self.read() as db:
            notice = issued(db, letters.notice_id(request.notice, "notice"))
            found = [wire.forecast(one) for one in queries.forecasts(db, notice, pacific_date(call.now))]
        nobody = pb.Forecast(missing=pb.Forecast.NOTHING_ASKED)
        state = found.pop(0) if found and not found[0].agency else nobody
        return pb.StateForecast(notice=request.notice, state=state, agencies=found)

    def GetAgencyForecast(self, request: pb.GetAgencyForecastRequest, call: Call) -> pb.Forecast:
        agency_id = names.one("agencies/{agency}", request.parent, field="parent")
        with self.read() as db:
            notice = issued(db, letters.notice_id(request.notice, "notice"))
            return wire.forecast(queries.of_agency(db, [notice], agency_id, pacific_date(call.now))[notice.id])

    def ListAgencyForecasts(self, request: pb.ListAgencyForecastsRequest, call: Call) -> pb.ListAgencyForecastsResponse:
        agency_id, asked = names.one("agencies/{agency}", request.parent, field="parent"), wire.asked(request)
        with self.read() as db:
            found = queries.of_agency(db, all_issued(db, asked), agency_id, pacific_date(call.now))
        return pb.ListAgencyForecastsResponse(
            forecasts=[wire.of_letter(notice_id, found[notice_id]) for notice_id in asked if notice_id in found]
        )
