"""Organizations outside: the list, one of them, and what is said of it."""

from collections.abc import Mapping

from fastapi import APIRouter
from google.protobuf.field_mask_pb2 import FieldMask

from cadre.directory.v1 import organization_service_pb2 as pb
from gateway.organizations import phrases
from gateway.web import clients, sheets
from gateway.web.forms import Form
from gateway.web.table import Asked, Column, Filter, Table
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/organizations")

_A_CALL = 200
# Of one organization, those who speak for it first; the page says so where there are more.
_PEOPLE = 100
_SAID = ("title", "short_title", "kind", "source")
_CONSENT = ("consent_by", "consent_date")
NEW_PERSON = ("given_name", "family_name", "email", "position", "start_date", "staff_number")
_OF_EVERYBODY = Table(
    ("organization", "organizations"),
    (Column("Organization", "title"), Column("Kind", "kind")),
    by="title",
    search="Part of a name",
)
_OF_KEEPERS = Table(
    ("organization", "organizations"),
    (
        Column("Organization", "title"),
        Column("Kind", "kind"),
        Column("People", "people", number=True, down=True),
        Column("Listed", "listed"),
    ),
    by="title",
    search="Part of a name",
)
_KEYS = {
    "title": lambda one: one.title.casefold(),
    "kind": phrases.kind,
    "people": lambda one: one.people_count,
    "listed": lambda one: one.listed,
}


def may_write(visit: Visit) -> bool:
    """Whether the visitor looks after organizations."""
    return visit.rights.state("organizations.write")


@router.get("")
def organizations(visit: Visitor, do: str = "") -> Answer:
    """The list, A to Z: what is listed, and all of them for who looks after them."""
    return _list(visit, Form(), do)


@router.get("/list.csv")
def list_file(visit: Visitor) -> Answer:
    """The list as a file."""
    asked = _asked(visit.request.query_params, keeps=may_write(visit))
    rows, _ = asked.from_the_first.cut(_matching(visit, asked), _KEYS)
    titles = [column.title for column in asked.table.columns]
    lines = [
        [one.title, phrases.kind(one), one.people_count, "yes" if one.listed else "no"][: len(titles)] for one in rows
    ]
    return visit.download(sheets.file_of(titles, lines), f"organizations-{visit.today}.csv", sheets.MEDIA_TYPE)


@router.post("")
def add(visit: Visitor, form: Sent) -> Answer:
    """Add an organization, which is not listed yet."""
    form.needs("title", "Give the name of the organization.")
    form.needs("kind", "Choose the kind.")
    if not form.errors:
        request = pb.CreateOrganizationRequest(organization=_said(form), request_id=form.request_id)
        try:
            made = visit.clients.organizations.CreateOrganization(request)
        except Refused as error:
            form.refuse(error, {"organization_id": "title"})
        else:
            return visit.go(f"/{made.name}", done="organization-added")
    return _list(visit, form, "add")


@router.get("/{organization_id}")
def organization(visit: Visitor, organization_id: str) -> Answer:
    """One organization: what is said of it, and for who looks after it its people."""
    return show(visit, organization_id, Form())


@router.post("/{organization_id}")
def change(visit: Visitor, organization_id: str, form: Sent) -> Answer:
    """Change what is said of it."""
    form.needs("title", "Give the name of the organization.")
    form.needs("kind", "Choose the kind.")
    return _update(visit, organization_id, form, _said(form), _SAID, "organization-saved")


@router.post("/{organization_id}/listing")
def list_or_not(visit: Visitor, organization_id: str, form: Sent) -> Answer:
    """List it, or list it no longer. A tribe is listed with its consent."""
    said = pb.Organization(listed=form.text("listing") == "yes")
    if said.listed:
        said.consent_by, said.consent_date = form.text("consent_by"), form.text("consent_date")
    done = "organization-listed" if said.listed else "organization-unlisted"
    return _update(visit, organization_id, form, said, ("listed", *_CONSENT), done)


def show(visit: Visit, organization_id: str, form: Form, *, stale: bool = False) -> Answer:
    """Show an organization with *form* in its place."""
    found = visit.clients.organizations.GetOrganization(
        pb.GetOrganizationRequest(name=f"organizations/{organization_id}")
    )
    writes = may_write(visit)
    saved = {field: getattr(found, field) for field in ("title", "short_title", "source", *_CONSENT)}
    saved["kind"] = pb.Organization.Kind.Name(found.kind)
    form.beside(saved, found.etag, stale=stale)
    for field in NEW_PERSON:
        form.values.setdefault(field, [visit.today.isoformat() if field == "start_date" else ""])
    people = pb.ListOutsidePeopleResponse()
    if writes:
        people = visit.clients.organizations.ListOutsidePeople(
            pb.ListOutsidePeopleRequest(parent=found.name, page_size=_PEOPLE)
        )
        clients.seen_people().update(one.name for one in people.people)
    return visit.page(
        "organizations/organization.html",
        status=400 if form.errors else 200,
        organization=found,
        kind=phrases.kind(found),
        tribe=found.kind == pb.Organization.TRIBE,
        people=people.people,
        more=bool(people.next_page_token),
        today=visit.today.isoformat(),
        kinds=phrases.CHOICES,
        may_write=writes,
        form=form,
    )


def _said(form: Form) -> pb.Organization:
    return pb.Organization(
        title=form.text("title"),
        short_title=form.text("short_title"),
        kind=phrases.kind_of(form.text("kind")),
        source=form.text("source"),
    )


def _update(
    visit: Visit, organization_id: str, form: Sent, said: pb.Organization, fields: tuple[str, ...], done: str
) -> Answer:
    stale = False
    if not form.errors:
        said.name, said.etag = f"organizations/{organization_id}", form.text("etag")
        request = pb.UpdateOrganizationRequest(
            organization=said, update_mask=FieldMask(paths=fields), request_id=form.request_id
        )
        try:
            visit.clients.organizations.UpdateOrganization(request)
        except Refused as error:
            form.refuse(error)
            stale = error.reason == "STALE"
        else:
            return visit.go(f"/organizations/{organization_id}", done=done)
    return show(visit, organization_id, form, stale=stale)


def _asked(params: Mapping[str, str], *, keeps: bool) -> Asked:
    kinds = Filter("type", "Kind", [("", "All kinds"), *phrases.CHOICES[1:]])
    table = _OF_KEEPERS if keeps else _OF_EVERYBODY
    return table.asked(params, "/organizations", [kinds], file="/organizations/list.csv")


def _matching(visit: Visit, asked: Asked) -> list[pb.Organization]:
    words, kind = asked.query.casefold().split(), asked.text("type")
    return [
        one
        for one in _all(visit)
        if all(word in f"{one.title} {one.short_title}".casefold() for word in words)
        and kind in ("", pb.Organization.Kind.Name(one.kind))
    ]


def _all(visit: Visit) -> list[pb.Organization]:
    request, found = pb.ListOrganizationsRequest(page_size=_A_CALL), list[pb.Organization]()
    while True:
        answer = visit.clients.organizations.ListOrganizations(request)
        found += answer.organizations
        request.page_token = answer.next_page_token
        if not request.page_token:
            return found


def _list(visit: Visit, form: Form, do: str) -> Answer:
    writes = may_write(visit)
    asked = _asked(visit.request.query_params, keeps=writes)
    rows, part = asked.cut(_matching(visit, asked), _KEYS)
    for field in _SAID:
        form.values.setdefault(field, [""])
    return visit.page(
        "organizations/organizations.html",
        status=400 if form.errors else 200,
        asked=asked,
        rows=[(one, phrases.kind(one)) for one in rows],
        part=part,
        kinds=phrases.CHOICES,
        may_write=writes,
        do=do,
        form=form,
    )
