"""An agency's people: the list, the list as a file, and somebody new."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import unit_service_pb2 as unit_pb
from gateway.people import lists, offered, people_files
from gateway.web import choosing, sheets
from gateway.web.choosing import Choice
from gateway.web.forms import Form
from gateway.web.table import Asked, Options, Part
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/people")

# More than there are kinds of work.
_UNITS = 200
# Why somebody looks for a person, and which part of the person's page each name leads to.
ERRANDS = {"left": "Who left?", "leave": "Who is on leave?"}
# The refusals after which a page offers the person who has the number.
_KNOWN = ("STAFF_NUMBER_TAKEN", "STAFF_NUMBER_ALIKE")
_FIELDS = ("staff_number", "given_name", "family_name", "email", "telephone", "local_title", "job_class")


@router.get("")
def people_list(visit: Visitor, agency_id: str) -> Answer:
    """Everybody with a job at the agency, by name; of a large one its units, until more is asked."""
    return _list(visit, agency_id, visit.request.query_params, Choice())


@router.post("")
def choose_people(visit: Visitor, agency_id: str, form: Sent) -> Answer:
    """Another part of the list, where those who were ticked stay so; or everyone of it ticked, or nobody."""
    parent, action = f"agencies/{agency_id}", form.text("action")
    params, choice = choosing.params(visit, form), Choice.of(form)
    asked = _asked(params, parent, _units_of(visit, visit.agency(parent)), by_unit=True, errand=True)
    if action == choosing.ALL:
        everyone = _everybody(visit, lists.request(parent, asked.from_the_first, size=lists.A_CALL, pages=False))
        choice = Choice(tuple(person.name for person in everyone))
    if action == choosing.NONE or not choice.people:
        return visit.go(asked.here)
    return _list(visit, agency_id, params, choice)


def _list(visit: Visit, agency_id: str, params: Mapping[str, str], choice: Choice) -> Answer:
    parent = f"agencies/{agency_id}"
    errand = params.get("do", "") if params.get("do") in ERRANDS else ""
    counts = visit.clients.people.GetStaffCounts(person_pb.GetStaffCountsRequest(parent=parent))
    agency = visit.agency(parent)
    units_here = _units_of(visit, agency)
    by_unit = counts.staff > lists.BY_UNIT_ABOVE
    asked = _asked(params, parent, units_here, by_unit=by_unit, errand=bool(errand))
    found: dict[str, Any] = {"units": (), "lines": (), "part": None}
    if by_unit and not params.keys() - {"do"}:
        request = unit_pb.ListUnitsRequest(parent=parent, page_size=_UNITS)
        found["units"] = visit.clients.units.ListUnits(request).units
    else:
        listed = visit.clients.people.ListPeople(lists.request(parent, asked, size=lists.PEOPLE.size, pages=True))
        found["lines"] = lists.lines(listed.people, parent, visit.units(), visit.today)
        found["part"] = Part.of_tokens(
            asked, listed.page_tokens, skipped=listed.skipped, shown=len(listed.people), total=listed.total_size
        )
    return visit.page(
        "people/people.html",
        agency=agency,
        asked=asked,
        counts=counts,
        titles=visit.units(),
        errand=errand,
        errands=ERRANDS,
        choice=choice,
        of_units=visit.rights.units("people.read", parent),
        may_write=visit.rights.at("people.write", parent),
        form=Form(),
        **found,
    )


@router.get("/list.csv")
def list_file(visit: Visitor, agency_id: str) -> Answer:
    """The list as a file: whom the page shows, on all its pages, in its order."""
    parent, params = f"agencies/{agency_id}", visit.request.query_params
    asked = _asked(params, parent, _units_of(visit, visit.agency(parent)), by_unit=True, errand=False)
    request = lists.request(parent, asked, size=lists.A_CALL, pages=False)
    people = _everybody(visit, request)
    content = lists.as_file(lists.lines(people, parent, visit.units(), visit.today))
    return visit.download(content, f"list-{agency_id}-{visit.today}.csv", sheets.MEDIA_TYPE)


@router.get("/file")
def people_file(visit: Visitor, agency_id: str) -> Answer:
    """Everybody at the agency as a roster file: sent back as it is, it changes nothing."""
    parent = f"agencies/{agency_id}"
    vocabulary = visit.clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest())
    people = _everybody(visit, person_pb.ListPeopleRequest(parent=parent, page_size=lists.A_CALL))
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


def _asked(params: Mapping[str, str], parent: str, units: Options, *, by_unit: bool, errand: bool) -> Asked:
    offered_filters = lists.filters(units, by_unit=by_unit, errand=errand)
    return lists.PEOPLE.asked(params, f"/{parent}/people", offered_filters, file=f"/{parent}/people/list.csv")


def _units_of(visit: Visit, agency: agency_pb.Agency) -> list[tuple[str, str]]:
    """Return the units that the visitor may choose: of whom they see at the agency, and none recorded."""
    mine = visit.rights.units("people.read", agency.name)
    here = offered.units_at(agency, visit.vocabulary().units)
    if mine is not None:
        return [one for one in here if one[0] in mine]
    return [(lists.NO_UNIT, "No unit recorded"), *here]


def _everybody(visit: Visit, request: person_pb.ListPeopleRequest) -> list[person_pb.Person]:
    """Return the people on all pages of a list."""
    people: list[person_pb.Person] = []
    while True:
        listed = visit.clients.people.ListPeople(request)
        people.extend(listed.people)
        request.page_token = listed.next_page_token
        if not listed.next_page_token:
            return people


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
