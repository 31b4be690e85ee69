"""One person at an agency: who they are, jobs, units, leave, leaving, and coming back."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter
from fastapi.exceptions import HTTPException
from google.protobuf.field_mask_pb2 import FieldMask

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import unit_service_pb2 as unit_pb
from gateway.people import offered, training
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/people/{person_id}")

_IDENTITY = ("given_name", "family_name", "email", "telephone")
_POST = ("local_title", "job_class", "units")
# So long after the first day a page offers to say that somebody was added by mistake.
_RECENT = timedelta(days=30)
_LEADS = 50
_DAYS = ("leave_start", "leave_end", "return_date", "end_date", "again_date")


@router.get("")
def person_page(visit: Visitor, agency_id: str, person_id: str, do: str = "") -> Answer:
    """The person; *do* opens one of the forms."""
    return _person(visit, agency_id, person_id, None, do)


@router.post("/identity")
def change_identity(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """Change name, e-mail or telephone."""
    person = person_pb.Person(name=f"people/{person_id}", etag=form.text("etag"))
    for field in _IDENTITY:
        setattr(person, field, form.text(field))
    request = person_pb.UpdatePersonRequest(
        person=person, update_mask=FieldMask(paths=_IDENTITY), request_id=form.request_id
    )
    return _do(visit, agency_id, person_id, form, lambda: visit.clients.people.UpdatePerson(request), "identity")


@router.post("/job")
def change_job(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """Change title, class or work units of the job at this agency."""
    form.needs("local_title", "Give the title that the job has here.")
    job = person_pb.Job(local_title=form.text("local_title"), job_class=form.text("job_class"), units=form.all("units"))
    request = person_pb.UpdateJobRequest(
        parent=f"agencies/{agency_id}", person=f"people/{person_id}", job=job, request_id=form.request_id
    )
    return _do(visit, agency_id, person_id, form, lambda: visit.clients.people.UpdateJob(request), "unit")


@router.post("/leave")
def record_leave(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """Record a leave, or correct the last day of one."""
    form.needs("leave_start", "Give the first day of the leave.")
    request = person_pb.RecordLeaveRequest(
        person=f"people/{person_id}",
        leave=person_pb.Leave(start_date=form.text("leave_start"), end_date=form.text("leave_end")),
        request_id=form.request_id,
    )
    return _do(visit, agency_id, person_id, form, lambda: visit.clients.people.RecordLeave(request), "leave")


@router.post("/back")
def end_leave(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """Note that the person is back at work; a leave that has not begun is taken back."""
    form.needs("return_date", "Give the first day back at work.")
    request = person_pb.EndLeaveRequest(
        person=f"people/{person_id}", return_date=form.text("return_date"), request_id=form.request_id
    )
    return _do(visit, agency_id, person_id, form, lambda: visit.clients.people.EndLeave(request), "back")


@router.post("/left")
def end_job(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """Note that the person left the agency, or correct on which day; the first day here means added by mistake."""
    form.needs("end_date", "Give the first day on which the person no longer works here.")
    request = person_pb.EndJobRequest(
        parent=f"agencies/{agency_id}",
        person=f"people/{person_id}",
        end_date=form.text("end_date"),
        request_id=form.request_id,
    )
    return _do(visit, agency_id, person_id, form, lambda: visit.clients.people.EndJob(request), "left")


@router.post("/again")
def works_again(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """Note that somebody who was said to have left works here: a new row beside the one that ended."""
    form.needs("again_date", "Give the first day on which the person works here again.")
    job = _job(_load(visit, person_id), agency_id)
    again = person_pb.Job(
        local_title=job.local_title, job_class=job.job_class, units=job.units, start_date=form.text("again_date")
    )
    request = person_pb.CreateJobRequest(
        parent=f"agencies/{agency_id}", person=f"people/{person_id}", job=again, request_id=form.request_id
    )
    return _do(visit, agency_id, person_id, form, lambda: visit.clients.people.CreateJob(request), "again")


def _do(
    visit: Visit, agency_id: str, person_id: str, form: SentForm, call: Callable[[], person_pb.Person], done: str
) -> Answer:
    if not form.errors:
        try:
            call()
        except Refused as error:
            starts = "again_date" if done == "again" else "leave_start"
            form.refuse(error, {"leave": "leave_start", "start_date": starts})
    if form.errors:
        return _person(visit, agency_id, person_id, form, done)
    return visit.go(f"/agencies/{agency_id}/people/{person_id}", done=done)


def _person(visit: Visit, agency_id: str, person_id: str, form: Form | None, do: str = "") -> Answer:
    person = _load(visit, person_id)
    job = _job(person, agency_id)
    today = visit.today.isoformat()
    if form is None:
        form = Form()
    shown = {"leave_end": "", "again_date": job.end_date or today} | {
        field: getattr(person, field) for field in _IDENTITY
    }
    shown |= {"local_title": job.local_title, "job_class": job.job_class}
    for field in (*_IDENTITY, *_POST, *_DAYS):
        form.values.setdefault(field, list(job.units) if field == "units" else [shown.get(field, today)])
    vocabulary = visit.vocabulary()
    agencies = visit.agencies()
    return visit.page(
        "people/person.html",
        status=400 if form.errors else 200,
        person=person,
        job=job,
        left=bool(job.end_date and job.end_date <= today),
        recent=job.start_date > (visit.today - _RECENT).isoformat(),
        form=form,
        do=do,
        agency_id=agency_id,
        agencies={name: agency.short_title for name, agency in agencies.items()},
        titles={one.slug: one.title for one in vocabulary.job_classes}
        | {one.slug: one.title for one in vocabulary.units},
        classes=[(one.slug, one.title) for one in vocabulary.job_classes],
        units=offered.units_at(visit.agency(f"agencies/{agency_id}"), vocabulary.units, job.units),
        leads=visit.clients.units.ListUnitLeads(
            unit_pb.ListUnitLeadsRequest(parent=f"agencies/{agency_id}", person=person.name, page_size=_LEADS)
        ).leads,
        training=training.of_person(visit, f"agencies/{agency_id}", person.name),
        kept_here=f"agencies/{agency_id}" in person.kept_by,
        may_write=visit.rights.at("people.write", f"agencies/{agency_id}"),
    )


def _load(visit: Visit, person_id: str) -> person_pb.Person:
    person = visit.people([f"people/{person_id}"]).get(f"people/{person_id}")
    if person is None:
        raise HTTPException(404)
    return person


def _job(person: person_pb.Person, agency_id: str) -> person_pb.Job:
    """Return the newest job at the agency; one that was never begun only if there is no other of its day."""
    here = [job for job in person.jobs if job.agency == f"agencies/{agency_id}"]
    if not here:
        raise HTTPException(404)
    return max(here, key=lambda job: (job.start_date, job.end_date or "9999"))
