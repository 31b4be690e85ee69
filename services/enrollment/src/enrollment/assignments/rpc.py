"""The contract of assignments: unpack, call, pack."""

from cadre.enrollment.v1 import assignment_service_pb2 as pb
from enrollment import resources
from enrollment.assignments import places, progress, queries, wire
from enrollment.assignments.progress import Step
from servicekit.data.db import Database
from servicekit.rpc.calls import Call, Servicer


class AssignmentServicer(Servicer):
    """Answers `cadre.enrollment.v1.AssignmentService`."""

    service = pb.DESCRIPTOR.services_by_name["AssignmentService"]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._start = self.in_company("StartAssignment", progress.start, wire.assignment)
        self._complete_section = self.in_company("CompleteSection", progress.complete_sections, wire.assignment)

    def ListToDo(self, request: pb.ListToDoRequest, call: Call) -> pb.ListToDoResponse:
        page, only = self.page_of(request), resources.notice_ids(request.notices)
        with self.read() as db:
            rows = queries.list_to_do(db, page, wire.learner(call), notice_ids=only)
        shown, token = page.cut(rows, lambda row: [row.due_date, row.requirement_id])
        return pb.ListToDoResponse(assignments=map(wire.assignment, shown), next_page_token=token)

    def ListAssignments(self, request: pb.ListAssignmentsRequest, call: Call) -> pb.ListAssignmentsResponse:
        page = self.page_of(request)
        with self.read() as db:
            rows = queries.list_assignments(
                db,
                page,
                agency_id=resources.agency_id(request.parent),
                notice_id=resources.notice_id(request.notice, field="notice") if request.notice else None,
                only_open=request.only_open,
                units=call.scope.part(request.parent, "units"),
                of=resources.person_id(request.person, field="person") if request.person else None,
            )
        shown, token = page.cut(rows, lambda row: [row.due_date, row.person_id, row.requirement_id])
        return pb.ListAssignmentsResponse(assignments=map(wire.assignment, shown), next_page_token=token)

    def GetAssignment(self, request: pb.GetAssignmentRequest, call: Call) -> pb.Assignment:
        learner = wire.learner(call)
        with self.read() as db:
            if request.name.startswith("notices/"):
                notice_id = resources.notice_id(request.name, field="name")
                return wire.assignment(queries.get_assignment_under(db, learner, notice_id))
            requirement_id = wire.own_requirement_id(request.name, learner.person_id)
            return wire.assignment(queries.get_assignment(db, learner, requirement_id))

    def StartAssignment(self, request: pb.StartAssignmentRequest, call: Call) -> pb.Assignment:
        learner = wire.learner(call)
        requirement_id = wire.own_requirement_id(request.name, learner.person_id)
        return self._start(call, request, Step(learner, requirement_id))

    def CompleteSection(self, request: pb.CompleteSectionRequest, call: Call) -> pb.Assignment:
        learner = wire.learner(call)
        requirement_id = wire.own_requirement_id(request.name, learner.person_id)
        return self._complete_section(call, request, Step(learner, requirement_id, request.section))

    def KeepPlace(self, request: pb.KeepPlaceRequest, call: Call) -> pb.Place:
        learner = wire.learner(call)
        requirement_id = wire.own_requirement_id(request.name, learner.person_id)
        section, block = request.place.section, request.place.block
        with self.write(call, request) as db:
            places.keep(db, learner, requirement_id, section=section, block=block)
            return db.answer(pb.Place(section=section, block=block))

    def GetPlace(self, request: pb.GetPlaceRequest, call: Call) -> pb.Place:
        learner = wire.learner(call)
        requirement_id = wire.own_requirement_id(request.name, learner.person_id)
        with self.read() as db:
            section, block = places.find(db, learner, requirement_id)
        return pb.Place(section=section, block=block)

    def WaiveAssignment(self, request: pb.WaiveAssignmentRequest, call: Call) -> pb.Assignment:
        requirement_id, person_id = wire.assignment_key(request.name)
        agency_id = resources.one_agency_id(request.parent)
        with self.write(call, request) as db:
            waived = progress.waive(
                db, requirement_id=requirement_id, person_id=person_id, agency_id=agency_id, reason=request.reason
            )
            return db.answer(wire.assignment(waived))

    def ReinstateAssignment(self, request: pb.ReinstateAssignmentRequest, call: Call) -> pb.Assignment:
        requirement_id, person_id = wire.assignment_key(request.name)
        agency_id = resources.one_agency_id(request.parent)
        with self.write(call, request) as db:
            reinstated = progress.reinstate(
                db, requirement_id=requirement_id, person_id=person_id, agency_id=agency_id, reason=request.reason
            )
            return db.answer(wire.assignment(reinstated))
