"""What an agency adds to a letter: the page on which its coordinator writes it, or takes it back."""

from fastapi import APIRouter

from cadre.notification.v1 import supplement_service_pb2 as pb
from gateway.letters import agency_lists, letters
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/letters/{letter_id}/addition")

_LONGEST = 5_000
_ROWS = 50


@router.get("")
def addition(visit: Visitor, agency_id: str, letter_id: str) -> Answer:
    """What the agency adds, with its versions, and the form."""
    return _shown(visit, agency_id, letter_id, None)


@router.post("")
def write(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Add it, or say it anew."""
    form.needs("text", "Write what your staff are to know.")
    if len(form.block("text")) > _LONGEST:
        form.errors["text"] = f"Say it in at most {_LONGEST:,} characters."
    if form.errors:
        return _shown(visit, agency_id, letter_id, form)
    try:
        visit.clients.supplements.WriteSupplement(
            pb.WriteSupplementRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                text=form.block("text"),
                etag=form.text("etag"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return _shown(visit, agency_id, letter_id, form, stale=error.reason == "STALE")
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done="letter-added-to")


@router.post("/take-back")
def take_back(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Take it back."""
    try:
        visit.clients.supplements.WithdrawSupplement(
            pb.WithdrawSupplementRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                etag=form.text("etag"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return _shown(visit, agency_id, letter_id, form, stale=error.reason == "STALE")
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done="letter-addition-back")


def _shown(visit: Visit, agency_id: str, letter_id: str, form: Form | None, *, stale: bool = False) -> Answer:
    parent = f"agencies/{agency_id}"
    letter = agency_lists.at(visit, agency_id, letter_id).notice
    asked = pb.ListSupplementVersionsRequest(parent=parent, notice=letter.name, page_size=_ROWS)
    versions = visit.clients.supplements.ListSupplementVersions(asked).supplements
    newest = versions[0] if versions else pb.Supplement()
    form = form or Form()
    form.beside({"text": newest.text}, newest.etag, stale=stale)
    return visit.page(
        "letters/addition.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        agency=visit.agency(parent),
        versions=versions,
        newest=newest,
        names=visit.names([one.writer for one in versions]),
        may_write=visit.rights.at("notices.confirm_for_agency", parent),
        form=form,
    )
