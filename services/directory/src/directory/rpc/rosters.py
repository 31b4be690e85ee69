"""Roster files."""

from cadre.directory.v1 import directory_service_pb2 as pb
from directory import rosters, wire
from directory.rpc.base import DirectoryBase
from servicekit.paging import page_of
from servicekit.rpc import Call

WHOLE_STATE = "agencies/-"


class RosterRpcs(DirectoryBase):
    """Handlers of roster files."""

    def CreateRosterImport(self, request: pb.CreateRosterImportRequest, call: Call) -> pb.RosterImport:
        agency_id = "" if request.parent == WHOLE_STATE else wire.agency_id(request.parent, "parent")
        with self.write(call, request) as db:
            row = rosters.create(
                db, agency_id=agency_id, dry_run=request.dry_run, actor=call.principal.name, at=call.now
            )
            return db.answer(wire.roster_import(row))

    def AppendRosterChunk(self, request: pb.AppendRosterChunkRequest, call: Call) -> pb.RosterImport:
        import_id = wire.import_id(request.name)
        with self.write(call, request) as db:
            row = rosters.append(
                db, import_id=import_id, index=request.index, content=request.content, scope=call.scope
            )
            return db.answer(wire.roster_import(row))

    def RunRosterImport(self, request: pb.RunRosterImportRequest, call: Call) -> pb.RosterImport:
        import_id = wire.import_id(request.name)
        with self.write(call, request) as db:
            row = rosters.run(
                db, import_id=import_id, chunks=request.chunks, actor=call.principal.name, scope=call.scope
            )
            answer = db.answer(wire.roster_import(row))
        self.worker.start(import_id)
        return answer

    def GetRosterImport(self, request: pb.GetRosterImportRequest, call: Call) -> pb.RosterImport:
        import_id = wire.import_id(request.name)
        with self.read() as db:
            return wire.roster_import(rosters.get(db, import_id, call.scope))

    def ListRosterImportErrors(
        self, request: pb.ListRosterImportErrorsRequest, call: Call
    ) -> pb.ListRosterImportErrorsResponse:
        import_id, page = wire.import_id(request.parent, "parent"), page_of(request)
        with self.read() as db:
            rows = rosters.errors(db, import_id, call.scope, page)
        shown = rows[: page.size]
        token = page.next_token(rows, (shown[-1].n,)) if shown else ""
        return pb.ListRosterImportErrorsResponse(errors=map(wire.roster_error, shown), next_page_token=token)
