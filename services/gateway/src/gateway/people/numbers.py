"""Staff numbers that are pasted: whom they name at the agency."""

from fastapi import APIRouter

from gateway.people import lists
from gateway.web import staff_numbers
from gateway.web.forms import Form
from gateway.web.staff_numbers import LookedUp
from gateway.web.visit import Answer, Sent, Visit, Visitor

router = APIRouter(prefix="/agencies/{agency_id}/people/numbers")


@router.get("")
def ask(visit: Visitor, agency_id: str) -> Answer:
    """The field to paste them into."""
    return _page(visit, agency_id, Form.of({"numbers": ""}))


@router.post("")
def look_up(visit: Visitor, agency_id: str, form: Sent) -> Answer:
    """Whom they name; what names nobody is said too."""
    form.needs("numbers", "Paste staff numbers here.")
    if len(staff_numbers.pasted(form.block("numbers")).numbers) > staff_numbers.MOST:
        form.errors["numbers"] = f"Paste at most {staff_numbers.MOST:,} numbers at once."
    if form.errors:
        return _page(visit, agency_id, form)
    return _page(visit, agency_id, form, staff_numbers.look_up(visit, f"agencies/{agency_id}", form.block("numbers")))


def _page(visit: Visit, agency_id: str, form: Form, looked: LookedUp | None = None) -> Answer:
    parent = f"agencies/{agency_id}"
    # More names than one call gives are on no sheet that somebody reads; the file of the list has all.
    found = visit.people([one.person for one in looked.people[: lists.A_CALL]]) if looked else {}
    return visit.page(
        "people/numbers.html",
        status=400 if form.errors else 200,
        agency=visit.agency(parent),
        form=form,
        looked=looked,
        lines=lists.lines(found.values(), parent, visit.units(), visit.today),
    )
