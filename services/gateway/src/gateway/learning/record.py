"""A person's record: their own, and for an agency that of one of its people; to read, to print, to keep."""

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.directory.v1 import person_service_pb2 as person_pb
from gateway.learning import hours, transcripts
from gateway.web import sheets
from gateway.web.visit import Answer, Number, Visit, Visitor

router = APIRouter()

_OF_PERSON = "/agencies/{agency_id}/people/{person_id}/record"


@router.get("/record")
def my_record(visit: Visitor, year: Number | None = None, page: str = "") -> Answer:
    """What the visitor completed in a year, and what each year adds up to, at whatever agency."""
    transcript = transcripts.of_year(visit, visit.person, "", year=year, page=page)
    return _page(visit, "learning/record.html", visit.me.person, "", transcript)


@router.get("/record/print")
def my_record_to_print(visit: Visitor) -> Answer:
    """The whole record on one page."""
    return _page(visit, "learning/record_print.html", visit.me.person, "", transcripts.whole(visit, visit.person, ""))


@router.get("/record.csv")
def my_record_as_file(visit: Visitor) -> Answer:
    """The whole record as a file."""
    return _file(visit, visit.me.person, transcripts.whole(visit, visit.person, ""))


@router.get(_OF_PERSON)
def record(visit: Visitor, agency_id: str, person_id: str, year: Number | None = None, page: str = "") -> Answer:
    """The record of one of the agency's people, wherever they completed it: passed or not yet, never a score."""
    person = _person(visit, agency_id, person_id)
    transcript = transcripts.of_year(visit, person.name, f"agencies/{agency_id}", year=year, page=page)
    return _page(visit, "learning/record.html", person, agency_id, transcript)


@router.get(_OF_PERSON + "/print")
def record_to_print(visit: Visitor, agency_id: str, person_id: str) -> Answer:
    """The whole record of one of the agency's people on one page."""
    person = _person(visit, agency_id, person_id)
    whole = transcripts.whole(visit, person.name, f"agencies/{agency_id}")
    return _page(visit, "learning/record_print.html", person, agency_id, whole)


@router.get(_OF_PERSON + ".csv")
def record_as_file(visit: Visitor, agency_id: str, person_id: str) -> Answer:
    """The whole record of one of the agency's people as a file."""
    person = _person(visit, agency_id, person_id)
    return _file(visit, person, transcripts.whole(visit, person.name, f"agencies/{agency_id}"))


def _person(visit: Visit, agency_id: str, person_id: str) -> person_pb.Person:
    """Return somebody who works or worked at the agency, if the visitor may see them."""
    person = visit.people([f"people/{person_id}"]).get(f"people/{person_id}")
    if person is None or not any(job.agency == f"agencies/{agency_id}" for job in person.jobs):
        raise HTTPException(404)
    return person


def _page(
    visit: Visit, template: str, person: person_pb.Person, agency_id: str, transcript: transcripts.Transcript
) -> Answer:
    own = not agency_id
    return visit.page(
        template,
        person=person,
        own=own,
        agency_id=agency_id,
        base="/record" if own else _OF_PERSON.format(agency_id=agency_id, person_id=person.name.rpartition("/")[2]),
        transcript=transcript,
        this_year=transcript.of(visit.today.year),
        hours=hours.by_month(transcript.years, visit.today),
        all_minutes=sum(year.minutes for year in transcript.years),
        all_completions=sum(year.completions for year in transcript.years),
    )


def _file(visit: Visit, person: person_pb.Person, transcript: transcripts.Transcript) -> Answer:
    name = f"training-record-{person.staff_number}-{visit.today.isoformat()}.csv"
    content = sheets.file_of(transcripts.COLUMNS, transcripts.rows(transcript))
    return visit.download(content, name, sheets.MEDIA_TYPE)
