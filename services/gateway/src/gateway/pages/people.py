"""An agency's people: the list, and somebody new."""

from fastapi import APIRouter

from cadre.directory.v1 import directory_service_pb2 as pb
from gateway.forms import Form
from gateway.visit import Answer, Sent, Visit, Visitor
from servicekit.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/people")


@router.get("")
def people_list(  # what the filter form has, and the page
    visit: Visitor, agency_id: str, query: str = "", unit: str = "", only: str = "", page: str = ""
) -> Answer:
    """Everybody with a job at the agency, by name."""
    parent = f"agencies/{agency_id}"
    directory = visit.clients.directory
    listed = directory.ListPeople(
        pb.ListPeopleRequest(
            parent=parent, page_size=50, page_token=page, query=query, unit=unit, only_on_leave=only == "leave"
        )
    )
    vocabulary = directory.ListVocabulary(pb.ListVocabularyRequest())
    return visit.page(
        "people.html",
        agency=directory.GetAgency(pb.GetAgencyRequest(name=parent)),
        people=listed.people,
        total=listed.total_size,
        units={one.slug: one.title for one in vocabulary.units},
        next_page=listed.next_page_token,
        chosen=Form.of({"query": query, "unit": unit, "only": only}),
        may_write=visit.rights.at("people.write", parent),
        may_import=visit.rights.at("roster.import", parent),
    )


@router.get("/new")
def new_person(visit: Visitor, agency_id: str) -> Answer:
    """The form for somebody new."""
    form = Form.of(
        dict.fromkeys(("staff_number", "given_name", "family_name", "email", "local_title", "job_class"), "")
        | {"units": [], "start_date": visit.today.isoformat()}
    )
    return _new(visit, agency_id, form)


@router.post("/new")
def add_person(visit: Visitor, agency_id: str, form: Sent) -> Answer:
    """Add a person with a first job here."""
    form.needs("staff_number", "Give the staff number.")
    form.needs("given_name", "Give the given name.")
    form.needs("local_title", "Give the title that the job has here.")
    form.needs("job_class", "Choose the class of the job.")
    form.needs("start_date", "Give the first day of work.")
    if not form.errors:
        job = pb.Job(
            agency=f"agencies/{agency_id}",
            local_title=form.text("local_title"),
            job_class=form.text("job_class"),
            units=form.all("units"),
            start_date=form.text("start_date"),
        )
        person = pb.Person(
            staff_number=form.text("staff_number"),
            given_name=form.text("given_name"),
            family_name=form.text("family_name"),
            email=form.text("email"),
            jobs=[job],
        )
        try:
            made = visit.clients.directory.CreatePerson(
                pb.CreatePersonRequest(parent=job.agency, person=person, request_id=form.request_id)
            )
        except Refused as error:
            form.refuse(error)
        else:
            return visit.go(f"/agencies/{agency_id}/{made.name}", done="added")
    return _new(visit, agency_id, form)


def _new(visit: Visit, agency_id: str, form: Form) -> Answer:
    vocabulary = visit.clients.directory.ListVocabulary(pb.ListVocabularyRequest())
    return visit.page(
        "person_new.html",
        status=400 if form.errors else 200,
        form=form,
        agency_id=agency_id,
        classes=[("", "Choose one")] + [(one.slug, one.title) for one in vocabulary.job_classes],
        units=[(one.slug, one.title) for one in vocabulary.units],
    )
