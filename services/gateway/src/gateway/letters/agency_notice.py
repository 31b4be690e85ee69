"""A letter as an agency sees it: its confirmation, its people, a briefing, a person's own page under the letter."""

from datetime import date
from typing import Any

from fastapi import APIRouter

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import calendar_service_pb2 as calendar_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.notification.v1 import agency_notice_service_pb2 as pb
from gateway.letters import agency_lists, letters, over_time
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.calendar import YEARS_OF_DOCUMENTS, YEARS_OF_LIVES
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/letters/{letter_id}")

_NAMES_A_PAGE = 50
# How training that is recorded here was given.
_GIVEN = {"BRIEFING": completion_pb.Completion.BRIEFING, "OTHER_SYSTEM": completion_pb.Completion.OTHER_SYSTEM}
# A briefing is given to a room, not to a department.
_NAMES_A_BRIEFING = 500


@router.get("")
def agency_letter(visit: Visitor, agency_id: str, letter_id: str, unit: str = "", page: str = "") -> Answer:
    """The letter for one agency."""
    return _agency_letter(visit, agency_id, letter_id, Form.of({"lead": visit.person, "problem": ""}), unit, page)


@router.post("/confirm")
def confirm(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Confirm for the agency."""
    try:
        visit.clients.agency_notices.ConfirmForAgency(
            pb.ConfirmForAgencyRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                lead=form.text("lead"),
                problem=form.text("problem"),
                text_sha256=form.text("text_sha256"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return _agency_letter(visit, agency_id, letter_id, form)
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done="confirmed-for-agency")


@router.post("/release")
def release(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Let the agency's staff see the letter before the day that it names."""
    try:
        visit.clients.agency_notices.ReleaseToStaff(
            pb.ReleaseToStaffRequest(
                parent=f"agencies/{agency_id}", notice=f"notices/{letter_id}", request_id=form.request_id
            )
        )
    except Refused as error:
        form.refuse(error)
        return _agency_letter(visit, agency_id, letter_id, form)
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done="released")


@router.get("/briefing")
def briefing_page(  # one page for all that was given elsewhere
    visit: Visitor, agency_id: str, letter_id: str, unit: str = "", select: str = "", kind: str = ""
) -> Answer:
    """Choose who was trained by a briefing or elsewhere; `select=all` ticks everyone not yet trained."""
    given = "OTHER_SYSTEM" if kind == "elsewhere" else "BRIEFING"
    day = visit.today.isoformat()
    form = Form.of({"kind": given, "complete_date": day, "minutes": "30", "led_by": "", "people": []})
    return _briefing(visit, agency_id, letter_id, form, unit, tick_all=select == "all")


@router.post("/briefing")
def record_briefing(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Record training for those who were ticked; or tick everyone who is not yet trained, and ask again."""
    if form.text("action") == "tick":
        return _briefing(visit, agency_id, letter_id, form, form.text("unit"), tick_all=True)
    if not form.all("people"):
        form.errors["people"] = "Tick who was trained."
    kind = _GIVEN.get(form.text("kind"), completion_pb.Completion.BRIEFING)
    if kind == completion_pb.Completion.BRIEFING:
        form.needs("led_by", "Say who led the briefing.")
    recorded = _record(visit, agency_id, letter_id, form, form.all("people"), kind)
    if recorded is None:
        return _briefing(visit, agency_id, letter_id, form, form.text("unit"))
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done="training-recorded", n=recorded)


@router.get("/sign-in-sheet")
def sign_in_sheet(visit: Visitor, agency_id: str, letter_id: str, unit: str = "") -> Answer:
    """A sheet to print: names of those still to go, with room for a signature."""
    return visit.page("letters/sign_in_sheet.html", **_to_train(visit, agency_id, letter_id, unit), unit=unit)


@router.get("/people/{person_id}")
def person_under_letter(visit: Visitor, agency_id: str, letter_id: str, person_id: str) -> Answer:
    """One person under the letter: why they are on the list, and what can be noted."""
    form = Form.of(
        {
            "reason": "",
            "complete_date": visit.today.isoformat(),
            "minutes": "30",
            "led_by": "",
            "start_date": visit.today.isoformat(),
            "end_date": "",
        }
    )
    return _person(visit, agency_id, letter_id, person_id, form)


@router.post("/people/{person_id}/does-not-apply")
def does_not_apply(visit: Visitor, agency_id: str, letter_id: str, person_id: str, form: Sent) -> Answer:
    """Excuse a person, with a reason."""
    return _excuse(visit, agency_id, letter_id, person_id, form, back=False)


@router.post("/people/{person_id}/applies")
def applies_again(visit: Visitor, agency_id: str, letter_id: str, person_id: str, form: Sent) -> Answer:
    """Undo "does not apply"."""
    return _excuse(visit, agency_id, letter_id, person_id, form, back=True)


@router.post("/people/{person_id}/training")
def record_training(visit: Visitor, agency_id: str, letter_id: str, person_id: str, form: Sent) -> Answer:
    """Record training of one person that was given elsewhere."""
    kind = completion_pb.Completion.OTHER_SYSTEM
    recorded = _record(visit, agency_id, letter_id, form, [f"people/{person_id}"], kind)
    if recorded is None:
        return _person(visit, agency_id, letter_id, person_id, form)
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done="training-recorded", n=recorded)


@router.post("/people/{person_id}/leave")
def leave(visit: Visitor, agency_id: str, letter_id: str, person_id: str, form: Sent) -> Answer:
    """Record a leave from the letter's list."""
    form.needs("start_date", "Give the first day of the leave.")
    if not form.errors:
        try:
            visit.clients.people.RecordLeave(
                person_pb.RecordLeaveRequest(
                    person=f"people/{person_id}",
                    leave=person_pb.Leave(start_date=form.text("start_date"), end_date=form.text("end_date")),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return _person(visit, agency_id, letter_id, person_id, form)
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done="leave")


def _agency_letter(  # one page, two ways to it
    visit: Visit, agency_id: str, letter_id: str, form: Form, unit: str = "", page: str = ""
) -> Answer:
    clients, parent = visit.clients, f"agencies/{agency_id}"
    mine = clients.agency_notices.GetAgencyNotice(
        pb.GetAgencyNoticeRequest(parent=parent, notice=f"notices/{letter_id}")
    )
    agency = visit.agency(parent)
    units = visit.units()
    by_unit = mine.readiness.counts.of > agency_lists.NAMES_AT_ONCE and not unit
    standings: list[pb.Recipient] = []
    next_page = ""
    if not by_unit:
        listed = clients.agency_notices.ListRecipients(
            pb.ListRecipientsRequest(
                parent=parent,
                notice=mine.notice.name,
                page_size=_NAMES_A_PAGE,
                page_token=page,
                unit="" if unit == "all" else unit,
            )
        )
        standings, next_page = list(listed.recipients), listed.next_page_token
    people = visit.people(
        [mine.readiness.confirmed_by, mine.readiness.lead, *(standing.person for standing in standings)]
    )
    leads = {visit.person: f"{visit.me.person.display_name} (me)"}
    for contact in agency.contacts:
        leads.setdefault(contact.person, contact.display_name)
    return visit.page(
        "letters/agency_letter.html",
        status=400 if form.errors else 200,
        letter=mine.notice,
        letters=letters,
        mine=mine,
        over_time=over_time.of_agency(visit, mine.notice, parent),
        agency=agency,
        units=units,
        unit=unit,
        by_unit=by_unit,
        lines=agency_lists.lines(standings, people, units),
        next_page=next_page,
        leads=list(leads.items()),
        form=form,
        names={name: person.display_name for name, person in people.items()},
        closed_then=_closed_then(visit, agency_id, mine.notice.due_date),
        waits=agency_lists.waits_for_release(mine, visit.today),
        may_confirm=visit.rights.at("notices.confirm_for_agency", parent),
        may_record=visit.rights.at("training.record", parent),
        to_go=agency_lists.to_go,
    )


def _closed_then(visit: Visit, agency_id: str, due_date: str) -> str:
    """Why the agency is closed on the day on which its staff must be ready, by its own calendar; '' if it is not."""
    due = sentences.as_date(due_date)
    if due is None or due.year not in YEARS_OF_DOCUMENTS:
        return ""
    name = f"agencies/{agency_id}/calendars/{due.year}"
    days = visit.clients.calendars.GetAgencyCalendar(calendar_pb.GetAgencyCalendarRequest(name=name)).days
    return next((one.title for one in days if one.closed and one.date == due_date), "")


def _to_train(visit: Visit, agency_id: str, letter_id: str, unit: str) -> dict[str, Any]:
    """Return those still to go under the letter, by name, with what a page about them shows."""
    clients, parent = visit.clients, f"agencies/{agency_id}"
    mine = clients.agency_notices.GetAgencyNotice(
        pb.GetAgencyNoticeRequest(parent=parent, notice=f"notices/{letter_id}")
    )
    listed = clients.agency_notices.ListRecipients(
        pb.ListRecipientsRequest(
            parent=parent, notice=mine.notice.name, page_size=_NAMES_A_BRIEFING, only_to_go=True, unit=unit
        )
    )
    agency = visit.agency(parent)
    waiting = [standing for standing in listed.recipients if not standing.train_time.seconds and not standing.excused]
    people = visit.people([standing.person for standing in waiting])
    units = visit.units()
    lines = sorted(agency_lists.lines(waiting, people, units), key=lambda line: line.name.casefold())
    return {
        "letter": mine.notice,
        "letters": letters,
        "agency": agency,
        "lines": lines,
        "units": units,
        "unit_counts": mine.units,
        "more": bool(listed.next_page_token),
    }


def _briefing(visit: Visit, agency_id: str, letter_id: str, form: Form, unit: str, *, tick_all: bool = False) -> Answer:
    shown = _to_train(visit, agency_id, letter_id, unit)
    if not shown["letter"].briefing_counts:
        form.values["kind"] = ["OTHER_SYSTEM"]
    if tick_all:
        form.values["people"] = [line.person for line in shown["lines"] if not line.standing.on_leave]
    return visit.page("letters/briefing.html", status=400 if form.errors else 200, **shown, unit=unit, form=form)


def _record(
    visit: Visit,
    agency_id: str,
    letter_id: str,
    form: SentForm,
    people: list[str],
    kind: "completion_pb.Completion.Kind.ValueType",
) -> int | None:
    """Record training and return for how many; None if the form says why not."""
    day = form.day("complete_date", YEARS_OF_LIVES, "Give the day on which it was given.")
    if day is not None and day > visit.today:
        form.errors["complete_date"] = "The date lies ahead. Record training after it was given."
    minutes = form.number("minutes")
    if form.errors:
        return None
    try:
        answer = visit.clients.completions.RecordTraining(
            completion_pb.RecordTrainingRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                people=people,
                kind=kind,
                complete_date=(day or date.min).isoformat(),
                minutes=minutes,
                led_by=form.text("led_by"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return None
    return answer.completed


def _excuse(visit: Visit, agency_id: str, letter_id: str, person_id: str, form: SentForm, *, back: bool) -> Answer:
    form.needs("reason", "Say why, in a few words.")
    done = "excused"
    if not form.errors:
        parent = f"agencies/{agency_id}"
        try:
            # Everybody under a letter has it through the same requirement, so any line of the list names it.
            some = visit.clients.assignments.ListAssignments(
                assignment_pb.ListAssignmentsRequest(parent=parent, notice=f"notices/{letter_id}", page_size=1)
            ).assignments
            name = f"{some[0].name.rpartition('/')[0]}/{person_id}" if some else ""
            reason, request_id = form.text("reason"), form.request_id
            if back:
                answer = visit.clients.assignments.ReinstateAssignment(
                    assignment_pb.ReinstateAssignmentRequest(
                        parent=parent, name=name, reason=reason, request_id=request_id
                    )
                )
                done = "reinstated-completed" if answer.state == assignment_pb.Assignment.COMPLETED else "reinstated"
            else:
                visit.clients.assignments.WaiveAssignment(
                    assignment_pb.WaiveAssignmentRequest(parent=parent, name=name, reason=reason, request_id=request_id)
                )
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return _person(visit, agency_id, letter_id, person_id, form)
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done=done)


def _person(visit: Visit, agency_id: str, letter_id: str, person_id: str, form: Form) -> Answer:
    parent, name = f"agencies/{agency_id}", f"people/{person_id}"
    mine = visit.clients.agency_notices.GetAgencyNotice(
        pb.GetAgencyNoticeRequest(parent=parent, notice=f"notices/{letter_id}")
    )
    why = visit.clients.audiences.ExplainMembership(
        audience_pb.ExplainMembershipRequest(audience=mine.notice.audience, person=name)
    )
    for field in ("reason", "complete_date", "minutes", "led_by", "start_date", "end_date"):
        form.values.setdefault(field, [""])
    return visit.page(
        "letters/agency_person.html",
        status=400 if form.errors else 200,
        letter=mine.notice,
        letters=letters,
        agency_id=agency_id,
        person_id=person_id,
        person=visit.people([name]).get(name),
        why=why,
        form=form,
        may_record=visit.rights.at("training.record", parent),
        may_write=visit.rights.at("people.write", parent),
    )
