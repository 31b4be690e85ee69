"""A roster file: looked at first, row by row, then applied."""

import uuid

from fastapi import APIRouter

from cadre.directory.v1 import directory_service_pb2 as pb
from gateway.forms import Form
from gateway.visit import Answer, Sent, Visit, Visitor
from servicekit.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/roster")

_CHUNK_BYTES = 1024 * 1024
_MOST_BYTES = 20 * _CHUNK_BYTES


@router.get("")
def roster_page(visit: Visitor, agency_id: str) -> Answer:
    """Choose a file."""
    return _choose(visit, agency_id, Form.of({"action": "check"}))


@router.post("")
def send_roster(visit: Visitor, agency_id: str, form: Sent) -> Answer:
    """Send the file on, to be checked or applied; the report follows on a page of its own."""
    content = form.files.get("file", b"")
    if not content:
        form.errors["file"] = "Choose a file in CSV form."
    elif len(content) > _MOST_BYTES:
        form.errors["file"] = "The file is larger than 20 MB. Send the staff of one agency at a time."
    if form.errors:
        return _choose(visit, agency_id, form)
    directory, request_id = visit.clients.directory, form.request_id
    try:
        made = directory.CreateRosterImport(
            pb.CreateRosterImportRequest(
                parent=f"agencies/{agency_id}", dry_run=form.text("action") != "apply", request_id=request_id
            )
        )
        starts = range(0, len(content), _CHUNK_BYTES)
        for index, start in enumerate(starts):
            directory.AppendRosterChunk(
                pb.AppendRosterChunkRequest(
                    name=made.name,
                    index=index,
                    content=content[start : start + _CHUNK_BYTES],
                    request_id=str(uuid.uuid5(uuid.UUID(request_id), str(index))),
                )
            )
        directory.RunRosterImport(pb.RunRosterImportRequest(name=made.name, chunks=len(starts), request_id=request_id))
    except Refused as error:
        form.refuse(error)
        return _choose(visit, agency_id, form)
    return visit.go(f"/agencies/{agency_id}/roster/{made.name.removeprefix('rosterImports/')}")


@router.get("/{import_id}")
def report(visit: Visitor, agency_id: str, import_id: str, page: str = "") -> Answer:
    """What the file would change, or changed; each error with its row, column, value and rule."""
    name = f"rosterImports/{import_id}"
    made = visit.clients.directory.GetRosterImport(pb.GetRosterImportRequest(name=name))
    errors = visit.clients.directory.ListRosterImportErrors(
        pb.ListRosterImportErrorsRequest(parent=name, page_size=200, page_token=page)
    )
    return visit.page(
        "roster_report.html",
        agency_id=agency_id,
        import_id=import_id,
        made=made,
        rows=errors.errors,
        next_page=errors.next_page_token,
    )


def _choose(visit: Visit, agency_id: str, form: Form) -> Answer:
    agency = visit.clients.directory.GetAgency(pb.GetAgencyRequest(name=f"agencies/{agency_id}"))
    return visit.page("roster.html", status=400 if form.errors else 200, agency=agency, agency_id=agency_id, form=form)
