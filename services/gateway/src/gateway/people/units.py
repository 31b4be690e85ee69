"""The units of an agency: who leads each, since when, and how many work in it."""

from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import unit_service_pb2 as pb
from gateway.people import offered
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.calendar import YEARS_OF_LIVES
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/units")

# More than there are kinds of work.
_ALL = 200
_FOUND, _HISTORY = 25, 50
_WHO = "Choose the person. Type a name or a staff number to find somebody else."
# Of a unit that many lead, the list names some and leads to the rest.
NAMED = 4
_FIELDS = {"lead.start_date": "start_date", "start": "start_date", "lead.person": "person", "lead": "person"}


@router.get("")
def units_list(visit: Visitor, agency_id: str, day: str = "") -> Answer:
    """Every unit with its leads, as of a day."""
    parent = f"agencies/{agency_id}"
    form = Form.of({"day": day or visit.today.isoformat()})
    on = form.day("day", YEARS_OF_LIVES, "Give a day.") or visit.today
    agency = visit.agency(parent)
    listed = visit.clients.units.ListUnits(pb.ListUnitsRequest(parent=parent, page_size=_ALL, day=on.isoformat()))
    vocabulary = visit.vocabulary()
    used = {one.name.rpartition("/")[2] for one in listed.units}
    mine = visit.rights.units("people.read", parent)
    return visit.page(
        "people/units.html",
        status=400 if form.errors else 200,
        agency=agency,
        agency_id=agency_id,
        units=listed.units,
        on=on,
        counts=visit.clients.people.GetStaffCounts(person_pb.GetStaffCountsRequest(parent=parent)),
        # Somebody may be said to lead one of these before anybody works in it.
        others=[one for one in offered.units_at(agency, vocabulary.units) if one[0] not in used],
        form=form,
        named=NAMED,
        only=mine is not None,
        may_write=visit.rights.at("people.write", parent),
    )


@router.get("/{unit_id}")
def one_unit(visit: Visitor, agency_id: str, unit_id: str, page: str = "", end: str = "") -> Answer:
    """Who leads a unit, and everybody who ever did; *end* chooses whose lead is to end."""
    return _unit(visit, agency_id, unit_id, Form.of({"lead": f"unitLeads/{end}" if end else ""}), page)


@router.get("/{unit_id}/lead")
def choose_lead(visit: Visitor, agency_id: str, unit_id: str, query: str = "", person: str = "") -> Answer:
    """Find who is to lead the unit: its own people first, anybody of the agency by name."""
    form = Form.of({"query": query, "person": person, "start_date": visit.today.isoformat()})
    return _choose(visit, agency_id, unit_id, form)


@router.post("/{unit_id}/lead")
def begin_lead(visit: Visitor, agency_id: str, unit_id: str, form: Sent) -> Answer:
    """Say what would change; once that is confirmed, change it."""
    form.needs("person", _WHO)
    day = form.day("start_date", YEARS_OF_LIVES, "Give the first day on which they lead the unit.")
    if form.errors or day is None:
        return _choose(visit, agency_id, unit_id, form)
    if form.text("step") != "confirmed":
        return _confirm(visit, agency_id, unit_id, form)
    parent = f"agencies/{agency_id}"
    lead = pb.UnitLead(unit=f"{parent}/units/{unit_id}", person=form.text("person"), start_date=form.text("start_date"))
    try:
        visit.clients.units.CreateUnitLead(
            pb.CreateUnitLeadRequest(
                parent=parent, lead=lead, replaces=form.text("replaces"), request_id=form.request_id
            )
        )
    except Refused as error:
        form.refuse(error, _FIELDS)
        return _choose(visit, agency_id, unit_id, form)
    return visit.go(f"/agencies/{agency_id}/units/{unit_id}", done="lead")


@router.post("/{unit_id}/end")
def end_lead(visit: Visitor, agency_id: str, unit_id: str, form: Sent) -> Answer:
    """Note from which day on somebody leads the unit no longer."""
    form.needs("lead", _WHO)
    if form.day("end_date", YEARS_OF_LIVES, "Give the first day on which they lead the unit no longer."):
        try:
            visit.clients.units.EndUnitLead(
                pb.EndUnitLeadRequest(
                    parent=f"agencies/{agency_id}",
                    name=form.text("lead"),
                    end_date=form.text("end_date"),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error, {"name": "end_date"})
        else:
            return visit.go(f"/agencies/{agency_id}/units/{unit_id}", done="lead-ended")
    return _unit(visit, agency_id, unit_id, form)


def _load(visit: Visit, agency_id: str, unit_id: str) -> pb.Unit:
    """Return a unit of the agency as it is today; one that nobody is in, and that nobody leads, is empty."""
    parent = f"agencies/{agency_id}"
    title = visit.units().get(unit_id)
    mine = visit.rights.units("people.read", parent)
    if title is None or (mine is not None and unit_id not in mine):
        raise HTTPException(404)
    listed = visit.clients.units.ListUnits(pb.ListUnitsRequest(parent=parent, page_size=_ALL)).units
    name = f"{parent}/units/{unit_id}"
    return next((one for one in listed if one.name == name), pb.Unit(name=name, title=title))


def _shared(visit: Visit, agency_id: str, unit_id: str, unit: pb.Unit) -> dict[str, Any]:
    today = visit.today.isoformat()
    return {
        "agency": visit.agency(f"agencies/{agency_id}"),
        "agency_id": agency_id,
        "unit_id": unit_id,
        "unit": unit,
        "now": [lead for lead in unit.leads if lead.start_date <= today],
        "later": [lead for lead in unit.leads if lead.start_date > today],
        "may_write": visit.rights.at("people.write", f"agencies/{agency_id}"),
    }


def _unit(visit: Visit, agency_id: str, unit_id: str, form: Form, page: str = "") -> Answer:
    unit = _load(visit, agency_id, unit_id)
    history = visit.clients.units.ListUnitLeads(
        pb.ListUnitLeadsRequest(parent=f"agencies/{agency_id}", unit=unit_id, page_size=_HISTORY, page_token=page)
    )
    goes_on = {lead.name for lead in unit.leads}
    form.values.setdefault("end_date", [visit.today.isoformat()])
    return visit.page(
        "people/unit.html",
        status=400 if form.errors else 200,
        form=form,
        before=[lead for lead in history.leads if lead.name not in goes_on],
        ending=bool(form.text("lead")),
        ending_options=[(lead.name, lead.display_name) for lead in unit.leads],
        next_page=history.next_page_token,
        **_shared(visit, agency_id, unit_id, unit),
    )


def _choose(visit: Visit, agency_id: str, unit_id: str, form: Form) -> Answer:
    unit = _load(visit, agency_id, unit_id)
    query = form.text("query")
    found = visit.clients.people.ListPeople(
        person_pb.ListPeopleRequest(
            parent=f"agencies/{agency_id}",
            page_size=_FOUND,
            query=query,
            unit="" if query or not unit.staff else unit_id,
        )
    )
    people = list(found.people)
    chosen, leading = form.text("person"), {lead.person for lead in unit.leads}
    if len(unit.leads) == 1:
        # Mostly one takes over from the other.
        form.values.setdefault("replaces", [unit.leads[0].name])
    if chosen and chosen not in {person.name for person in people}:
        people = [*visit.people([chosen]).values(), *people]
    return visit.page(
        "people/unit_lead.html",
        status=400 if form.errors else 200,
        form=form,
        query=query,
        total=found.total_size,
        most=_FOUND,
        replace_options=[
            ("", "Goes on, together with them"),
            *((lead.name, f"{lead.display_name} leads it no longer") for lead in unit.leads),
        ],
        found=[
            (person.name, _described(person, f"agencies/{agency_id}"))
            for person in people
            if person.name not in leading or person.name == chosen
        ],
        **_shared(visit, agency_id, unit_id, unit),
    )


def _confirm(visit: Visit, agency_id: str, unit_id: str, form: Form) -> Answer:
    unit = _load(visit, agency_id, unit_id)
    person = visit.people([form.text("person")]).get(form.text("person"))
    if person is None:
        raise HTTPException(404)
    instead = next((lead for lead in unit.leads if lead.name == form.text("replaces")), None)
    return visit.page(
        "people/unit_lead_confirm.html",
        form=form,
        person=person,
        instead=instead,
        in_units=[unit for job in person.jobs if job.agency == f"agencies/{agency_id}" for unit in job.units],
        day=sentences.as_date(form.text("start_date")),
        **_shared(visit, agency_id, unit_id, unit),
    )


def _described(person: person_pb.Person, agency: str) -> str:
    """`Ana Mills, S-000012, Child Support Supervisor`."""
    titles = [job.local_title for job in person.jobs if job.agency == agency]
    return ", ".join(part for part in (person.display_name, person.staff_number, titles[-1] if titles else "") if part)
