"""What the state shows of a letter: counts by agency, never names."""

from fastapi import APIRouter

from cadre.notification.v1 import evidence_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.evidence import asking, files
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
    )


@router.get("/signatures.csv")
def signatures_file(visit: Visitor, letter_id: str) -> Answer:
    """The same as a file."""
    letter = visit.letter(letter_id)
    asked = asking.asked_of(visit, letter)
    content = files.counts(letter, asked, _counted(visit, letter, asked), visit.agencies(), visit.now)
    name = csv_files.name(letter, f"confirmed-version-{asked.version}-by-{asked.on}", visit.today)
    return visit.download(content, name, sheets.MEDIA_TYPE)


def _counted(visit: Visit, letter: notice_pb.Notice, asked: Asked) -> pb.SignatureCounts:
    parent = f"{letter.name}/versions/{asked.version}"
    return visit.clients.evidence.GetSignatureCounts(pb.GetSignatureCountsRequest(parent=parent, date=asked.on))
