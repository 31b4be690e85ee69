"""Releases as they are read, planned and changed."""

from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.notification.v1 import release_service_pb2 as pb
from gateway.releases import drawing, forms, phrases, shown, standings
from gateway.web import declared
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/releases")

_ROWS = 25
_NAMES = declared.names(forms.RELEASE)


@router.get("")
def releases_page(visit: Visitor, page: str = "") -> Answer:
    """Every release that the visitor sees; the one that comes last into production stands first."""
    listed = visit.clients.releases.ListReleases(pb.ListReleasesRequest(page_size=_ROWS, page_token=page))
    return visit.page(
        "releases/releases.html",
        rows=listed.releases,
        next_page=listed.next_page_token,
        page=page,
        phrases=phrases,
        state=shown.sees_drafts(visit),
        may_write=visit.rights.state("notices.write"),
    )


@router.get("/new")
def new_release(visit: Visitor) -> Answer:
    """Plan a release."""
    if not visit.rights.state("notices.write"):
        raise HTTPException(403, "You may not do this. Ask your coordinator if you should.")
    return _form(visit, Form.of(declared.shown(forms.RELEASE, pb.Release())), None)


@router.post("/new")
def create_release(visit: Visitor, form: Sent) -> Answer:
    """Save what is planned."""
    said = pb.Release(demonstration=visit.gateway.settings.demo)
    _read(form, said)
    if not form.errors:
        try:
            made = visit.clients.releases.CreateRelease(
                pb.CreateReleaseRequest(release=said, request_id=form.request_id)
            )
        except Refused as error:
            form.refuse(error, _NAMES)
        else:
            return visit.go(f"/{made.name}", done="release-planned")
    return _form(visit, form, None)


@router.get("/{release_id}/edit")
def edit_release(visit: Visitor, release_id: str) -> Answer:
    """Change what a release says."""
    release = shown.load(visit, release_id)
    values = declared.shown(forms.RELEASE, release) | {"etag": release.etag}
    return _form(visit, Form.of(values), release)


@router.post("/{release_id}/edit")
def save_release(visit: Visitor, release_id: str, form: Sent) -> Answer:
    """Save it."""
    release = shown.load(visit, release_id)
    said = pb.Release()
    said.CopyFrom(release)
    said.etag = form.text("etag")
    _read(form, said)
    if not form.errors:
        try:
            visit.clients.releases.UpdateRelease(pb.UpdateReleaseRequest(release=said, request_id=form.request_id))
        except Refused as error:
            form.refuse(error, _NAMES)
            form.values["etag"] = [release.etag]
        else:
            return visit.go(f"/releases/{release_id}", done="release-saved")
    return _form(visit, form, release)


@router.get("/{release_id}")
def release_page(visit: Visitor, release_id: str, area: str = "", role: str = "") -> Answer:
    """One release: its days, its items, its letters with how ready people are, and what was decided."""
    return show(visit, release_id, Form.of({"area": area, "role": role, "items": []}))


@router.get("/{release_id}/print")
def release_print(visit: Visitor, release_id: str) -> Answer:
    """The release on paper: everything that an agency needs of it."""
    release = shown.load(visit, release_id)
    return visit.page(
        "releases/print.html",
        release=release,
        items=shown.items(visit, release_id).items,
        classes=shown.classes(visit),
        dates=drawing.dates(release, visit.today),
        phrases=phrases,
    )


def show(visit: Visit, release_id: str, form: Form) -> Answer:
    """Show a release with its items, narrowed to an area or a class of jobs."""
    release = shown.load(visit, release_id)
    area, role, classes = form.text("area"), form.text("role"), shown.classes(visit)
    every = shown.items(visit, release_id)
    found = shown.items(visit, release_id, area=area, role=role) if area or role else every
    areas = list(dict.fromkeys(one.area for one in every.items))
    named = {slug for one in every.items for slug in one.roles}
    return visit.page(
        "releases/release.html",
        status=400 if form.errors else 200,
        release=release,
        items=found.items,
        total=every.total_count,
        form=form,
        areas=[("", "All areas"), *((one, one) for one in areas)],
        roles=[("", "All job classes"), *((slug, title) for slug, title in classes.items() if slug in named)],
        own=list(dict.fromkeys(job.job_class for job in visit.me.person.jobs if job.job_class in classes)),
        ours=[visit.agency(name) for name in visit.rights.agencies("people.read")],
        params=urlencode({"area": area, "role": role}) if area or role else "",
        classes=classes,
        figures=shown.readiness(visit, release),
        picture=drawing.picture(release, visit.today),
        rows=drawing.ROW,
        dates=drawing.dates(release, visit.today),
        phrases=phrases,
        standings=standings.of,
        state=shown.sees_drafts(visit),
        may_write=visit.rights.state("notices.write"),
        may_decide=visit.rights.state("notices.approve"),
        names=visit.names([one.decider for one in release.decisions]),
        agencies=visit.agencies() if release.decisions else {},
    )


def _read(form: Form, said: pb.Release) -> None:
    declared.read(forms.RELEASE, form, said)
    for one in declared.missing(forms.RELEASE, said):
        form.errors.setdefault(one.name, "Fill this in.")


def _form(visit: Visit, form: Form, release: pb.Release | None) -> Answer:
    return visit.page(
        "releases/form.html",
        status=400 if form.errors else 200,
        form=form,
        fields=forms.RELEASE,
        release=release,
        may_write=visit.rights.state("notices.write"),
    )
