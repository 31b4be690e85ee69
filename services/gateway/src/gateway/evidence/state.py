"""What the state shows of a letter: counts by agency, never names."""

from fastapi import APIRouter

from cadre.notification.v1 import evidence_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.evidence import asking, covered, files, packets
from gateway.evidence.asking import Asked
from gateway.letters import csv_files, letters
from gateway.web import sheets
from gateway.web.visit import Answer, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/letters/{letter_id}/evidence")


@router.get("")
def evidence_page(visit: Visitor, letter_id: str) -> Answer:
    """How many had confirmed a version by a day, by agency."""
    letter = visit.letter(letter_id)
    asked, found = asking.asked_of(visit, letter), pb.SignatureCounts()
    try:
        found = _counted(visit, letter, asked)
    except Refused as refused:
        asking.refuse(asked, refused)
    return visit.page(
        "evidence/state.html",
        status=400 if asked.form.errors else 200,
        letter=letter,
        letters=letters,
        asked=asked,
        found=found,
        agencies=visit.agencies(),
        coverage=_coverage(visit, letter),
        covered=covered,
        **packets.shown(visit, letter),
    )


@router.get("/signatures.csv")
def signatures_file(visit: Visitor, letter_id: str) -> Answer:
    """The same as a file."""
    letter = visit.letter(letter_id)
    asked = asking.asked_of(visit, letter)
    content = files.counts(letter, asked, _counted(visit, letter, asked), visit.agencies(), visit.now)
    name = csv_files.name(letter, f"confirmed-version-{asked.version}-by-{asked.on}", visit.today)
    return visit.download(content, name, sheets.MEDIA_TYPE)


@router.get("/coverage.csv")
def coverage_file(visit: Visitor, letter_id: str) -> Answer:
    """Whom the letter reached, by agency, as a file; the state's own figures as the last line."""
    letter, agencies = visit.letter(letter_id), visit.agencies()
    found = _coverage(visit, letter)
    rows = [(agencies[one.agency].short_title, one) for one in found.agencies]
    content = files.coverage(letter, [*rows, (csv_files.WHOLE_STATE, found.state)], visit.now)
    return visit.download(content, csv_files.name(letter, "coverage", visit.today), sheets.MEDIA_TYPE)


def _coverage(visit: Visit, letter: notice_pb.Notice) -> pb.StateCoverage:
    return visit.clients.evidence.GetStateCoverage(pb.GetStateCoverageRequest(notice=letter.name))


def _counted(visit: Visit, letter: notice_pb.Notice, asked: Asked) -> pb.SignatureCounts:
    parent = f"{letter.name}/versions/{asked.version}"
    return visit.clients.evidence.GetSignatureCounts(pb.GetSignatureCountsRequest(parent=parent, date=asked.on))
