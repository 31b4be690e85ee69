"""A roster file: looked at first, row by row, then applied; who is missing from it is a question."""

import uuid

from fastapi import APIRouter

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from gateway.people import people_files
from gateway.web import sheets
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words.sentences import count
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/roster")

_CHUNK_BYTES = 1024 * 1024
_MOST_BYTES = 20 * _CHUNK_BYTES
_ERRORS_A_PAGE = 200
_MISSING_A_PAGE = 100
_NAMES_A_PAGE = 100
_EARLIER_FILES = 10
# Ways of writing letters that a file does not name: only its names tell which one it was.
_CODE_PAGES = ("Windows-1252", "MS-DOS", "Mac Roman")
# What a running import is at, as the page says it.
STEPS = {
    roster_pb.RosterImport.WAITING: "Waiting for its turn",
    roster_pb.RosterImport.READING: "Reading the file",
    roster_pb.RosterImport.CHECKING: "Checking every cell",
    roster_pb.RosterImport.APPLYING: "Applying it: people, jobs and leave",
}


@router.get("")
def roster_page(visit: Visitor, agency_id: str) -> Answer:
    """Choose a file."""
    return _choose(visit, agency_id, Form.of({"action": "check"}))


@router.post("")
def send_roster(visit: Visitor, agency_id: str, form: Sent) -> Answer:
    """Send the file on, to be checked or applied; the report follows on a page of its own."""
    content = form.files.get("file", b"")
    if not content:
        form.errors["file"] = "Choose a CSV file or a workbook (.xlsx)."
    elif len(content) > _MOST_BYTES:
        form.errors["file"] = "The file is larger than 20 MB. Send the staff of one agency at a time."
    if form.errors:
        return _choose(visit, agency_id, form)
    request_id = form.request_id
    try:
        made = visit.clients.rosters.CreateRosterImport(
            roster_pb.CreateRosterImportRequest(
                parent=f"agencies/{agency_id}", dry_run=form.text("action") != "apply", request_id=request_id
            )
        )
        starts = range(0, len(content), _CHUNK_BYTES)
        for index, start in enumerate(starts):
            visit.clients.rosters.AppendRosterChunk(
                roster_pb.AppendRosterChunkRequest(
                    name=made.name,
                    index=index,
                    content=content[start : start + _CHUNK_BYTES],
                    request_id=str(uuid.uuid5(uuid.UUID(request_id), str(index))),
                )
            )
        visit.clients.rosters.RunRosterImport(
            roster_pb.RunRosterImportRequest(name=made.name, chunks=len(starts), request_id=request_id)
        )
    except Refused as error:
        form.refuse(error)
        return _choose(visit, agency_id, form)
    return visit.go(f"/agencies/{agency_id}/roster/{made.name.removeprefix('rosterImports/')}")


@router.get("/template")
def template(visit: Visitor, agency_id: str) -> Answer:
    """An empty file with every column, the required ones first."""
    vocabulary = visit.clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest())
    content = people_files.template(vocabulary.roster_columns)
    return visit.download(content, f"roster-template-{agency_id}.csv", sheets.MEDIA_TYPE)


@router.get("/{import_id}")
def report(
    visit: Visitor, agency_id: str, import_id: str, page: str = "", missing: str = "", names: str = ""
) -> Answer:
    """What the file would change, or changed: names before and after; each error with its row; who is not in it."""
    return _report(visit, agency_id, import_id, Form(), page, missing, names)


@router.post("/{import_id}")
def turn_page(visit: Visitor, agency_id: str, import_id: str, form: Sent, missing: str = "") -> Answer:
    """More of those whom the file does not name, where those who were ticked stay so, with their days."""
    return _report(visit, agency_id, import_id, form, missing=missing)


@router.post("/{import_id}/apply")
def apply(visit: Visitor, agency_id: str, import_id: str, form: Sent) -> Answer:
    """Apply a file that was checked."""
    request = roster_pb.ApplyRosterImportRequest(name=f"rosterImports/{import_id}", request_id=form.request_id)
    try:
        visit.clients.rosters.ApplyRosterImport(request)
    except Refused as error:
        form.refuse(error)
        return _report(visit, agency_id, import_id, form)
    return visit.go(f"/agencies/{agency_id}/roster/{import_id}")


@router.post("/{import_id}/left")
def note_who_left(visit: Visitor, agency_id: str, import_id: str, form: Sent) -> Answer:
    """Note who of those missing from the file left, each on a day of their own; the others stay."""
    left = form.all("left")
    if not left:
        form.errors["left"] = "Tick who left. Whom you do not tick stays."
    ends = [
        person_pb.JobEnd(person=person, end_date=form.text(f"day-{person.removeprefix('people/')}")) for person in left
    ]
    if not form.errors:
        try:
            answer = visit.clients.people.BatchEndJobs(
                person_pb.BatchEndJobsRequest(parent=f"agencies/{agency_id}", ends=ends, request_id=form.request_id)
            )
        except Refused as error:
            form.refuse(error, dict.fromkeys(("end_date", "person", "ends"), "left"))
        else:
            return visit.go(f"/agencies/{agency_id}/roster/{import_id}", done="left-many", n=answer.ended)
    return _report(visit, agency_id, import_id, form)


def _report(
    visit: Visit, agency_id: str, import_id: str, form: Form, page: str = "", missing: str = "", names: str = ""
) -> Answer:
    name = f"rosterImports/{import_id}"
    made = visit.clients.rosters.GetRosterImport(roster_pb.GetRosterImportRequest(name=name))
    errors = visit.clients.rosters.ListRosterImportErrors(
        roster_pb.ListRosterImportErrorsRequest(parent=name, page_size=_ERRORS_A_PAGE, page_token=page)
    )
    asked = visit.clients.rosters.ListPeopleNotInFile(
        roster_pb.ListPeopleNotInFileRequest(parent=name, page_size=_MISSING_A_PAGE, page_token=missing)
    )
    renamed = visit.clients.rosters.ListRosterNameChanges(
        roster_pb.ListRosterNameChangesRequest(parent=name, page_size=_NAMES_A_PAGE, page_token=names)
    )
    vocabulary = (
        visit.clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest())
        if made.lead_changes
        else agency_pb.Vocabulary()
    )
    form.values.setdefault("left", [])
    shown = {person.name for person in asked.people}
    return visit.page(
        "people/roster_report.html",
        status=400 if form.errors else 200,
        agency_id=agency_id,
        import_id=import_id,
        made=made,
        steps=list(STEPS.items()),
        rows=errors.errors,
        next_page=errors.next_page_token,
        asked=asked,
        ticked_elsewhere=[person for person in form.all("left") if person not in shown],
        renamed=renamed,
        applied=_applied(made),
        unit_titles={one.slug: one.title for one in vocabulary.units},
        left_out=_left_out(made),
        understood=_understood(made),
        form=form,
        may_write=visit.rights.at("people.write", f"agencies/{agency_id}"),
    )


def _applied(made: roster_pb.RosterImport) -> str:
    """Say that a file was applied, and if it was not as a whole, how much of it was not."""
    return f"Applied, except {count(made.rows_left_out, 'row')}" if made.rows_left_out else "Applied"


def _left_out(made: roster_pb.RosterImport) -> list[str]:
    """Say why rows of a file were not applied, and what to do about it."""
    changed, said = made.rows_left_out - made.rows_failed, []
    if changed:
        said.append(
            f"{count(changed, 'row was', 'rows were')} sound when the file was checked. Before their turn came, "
            "somebody had changed the same people, or given their address to others: these people stay as they are. "
            "Look at them, and send a file with these rows again."
        )
    if made.rows_failed:
        said.append(
            f"{count(made.rows_failed, 'row')} could not be worked on: this was an error of Cadre, not of the file. "
            "These people stay as they are. Send a file with these rows again."
        )
    return said


def _understood(made: roster_pb.RosterImport) -> list[str]:
    """Say how letters and days of the file were read, where it might have meant something else."""
    said = []
    if made.encoding in _CODE_PAGES:
        said.append(f"Letters were read as {made.encoding}. Look at the names with accents before you apply the file.")
    for column in made.day_columns:
        order = "month/day/year: 3/4/2024 is March 4" if column.month_first else "day/month/year: 3/4/2024 is April 3"
        doubt = "" if column.certain else ". No day in the file shows which comes first"
        said.append(f"Dates in {column.column} were read as {order}{doubt}.")
    return said


def _choose(visit: Visit, agency_id: str, form: Form) -> Answer:
    parent = f"agencies/{agency_id}"
    earlier = visit.clients.rosters.ListRosterImports(
        roster_pb.ListRosterImportsRequest(parent=parent, page_size=_EARLIER_FILES)
    )
    return visit.page(
        "people/roster.html",
        status=400 if form.errors else 200,
        agency=visit.clients.agencies.GetAgency(agency_pb.GetAgencyRequest(name=parent)),
        agency_id=agency_id,
        vocabulary=visit.clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest()),
        meanings={name: text.format(agency_id=agency_id) for name, text in people_files.MEANINGS.items()},
        earlier=earlier.roster_imports,
        applied=_applied,
        names=visit.names([one.sent_by for one in earlier.roster_imports if one.sent_by.startswith("people/")]),
        form=form,
    )
