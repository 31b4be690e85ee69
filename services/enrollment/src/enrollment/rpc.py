"""Enrollment's contract: unpack, call, pack."""

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from enrollment import resources
from enrollment.assignments import progress, queries, wire
from enrollment.assignments.progress import Step
from enrollment.completions import queries as transcripts
from enrollment.completions import rates, training
from enrollment.completions import wire as completed
from servicekit.data.db import Database
from servicekit.rpc.calls import Call, Servicer


class AssignmentServicer(Servicer):
    """Answers `cadre.enrollment.v1.AssignmentService`."""

    service = assignment_pb.DESCRIPTOR.services_by_name["AssignmentService"]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._start = self.in_company("StartAssignment", progress.start, wire.assignment)
        self._complete_section = self.in_company("CompleteSection", progress.complete_sections, wire.assignment)

    def ListToDo(self, request: assignment_pb.ListToDoRequest, call: Call) -> assignment_pb.ListToDoResponse:
        page, only = self.page_of(request), resources.notice_ids(request.notices)
        with self.read() as db:
            rows = queries.list_to_do(db, page, wire.learner(call), notice_ids=only)
        shown, token = page.cut(rows, lambda row: [row.due_date, row.requirement_id])
        return assignment_pb.ListToDoResponse(assignments=map(wire.assignment, shown), next_page_token=token)

    def ListAssignments(
        self, request: assignment_pb.ListAssignmentsRequest, _call: Call
    ) -> assignment_pb.ListAssignmentsResponse:
        page = self.page_of(request)
        with self.read() as db:
            rows = queries.list_assignments(
                db,
                page,
                agency_id=resources.agency_id(request.parent),
                notice_id=resources.notice_id(request.notice, field="notice") if request.notice else None,
                only_open=request.only_open,
            )
        shown, token = page.cut(rows, lambda row: [row.due_date, row.person_id, row.requirement_id])
        return assignment_pb.ListAssignmentsResponse(assignments=map(wire.assignment, shown), next_page_token=token)

    def GetAssignment(self, request: assignment_pb.GetAssignmentRequest, call: Call) -> assignment_pb.Assignment:
        learner = wire.learner(call)
        with self.read() as db:
            if request.name.startswith("notices/"):
                notice_id = resources.notice_id(request.name, field="name")
                return wire.assignment(queries.get_assignment_under(db, learner, notice_id))
            requirement_id = wire.own_requirement_id(request.name, learner.person_id)
            return wire.assignment(queries.get_assignment(db, learner, requirement_id))

    def StartAssignment(self, request: assignment_pb.StartAssignmentRequest, call: Call) -> assignment_pb.Assignment:
        learner = wire.learner(call)
        requirement_id = wire.own_requirement_id(request.name, learner.person_id)
        return self._start(call, request, Step(learner, requirement_id))

    def CompleteSection(self, request: assignment_pb.CompleteSectionRequest, call: Call) -> assignment_pb.Assignment:
        learner = wire.learner(call)
        requirement_id = wire.own_requirement_id(request.name, learner.person_id)
        return self._complete_section(call, request, Step(learner, requirement_id, request.section))

    def WaiveAssignment(self, request: assignment_pb.WaiveAssignmentRequest, call: Call) -> assignment_pb.Assignment:
        requirement_id, person_id = wire.assignment_key(request.name)
        agency_id = resources.one_agency_id(request.parent)
        with self.write(call, request) as db:
            waived = progress.waive(
                db, requirement_id=requirement_id, person_id=person_id, agency_id=agency_id, reason=request.reason
            )
            return db.answer(wire.assignment(waived))

    def ReinstateAssignment(
        self, request: assignment_pb.ReinstateAssignmentRequest, call: Call
    ) -> assignment_pb.Assignment:
        requirement_id, person_id = wire.assignment_key(request.name)
        agency_id = resources.one_agency_id(request.parent)
        with self.write(call, request) as db:
            reinstated = progress.reinstate(
                db, requirement_id=requirement_id, person_id=person_id, agency_id=agency_id, reason=request.reason
            )
            return db.answer(wire.assignment(reinstated))


class CompletionServicer(Servicer):
    """Answers `cadre.enrollment.v1.CompletionService`."""

    service = completion_pb.DESCRIPTOR.services_by_name["CompletionService"]

    def RecordTraining(
        self, request: completion_pb.RecordTrainingRequest, call: Call
    ) -> completion_pb.RecordTrainingResponse:
        agency_id = resources.one_agency_id(request.parent)
        notice_id = resources.notice_id(request.notice, field="notice")
        person_ids, given = completed.people(list(request.people)), completed.training(request)
        with self.write(call, request) as db:
            recorded = training.record_training(
                db, notice_id=notice_id, agency_id=agency_id, person_ids=person_ids, training=given
            )
            answer = completion_pb.RecordTrainingResponse(completed=recorded.completed, unchanged=recorded.unchanged)
            return db.answer(answer)

    def ListCompletions(
        self, request: completion_pb.ListCompletionsRequest, call: Call
    ) -> completion_pb.ListCompletionsResponse:
        page = self.page_of(request)
        person_id = resources.person_id(request.parent, field="parent")
        own = call.scope.person == request.parent
        agency_ids = None if own or call.scope.whole else call.scope.ids("agencies")
        with self.read() as db:
            rows = transcripts.list_completions(
                db, page, person_id=person_id, agency_ids=agency_ids, year=completed.year(request.year)
            )
            years = transcripts.years_of_training(db, person_id=person_id, agency_ids=agency_ids)
        shown, token = page.cut(rows, lambda row: [row.completed_on, row.completed_at, row.id])
        return completion_pb.ListCompletionsResponse(
            completions=map(completed.completion, shown),
            next_page_token=token,
            years=map(completed.year_of_training, years),
        )

    def ListCompletionRates(
        self, request: completion_pb.ListCompletionRatesRequest, _call: Call
    ) -> completion_pb.ListCompletionRatesResponse:
        page = self.page_of(request)
        with self.read() as db:
            rows = rates.list_rates(db, page)
        shown, token = page.cut(rows, lambda row: [row.course_id])
        return completion_pb.ListCompletionRatesResponse(
            rates=map(completed.completion_rate, shown), next_page_token=token
        )
