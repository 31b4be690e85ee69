"""Roster files."""

from cadre.directory.v1 import roster_service_pb2 as pb
from directory.agencies import wire as agencies_wire
from directory.people import visible
from directory.rosters import imports, wire
from servicekit.calendar import pacific_date
from servicekit.rpc.calls import Call, Servicer

WHOLE_STATE = "agencies/-"


class RosterServicer(Servicer):
    """Answers `cadre.directory.v1.RosterService`."""

    service = pb.DESCRIPTOR.services_by_name["RosterService"]

    def CreateRosterImport(self, request: pb.CreateRosterImportRequest, call: Call) -> pb.RosterImport:
        agency_id = _agency_or_state(request.parent)
        with self.write(call, request) as db:
            row = imports.create(
                db, agency_id=agency_id, dry_run=request.dry_run, actor=call.principal.name, at=call.now
            )
            return db.answer(wire.roster_import(row))

    def AppendRosterChunk(self, request: pb.AppendRosterChunkRequest, call: Call) -> pb.RosterImport:
        import_id = wire.import_id(request.name)
        with self.write(call, request) as db:
            row = imports.append(
                db, import_id=import_id, index=request.index, content=request.content, scope=call.scope
            )
            return db.answer(wire.roster_import(row))

    def RunRosterImport(self, request: pb.RunRosterImportRequest, call: Call) -> pb.RosterImport:
        import_id = wire.import_id(request.name)
        with self.write(call, request) as db:
            row = imports.run(
                db, import_id=import_id, chunks=request.chunks, actor=call.principal.name, scope=call.scope
            )
            return db.answer(wire.roster_import(row))

    def GetRosterImport(self, request: pb.GetRosterImportRequest, call: Call) -> pb.RosterImport:
        import_id = wire.import_id(request.name)
        with self.read() as db:
            row = imports.get(db, import_id, call.scope)
            return wire.roster_import(row, imports.progress(db, import_id))

    def ApplyRosterImport(self, request: pb.ApplyRosterImportRequest, call: Call) -> pb.RosterImport:
        import_id = wire.import_id(request.name)
        with self.write(call, request) as db:
            row = imports.apply(db, import_id=import_id, actor=call.principal.name, scope=call.scope)
            return db.answer(wire.roster_import(row))

    def ListRosterImports(self, request: pb.ListRosterImportsRequest, call: Call) -> pb.ListRosterImportsResponse:  # noqa: ARG002
        agency_id, page = _agency_or_state(request.parent), self.page_of(request)
        with self.read() as db:
            rows = imports.of_agency(db, agency_id, page)
        shown, token = page.cut(rows, lambda row: [row.created_at.isoformat(), row.id])
        return pb.ListRosterImportsResponse(roster_imports=map(wire.roster_import, shown), next_page_token=token)

    def ListPeopleNotInFile(self, request: pb.ListPeopleNotInFileRequest, call: Call) -> pb.ListPeopleNotInFileResponse:
        import_id, page = wire.import_id(request.parent, "parent"), self.page_of(request)
        with self.read() as db:
            rows, total = imports.not_in_file(db, import_id, call.scope, page, day=pacific_date(call.now))
        shown, token = page.cut(rows, lambda row: [row.sort_key, row.id])
        return pb.ListPeopleNotInFileResponse(
            people=[visible.shown(row, call) for row in shown], next_page_token=token, total_size=total
        )

    def ListRosterNameChanges(
        self, request: pb.ListRosterNameChangesRequest, call: Call
    ) -> pb.ListRosterNameChangesResponse:
        import_id, page = wire.import_id(request.parent, "parent"), self.page_of(request)
        with self.read() as db:
            rows, total = imports.name_changes(db, import_id, call.scope, page)
        shown, token = page.cut(rows, lambda row: [row.n])
        return pb.ListRosterNameChangesResponse(
            changes=map(wire.name_change, shown), next_page_token=token, total_size=total
        )

    def ListRosterImportErrors(
        self, request: pb.ListRosterImportErrorsRequest, call: Call
    ) -> pb.ListRosterImportErrorsResponse:
        import_id, page = wire.import_id(request.parent, "parent"), self.page_of(request)
        with self.read() as db:
            rows = imports.errors(db, import_id, call.scope, page)
        shown, token = page.cut(rows, lambda row: [row.n])
        return pb.ListRosterImportErrorsResponse(errors=map(wire.roster_error, shown), next_page_token=token)


def _agency_or_state(parent: str) -> str:
    """Return the agency's id; empty for the whole state."""
    return "" if parent == WHOLE_STATE else agencies_wire.agency_id(parent, "parent")
