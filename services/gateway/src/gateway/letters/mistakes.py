"""Training that was recorded by mistake: which, for whom, a look at what taking it back means, then one correction."""

from collections.abc import Sequence

from fastapi import APIRouter

from cadre.enrollment.v1 import completion_service_pb2 as pb
from cadre.notification.v1 import agency_notice_service_pb2 as notice_pb
from gateway.letters import agency_lists, letters, our_people
from gateway.web import settle, staff_numbers
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/letters/{letter_id}/mistake")

# So many names are said in one call.
_NAMES = 1_000


@router.get("")
def choose(visit: Visitor, agency_id: str, letter_id: str, of: str = "", person: str = "") -> Answer:
    """What was recorded at this agency under the letter; of one recording, who was in it."""
    form = Form.of({"of": of, "numbers": "", "reason": "", "people": [f"people/{person}"] if person else []})
    return _choose(visit, agency_id, letter_id, form)


@router.post("")
def take_back(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Show for whom it would be taken back, and ask why; take it back once that was seen."""
    parent, chosen = f"agencies/{agency_id}", form.text("chosen").split()
    if form.text("action") != "take-back":
        if not form.errors:
            chosen = _chosen(visit, parent, _recordings(visit, agency_id, letter_id), form)
        return (
            _check(visit, agency_id, letter_id, form, chosen) if chosen else _choose(visit, agency_id, letter_id, form)
        )
    form.needs("reason", "Say what was wrong. It stays on the record of each of them.")
    if not form.errors:
        try:
            answer = visit.clients.completions.RetractTraining(
                pb.RetractTrainingRequest(
                    parent=parent,
                    notice=f"notices/{letter_id}",
                    people=chosen,
                    reason=form.text("reason"),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return _check(visit, agency_id, letter_id, form, chosen)
    return _taken_back(visit, agency_id, letter_id, chosen, answer.retracted)


def _taken_back(visit: Visit, agency_id: str, letter_id: str, people: Sequence[str], retracted: int) -> Answer:
    """Lead to the letter, which says what was taken back; its figures have it, or are said to follow."""

    def arrived() -> bool:
        untrained = visit.clients.agency_notices.FindRecipients(
            notice_pb.FindRecipientsRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                standing=notice_pb.FindRecipientsRequest.UNTRAINED,
                people=people,
            )
        ).people
        return len(untrained) >= retracted

    done = "training-taken-back" if not retracted or settle.settled(arrived) else "training-going-back"
    return visit.go(f"/agencies/{agency_id}/letters/{letter_id}", done=done, n=retracted)


def key(recording: pb.Recording) -> str:
    """By what an address names one recording."""
    return str(recording.record_time.ToMicroseconds())


def _recordings(visit: Visit, agency_id: str, letter_id: str) -> Sequence[pb.Recording]:
    request = pb.ListRecordingsRequest(parent=f"agencies/{agency_id}", notice=f"notices/{letter_id}")
    return visit.clients.completions.ListRecordings(request).recordings


def _chosen(visit: Visit, parent: str, recordings: Sequence[pb.Recording], form: SentForm) -> list[str]:
    """Return whose recording is a mistake: all of it, who is ticked, or whose numbers were pasted."""
    there = {person for one in recordings if key(one) == form.text("of") for person in one.people}
    if form.text("everyone") == "yes":
        return sorted(there)
    named = set(form.all("people"))
    if form.text("numbers"):
        named |= {one.person for one in staff_numbers.look_up(visit, parent, form.block("numbers")).people}
    if not named & there:
        form.errors["people"] = "Say for whom it was recorded by mistake. No one that you named is in this recording."
    return sorted(named & there)


def _letter(visit: Visit, agency_id: str, letter_id: str) -> notice_pb.AgencyNotice:
    return agency_lists.at(visit, agency_id, letter_id)


def _choose(visit: Visit, agency_id: str, letter_id: str, form: Form) -> Answer:
    """Show the recordings, or one of them: of a small one everybody by name, of a large one a field for numbers."""
    for name in ("of", "numbers", "everyone"):
        form.values.setdefault(name, [""])
    recordings = _recordings(visit, agency_id, letter_id)
    (person,) = form.all("people") if len(form.all("people")) == 1 and not form.text("of") else ("",)
    if person:
        recordings = [one for one in recordings if person in one.people]
        form.values["of"] = [key(recordings[0])] if len(recordings) == 1 else [""]
    shown = next((one for one in recordings if key(one) == form.text("of")), None)
    few = shown is not None and len(shown.people) <= our_people.BY_UNIT_ABOVE
    names = visit.names(list(shown.people)) if shown and few else {}
    return visit.page(
        "letters/mistake.html",
        status=400 if form.errors else 200,
        letter=_letter(visit, agency_id, letter_id).notice,
        letters=letters,
        agency=visit.agency(f"agencies/{agency_id}"),
        recordings=recordings,
        shown=shown,
        key=key,
        people=sorted(((name, names.get(name, "A person")) for name in shown.people), key=lambda pair: pair[1])
        if shown and few
        else (),
        form=form,
    )


def _check(visit: Visit, agency_id: str, letter_id: str, form: SentForm, chosen: list[str]) -> Answer:
    """Show for whom it is taken back, and what follows."""
    for name in ("of", "reason"):
        form.values.setdefault(name, [""])
    names = visit.names(chosen[:_NAMES])
    return visit.page(
        "letters/mistake_check.html",
        status=400 if form.errors else 200,
        letter=_letter(visit, agency_id, letter_id).notice,
        letters=letters,
        agency=visit.agency(f"agencies/{agency_id}"),
        chosen=chosen,
        names=sorted(names.values()),
        form=form,
    )
