"""One person at an agency: jobs, units, leave, and leaving."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.directory.v1 import directory_service_pb2 as pb
from gateway.forms import Form
from gateway.visit import Answer, Sent, Visit, Visitor
from servicekit.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/people/{person_id}")

_FIELDS = ("units", "leave_start", "leave_end", "return_date", "end_date")


@router.get("")
def person_page(visit: Visitor, agency_id: str, person_id: str) -> Answer:
    """The person."""
    return _person(visit, agency_id, person_id, None)


@router.post("/units")
def change_units(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """Change the work units of the job at this agency."""
    job = _job(_load(visit, person_id), agency_id)
    del job.units[:]
    job.units.extend(form.all("units"))
    request = pb.UpdateJobRequest(
        parent=f"agencies/{agency_id}", person=f"people/{person_id}", job=job, request_id=form.request_id
    )
    return _do(visit, agency_id, person_id, form, lambda: visit.clients.directory.UpdateJob(request), "unit")


@router.post("/leave")
def record_leave(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """Record a leave."""
    form.needs("leave_start", "Give the first day of the leave.")
    request = pb.RecordLeaveRequest(
        person=f"people/{person_id}",
        leave=pb.Leave(start_date=form.text("leave_start"), end_date=form.text("leave_end")),
        request_id=form.request_id,
    )
    return _do(visit, agency_id, person_id, form, lambda: visit.clients.directory.RecordLeave(request), "leave")


@router.post("/back")
def end_leave(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """Note that the person is back at work."""
    form.needs("return_date", "Give the first day back at work.")
    request = pb.EndLeaveRequest(
        person=f"people/{person_id}", return_date=form.text("return_date"), request_id=form.request_id
    )
    return _do(visit, agency_id, person_id, form, lambda: visit.clients.directory.EndLeave(request), "back")


@router.post("/left")
def end_job(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """Note that the person left the agency."""
    form.needs("end_date", "Give the first day on which the person no longer works here.")
    request = pb.EndJobRequest(
        parent=f"agencies/{agency_id}",
        person=f"people/{person_id}",
        end_date=form.text("end_date"),
        request_id=form.request_id,
    )
    return _do(visit, agency_id, person_id, form, lambda: visit.clients.directory.EndJob(request), "left")


def _do(visit: Visit, agency_id: str, person_id: str, form: Form, call: Callable[[], pb.Person], done: str) -> Answer:
    if not form.errors:
        try:
            call()
        except Refused as error:
            form.refuse(error, {"leave": "leave_start", "start_date": "leave_start"})
    if form.errors:
        return _person(visit, agency_id, person_id, form)
    # Who left is no longer on a page of this agency.
    page = f"/agencies/{agency_id}/people"
    return visit.go(page if done == "left" else f"{page}/{person_id}", done=done)


def _person(visit: Visit, agency_id: str, person_id: str, form: Form | None) -> Answer:
    person = _load(visit, person_id)
    job = _job(person, agency_id)
    today = visit.today.isoformat()
    if form is None:
        form = Form.of(
            {"units": list(job.units), "leave_start": today, "leave_end": "", "return_date": today, "end_date": today}
        )
    for field in _FIELDS:
        form.values.setdefault(field, [])
    vocabulary = visit.clients.directory.ListVocabulary(pb.ListVocabularyRequest())
    agencies = visit.clients.directory.ListAgencies(pb.ListAgenciesRequest(page_size=200)).agencies
    return visit.page(
        "person.html",
        status=400 if form.errors else 200,
        person=person,
        job=job,
        form=form,
        agency_id=agency_id,
        agencies={agency.name: agency.short_title for agency in agencies},
        titles={one.slug: one.title for one in vocabulary.job_classes}
        | {one.slug: one.title for one in vocabulary.units},
        units=[(one.slug, one.title) for one in vocabulary.units],
        may_write=visit.rights.at("people.write", f"agencies/{agency_id}"),
    )


def _load(visit: Visit, person_id: str) -> pb.Person:
    person = visit.people([f"people/{person_id}"]).get(f"people/{person_id}")
    if person is None:
        raise HTTPException(404)
    return person


def _job(person: pb.Person, agency_id: str) -> pb.Job:
    """Return the newest job at the agency."""
    here = [job for job in person.jobs if job.agency == f"agencies/{agency_id}"]
    if not here:
        raise HTTPException(404)
    return max(here, key=lambda job: job.start_date)
