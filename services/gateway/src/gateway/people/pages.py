"""An agency's people: the list, the list as a file, and somebody new."""

from fastapi import APIRouter

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from gateway.people import offered, people_files
from gateway.web import sheets
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/people")

# What the list can be narrowed to, and what it is then called.
SHOWN = {
    "": "Everyone",
    "new": "New in the last 90 days",
    "leave": "On leave",
    "left": "Left in the last 90 days",
    "unconfirmed": "E-mail not confirmed",
}
# Why somebody looks for a person, and which part of the person's page each name leads to.
ERRANDS = {"left": "Who left?", "leave": "Who is on leave?"}
# The refusals after which a page offers the person who has the number.
_KNOWN = ("STAFF_NUMBER_TAKEN", "STAFF_NUMBER_ALIKE")
_FIELDS = ("staff_number", "given_name", "family_name", "email", "telephone", "local_title", "job_class")


@router.get("")
def people_list(
    visit: Visitor, agency_id: str, query: str = "", unit: str = "", only: str = "", do: str = "", page: str = ""
) -> Answer:
    """Everybody with a job at the agency, by name."""
    parent = f"agencies/{agency_id}"
    listed = visit.clients.people.ListPeople(
        person_pb.ListPeopleRequest(
            parent=parent,
            page_size=50,
            page_token=page,
            query=query,
            unit=unit,
            only_on_leave=only == "leave",
            only_new=only == "new",
            only_left=only == "left",
            only_unconfirmed=only == "unconfirmed",
        )
    )
    vocabulary = visit.clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest())
    agency = visit.clients.agencies.GetAgency(agency_pb.GetAgencyRequest(name=parent))
    return visit.page(
        "people/people.html",
        agency=agency,
        people=listed.people,
        total=listed.total_size,
        units={one.slug: one.title for one in vocabulary.units},
        units_here=offered.units_at(agency, vocabulary.units),
        next_page=listed.next_page_token,
        chosen=Form.of({"query": query, "unit": unit, "only": only}),
        shown=list(SHOWN.items()),
        errand=do if do in ERRANDS else "",
        errands=ERRANDS,
        of_units=visit.rights.units("people.read", parent),
        may_write=visit.rights.at("people.write", parent),
        may_import=visit.rights.at("roster.import", parent),
    )


@router.get("/file")
def people_file(visit: Visitor, agency_id: str) -> Answer:
    """Everybody at the agency as a roster file: sent back as it is, it changes nothing."""
    parent = f"agencies/{agency_id}"
    vocabulary = visit.clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest())
    people: list[person_pb.Person] = []
    token = ""
    while True:
        listed = visit.clients.people.ListPeople(
            person_pb.ListPeopleRequest(parent=parent, page_size=1_000, page_token=token)
        )
        people.extend(listed.people)
        token = listed.next_page_token
        if not token:
            break
    content = people_files.of_people(vocabulary.roster_columns, people, parent, visit.today)
    return visit.download(content, f"people-{agency_id}-{visit.today}.csv", sheets.MEDIA_TYPE)


@router.get("/new")
def new_person(visit: Visitor, agency_id: str) -> Answer:
    """The form for somebody new."""
    form = Form.of(dict.fromkeys(_FIELDS, "") | {"units": [], "start_date": visit.today.isoformat()})
    return _new(visit, agency_id, form)


@router.post("/new")
def add_person(visit: Visitor, agency_id: str, form: Sent) -> Answer:
    """Add a person with a first job here; or, for somebody whose number is known, a job here too."""
    form.needs("staff_number", "Give the staff number.")
    if not form.text("given_name") and not form.text("family_name"):
        form.errors["given_name"] = "Give the given name, or the family name of a person with one name."
    form.needs("local_title", "Give the title that the job has here.")
    form.needs("job_class", "Choose the class of the job.")
    form.needs("start_date", "Give the first day of work.")
    known = ""
    if not form.errors:
        job = person_pb.Job(
            agency=f"agencies/{agency_id}",
            local_title=form.text("local_title"),
            job_class=form.text("job_class"),
            units=form.all("units"),
            start_date=form.text("start_date"),
        )
        try:
            made = _take_on(visit, form, job) if form.text("known") else _create(visit, form, job)
        except Refused as error:
            form.refuse(error, {"end_date": "start_date"})
            known = error.metadata.get("person", "") if error.reason in _KNOWN else ""
        else:
            return visit.go(f"/agencies/{agency_id}/{made.name}", done="added")
    return _new(visit, agency_id, form, known)


def _create(visit: Visit, form: Form, job: person_pb.Job) -> person_pb.Person:
    person = person_pb.Person(
        staff_number=form.text("staff_number"),
        given_name=form.text("given_name"),
        family_name=form.text("family_name"),
        email=form.text("email"),
        telephone=form.text("telephone"),
        jobs=[job],
    )
    return visit.clients.people.CreatePerson(
        person_pb.CreatePersonRequest(parent=job.agency, person=person, request_id=form.request_id)
    )


def _take_on(visit: Visit, form: Form, job: person_pb.Job) -> person_pb.Person:
    return visit.clients.people.CreateJob(
        person_pb.CreateJobRequest(parent=job.agency, person=form.text("known"), job=job, request_id=form.request_id)
    )


def _new(visit: Visit, agency_id: str, form: Form, known: str = "") -> Answer:
    vocabulary = visit.clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest())
    return visit.page(
        "people/person_new.html",
        status=400 if form.errors else 200,
        form=form,
        known=known,
        agency_id=agency_id,
        classes=[("", "Choose one")] + [(one.slug, one.title) for one in vocabulary.job_classes],
        units=offered.units_at(visit.agency(f"agencies/{agency_id}"), vocabulary.units, form.all("units")),
    )
