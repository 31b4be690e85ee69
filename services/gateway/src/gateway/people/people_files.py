"""People as a roster file, and the empty file to fill in.

The file has the columns that a roster is read by, so that one which is sent back as it came changes nothing. Roles and
who leads a unit are left out, and so are not touched. Whatever a spreadsheet program could take for a formula is marked
as text by an apostrophe, which a roster's reader takes off again.
"""

from collections.abc import Iterable
from datetime import date

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from gateway.web import sheets

# What each column means, for the page beside the template.
MEANINGS = {
    "agency": "Short name of your agency in addresses: {agency_id}",
    "staff_number": "The person's number; it never changes",
    "family_name": "May be empty if the given name is not",
    "given_name": "May be empty if the family name is not",
    "local_title": "The title that the job has here",
    "job_class": "Short name of the statewide class, from the list below",
    "hired_on": "First day of this job, such as 2026-11-23, or 11/23/2026 in the whole column",
    "email": "Work address; empty = none",
    "units": "Short names of work units from the list below, separated by ;",
    "left_on": "First day on which the person no longer works here; empty = works here",
    "leave_from": "First day of a leave",
    "leave_to": "Last day of a leave; empty, or 9999-12-31 = not known yet",
    "roles": "coordinator, supervisor or director, separated by ;",
    "leads": "Units that the person leads, from the list below, separated by ;",
    "telephone": "Work phone, such as 707-555-0123, ext. 4",
}


def template(columns: Iterable[agency_pb.RosterColumn]) -> bytes:
    """Return the file to fill in: the header alone, required columns first."""
    return sheets.file_of([column.name for column in columns], [])


def of_people(
    columns: Iterable[agency_pb.RosterColumn], people: Iterable[person_pb.Person], agency: str, today: date
) -> bytes:
    """Return *people* with their job at *agency* today, and the leave that lasts or comes next."""
    names = [column.name for column in columns if column.name not in ("roles", "leads")]
    rows = []
    for person in people:
        cells = _cells(person, agency, today.isoformat())
        rows.append([cells[name] for name in names])
    return sheets.file_of(names, rows)


def _cells(person: person_pb.Person, agency: str, today: str) -> dict[str, str]:
    here = [job for job in person.jobs if job.agency == agency and job.start_date <= today]
    job = max(here, key=lambda job: (job.start_date, job.end_date or "9999"))
    ahead = [leave for leave in person.leaves if not leave.end_date or leave.end_date >= today]
    leave = min(ahead, key=lambda leave: leave.start_date) if ahead else person_pb.Leave()
    return {
        "agency": agency.removeprefix("agencies/"),
        "staff_number": person.staff_number,
        "family_name": person.family_name,
        "given_name": person.given_name,
        "local_title": job.local_title,
        "job_class": job.job_class,
        "hired_on": job.start_date,
        "email": person.email,
        "units": ";".join(job.units),
        "left_on": job.end_date,
        "leave_from": leave.start_date,
        "leave_to": leave.end_date,
        "telephone": person.telephone,
    }
