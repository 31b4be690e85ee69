"""The roster file: the columns of an agency's staff list as the roster import takes it, one row per job."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from cadre_cli.datafiles import (
    SEPARATOR,
    DataFileError,
    Optional,
    Several,
    Slug,
    Text,
    columns,
    data_root,
    read_table,
    require_known,
    require_unique,
)
from cadre_cli.reference import Reference

StaffNumber = Annotated[str, StringConstraints(pattern=r"^S-[0-9]{6}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.'-]+@[a-z0-9.-]+\.[a-z]+$")]
Telephone = Annotated[str, StringConstraints(pattern=r"^555-01[0-9]{2}, ext\. [0-9]{1,6}$")]
Role = Annotated[
    str,
    StringConstraints(
        pattern="^(coordinator|supervisor|director|policy_analyst|approver|training_manager|designer|evaluator|operator)$"
    ),
]

LOCAL_ROLES = ("coordinator", "supervisor", "director")
STATE_ROLES = ("policy_analyst", "approver", "training_manager", "designer", "evaluator", "operator")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One job of one person; a person with two jobs has two rows with the same staff number and name.

    ``left_on`` is the first day on which the person no longer holds the job; ``leave_from`` and ``leave_to`` are the
    first and the last day of a leave of absence. Everybody is a learner, so that role is not written.
    """

    agency: Slug
    staff_number: StaffNumber
    family_name: Text
    given_name: Text
    email: Optional[Email]
    local_title: Text
    job_class: Slug
    units: Several[Slug]
    hired_on: date
    left_on: Optional[date] = None
    leave_from: Optional[date] = None
    leave_to: Optional[date] = None
    roles: Several[Role] = ()
    telephone: Optional[Telephone] = None
    leads: Several[Slug] = ()

    @property
    def name(self) -> str:
        """The name as a page shows it."""
        return f"{self.given_name} {self.family_name}"

    def holds_job_on(self, day: date) -> bool:
        """Whether the person holds this job on *day*."""
        return self.hired_on <= day and (self.left_on is None or day < self.left_on)

    def on_leave_on(self, day: date) -> bool:
        """Whether the person is on leave of absence on *day*."""
        begun = self.leave_from is not None and self.leave_from <= day
        return begun and (self.leave_to is None or day <= self.leave_to)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return SEPARATOR.join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def text_of(rows: Iterable[RosterRow]) -> str:
    """Return the roster file that holds *rows*, header included."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns(RosterRow))
    names = [field.name for field in fields(RosterRow)]
    writer.writerows([_cell(getattr(row, name)) for name in names] for row in rows)
    return out.getvalue()


def synthetic_roster_path(root: Path | None = None) -> Path:
    """Return where the committed synthetic roster lies."""
    return (root or data_root()) / "synthetic" / "roster.csv"


def read(path: Path, reference: Reference) -> list[RosterRow]:
    """Read a roster file and check it against the reference data and itself."""
    rows = read_table(path, RosterRow)
    require_known(path, rows, "agency", lambda row: [row.agency], (agency.lcsa_id for agency in reference.agencies))
    require_known(path, rows, "job_class", lambda row: [row.job_class], (job.slug for job in reference.job_classes))
    require_known(path, rows, "units", lambda row: row.units, (unit.slug for unit in reference.all_units))
    require_known(path, rows, "leads", lambda row: row.leads, (unit.slug for unit in reference.all_units))
    require_unique(
        path, rows, "staff_number", lambda row: (row.staff_number, row.agency, row.local_title, row.hired_on)
    )
    people: dict[str, tuple[str, str, str | None]] = {}
    owners: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        _check_dates(path, number, row)
        person = (row.family_name, row.given_name, row.email)
        if people.setdefault(row.staff_number, person) != person:
            raise DataFileError(path, number, "staff_number", row.staff_number, "has another name or e-mail above")
        if row.email is not None and owners.setdefault(row.email, row.staff_number) != row.staff_number:
            raise DataFileError(path, number, "email", row.email, "belongs to another staff number above")
    return rows


def _check_dates(path: Path, number: int, row: RosterRow) -> None:
    if row.left_on is not None and row.left_on <= row.hired_on:
        raise DataFileError(path, number, "left_on", row.left_on, "must be after hired_on")
    if row.leave_to is not None and (row.leave_from is None or row.leave_to < row.leave_from):
        raise DataFileError(path, number, "leave_to", row.leave_to, "must not be before leave_from, nor stand alone")
