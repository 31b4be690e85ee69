"""Works and traces: unpack, call, pack."""

from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from curriculum.works import passing, queries, trace_wire, traces, wire, works
from curriculum.works.office import Office
from curriculum.works.queries import Reader
from curriculum.works.rules import trace as rules
from curriculum.works.rules.phases import NotToConfirm
from servicekit.data.db import Database, Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.tokens import WHOLE
from servicekit.rpc.wire import caller, is_person

# What those hold who manage training, and those who design do not: whoever designs does not say that it is delivered.
_MANAGES = "bodies.convene"


class WorkServicer(Servicer):
    """Answers `cadre.curriculum.v1.WorkService`."""

    service = pb.DESCRIPTOR.services_by_name["WorkService"]

    def __init__(self, database: Database, office: Office) -> None:
        super().__init__(database)
        self._office = office

    def CreateWork(self, request: pb.CreateWorkRequest, call: Call) -> pb.Work:
        work, by = wire.work(request.work), caller(call.principal)
        with self.write(call, request) as db:
            row = works.create(db, work, self._office, by=by)
            return db.answer(self._read(db, row.id, call))

    def UpdateWork(self, request: pb.UpdateWorkRequest, call: Call) -> pb.Work:
        which, by = wire.work_id(request.work.name, field="work.name"), caller(call.principal)
        work, etag = wire.work(request.work), request.work.etag
        with self.write(call, request) as db:
            works.update(db, which, work, self._office, etag=etag, by=by)
            return db.answer(self._read(db, which, call))

    def HandOverWork(self, request: pb.HandOverWorkRequest, call: Call) -> pb.Work:
        which, by, holder = wire.work_id(request.name), caller(call.principal), wire.holder(request.holder)
        with self.write(call, request) as db:
            works.hand_over(db, which, holder, self._office, by=by)
            return db.answer(self._read(db, which, call))

    def PassGate(self, request: pb.PassGateRequest, call: Call) -> pb.Work:
        which, by, phase = wire.work_id(request.name), caller(call.principal), wire.phase(request.phase)
        decision = wire.decision_id(request.decision)
        with self.write(call, request) as db:
            manages = _holds(call, _MANAGES)
            passing.pass_gate(db, which, phase, decision, self._office, manages=manages, by=by)
            return db.answer(self._read(db, which, call))

    def ConfirmWork(self, request: pb.ConfirmWorkRequest, call: Call) -> pb.Work:
        which, by = wire.work_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            queries.get_work(db, which, _reader(call), self._office)
            passing.confirm(db, which, request.digest, self._office, writes=_writes(call), by=by)
            return db.answer(self._read(db, which, call))

    def DecideAtOnce(self, request: pb.DecideAtOnceRequest, call: Call) -> pb.Work:
        which, by = wire.work_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            queries.get_work(db, which, _reader(call), self._office)
            passing.decide_at_once(db, which, request.digest, request.reason.strip(), self._office, by=by)
            return db.answer(self._read(db, which, call))

    def SetWorkStatus(self, request: pb.SetWorkStatusRequest, call: Call) -> pb.Work:
        which, by, status = wire.work_id(request.name), caller(call.principal), wire.status(request.status)
        until = wire.hold_until(request.hold_until)
        phase = wire.phase(request.phase) if request.phase else None
        with self.write(call, request) as db:
            works.set_status(
                db,
                which,
                status,
                self._office,
                reason=request.reason.strip(),
                hold_until=until,
                phase=phase,
                by=by,
            )
            return db.answer(self._read(db, which, call))

    def GetWork(self, request: pb.GetWorkRequest, call: Call) -> pb.Work:
        which = wire.work_id(request.name)
        with self.read() as db:
            return self._read(db, which, call)

    def ListWorks(self, request: pb.ListWorksRequest, call: Call) -> pb.ListWorksResponse:
        page, phase = self.page_of(request), wire.any_phase(request.phase)
        course = trace_wire.course_id(request.course) if request.course else ""
        with self.read() as db:
            found = queries.list_works(
                db,
                page,
                _reader(call),
                self._office,
                phase=phase,
                course=course,
                mine=request.mine_to_do,
                ended=request.ended,
            )
        shown, token = page.cut(found, lambda sheet: [sheet.row.target_date, sheet.row.id])
        return pb.ListWorksResponse(works=[wire.line(sheet) for sheet in shown], next_page_token=token)

    def ListWorkSteps(self, request: pb.ListWorkStepsRequest, call: Call) -> pb.ListWorkStepsResponse:
        page, which = self.page_of(request), wire.work_id(request.parent, field="parent")
        with self.read() as db:
            rows = queries.list_steps(db, page, which, _reader(call), self._office)
        shown, token = page.cut(rows, lambda row: [row.number])
        return pb.ListWorkStepsResponse(steps=[wire.step(row) for row in shown], next_page_token=token)

    def _read(self, db: Db, work: str, call: Call) -> pb.Work:
        db.flush()
        sheet = queries.get_work(db, work, _reader(call), self._office)
        answer = wire.whole(sheet)
        answer.may_write = _writes(call)
        if is_person(call.principal):
            person = caller(call.principal)
            answer.may_decide_at_once = passing.may_decide_at_once(db, sheet, person)
            try:
                passing.role_of(db, sheet, person, writes=_writes(call))
            except NotToConfirm:
                return answer
            answer.may_confirm = True
        return answer


class TraceServicer(Servicer):
    """Answers `cadre.curriculum.v1.TraceService`."""

    service = trace_pb.DESCRIPTOR.services_by_name["TraceService"]

    def __init__(self, database: Database, office: Office) -> None:
        super().__init__(database)
        self._office = office

    def GetTrace(self, request: trace_pb.GetTraceRequest, call: Call) -> trace_pb.Trace:
        course, version = trace_wire.traced(request.course)
        with self.read() as db:
            return self._trace(db, course, version, call)

    def UpdateTrace(self, request: trace_pb.UpdateTraceRequest, call: Call) -> trace_pb.Trace:
        caller(call.principal)
        course = trace_wire.course_id(request.trace.course, field="trace.course")
        trace, etag = trace_wire.trace_in(request.trace), request.trace.etag
        with self.write(call, request) as db:
            traces.update(db, course, trace, self._office, etag=etag)
            return db.answer(self._trace(db, course, 0, call))

    def CompareCourseVersions(
        self, request: trace_pb.CompareCourseVersionsRequest, _call: Call
    ) -> trace_pb.CourseComparison:
        course, (before, after) = trace_wire.course_id(request.course), (request.from_version, request.to_version)
        with self.read() as db:
            found = queries.compared(db, course, before, after)
        return trace_wire.comparison(*found)

    def _trace(self, db: Db, course: str, version: int, call: Call) -> trace_pb.Trace:
        db.flush()
        name = f"courses/{course}/versions/{version}" if version else f"courses/{course}"
        row = queries.get_trace(db, course, version, _reader(call), self._office)
        found = rules.gaps(row.trace, row.sections, row.asked)
        return trace_wire.trace_out(name, row.kept, found)


def _reader(call: Call) -> Reader:
    """Return who asks; who has a role of the state sees all works."""
    person = caller(call.principal) if is_person(call.principal) else None
    return Reader(person, whole=any(WHOLE in scopes for scopes in call.principal.rights.values()))


def _writes(call: Call) -> bool:
    return _holds(call, "works.write")


def _holds(call: Call, right: str) -> bool:
    return WHOLE in call.principal.rights.get(right, ())
