"""One change item: read, added, changed, taken out; and the letter that is drafted from several."""

from fastapi import APIRouter

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import release_service_pb2 as pb
from gateway.releases import forms, pages, phrases, shown
from gateway.web import declared
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/releases/{release_id}")

_NAMES = {**declared.names(forms.ITEM), "item": "item_id"}


@router.post("/letter")
def draft_letter(visit: Visitor, release_id: str, form: Sent) -> Answer:
    """Draft a letter for the items that are ticked, for the staff whom they concern."""
    for name in ("area", "role"):
        form.values.setdefault(name, [""])
    chosen = form.all("items")
    form.values.setdefault("items", [])
    if not chosen:
        form.errors["items"] = "Tick the items that the letter is about."
    if not form.errors:
        try:
            made = visit.clients.notices.BeginReleaseLetter(
                notice_pb.BeginReleaseLetterRequest(
                    items=[f"releases/{release_id}/items/{one}" for one in chosen],
                    audience=_audience(visit, release_id, chosen, form.request_id),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error)
        else:
            return visit.go(f"/{made.name.replace('notices', 'letters')}/edit/change")
    return pages.show(visit, release_id, form)


@router.get("/items/new")
def new_item(visit: Visitor, release_id: str) -> Answer:
    """Add an item."""
    release = shown.load(visit, release_id)
    values = declared.shown(forms.ITEM, pb.ChangeItem()) | {"roles": [], "etag": release.etag}
    return _form(visit, release, Form.of(values), None)


@router.post("/items/new")
def create_item(visit: Visitor, release_id: str, form: Sent) -> Answer:
    """Save a new item."""
    release, item = shown.load(visit, release_id), pb.ChangeItem()
    _read(form, item)
    if not form.errors:
        try:
            visit.clients.releases.CreateChangeItem(
                pb.CreateChangeItemRequest(
                    parent=release.name, item=item, etag=form.text("etag"), request_id=form.request_id
                )
            )
        except Refused as error:
            form.refuse(error, _NAMES)
            form.values["etag"] = [release.etag]
        else:
            return visit.go(f"/releases/{release_id}", done="item-saved")
    return _form(visit, release, form, None)


@router.get("/items/{item_id}")
def item_page(visit: Visitor, release_id: str, item_id: str) -> Answer:
    """One item, whole."""
    release, item = shown.load(visit, release_id), shown.item(visit, release_id, item_id)
    return visit.page(
        "releases/item.html",
        release=release,
        item=item,
        letters=[one for one in release.letters if one.notice in item.letters],
        classes=shown.classes(visit),
        phrases=phrases,
        form=Form(),
        may_write=visit.rights.state("notices.write"),
    )


@router.get("/items/{item_id}/edit")
def edit_item(visit: Visitor, release_id: str, item_id: str) -> Answer:
    """Change an item."""
    release, item = shown.load(visit, release_id), shown.item(visit, release_id, item_id)
    values = declared.shown(forms.ITEM, item) | {"roles": list(item.roles), "etag": release.etag}
    return _form(visit, release, Form.of(values), item)


@router.post("/items/{item_id}/edit")
def save_item(visit: Visitor, release_id: str, item_id: str, form: Sent) -> Answer:
    """Save it."""
    release, item = shown.load(visit, release_id), shown.item(visit, release_id, item_id)
    form.values["item_id"] = [item.item_id]
    saved = pb.ChangeItem(name=item.name, source=item.source)
    _read(form, saved)
    if not form.errors:
        try:
            visit.clients.releases.UpdateChangeItem(
                pb.UpdateChangeItemRequest(item=saved, etag=form.text("etag"), request_id=form.request_id)
            )
        except Refused as error:
            form.refuse(error, _NAMES)
            form.values["etag"] = [release.etag]
        else:
            return visit.go(f"/releases/{release_id}/items/{item_id}", done="item-saved")
    return _form(visit, release, form, item)


@router.post("/items/{item_id}/remove")
def remove_item(visit: Visitor, release_id: str, item_id: str, form: Sent) -> Answer:
    """Take it out, once that is meant."""
    release, item = shown.load(visit, release_id), shown.item(visit, release_id, item_id)
    if form.text("sure") != "yes":
        form.errors["sure"] = "Tick that it is to be taken out."
    if not form.errors:
        try:
            visit.clients.releases.DeleteChangeItem(
                pb.DeleteChangeItemRequest(name=item.name, etag=form.text("etag"), request_id=form.request_id)
            )
        except Refused as error:
            form.refuse(error)
        else:
            return visit.go(f"/releases/{release_id}", done="item-removed")
    return visit.page(
        "releases/item.html",
        status=400,
        release=release,
        item=item,
        letters=[one for one in release.letters if one.notice in item.letters],
        classes=shown.classes(visit),
        phrases=phrases,
        form=form,
        may_write=visit.rights.state("notices.write"),
    )


def _audience(visit: Visit, release_id: str, chosen: list[str], request_id: str) -> str:
    """Name whom the items concern: the classes of jobs of all of them, or everybody where one is for all."""
    found = [one for one in shown.items(visit, release_id).items if one.item_id in chosen]
    everybody = any(not one.roles for one in found)
    slugs = [] if everybody else sorted({slug for one in found for slug in one.roles})
    wanted = audience_pb.AudienceExpression(include=[audience_pb.AudienceClause(job_classes=slugs)])
    made = audience_pb.Audience(title=f"Items {', '.join(sorted(chosen))}"[:200], expression=wanted)
    asked = audience_pb.CreateAudienceRequest(audience=made, request_id=request_id)
    return visit.clients.audiences.CreateAudience(asked).name


def _read(form: Form, item: pb.ChangeItem) -> None:
    form.values.setdefault("roles", [])
    declared.read(forms.ITEM, form, item)
    item.roles.extend(sorted(form.all("roles")))
    if not item.training:
        item.training = pb.ChangeItem.NONE
    for one in declared.missing(forms.ITEM, item):
        form.errors.setdefault(one.name, "Fill this in.")


def _form(visit: Visit, release: pb.Release, form: Form, item: pb.ChangeItem | None) -> Answer:
    return visit.page(
        "releases/item_form.html",
        status=400 if form.errors else 200,
        release=release,
        item=item,
        form=form,
        fields=[one for one in forms.ITEM if item is None or one is not forms.ITEM_ID],
        areas=[("", "Choose one"), *((one, one) for one in phrases.AREAS)],
        classes=list(shown.classes(visit).items()),
        may_write=visit.rights.state("notices.write"),
    )
