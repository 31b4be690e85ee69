"""A guide for trainers, part by part: goals, what is needed, what the trainer says and does in steps; and the rule."""

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import material_service_pb2 as pb
from gateway.materials import forms, shown
from gateway.materials.editing import saved
from gateway.web import declared, drafts
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Number, Sent, Visit, Visitor
from gateway.works import giving
from gateway.works import shown as works
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/works/{work_id}/materials")


@router.get("/trainer-rule")
def rule_page(visit: Visitor, work_id: str) -> Answer:
    """Who may train with it, and what they show before they do."""
    under = shown.to_change(visit, work_id)
    rule = giving.of_course(visit, under.course).rule or pb.TrainerRule()
    return _rule(visit, under, Form.of(_opened(rule)))


@router.post("/trainer-rule")
def save_rule(visit: Visitor, work_id: str, form: Sent) -> Answer:
    """Save it."""
    under = shown.to_change(visit, work_id)
    said = pb.TrainerRule(course=under.course, practice=_lines(form, "practice"), etag=form.text("etag"))
    declared.read(forms.RULE, form, said)
    if not form.errors:
        asked = pb.UpdateTrainerRuleRequest(rule=said, request_id=form.request_id)
        try:
            visit.clients.materials.UpdateTrainerRule(asked)
        except Refused as error:
            form.refuse(error)
            kept = giving.of_course(visit, under.course).rule or pb.TrainerRule()
            form.values["etag"] = [kept.etag]
        else:
            return visit.go(f"{under.base}#trainers", done="trainer-rule-saved")
    return _rule(visit, under, form)


@router.post("/{material_id}/modules")
def move_module(visit: Visitor, work_id: str, material_id: str, form: Sent) -> Answer:
    """Move a part up or down."""
    under, one = _guide(visit, work_id, material_id)
    to = f"{under.base}/{material_id}#parts"
    if not drafts.ordered(one.modules, form.text("action")):
        return visit.go(to)
    if saved(visit, one, one.etag, form, forms.MODULE_NAMES):
        return visit.go(to, done="moved")
    return _module(visit, under, one, len(one.modules) + 1, _new(one, form))


@router.get("/{material_id}/modules/{number}")
def module_page(visit: Visitor, work_id: str, material_id: str, number: Number) -> Answer:
    """One part of a guide; the number after the last one is a new part."""
    under, one = _guide(visit, work_id, material_id)
    return _module(visit, under, one, number, Form.of(forms.module_opened(_part(one, number), one.etag)))


@router.post("/{material_id}/modules/{number}")
def change_module(visit: Visitor, work_id: str, material_id: str, number: Number, form: Sent) -> Answer:
    """Save a part, show more or fewer rows for its steps, or take it out."""
    under, one = _guide(visit, work_id, material_id)
    action, part, back = form.text("action"), _part(one, number), f"{under.base}/{material_id}#parts"
    if action == "more" or action.startswith("drop-"):
        _rows(form, action)
        return _module(visit, under, one, number, form)
    etag = one.etag
    if action == "remove" and number <= len(one.modules):
        one.modules.pop(number - 1)
        done = "part-removed"
    else:
        forms.read_module(form, part)
        if number > len(one.modules):
            one.modules.append(part)
        done = "part-saved"
    if not saved(visit, one, etag, form, forms.MODULE_NAMES):
        return _module(visit, under, shown.material(visit, under.course, material_id), number, form)
    if action == "next":
        return visit.go(f"{under.base}/{material_id}/modules/{number + 1}", done=done)
    return visit.go(back, done=done)


def _guide(visit: Visit, work_id: str, material_id: str) -> tuple[shown.Under, pb.Material]:
    under = shown.to_change(visit, work_id)
    one = shown.material(visit, under.course, material_id)
    if not giving.is_guide(one):
        raise HTTPException(404)
    return under, one


def _part(one: pb.Material, number: int) -> pb.GuideModule:
    """Return a part of a guide; the number after the last one is a new one."""
    if not 1 <= number <= len(one.modules) + 1:
        raise HTTPException(404)
    return one.modules[number - 1] if number <= len(one.modules) else pb.GuideModule()


def _rows(form: SentForm, action: str) -> None:
    if action == "more":
        forms.more_steps(form)
        return
    place = action.removeprefix("drop-")
    if place.isascii() and place.isdecimal():
        forms.without_step(form, int(place))


def _new(one: pb.Material, form: SentForm) -> SentForm:
    """Show what is wrong with another form beside an empty part."""
    for name, value in forms.module_opened(pb.GuideModule(), one.etag).items():
        form.values.setdefault(name, [value])
    return form


def _lines(form: Form, name: str) -> list[str]:
    return list(filter(None, (line.strip() for line in form.block(name).splitlines())))


def _opened(rule: pb.TrainerRule) -> dict[str, str]:
    return {"practice": "\n".join(rule.practice), "credential": rule.credential, "etag": rule.etag}


def _rule(visit: Visit, under: shown.Under, form: Form) -> Answer:
    return visit.page(
        "materials/rule.html",
        status=400 if form.errors else 200,
        under=under,
        work=under.work,
        form=form,
        fields=forms.RULE,
        vote=works.vote(visit, under.work),
        base=under.base,
    )


def _module(visit: Visit, under: shown.Under, one: pb.Material, number: int, form: Form) -> Answer:
    # Somebody else may have taken out what stood there: what was typed becomes a new part then.
    place = min(number, len(one.modules) + 1)
    return visit.page(
        "materials/module.html",
        status=400 if form.errors else 200,
        under=under,
        work=under.work,
        one=one,
        number=place,
        is_new=place > len(one.modules),
        form=form,
        fields=forms.MODULE,
        rows=range(1, forms.rows(form) + 1),
        vote=works.vote(visit, under.work),
        base=under.base,
        at=f"{under.base}/{one.name.rpartition('/')[2]}",
    )
