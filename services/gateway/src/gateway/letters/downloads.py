"""What can be downloaded of a letter: its tables, for spreadsheet programs."""

from fastapi import APIRouter

from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.letters import agency_lists, agreed, csv_files, forecasts, our_people, readiness
from gateway.web import sheets
from gateway.web.visit import Answer, Visitor

router = APIRouter()


@router.get("/letters/{letter_id}/agencies.csv")
def agencies_file(visit: Visitor, letter_id: str) -> Answer:
    """The table of agencies as a file: the same lines and the same numbers as on the page."""
    letter = visit.letter(letter_id)
    figures = visit.clients.readiness.GetReadiness(readiness_pb.GetReadinessRequest(notice=letter.name))
    page, agencies = f"/letters/{letter_id}", visit.agencies()
    rows, _ = readiness.shown(readiness.asked_of(visit.request.query_params, page, page, agencies), figures, agencies)
    content = csv_files.agencies(letter, figures, rows, visit.now)
    return visit.download(content, csv_files.name(letter, "agencies", visit.today), sheets.MEDIA_TYPE)


@router.get("/letters/{letter_id}/forecast.csv")
def forecast_file(visit: Visitor, letter_id: str) -> Answer:
    """The forecast of each agency as a file."""
    letter = visit.letter(letter_id)
    rows = forecasts.rows(forecasts.of_state(visit, letter), visit.agencies())
    content = csv_files.forecast(letter, rows, visit.now)
    return visit.download(content, csv_files.name(letter, "forecast", visit.today), sheets.MEDIA_TYPE)


@router.get("/agencies/{agency_id}/letters/{letter_id}/people.csv")
def people_file(visit: Visitor, agency_id: str, letter_id: str) -> Answer:
    """The agency's people under the letter as a file: whom the page shows, on all its pages, in its order."""
    mine = agency_lists.at(visit, agency_id, letter_id)
    letter = mine.notice
    lines = our_people.all_lines(visit, mine, visit.units())
    said = agreed.of_people(visit, mine.readiness.agency, letter.name, (line.person for line in lines))
    content = csv_files.people(letter, lines, visit.now, said)
    return visit.download(content, csv_files.name(letter, agency_id, visit.today), sheets.MEDIA_TYPE)
