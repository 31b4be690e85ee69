"""Reminding an agency's staff of a letter: who would be reminded, who is left out and why, what they read, and the log.

Of up to a page of people the names are shown and each can be left out; of more, the units, one of which can be taken.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import message_service_pb2 as pb
from gateway.letters import agency_lists, letters, our_people
from gateway.messages import phrases
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/letters/{letter_id}/remind")

# So many names of those who are left out are said; of the others, how many.
_NAMES = 50
# The full minute that follows is at once for who reads the page.
_AT_ONCE_SECONDS = 120


@router.get("")
def preview(visit: Visitor, agency_id: str, letter_id: str, unit: str = "") -> Answer:
    """Whom a reminder would reach now, of the agency or of a *unit*; and those that were sent."""
    return _show(visit, agency_id, letter_id, unit, Form())


@router.post("")
def remind(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Remind those who were ticked, or where no names are shown all of the agency or of a unit."""
    unit, by_name = form.text("unit"), form.text("by_name") == "yes"
    if by_name and not form.all("people"):
        form.errors["people"] = "Tick who is to be reminded."
    if form.errors:
        return _show(visit, agency_id, letter_id, unit, form)
    people = [*form.all("people"), *form.all("left_out")] if by_name else _of(visit, agency_id, letter_id, unit)
    if unit and not people:
        form.errors[""] = "Nobody of this unit is left to remind."
        return _show(visit, agency_id, letter_id, unit, form)
    try:
        sent = visit.clients.messages.SendReminder(
            pb.SendReminderRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                people=people,
                unticked=sorted(set(form.all("offered")) - set(people)),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return _show(visit, agency_id, letter_id, unit, form)
    path = f"/agencies/{agency_id}/letters/{letter_id}/remind"
    return visit.go(
        f"{path}?{urlencode({'unit': unit})}" if unit else path,
        done="reminded-others-left-out" if sent.left_out else "reminded",
        n=sent.people,
        others=sent.left_out,
    )


def _show(visit: Visit, agency_id: str, letter_id: str, unit: str, form: Form) -> Answer:
    parent, notice = f"agencies/{agency_id}", f"notices/{letter_id}"
    mine = visit.clients.agency_notices.GetAgencyNotice(agency_pb.GetAgencyNoticeRequest(parent=parent, notice=notice))
    log = visit.clients.messages.ListReminders(pb.ListRemindersRequest(parent=parent, notice=notice)).reminders
    found, units = _preview(visit, mine, unit), visit.units()
    by_name = len(found.people) <= our_people.BY_UNIT_ABOVE
    left_out = _by_cause(found.left_out)
    named = [*(found.people if by_name else ()), *(name for _, names in left_out for name in names[:_NAMES])]
    names = visit.names([*named, *(one.sender for one in log)])
    if not form.values:
        form.values["people"] = list(found.people)
    rows = our_people.by_title(mine, units)
    return visit.page(
        "messages/remind.html",
        status=400 if form.errors else 200,
        form=form,
        letter=mine.notice,
        letters=letters,
        agency=visit.agency(parent),
        unit=unit,
        unit_title=next((title for slug, title, _ in rows if slug == unit), ""),
        found=found,
        people=sorted(found.people, key=lambda one: names.get(one, "").casefold()) if by_name else [],
        by_name=by_name,
        rows=[row for row in rows if agency_lists.to_go(row[2]) > 0],
        to_go=agency_lists.to_go,
        left_out=left_out,
        most_names=_NAMES,
        goes_now=(found.goes_time.seconds - visit.now.timestamp()) <= _AT_ONCE_SECONDS,
        names=names,
        log=log,
        phrases=phrases,
    )


def _preview(visit: Visit, mine: agency_pb.AgencyNotice, unit: str) -> pb.ReminderPreview:
    """Ask whom a reminder would reach; nobody under a letter that was withdrawn, or before staff see it."""
    agency, letter = mine.readiness.agency, mine.notice
    people = _of(visit, agency.removeprefix("agencies/"), letter.name.removeprefix("notices/"), unit)
    if not letters.asks_something(letter) or (unit and not people):
        return pb.ReminderPreview()
    return visit.clients.messages.PreviewReminder(
        pb.PreviewReminderRequest(parent=agency, notice=letter.name, people=people)
    )


def _of(visit: Visit, agency_id: str, letter_id: str, unit: str) -> Sequence[str]:
    """Return the people of a unit under a letter; none, which means all of the agency, where no unit is named."""
    if not unit:
        return ()
    request = agency_pb.FindRecipientsRequest(parent=f"agencies/{agency_id}", notice=f"notices/{letter_id}", unit=unit)
    return visit.clients.agency_notices.FindRecipients(request).people


def _by_cause(left_out: Sequence[pb.LeftOut]) -> list[tuple[str, list[str]]]:
    """Return who is left out, by why in words."""
    return [
        (said, names)
        for cause, said in phrases.LEFT_OUT.items()
        if (names := [one.person for one in left_out if one.cause == cause])
    ]
