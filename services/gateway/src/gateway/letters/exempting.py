"""Units to which a letter's training does not apply, as their agency says: first what it means, then one note of it."""

from collections.abc import Sequence

from fastapi import APIRouter

from cadre.enrollment.v1 import exemption_service_pb2 as pb
from cadre.notification.v1 import agency_notice_service_pb2 as notice_pb
from cadre.notification.v1 import notice_service_pb2
from gateway.letters import agency_lists, letters, our_people
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/letters/{letter_id}/does-not-apply")


@router.get("")
def units(visit: Visitor, agency_id: str, letter_id: str, again: str = "") -> Answer:
    """The units to which it does not apply, and the form for others; with *again*, the form that takes one back."""
    return _shown(visit, agency_id, letter_id, Form.of({"again": again}))


@router.post("")
def exempt(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Show what it means in numbers; note it once that was seen; or go back to what was typed."""
    action = form.text("action")
    if action == "change" or "enter" in form.values:
        return _shown(visit, agency_id, letter_id, form)
    if not form.all("units"):
        form.errors["units"] = "Tick the units to which it does not apply."
    form.needs("reason", "Say why, in a few words.")
    if form.errors:
        return _shown(visit, agency_id, letter_id, form)
    if action != "save":
        return _check(visit, agency_id, letter_id, form)
    try:
        answer = visit.clients.exemptions.ExemptUnits(
            pb.ExemptUnitsRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                units=form.all("units"),
                reason=form.text("reason"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return _shown(visit, agency_id, letter_id, form)
    return visit.go(_here(agency_id, letter_id), done="units-exempt", n=answer.excused)


@router.post("/again")
def applies_again(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """It applies to a unit again: who was excused by that has it on their list."""
    form.needs("reason", "Say why, in a few words.")
    if not form.errors:
        try:
            answer = visit.clients.exemptions.EndExemption(
                pb.EndExemptionRequest(
                    parent=f"agencies/{agency_id}",
                    notice=f"notices/{letter_id}",
                    unit=form.text("again"),
                    reason=form.text("reason"),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return _shown(visit, agency_id, letter_id, form)
    return visit.go(_here(agency_id, letter_id), done="unit-again", n=answer.returned)


def _here(agency_id: str, letter_id: str) -> str:
    return f"/agencies/{agency_id}/letters/{letter_id}/does-not-apply"


def _letter(visit: Visit, agency_id: str, letter_id: str) -> notice_pb.AgencyNotice:
    return agency_lists.at(visit, agency_id, letter_id)


def _exemptions(visit: Visit, mine: notice_pb.AgencyNotice) -> Sequence[pb.Exemption]:
    """Return what the agency noted; nothing where the letter asks none of its people for training."""
    if mine.notice.asks != notice_service_pb2.TRAIN:
        return ()
    request = pb.ListExemptionsRequest(parent=mine.readiness.agency, notice=mine.notice.name)
    try:
        return visit.clients.exemptions.ListExemptions(request).exemptions
    except Refused as error:
        if error.reason != "NOT_FOUND":
            raise
        return ()


def _shown(visit: Visit, agency_id: str, letter_id: str, form: Form) -> Answer:
    mine, known = _letter(visit, agency_id, letter_id), visit.units()
    noted = _exemptions(visit, mine)
    exempt_units = {one.unit for one in noted}
    rows = [row for row in our_people.by_title(mine, known) if row[0] not in {our_people.NO_UNIT, *exempt_units}]
    form.values.setdefault("reason", [""])
    return visit.page(
        "letters/exempting.html",
        status=400 if form.errors else 200,
        letter=mine.notice,
        letters=letters,
        agency=visit.agency(f"agencies/{agency_id}"),
        units=known,
        noted=noted,
        again=next((one for one in noted if one.unit == form.text("again")), None),
        choices=[(slug, title) for slug, title, _ in rows],
        counted={slug: counts.of for slug, _, counts in rows},
        names=visit.names([one.exempter for one in noted]),
        form=form,
    )


def _check(visit: Visit, agency_id: str, letter_id: str, form: SentForm) -> Answer:
    """Show how many it excuses, and whom not and why."""
    parent, mine = f"agencies/{agency_id}", _letter(visit, agency_id, letter_id)
    try:
        found = visit.clients.exemptions.PreviewExemption(
            pb.PreviewExemptionRequest(parent=parent, notice=mine.notice.name, units=form.all("units"))
        )
    except Refused as error:
        form.refuse(error)
        return _shown(visit, agency_id, letter_id, form)
    return visit.page(
        "letters/exempting_check.html",
        letter=mine.notice,
        letters=letters,
        agency=visit.agency(parent),
        units=visit.units(),
        found=found,
        form=form,
    )
