"""Contract ↔ domain: roster files."""

from uuid import UUID

from cadre.directory.v1 import roster_service_pb2 as pb
from directory.rosters import imports
from directory.rosters.tables import RosterErrorRow, RosterImportRow, RosterNameRow
from directory.rules.names import display_name
from servicekit import names


def import_id(name: str, field: str = "name") -> UUID:
    """Return the id in `rosterImports/{uuid}`."""
    return names.uuid_in("rosterImports/{import}", name, field=field)


def roster_import(row: RosterImportRow, progress: imports.Progress | None = None) -> pb.RosterImport:
    """Return an import and what came of it; while it runs, what it is at."""
    message = pb.RosterImport(
        name=f"rosterImports/{row.id}",
        state=pb.RosterImport.State.Value(row.state),
        parent=f"agencies/{row.agency_id or '-'}",
        dry_run=row.dry_run,
        rows=row.rows,
        errors=row.errors,
        people_added=row.people_added,
        people_changed=row.people_changed,
        jobs_added=row.jobs_added,
        jobs_changed=row.jobs_changed,
        jobs_ended=row.jobs_ended,
        unchanged=row.unchanged,
        not_in_file=row.not_in_file,
        sent_by=row.actor,
        encoding=row.encoding,
        day_columns=[pb.RosterImport.DayColumn(**each) for each in row.days],
        names_changed=row.names_changed,
        leads_begun=row.leads_begun,
        leads_ended=row.leads_ended,
        lead_changes=[pb.RosterImport.LeadChange(**each) for each in row.leads],
        rows_left_out=row.left_out,
        rows_failed=row.failed,
    )
    if progress is not None and row.state == imports.RUNNING:
        message.step = pb.RosterImport.Step.Value(progress.step)
        message.rows, message.rows_done = progress.rows, progress.rows_done
    message.create_time.FromDatetime(row.created_at)
    if row.completed_at is not None:
        message.complete_time.FromDatetime(row.completed_at)
    return message


def roster_error(row: RosterErrorRow) -> pb.RosterImportError:
    """Return what is wrong with a cell."""
    return pb.RosterImportError(row=row.line, column=row.field, value=row.value, rule=row.rule, person=row.person)


def name_change(row: RosterNameRow) -> pb.RosterNameChange:
    """Return a name that a file changes."""
    return pb.RosterNameChange(
        row=row.line,
        person=f"people/{row.person_id}",
        staff_number=row.staff_number,
        before=display_name(row.family_before, row.given_before),
        after=display_name(row.family_name, row.given_name),
    )
