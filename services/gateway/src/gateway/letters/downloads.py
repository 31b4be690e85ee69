"""What can be downloaded of a letter: its tables, for spreadsheet programs."""

from fastapi import APIRouter

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.letters import agency_lists, csv_files, readiness
from gateway.web import sheets
from gateway.web.visit import Answer, Visitor

router = APIRouter()

# As many as the directory names in one call.
_NAMES_A_CALL = 1000


@router.get("/letters/{letter_id}/agencies.csv")
def agencies_file(visit: Visitor, letter_id: str, region: str = "", size: str = "") -> Answer:
    """The table of agencies as a file: the same lines and the same numbers as on the page."""
    letter = visit.letter(letter_id)
    figures = visit.clients.readiness.GetReadiness(readiness_pb.GetReadinessRequest(notice=letter.name))
    rows = readiness.rows(figures, visit.agencies(), region=region, size=size)
    content = csv_files.agencies(letter, figures, rows, visit.now)
    return visit.download(content, csv_files.name(letter, "agencies", visit.today), sheets.MEDIA_TYPE)


@router.get("/agencies/{agency_id}/letters/{letter_id}/people.csv")
def people_file(visit: Visitor, agency_id: str, letter_id: str, unit: str = "") -> Answer:
    """The agency's people under the letter as a file, for those who see their names on the page."""
    parent, letter = f"agencies/{agency_id}", visit.letter(letter_id)
    standings: list[agency_notice_pb.Recipient] = []
    people: dict[str, person_pb.Person] = {}
    page = ""
    while True:
        listed = visit.clients.agency_notices.ListRecipients(
            agency_notice_pb.ListRecipientsRequest(
                parent=parent,
                notice=letter.name,
                page_size=_NAMES_A_CALL,
                page_token=page,
                unit="" if unit == "all" else unit,
            )
        )
        standings += listed.recipients
        people |= visit.people([standing.person for standing in listed.recipients])
        page = listed.next_page_token
        if not page:
            break
    vocabulary = visit.clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest())
    units = {known.slug: known.title for known in vocabulary.units}
    content = csv_files.people(letter, agency_lists.lines(standings, people, units), visit.now)
    return visit.download(content, csv_files.name(letter, agency_id, visit.today), sheets.MEDIA_TYPE)
