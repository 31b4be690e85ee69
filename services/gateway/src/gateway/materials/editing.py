"""One material of a course under way: added, changed with its file, its editable source brought in, taken out."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import material_service_pb2 as pb
from gateway.courses import uploading
from gateway.materials import forms, shown
from gateway.web import arriving
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.works import giving, written
from gateway.works import shown as works
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/works/{work_id}/materials")

_CHOOSE = "Choose the file. A browser does not keep it when a form comes back."


@router.get("/new")
def new_material(visit: Visitor, work_id: str, kind: str = "") -> Answer:
    """A form for one more."""
    under = shown.to_change(visit, work_id)
    one = pb.Material(kind=pb.Material.Kind.Value(kind) if kind in giving.KINDS else pb.Material.KIND_UNSPECIFIED)
    return _form(visit, under, None, Form.of(forms.opened(one)))


@router.post("/new")
async def add_material(visit: Visitor, request: Request, work_id: str) -> Answer:
    """Add it."""
    taking = uploading.Taking(visit)
    form = await arriving.read(request, visit, "file", taking, uploading.MOST_BYTES)
    return await run_in_threadpool(_add, visit, work_id, form, taking)


def _add(visit: Visit, work_id: str, form: SentForm, taking: uploading.Taking) -> Answer:
    under, said = shown.to_change(visit, work_id), pb.Material()
    _read(form, said, taking)
    if not form.errors:
        asked = pb.CreateMaterialRequest(parent=under.course, material=said, request_id=form.request_id)
        try:
            made = visit.clients.materials.CreateMaterial(asked)
        except Refused as error:
            form.refuse(error, forms.NAMES)
        else:
            to = f"{under.base}/{made.name.rpartition('/')[2]}#parts" if giving.is_guide(made) else under.base
            return visit.go(to, done="material-added")
    return _form(visit, under, None, form)


@router.get("/{material_id}")
def change_page(visit: Visitor, work_id: str, material_id: str) -> Answer:
    """One that is there."""
    under = shown.to_change(visit, work_id)
    one = shown.material(visit, under.course, material_id)
    return _form(visit, under, one, Form.of(forms.opened(one)))


@router.post("/{material_id}")
async def change_material(visit: Visitor, request: Request, work_id: str, material_id: str) -> Answer:
    """Save what was changed, perhaps with another file."""
    taking = uploading.Taking(visit)
    form = await arriving.read(request, visit, "file", taking, uploading.MOST_BYTES)
    return await run_in_threadpool(_change, visit, work_id, material_id, form, taking)


def _change(visit: Visit, work_id: str, material_id: str, form: SentForm, taking: uploading.Taking) -> Answer:
    under = shown.to_change(visit, work_id)
    one, said = shown.material(visit, under.course, material_id), pb.Material()
    said.CopyFrom(one)
    _read(form, said, taking)
    if saved(visit, said, one.etag, form):
        return visit.go(under.base, done="material-saved")
    return _form(visit, under, one, form)


@router.get("/{material_id}/source")
def source_page(visit: Visitor, work_id: str, material_id: str) -> Answer:
    """Bring in the file that can be edited."""
    under = shown.to_change(visit, work_id)
    one = shown.material(visit, under.course, material_id)
    return _source(visit, under, one, Form.of({"media": "", "filename": "", "etag": one.etag}))


@router.post("/{material_id}/source")
async def bring_source(visit: Visitor, request: Request, work_id: str, material_id: str) -> Answer:
    """Keep it beside the file that is handed out, or take it out."""
    taking = uploading.Taking(visit)
    form = await arriving.read(request, visit, "file", taking, uploading.MOST_BYTES)
    return await run_in_threadpool(_bring, visit, work_id, material_id, form, taking)


def _bring(visit: Visit, work_id: str, material_id: str, form: SentForm, taking: uploading.Taking) -> Answer:
    under = shown.to_change(visit, work_id)
    one, said = shown.material(visit, under.course, material_id), pb.Material()
    said.CopyFrom(one)
    form.values.setdefault("file", [""])
    if form.text("action") == "remove":
        said.ClearField("source")
        said.source_filename = ""
    else:
        uploading.take(form, taking)
        said.source.sha256, said.source_filename = form.text("media"), form.text("filename")
        if not said.source.sha256:
            form.errors.setdefault("file", _CHOOSE)
    if saved(visit, said, one.etag, form):
        return visit.go(f"{under.base}/{material_id}", done="material-saved")
    return _source(visit, under, one, form)


@router.get("/{material_id}/remove")
def remove_page(visit: Visitor, work_id: str, material_id: str) -> Answer:
    """What taking it out does, in numbers."""
    under = shown.to_change(visit, work_id)
    one = shown.material(visit, under.course, material_id)
    return _remove(visit, under, one, Form.of({"etag": one.etag}))


@router.post("/{material_id}/remove")
def remove(visit: Visitor, work_id: str, material_id: str, form: Sent) -> Answer:
    """Take it out of the draft."""
    under = shown.to_change(visit, work_id)
    one = shown.material(visit, under.course, material_id)
    asked = pb.DeleteMaterialRequest(name=one.name, etag=form.text("etag"), request_id=form.request_id)
    if form.accepted(visit.clients.materials.DeleteMaterial, asked):
        return visit.go(under.base, done="material-removed")
    form.values["etag"] = [one.etag]
    return _remove(visit, under, one, form)


def saved(visit: Visit, said: pb.Material, etag: str, form: SentForm, names: Mapping[str, str] = forms.NAMES) -> bool:
    """Save a material as it was read, with what changed; False where it is refused, which the form then shows."""
    said.etag = form.text("etag")
    if form.errors:
        return False
    asked = pb.UpdateMaterialRequest(material=said, request_id=form.request_id)
    try:
        visit.clients.materials.UpdateMaterial(asked)
    except Refused as error:
        form.refuse(error, names)
        # What somebody else saved meanwhile stands; what was typed takes its place if it is sent again.
        form.values["etag"] = [etag]
        return False
    return True


def _read(form: SentForm, said: pb.Material, taking: uploading.Taking) -> None:
    """Keep the file that came, and take over what was typed."""
    uploading.take(form, taking, captions="material_captions")
    forms.read(form, said)


def _form(visit: Visit, under: shown.Under, one: pb.Material | None, form: Form) -> Answer:
    coverage = giving.coverage(visit, under.course)
    # What it names that is there no more stays offered, so that saving does not drop it unseen.
    objectives = dict.fromkeys(form.all("objectives"), "One that is there no more") | dict(shown.rows(coverage))
    known = form.text("language")
    languages = giving.LANGUAGES if known in giving.LANGUAGES or not known else {**giving.LANGUAGES, known: known}
    return visit.page(
        "materials/edit.html",
        status=400 if form.errors else 200,
        under=under,
        work=under.work,
        one=one,
        form=form,
        fields=forms.PARTS,
        languages=list(languages.items()),
        modes=list(written.MODES.items()),
        chosen=[giving.mode(value) for value in coverage.modes],
        objectives=list(objectives.items()),
        vote=works.vote(visit, under.work),
        giving=giving,
        base=under.base,
        at=f"{under.base}/{one.name.rpartition('/')[2]}" if one else f"{under.base}/new",
    )


def _source(visit: Visit, under: shown.Under, one: pb.Material, form: Form) -> Answer:
    return visit.page(
        "materials/source.html",
        status=400 if form.errors else 200,
        under=under,
        work=under.work,
        one=one,
        form=form,
        giving=giving,
        vote=works.vote(visit, under.work),
        base=under.base,
        at=f"{under.base}/{one.name.rpartition('/')[2]}",
    )


def _remove(visit: Visit, under: shown.Under, one: pb.Material, form: Form) -> Answer:
    coverage = giving.coverage(visit, under.course)
    alone = sum(list(cell.materials) == [one.name] and not cell.sections for row in coverage.rows for cell in row.cells)
    entry = visit.clients.courses.GetCatalogueEntry(course_pb.GetCatalogueEntryRequest(name=under.course))
    return visit.page(
        "materials/remove.html",
        status=400 if form.errors else 200,
        under=under,
        work=under.work,
        one=one,
        form=form,
        alone=alone,
        kept=entry.latest_version if shown.in_versions(visit, one, under.course, entry.latest_version) else 0,
        vote=works.vote(visit, under.work),
        giving=giving,
        base=under.base,
        at=f"{under.base}/{one.name.rpartition('/')[2]}",
    )
