"""Who speaks for an organization: added, changed, and no longer."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.exceptions import HTTPException
from google.protobuf.field_mask_pb2 import FieldMask

from cadre.directory.v1 import organization_service_pb2 as pb
from gateway.organizations import pages
from gateway.web import clients
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/organizations/{organization_id}")

_AFFILIATION = "/affiliations/{affiliation_id}"
_IDENTITY = ("given_name", "family_name", "email")


@router.post("/people")
def add(visit: Visitor, organization_id: str, form: Sent) -> Answer:
    """Add somebody new, or one of our staff by their staff number."""
    if not form.text("staff_number") and not form.text("given_name") and not form.text("family_name"):
        form.errors["given_name"] = "Give the given name, or the family name of a person with one name."
    form.needs("position", "Give the title that they have there.")
    form.needs("start_date", "Give the first day on which they speak for the organization.")
    if not form.errors:
        person = pb.OutsidePerson(
            given_name=form.text("given_name"),
            family_name=form.text("family_name"),
            email=form.text("email"),
            title=form.text("position"),
            start_date=form.text("start_date"),
        )
        request = pb.CreateOutsidePersonRequest(
            parent=f"organizations/{organization_id}",
            person=person,
            staff_number=form.text("staff_number"),
            request_id=form.request_id,
        )
        try:
            made = visit.clients.organizations.CreateOutsidePerson(request)
        except Refused as error:
            form.refuse(error, {"title": "position"})
        else:
            return visit.go(f"/organizations/{organization_id}/{made.affiliation}", done="outside-added")
    return pages.show(visit, organization_id, form)


@router.get(_AFFILIATION)
def person_page(visit: Visitor, organization_id: str, affiliation_id: str) -> Answer:
    """One of them."""
    return _show(visit, organization_id, affiliation_id, Form())


@router.post(_AFFILIATION)
def change(visit: Visitor, organization_id: str, affiliation_id: str, form: Sent) -> Answer:
    """Change name, e-mail and title; of our staff the title alone."""
    form.needs("position", "Give the title that they have there.")
    known = _load(visit, organization_id, affiliation_id)
    person = pb.OutsidePerson(
        name=known.name,
        affiliation=known.affiliation,
        etag=form.text("etag"),
        given_name=form.text("given_name"),
        family_name=form.text("family_name"),
        email=form.text("email"),
        title=form.text("position"),
    )
    fields = ["title"] if known.staff else [*_IDENTITY, "title"]
    request = pb.UpdateOutsidePersonRequest(
        person=person, update_mask=FieldMask(paths=fields), request_id=form.request_id
    )
    service = visit.clients.organizations
    return _do(visit, organization_id, affiliation_id, form, lambda: service.UpdateOutsidePerson(request), "saved")


@router.post(_AFFILIATION + "/end")
def end(visit: Visitor, organization_id: str, affiliation_id: str, form: Sent) -> Answer:
    """Note that they speak for it no longer."""
    form.needs("end_date", "Give the first day on which they speak for it no longer.")
    form.needs("reason", "Say why, in a few words: it stays on record.")
    request = pb.EndAffiliationRequest(
        name=f"affiliations/{affiliation_id}",
        end_date=form.text("end_date"),
        reason=form.text("reason"),
        request_id=form.request_id,
    )
    service = visit.clients.organizations
    return _do(visit, organization_id, affiliation_id, form, lambda: service.EndAffiliation(request), "ended")


def _do(
    visit: Visit,
    organization_id: str,
    affiliation_id: str,
    form: SentForm,
    call: Callable[[], pb.OutsidePerson],
    done: str,
) -> Answer:
    stale = False
    if not form.errors:
        try:
            call()
        except Refused as error:
            form.refuse(error, {"title": "position"})
            stale = error.reason == "STALE"
        else:
            return visit.go(f"/organizations/{organization_id}/affiliations/{affiliation_id}", done=f"outside-{done}")
    return _show(visit, organization_id, affiliation_id, form, stale=stale)


def _show(visit: Visit, organization_id: str, affiliation_id: str, form: Form, *, stale: bool = False) -> Answer:
    person = _load(visit, organization_id, affiliation_id)
    saved = {field: getattr(person, field) for field in _IDENTITY} | {"position": person.title}
    saved |= {"end_date": person.end_date or visit.today.isoformat(), "reason": ""}
    form.beside(saved, person.etag, stale=stale)
    clients.seen_people().add(person.name)
    today = visit.today.isoformat()
    return visit.page(
        "organizations/person.html",
        status=400 if form.errors else 200,
        person=person,
        organization=visit.clients.organizations.GetOrganization(pb.GetOrganizationRequest(name=person.organization)),
        over=bool(person.end_date) and person.end_date <= today,
        begun=person.start_date <= today,
        form=form,
    )


def _load(visit: Visit, organization_id: str, affiliation_id: str) -> pb.OutsidePerson:
    found = visit.clients.organizations.GetOutsidePerson(
        pb.GetOutsidePersonRequest(name=f"affiliations/{affiliation_id}")
    )
    if found.organization != f"organizations/{organization_id}":
        raise HTTPException(404)
    return found
