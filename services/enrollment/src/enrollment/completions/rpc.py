"""The contract of completions: unpack, call, pack."""

from cadre.enrollment.v1 import completion_service_pb2 as pb
from enrollment import resources
from enrollment.assignments.completing import Mistake
from enrollment.completions import preview, queries, rates, retraction, training, wire
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller


class CompletionServicer(Servicer):
    """Answers `cadre.enrollment.v1.CompletionService`."""

    service = pb.DESCRIPTOR.services_by_name["CompletionService"]

    def RecordTraining(self, request: pb.RecordTrainingRequest, call: Call) -> pb.RecordTrainingResponse:
        agency_id = resources.one_agency_id(request.parent)
        notice_id = resources.notice_id(request.notice, field="notice")
        person_ids, given = wire.people(list(request.people)), wire.training(request)
        with self.write(call, request) as db:
            recorded = training.record_training(
                db,
                notice_id=notice_id,
                agency_id=agency_id,
                person_ids=person_ids,
                training=given,
                only=call.scope.part(request.parent, "units"),
            )
            answer = pb.RecordTrainingResponse(completed=recorded.completed, unchanged=recorded.unchanged)
            return db.answer(answer)

    def PreviewTraining(self, request: pb.PreviewTrainingRequest, call: Call) -> pb.PreviewTrainingResponse:
        agency_id = resources.one_agency_id(request.parent)
        notice_id = resources.notice_id(request.notice, field="notice")
        units, named = wire.chosen(request)
        with self.read() as db:
            found = preview.preview(
                db,
                notice_id=notice_id,
                agency_id=agency_id,
                units=units,
                person_ids=named,
                only=call.scope.part(request.parent, "units"),
            )
        return wire.preview(found)

    def ListRecordings(self, request: pb.ListRecordingsRequest, call: Call) -> pb.ListRecordingsResponse:
        agency_id = resources.one_agency_id(request.parent)
        notice_id = resources.notice_id(request.notice, field="notice")
        with self.read() as db:
            only = call.scope.part(request.parent, "units")
            found = retraction.recordings(db, notice_id=notice_id, agency_id=agency_id, only=only)
        return pb.ListRecordingsResponse(recordings=map(wire.recording, found))

    def RetractTraining(self, request: pb.RetractTrainingRequest, call: Call) -> pb.RetractTrainingResponse:
        notice_id = resources.notice_id(request.notice, field="notice")
        mistake = Mistake(caller(call.principal), resources.one_agency_id(request.parent), request.reason)
        person_ids = wire.people(list(request.people))
        with self.write(call, request) as db:
            only = call.scope.part(request.parent, "units")
            done = retraction.retract(db, notice_id=notice_id, person_ids=person_ids, mistake=mistake, only=only)
            return db.answer(pb.RetractTrainingResponse(retracted=done.retracted, unchanged=done.unchanged))

    def ListCompletions(self, request: pb.ListCompletionsRequest, call: Call) -> pb.ListCompletionsResponse:
        page = self.page_of(request)
        person_id = resources.person_id(request.parent, field="parent")
        own = call.scope.person == request.parent
        reach = None if own or call.scope.whole else call.scope
        with self.read() as db:
            rows = queries.list_completions(db, page, person_id=person_id, reach=reach, year=wire.year(request.year))
            years = queries.years_of_training(db, person_id=person_id, reach=reach)
        shown, token = page.cut(rows, lambda row: [row.completed_on, row.completed_at, row.id])
        return pb.ListCompletionsResponse(
            completions=map(wire.completion, shown),
            next_page_token=token,
            years=map(wire.year_of_training, years),
        )

    def ListCompletionRates(
        self, request: pb.ListCompletionRatesRequest, _call: Call
    ) -> pb.ListCompletionRatesResponse:
        page = self.page_of(request)
        with self.read() as db:
            rows = rates.list_rates(db, page)
        shown, token = page.cut(rows, lambda row: [row.course_id])
        return pb.ListCompletionRatesResponse(rates=map(wire.completion_rate, shown), next_page_token=token)
