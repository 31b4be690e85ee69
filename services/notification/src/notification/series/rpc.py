"""The series of letters and their numbers: unpack, call, pack."""

from cadre.notification.v1 import series_service_pb2 as pb
from notification.series import series, wire
from servicekit.rpc.calls import Call, Servicer


class SeriesServicer(Servicer):
    """Answers `cadre.notification.v1.SeriesService`."""

    service = pb.DESCRIPTOR.services_by_name["SeriesService"]

    def SuggestNumber(self, request: pb.SuggestNumberRequest, call: Call) -> pb.SuggestNumberResponse:
        with self.read() as db:
            number = series.suggest_number(db, series=request.series, at=call.now)
        return pb.SuggestNumberResponse(number=number)

    def ListSeries(self, request: pb.ListSeriesRequest, call: Call) -> pb.ListSeriesResponse:  # noqa: ARG002
        with self.read() as db:
            return pb.ListSeriesResponse(series=map(wire.series, series.every(db)))

    def ImportSeries(self, request: pb.ImportSeriesRequest, call: Call) -> pb.ImportSeriesResponse:
        given = [wire.series_of(one) for one in request.series]
        with self.write(call, request) as db:
            return db.answer(pb.ImportSeriesResponse(series_changed=series.keep(db, given)))
