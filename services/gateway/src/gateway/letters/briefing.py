"""Training that was given to many: who was there, a look at what that means in numbers, then one record of it.

Who was there is said by whole units, by pasted staff numbers, by a file of them, or by name. Nothing is recorded before
the page with the numbers; what was shown there is what is recorded, whoever came or left in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter

from cadre.enrollment.v1 import completion_service_pb2 as pb
from cadre.notification.v1 import agency_notice_service_pb2 as notice_pb
from gateway.letters import agency_lists, letters, our_people
from gateway.web import settle, staff_numbers
from gateway.web.choosing import Choice
from gateway.web.forms import Form, SentForm
from gateway.web.staff_numbers import NotAListError
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.calendar import YEARS_OF_LIVES
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/letters/{letter_id}/briefing")

# How training that is recorded here was given.
_GIVEN = {"BRIEFING": pb.Completion.BRIEFING, "OTHER_SYSTEM": pb.Completion.OTHER_SYSTEM}
_FIELDS = ("kind", "complete_date", "minutes", "led_by", "numbers")
# So many names are said in one call; who was left out is said first.
_NAMES = 1_000


@dataclass(frozen=True)
class Group:
    """People of whom the same is to be said; *names* of those that one call gives."""

    people: Sequence[str]
    names: Sequence[str]


@router.get("")
def choose(visit: Visitor, agency_id: str, letter_id: str, unit: str = "", select: str = "", kind: str = "") -> Answer:
    """Say who was trained by a briefing or elsewhere; `select=all` ticks everyone of a small agency."""
    given = "OTHER_SYSTEM" if kind == "elsewhere" else "BRIEFING"
    form = Form.of({"kind": given, "complete_date": visit.today.isoformat(), "minutes": "30", "led_by": ""})
    form.values["units"] = [unit] if unit and unit != our_people.ALL else []
    return _choose(visit, agency_id, letter_id, form, tick_all=select == "all")


@router.post("")
def record(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Show what was chosen in numbers; record it once that was seen; or go back to what was typed."""
    action = form.text("action")
    form.values["people"] = list(Choice.of(form).people)
    if action in ("choose", "tick") or "enter" in form.values:
        for name, value in (("kind", "BRIEFING"), ("complete_date", visit.today.isoformat()), ("minutes", "30")):
            form.values.setdefault(name, [value])
        return _choose(visit, agency_id, letter_id, form, tick_all=action == "tick")
    kind, day, minutes = _details(visit, form)
    if not (form.all("units") or form.all("people") or form.text("numbers") or form.text("chosen")):
        form.errors["people"] = "Tick who was trained, or paste their staff numbers."
    if len(staff_numbers.pasted(form.block("numbers")).numbers) > staff_numbers.MOST:
        form.errors["numbers"] = f"Paste at most {staff_numbers.MOST:,} numbers at once."
    if form.errors:
        return _choose(visit, agency_id, letter_id, form)
    if action != "record":
        return _check(visit, agency_id, letter_id, form)
    chosen = [f"people/{one}" for one in form.text("chosen").split()]
    try:
        answer = visit.clients.completions.RecordTraining(
            pb.RecordTrainingRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                people=chosen,
                kind=kind,
                complete_date=day.isoformat(),
                minutes=minutes,
                led_by=form.text("led_by"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return _check(visit, agency_id, letter_id, form)
    # Whom numbers name, or boxes, may be of any unit.
    units = 0 if form.text("numbers") or form.all("people") else len(form.all("units"))
    return recorded(visit, agency_id, letter_id, chosen, answer.completed, units=units)


@router.get("/file")
def ask_file(visit: Visitor, agency_id: str, letter_id: str, kind: str = "") -> Answer:
    """The page of its own that a file of staff numbers has."""
    return _file(visit, agency_id, letter_id, Form.of({"kind": kind}))


@router.post("/file")
def read_file(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Read the numbers of a file into the field for them: what is in it is seen, and can be mended."""
    content = form.files.get("file", b"")
    if not content:
        form.errors["file"] = "Choose a file."
    else:
        try:
            numbers = staff_numbers.of_file(content)
        except NotAListError as error:
            form.errors["file"] = str(error)
    if form.errors:
        return _file(visit, agency_id, letter_id, form)
    given = "OTHER_SYSTEM" if form.text("kind") == "elsewhere" else "BRIEFING"
    filled = Form.of({"kind": given, "complete_date": visit.today.isoformat(), "minutes": "30", "numbers": numbers})
    return _choose(visit, agency_id, letter_id, filled)


def recorded(
    visit: Visit, agency_id: str, letter_id: str, people: Sequence[str], completed: int, *, units: int = 0
) -> Answer:
    """Lead to the letter, which says what was recorded; its figures have it, or are said to follow."""

    def arrived() -> bool:
        return not visit.clients.agency_notices.FindRecipients(
            notice_pb.FindRecipientsRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                standing=notice_pb.FindRecipientsRequest.UNTRAINED,
                people=people,
            )
        ).people

    letter, at = f"/agencies/{agency_id}/letters/{letter_id}", 0
    done = "training-recorded-in-units" if units else "training-recorded"
    if not completed:
        # Such as a form that was sent a second time: the page says when it was recorded.
        done, at = "training-recorded-before", _recorded_at(visit, agency_id, letter_id, people)
    elif not settle.settled(arrived):
        done = "training-under-way"
    return visit.go(letter, done=done, n=completed, units=units, at=at)


def _recorded_at(visit: Visit, agency_id: str, letter_id: str, people: Sequence[str]) -> int:
    """When the last of these people was recorded as trained, in seconds of the epoch; 0 if none is."""
    request = notice_pb.ListRecipientsRequest(
        parent=f"agencies/{agency_id}", notice=f"notices/{letter_id}", people=people[:_NAMES], page_size=_NAMES
    )
    found = visit.clients.agency_notices.ListRecipients(request).recipients
    return max((one.train_time.seconds for one in found), default=0)


def _details(visit: Visit, form: SentForm) -> tuple["pb.Completion.Kind.ValueType", date, int]:
    """Read when, how long and by whom; what is wrong is said in the form."""
    kind = _GIVEN.get(form.text("kind"), pb.Completion.BRIEFING)
    if kind == pb.Completion.BRIEFING:
        form.needs("led_by", "Say who led the briefing.")
    day = form.day("complete_date", YEARS_OF_LIVES, "Give the day on which it was given.")
    if day is not None and day > visit.today:
        form.errors["complete_date"] = "The date lies ahead. Record training after it was given."
    return kind, day or date.min, form.number("minutes")


def _letter(visit: Visit, agency_id: str, letter_id: str) -> notice_pb.AgencyNotice:
    return agency_lists.at(visit, agency_id, letter_id)


def _choose(visit: Visit, agency_id: str, letter_id: str, form: Form, *, tick_all: bool = False) -> Answer:
    """Show the form: of a small agency with everybody who is not trained, of a large one with its units."""
    mine = _letter(visit, agency_id, letter_id)
    if not mine.notice.briefing_counts:
        form.values["kind"] = ["OTHER_SYSTEM"]
    for name in _FIELDS:
        form.values.setdefault(name, [""])
    large = mine.readiness.counts.of > our_people.BY_UNIT_ABOVE
    named = form.all("people")
    # Of so many no box is shown: they were chosen in a list, and the next page says who they are.
    many = len(named) > our_people.BY_UNIT_ABOVE
    only = () if many else named
    lines = agency_lists.untrained(visit, mine, visit.units(), only=only if large else None)
    if tick_all and not large:
        form.values["people"] = [line.person for line in lines if not line.standing.on_leave]
    return visit.page(
        "letters/briefing.html",
        status=400 if form.errors else 200,
        letter=mine.notice,
        letters=letters,
        agency=visit.agency(f"agencies/{agency_id}"),
        rows=our_people.by_title(mine, visit.units()) if large else (),
        units=visit.units(),
        lines=lines,
        many=named if many else (),
        form=form,
    )


def _check(visit: Visit, agency_id: str, letter_id: str, form: SentForm) -> Answer:
    """Show who would be recorded and who would not, and why: in numbers, and by name."""
    parent, mine = f"agencies/{agency_id}", _letter(visit, agency_id, letter_id)
    typed = form.block("numbers")
    looked = staff_numbers.look_up(visit, parent, typed, meant=form.all("meant")) if typed.strip() else None
    numbered = [*looked.people, *looked.meant] if looked else []
    people = dict.fromkeys([*form.all("people"), *(one.person for one in numbered)])
    found = visit.clients.completions.PreviewTraining(
        pb.PreviewTrainingRequest(parent=parent, notice=mine.notice.name, units=form.all("units"), people=list(people))
    )
    return visit.page(
        "letters/briefing_check.html",
        status=400 if form.errors else 200,
        letter=mine.notice,
        letters=letters,
        agency=visit.agency(parent),
        units=visit.units(),
        form=form,
        looked=looked,
        groups=_groups(visit, found),
        chosen=" ".join(name.removeprefix("people/") for name in found.people),
        fields=_FIELDS,
    )


def _groups(visit: Visit, found: pb.PreviewTrainingResponse) -> dict[str, Group]:
    """Return who is in which group, with the names that one call gives: first of those who are left out."""
    order = ("on_leave", "excused", "not_listed", "people", "trained")
    wanted = [name for group in order for name in getattr(found, group)]
    known = visit.names(wanted[:_NAMES])
    return {
        group: Group(getattr(found, group), sorted(known[name] for name in getattr(found, group) if name in known))
        for group in order
    }


def _file(visit: Visit, agency_id: str, letter_id: str, form: Form) -> Answer:
    mine = _letter(visit, agency_id, letter_id)
    return visit.page(
        "letters/briefing_file.html",
        status=400 if form.errors else 200,
        letter=mine.notice,
        letters=letters,
        agency=visit.agency(f"agencies/{agency_id}"),
        form=form,
    )
