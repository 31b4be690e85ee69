"""Pages of people, units and rosters."""

from cadre.directory.v1 import roster_service_pb2 as roster_pb
from cadre_cli.access import request_id
from servicekit.testing.waiting import wait_until

from .common import BIG_COORDINATOR, COORDINATOR

ROWS = [
    ("/agencies/{agency_id}/people", BIG_COORDINATOR, "/agencies/los-angeles/people"),
    ("/agencies/{agency_id}/people", BIG_COORDINATOR, "/agencies/los-angeles/people?unit=all&sort=-start_date"),
    ("/agencies/{agency_id}/people/numbers", COORDINATOR, "/agencies/lake/people/numbers"),
    ("/agencies/{agency_id}/people", COORDINATOR, "/agencies/lake/people?query=nobody-has-this-name"),
    ("/agencies/{agency_id}/people", COORDINATOR, "/agencies/lake/people?do=left"),
    ("/agencies/{agency_id}/people", COORDINATOR, "/agencies/lake/people?only=left"),
    ("/agencies/{agency_id}/people/new", COORDINATOR, "/agencies/lake/people/new"),
    ("/agencies/{agency_id}/people/{person_id}", COORDINATOR, "/agencies/lake/people/{worker}"),
    ("/agencies/{agency_id}/units", COORDINATOR, "/agencies/lake/units"),
    ("/agencies/{agency_id}/units", COORDINATOR, "/agencies/lake/units?day=1990-01-01"),
    ("/agencies/{agency_id}/units", BIG_COORDINATOR, "/agencies/los-angeles/units"),
    ("/agencies/{agency_id}/units/{unit_id}", BIG_COORDINATOR, "/agencies/los-angeles/units/enforcement"),
    ("/agencies/{agency_id}/units/{unit_id}", COORDINATOR, "/agencies/lake/units/enforcement"),
    ("/agencies/{agency_id}/units/{unit_id}", COORDINATOR, "/agencies/lake/units/intake"),
    ("/agencies/{agency_id}/units/{unit_id}/lead", COORDINATOR, "/agencies/lake/units/enforcement/lead"),
    (
        "/agencies/{agency_id}/units/{unit_id}/lead",
        BIG_COORDINATOR,
        "/agencies/los-angeles/units/outreach/lead?query=a",
    ),
    ("/agencies/{agency_id}/roster", COORDINATOR, "/agencies/lake/roster"),
    ("/agencies/{agency_id}/roster/{import_id}", COORDINATOR, "/agencies/lake/roster/{imported}"),
    ("/agencies/{agency_id}/roster/{import_id}", COORDINATOR, "/agencies/lake/roster/{checked}"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/agencies/{agency_id}/people/file",
    "/agencies/{agency_id}/people/list.csv",
    "/agencies/{agency_id}/roster/template",
}


def checked_roster(access, lead):
    """A file that was checked, and that names nobody at Lake but somebody new: the others are asked about."""
    ask = access.ask
    create = roster_pb.CreateRosterImportRequest(
        parent="agencies/lake", dry_run=True, request_id=request_id("sweep", "checked")
    )
    name = ask(access.rosters.CreateRosterImport, create, person=lead).name
    content = (
        b"agency,staff_number,family_name,given_name,local_title,job_class,hired_on\n"
        b"lake,T-000001,New,Nora,Officer,attorney-1,2026-10-01\n"
    )
    append = roster_pb.AppendRosterChunkRequest(
        name=name, index=0, content=content, request_id=request_id("sweep", "chunk")
    )
    ask(access.rosters.AppendRosterChunk, append, person=lead)
    run = roster_pb.RunRosterImportRequest(name=name, chunks=1, request_id=request_id("sweep", "run"))
    ask(access.rosters.RunRosterImport, run, person=lead)

    def checked():
        found = ask(access.rosters.GetRosterImport, roster_pb.GetRosterImportRequest(name=name), person=lead)
        return found.state == roster_pb.RosterImport.CHECKED

    wait_until(checked, "the file should have been checked")
    return name.removeprefix("rosterImports/")
