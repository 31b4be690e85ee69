"""Several people of an agency who left on the same day: ticked in the list, looked at by name, then noted at once."""

from fastapi import APIRouter

from cadre.directory.v1 import person_service_pb2 as pb
from gateway.people import lists
from gateway.web.choosing import Choice
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.calendar import YEARS_OF_LIVES
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/people/left")


@router.post("")
def note_who_left(visit: Visitor, agency_id: str, form: Sent) -> Answer:
    """Show who was ticked; note that they left once that was seen."""
    parent, choice = f"agencies/{agency_id}", Choice.of(form)
    if not choice.people:
        return visit.go(f"/{parent}/people?do=left")
    if len(choice.people) > lists.A_CALL:
        form.errors[""] = f"Choose at most {lists.A_CALL:,} people at once."
    if form.text("action") == "record" and not form.errors:
        day = form.day("end_date", YEARS_OF_LIVES, "Give the first day on which they no longer work here.")
        if day is not None:
            ends = [pb.JobEnd(person=person, end_date=day.isoformat()) for person in choice.people]
            try:
                answer = visit.clients.people.BatchEndJobs(
                    pb.BatchEndJobsRequest(parent=parent, ends=ends, request_id=form.request_id)
                )
            except Refused as error:
                form.refuse(error)
            else:
                return visit.go(f"/{parent}/people", done="left-many", n=answer.ended)
    form.values.setdefault("end_date", [visit.today.isoformat()])
    return _page(visit, agency_id, choice, form)


def _page(visit: Visit, agency_id: str, choice: Choice, form: Form) -> Answer:
    parent = f"agencies/{agency_id}"
    people = visit.people(list(choice.people[: lists.A_CALL]))
    return visit.page(
        "people/left.html",
        status=400 if form.errors else 200,
        agency=visit.agency(parent),
        lines=lists.lines(people.values(), parent, visit.units(), visit.today),
        choice=choice,
        form=form,
    )
