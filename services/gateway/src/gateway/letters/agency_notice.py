"""A letter as an agency sees it: its confirmation, its people, and a person's own page under the letter."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import calendar_service_pb2 as calendar_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.notification.v1 import acknowledgement_service_pb2 as acknowledgement_pb
from cadre.notification.v1 import agency_notice_service_pb2 as pb
from gateway.letters import (
    added,
    agency_lists,
    agreed,
    asking_more,
    briefing,
    checklists,
    clarified,
    dating,
    letters,
    our_people,
    over_time,
)
from gateway.web import choosing, settle
from gateway.web.choosing import Choice
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.calendar import YEARS_OF_DOCUMENTS, YEARS_OF_LIVES
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/letters/{letter_id}")


@router.get("")
def agency_letter(visit: Visitor, agency_id: str, letter_id: str) -> Answer:
    """The letter for one agency."""
    return _agency_letter(visit, agency_id, letter_id)


@router.post("")
def choose_people(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Another part of the list of people, where those who were ticked stay so; or everyone of it ticked, or nobody."""
    mine, units = _mine(visit, agency_id, letter_id), visit.units()
    params, action = choosing.params(visit, form), form.text("action")
    asked, choice = our_people.asked_of(params, mine, units), Choice.of(form)
    if action == choosing.ALL:
        choice = our_people.everyone(visit, mine, asked)
    if action == choosing.NONE or not (choice.people or choice.note):
        return visit.go(asked.here)
    return _agency_letter(visit, agency_id, letter_id, params=params, choice=choice)


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
                statement_sha256=form.text("statement_sha256"),
                channel=acknowledgement_pb.Acknowledgement.PAGE,
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return _agency_letter(visit, agency_id, letter_id, form)
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done="confirmed-for-agency")


@router.post("/lead")
def change_lead(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Say who leads it here now, and what is in the way now; that the agency confirmed stays as it was."""
    form.needs("lead", "Choose who leads this here.")
    if not form.errors:
        try:
            visit.clients.agency_notices.UpdateConfirmation(
                pb.UpdateConfirmationRequest(
                    parent=f"agencies/{agency_id}",
                    notice=f"notices/{letter_id}",
                    lead=form.text("lead"),
                    problem=form.text("problem"),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return _agency_letter(visit, agency_id, letter_id, form)
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done="lead-changed")


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


@router.get("/sign-in-sheet")
def sign_in_sheet(visit: Visitor, agency_id: str, letter_id: str, unit: str = "") -> Answer:
    """A sheet to print: names of those still to go, with room for a signature."""
    mine = _mine(visit, agency_id, letter_id)
    return visit.page(
        "letters/sign_in_sheet.html",
        letter=mine.notice,
        letters=letters,
        agency=visit.agency(f"agencies/{agency_id}"),
        units=visit.units(),
        unit=unit,
        lines=agency_lists.untrained(visit, mine, visit.units(), unit=unit),
    )


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
    return briefing.recorded(visit, agency_id, letter_id, [f"people/{person_id}"], recorded)


@router.post("/people/{person_id}/confirmation")
def record_confirmation(visit: Visitor, agency_id: str, letter_id: str, person_id: str, form: Sent) -> Answer:
    """Record that a person confirmed elsewhere, or confirm for them, with the reason."""
    form.needs("recorded_reason", "Say why you record it, in a few words.")
    if not form.errors:
        request = acknowledgement_pb.RecordConfirmationRequest(
            parent=f"agencies/{agency_id}",
            notice=f"notices/{letter_id}",
            people=[f"people/{person_id}"],
            text_sha256=form.text("text_sha256"),
            reason=form.text("recorded_reason"),
            request_id=form.request_id,
        )
        try:
            visit.clients.acknowledgements.RecordConfirmation(request)
        except Refused as error:
            form.refuse(error, {"reason": "recorded_reason"})
    if form.errors:
        return _person(visit, agency_id, letter_id, person_id, form)
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}/people/{person_id}", done="confirmation-recorded")


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
    settle.settled(lambda: _stands(visit, agency_id, letter_id, person_id, pb.FindRecipientsRequest.ON_LEAVE))
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done="leave")


def _mine(visit: Visit, agency_id: str, letter_id: str) -> pb.AgencyNotice:
    return agency_lists.at(visit, agency_id, letter_id)


def _agency_letter(
    visit: Visit,
    agency_id: str,
    letter_id: str,
    form: Form | None = None,
    *,
    params: Mapping[str, str] | None = None,
    choice: Choice | None = None,
) -> Answer:
    parent, mine = f"agencies/{agency_id}", _mine(visit, agency_id, letter_id)
    agency, units = visit.agency(parent), visit.units()
    names = visit.names([mine.readiness.confirmed_by, mine.readiness.lead])
    leads = {visit.person: f"{visit.me.person.display_name} (me)"}
    for contact in agency.contacts:
        leads.setdefault(contact.person, contact.display_name)
    if mine.readiness.lead in names:
        leads.setdefault(mine.readiness.lead, names[mine.readiness.lead])
    if form is None:
        form = Form.of({"lead": mine.readiness.lead or visit.person, "problem": mine.readiness.problem})
    return visit.page(
        "letters/agency_letter.html",
        status=400 if form.errors else 200,
        letter=mine.notice,
        letters=letters,
        clarified=clarified.of(visit, mine.notice),
        mine=mine,
        agency=agency,
        units=units,
        shown=our_people.shown(visit, mine, units, visit.request.query_params if params is None else params),
        choice=choice or Choice(),
        rows=our_people.by_title(mine, units),
        leads=list(leads.items()),
        form=form,
        names=names,
        closed_then=_closed_then(visit, agency_id, mine.notice.due_date),
        over_time=over_time.of_agency(visit, mine.notice, parent),
        waits=agency_lists.waits_for_release(mine, visit.today),
        may_confirm=visit.rights.at("notices.confirm_for_agency", parent),
        may_record=visit.rights.at("training.record", parent),
        may_remind=visit.rights.at("reminders.send", parent),
        to_go=agency_lists.to_go,
        more=asking_more.shown(visit, mine),
        agreed=agreed,
        confirmation=_confirmation(visit, mine),
        dates=dating.of_agency(visit, agency_id, mine.notice),
        added=added.to(visit, mine.notice),
        checklist=(lines := checklists.of_agency(visit, agency_id, mine.notice)),
        checklist_counted=checklists.counted(lines),
    )


def _confirmation(visit: Visit, mine: pb.AgencyNotice) -> acknowledgement_pb.Acknowledgement | None:
    """Return what is on record of the agency's own confirmation, as far as the visitor may see it."""
    by = mine.readiness.confirmed_by
    if not by:
        return None
    rows = agreed.of_people(visit, mine.readiness.agency, mine.notice.name, [by])[by]
    return next((one for one in rows if one.kind == acknowledgement_pb.Acknowledgement.AGENCY), None)


def _stands(
    visit: Visit,
    agency_id: str,
    letter_id: str,
    person_id: str,
    standing: "pb.FindRecipientsRequest.Standing.ValueType",
) -> bool:
    """Whether a person stands so under the letter by now."""
    request = pb.FindRecipientsRequest(
        parent=f"agencies/{agency_id}",
        notice=f"notices/{letter_id}",
        standing=standing,
        people=[f"people/{person_id}"],
    )
    return bool(visit.clients.agency_notices.FindRecipients(request).people)


def _closed_then(visit: Visit, agency_id: str, due_date: str) -> str:
    """Why the agency is closed on the day on which its staff must be ready, by its own calendar; '' if it is not."""
    due = sentences.as_date(due_date)
    if due is None or due.year not in YEARS_OF_DOCUMENTS:
        return ""
    name = f"agencies/{agency_id}/calendars/{due.year}"
    days = visit.clients.calendars.GetAgencyCalendar(calendar_pb.GetAgencyCalendarRequest(name=name)).days
    return next((one.title for one in days if one.closed and one.date == due_date), "")


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
    excused = pb.FindRecipientsRequest.EXCUSED
    settle.settled(lambda: _stands(visit, agency_id, letter_id, person_id, excused) is not back)
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done=done)


def _person(visit: Visit, agency_id: str, letter_id: str, person_id: str, form: Form) -> Answer:
    parent, name = f"agencies/{agency_id}", f"people/{person_id}"
    mine = _mine(visit, agency_id, letter_id)
    why = visit.clients.audiences.ExplainMembership(
        audience_pb.ExplainMembershipRequest(audience=mine.notice.audience, person=name)
    )
    standing = visit.clients.agency_notices.ListRecipients(
        pb.ListRecipientsRequest(parent=parent, notice=mine.notice.name, people=[name], page_size=1)
    ).recipients
    rows = agreed.of_people(visit, parent, mine.notice.name, [name] if standing else ())[name]
    for field in ("recorded_reason", "reason", "complete_date", "minutes", "led_by", "start_date", "end_date"):
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
        standing=standing[0] if standing else None,
        agreed=agreed,
        rows=rows,
        names=visit.names([one.recorded_by for one in rows]),
        form=form,
        may_record=visit.rights.at("training.record", parent),
        # Whoever leads a unit records what its people learned; to whom a letter does not apply, the agency says.
        may_excuse=visit.rights.at_whole("training.record", parent),
        may_write=visit.rights.at("people.write", parent),
    )
