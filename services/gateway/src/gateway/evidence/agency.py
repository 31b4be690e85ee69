"""What an agency shows of a letter: its own people, by name."""

from collections.abc import Sequence

from fastapi import APIRouter

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import evidence_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.evidence import asking, covered, files, packets
from gateway.evidence.asking import Asked
from gateway.letters import csv_files, letters
from gateway.web import sheets
from gateway.web.visit import Answer, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/letters/{letter_id}/evidence")

_ROWS, _ROWS_OF_A_FILE = 50, 1000


@router.get("")
def evidence_page(visit: Visitor, agency_id: str, letter_id: str, page: str = "") -> Answer:
    """Who had confirmed a version by a day."""
    letter = visit.letter(letter_id)
    asked, found = asking.asked_of(visit, letter), pb.ListSignaturesResponse()
    try:
        found = _listed(visit, letter, agency_id, asked, page=page, size=_ROWS)
    except Refused as refused:
        asking.refuse(asked, refused)
    return visit.page(
        "evidence/agency.html",
        status=400 if asked.form.errors else 200,
        letter=letter,
        letters=letters,
        agency=visit.agency(f"agencies/{agency_id}"),
        asked=asked,
        found=found,
        page=page,
        people=visit.people([one.person for one in found.signatures]),
        no_name=files.NO_NAME,
        coverage=_coverage(visit, letter, agency_id),
        covered=covered,
        **packets.shown(visit, letter, f"agencies/{agency_id}"),
    )


@router.get("/signatures.csv")
def signatures_file(visit: Visitor, agency_id: str, letter_id: str) -> Answer:
    """The same as a file: everybody, on all pages."""
    letter = visit.letter(letter_id)
    asked = asking.asked_of(visit, letter)
    signatures = _all(visit, letter, agency_id, asked)
    known: dict[str, person_pb.Person] = {}
    for start in range(0, len(signatures), _ROWS_OF_A_FILE):
        known |= visit.people([one.person for one in signatures[start : start + _ROWS_OF_A_FILE]])
    content = files.people(letter, asked, signatures, known, visit.now)
    name = csv_files.name(letter, f"{agency_id}-confirmed-version-{asked.version}-by-{asked.on}", visit.today)
    return visit.download(content, name, sheets.MEDIA_TYPE)


@router.get("/coverage.csv")
def coverage_file(visit: Visitor, agency_id: str, letter_id: str) -> Answer:
    """Whom the letter reached here, as a file."""
    letter = visit.letter(letter_id)
    rows = [(visit.agency(f"agencies/{agency_id}").short_title, _coverage(visit, letter, agency_id))]
    name = csv_files.name(letter, f"{agency_id}-coverage", visit.today)
    return visit.download(files.coverage(letter, rows, visit.now), name, sheets.MEDIA_TYPE)


def _coverage(visit: Visit, letter: notice_pb.Notice, agency_id: str) -> pb.Coverage:
    request = pb.GetCoverageRequest(notice=letter.name, agency=f"agencies/{agency_id}")
    return visit.clients.evidence.GetCoverage(request)


def _all(visit: Visit, letter: notice_pb.Notice, agency_id: str, asked: Asked) -> Sequence[pb.Signature]:
    found: list[pb.Signature] = []
    token = ""
    while True:
        listed = _listed(visit, letter, agency_id, asked, page=token, size=_ROWS_OF_A_FILE)
        found += listed.signatures
        token = listed.next_page_token
        if not token:
            return found


def _listed(
    visit: Visit, letter: notice_pb.Notice, agency_id: str, asked: Asked, *, page: str, size: int
) -> pb.ListSignaturesResponse:
    return visit.clients.evidence.ListSignatures(
        pb.ListSignaturesRequest(
            parent=f"{letter.name}/versions/{asked.version}",
            agency=f"agencies/{agency_id}",
            date=asked.on,
            page_size=size,
            page_token=page,
        )
    )
