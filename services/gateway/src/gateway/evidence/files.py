"""Who had confirmed, as files for spreadsheet programs."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import evidence_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.evidence import covered
from gateway.evidence.asking import Asked
from gateway.letters import csv_files
from gateway.web import sheets

PEOPLE_COLUMNS = (
    *("Letter", "As of", "Version asked for", "By the end of", "Name", "Staff number"),
    *("Confirmed version", "Confirmed at", "SHA-256 of the text", "Recorded for them"),
)
COUNT_COLUMNS = (
    *("Letter", "As of", "Version asked for", "By the end of", "Agency", "Confirmed for the agency"),
    *("Version that the agency confirmed", "Staff who had confirmed"),
)
COVERAGE_COLUMNS = (
    *("Letter", "As of", "Agency", "Expected", *covered.PARTS.values()),
    *covered.HOW.values(),
)
NO_NAME = "Not at this agency now"


def people(
    letter: notice_pb.Notice,
    asked: Asked,
    signatures: Iterable[pb.Signature],
    known: Mapping[str, person_pb.Person],
    at: datetime,
) -> bytes:
    """Return who of an agency had confirmed."""
    head = (*csv_files.head(letter, at), asked.version, asked.on)
    lines = [
        (
            *head,
            known[one.person].display_name if one.person in known else NO_NAME,
            known[one.person].staff_number if one.person in known else "",
            one.version,
            sheets.moment(one.sign_time),
            one.text_sha256,
            "Yes" if one.recorded else "No",
        )
        for one in signatures
    ]
    return sheets.file_of(PEOPLE_COLUMNS, lines)


def counts(
    letter: notice_pb.Notice,
    asked: Asked,
    answer: pb.SignatureCounts,
    agencies: Mapping[str, agency_pb.Agency],
    at: datetime,
) -> bytes:
    """Return how many had confirmed, by agency; the state's own figure as the last line."""
    head = (*csv_files.head(letter, at), asked.version, asked.on)
    lines = [
        (
            *head,
            agencies[one.agency].short_title,
            sheets.moment(one.confirm_time),
            one.confirmed_version or "",
            one.people,
        )
        for one in answer.agencies
    ]
    lines.append((*head, csv_files.WHOLE_STATE, "", "", answer.people))
    return sheets.file_of(COUNT_COLUMNS, lines)


def coverage(letter: notice_pb.Notice, rows: Iterable[tuple[str, pb.Coverage]], at: datetime) -> bytes:
    """Return whom a letter reached: a line for each agency, by its title."""
    begun = csv_files.head(letter, at)
    lines = [
        (
            *(*begun, title, one.expected),
            *(number for _, number in covered.parts(one)),
            *(covered.heard_so(one, how) for how in covered.HOW),
        )
        for title, one in rows
    ]
    return sheets.file_of(COVERAGE_COLUMNS, lines)
