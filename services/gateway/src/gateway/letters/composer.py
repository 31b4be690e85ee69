"""Writing a letter in five steps, each a page that saves: the letter, what changes, who it is for, what is asked.

An amendment of a letter that is out is written so too, with a step for what it changes.

A step writes its own fields and leaves the others as they are saved: two people at different steps are told of each
other all the same, since what one of them has not seen may change what they would write.
"""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from gateway.letters import changes, letter_form, letters, meanwhile, of_release, offered, reach, section_dates, who
from gateway.letters.letter_form import AMENDMENT, ASK, CHANGE, LETTER, PAST, REVIEW, STAYS, WHO, Correction, Step
from gateway.web import declared, drafts
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/letters")

_FIRST_SERIES = "CSSP"
_ANY_SUBJECT_OR_SERIES = "Give the subject, or choose the series: a draft is found by them."
_NOT_YET = "The letter is not sent yet: something is still missing. It is listed below, with where it belongs."
_MEANT = "This has passed, or is today. Tick below that it is meant so, or choose a later day."
# What is refused where somebody saved, sent or deleted the draft after it was opened.
_MEANWHILE = ("STALE", "WRONG_STATE", "NOT_FOUND")
StepName = Literal["letter", "change", "who", "ask", "amendment", "review"]


@dataclass
class Shown:
    """What a step shows beside its form: the letter as it is written, and what a press has found out."""

    letter: notice_pb.Notice
    # Whom saving would add and remove, and which agencies got it before: shown before it is kept.
    change: audience_pb.CompareAudienceResponse | None = None
    before: list[str] | None = None
    # What is asked by the form rather than by what is saved.
    wanted: audience_pb.AudienceExpression | None = None
    # What somebody else saved meanwhile: label and text.
    conflict: list[tuple[str, str]] = field(default_factory=list)
    # What a service refused of it when it was sent, with where that belongs.
    refused: list[Correction] = field(default_factory=list)
    # It was deleted, or sent, meanwhile: nothing can be saved in it; and whether there is a letter still.
    lost: bool = False
    instead: bool = False


@router.get("/new")
def new_letter(visit: Visitor, form: UUID | None = None) -> Answer:
    """The first step of a letter of which nothing is saved yet.

    Its address names the empty *form*: who goes back to it after it was saved is led to the draft that it became.
    """
    if not visit.rights.state("notices.write"):
        raise HTTPException(403, "You may not do this. Ask your coordinator if you should.")
    if form is None:
        return visit.go(f"/letters/new?form={uuid4()}")
    became = _became(visit, form)
    if became is not None:
        return visit.go(f"/{became.name.replace('notices', 'letters')}/edit/letter")
    letter = _beginning(visit)
    empty = _opened(visit, LETTER, letter)
    empty.request_id = empty.values["form"][0] = str(form)
    return _page(visit, LETTER, empty, Shown(letter))


@router.post("/new")
def create_letter(visit: Visitor, form: Sent) -> Answer:
    """Save a new letter, and go on; little is needed for it. A form that became a draft before is not another one."""
    given = _empty(form)
    became = _became(visit, given) if given and form.request_id != str(given) else None
    if became is None:
        return _act(visit, form, LETTER, _beginning(visit))
    return _conflict(visit, form, LETTER, became)


@router.get("/similar")
def similar_letters(visit: Visitor, subject: str = "", letter: str = "") -> Answer:
    """Letters and drafts like one that is begun, by its subject; the composer's script asks here while it is typed."""
    own = f"notices/{letter}" if letter else ""
    found = _similar(visit, notice_pb.Notice(name=own, subject=subject))
    return visit.page("letters/similar.html", form=Form.of({"subject": subject}), similar=found, letters=letters)


@router.get("/{letter_id}/edit")
def edit_letter(visit: Visitor, letter_id: str) -> Answer:
    """Open a draft at the first step where something is to be said or mended; at the last one if nothing is."""
    found = letter_form.corrections(visit.letter(letter_id))
    return visit.go(f"/letters/{letter_id}/edit/{found[0].step if found else REVIEW.name}")


@router.get("/{letter_id}/edit/{step}")
def edit_step(visit: Visitor, letter_id: str, step: StepName) -> Answer:
    """A step of a draft, as it is saved."""
    letter, here = visit.letter(letter_id), letter_form.BY_NAME[step]
    if letter.state != notice_pb.Notice.DRAFT or here not in letter_form.steps_of(letter):
        return visit.go(f"/letters/{letter_id}")
    return _page(visit, here, _opened(visit, here, letter), Shown(letter))


@router.post("/{letter_id}/edit/review")
def send_letter(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Send a draft for approval; what is missing is said with the step where it belongs."""
    name = f"notices/{letter_id}"
    request = notice_pb.SubmitNoticeRequest(name=name, etag=form.text("etag"), request_id=form.request_id)
    try:
        visit.clients.notices.SubmitNotice(request)
    except Refused as error:
        form.refuse(error, letter_form.NAMES)
        letter = meanwhile.found(visit, letter_id)
        if letter is None or letter.state != notice_pb.Notice.DRAFT:
            return _lost(visit, form, REVIEW, letter)
        shown = Shown(letter, refused=letter_form.refused(error, form.outcomes.refused(error)))
        if error.reason == "STALE":
            form.errors = {"": drafts.saved(visit, letter)}
        elif shown.refused or letter_form.corrections(letter):
            form.errors = {"": _NOT_YET}
        form.values["etag"] = [letter.etag]
        return _page(visit, REVIEW, form, shown, status=400)
    return visit.go(f"/letters/{letter_id}", done="submitted")


@router.post("/{letter_id}/edit/{step}")
def save_step(visit: Visitor, letter_id: str, step: StepName, form: Sent) -> Answer:
    """Save a step of a draft, and go on, back or away; or do what else was pressed.

    What was typed is never lost: where the draft is no more, it can begin a new one.
    """
    letter, here = meanwhile.found(visit, letter_id), letter_form.BY_NAME[step]
    if form.text("action") == "anew":
        return _act(visit, form, here, meanwhile.begun_from(letter) if letter else _beginning(visit))
    return _act(visit, form, here, letter) if letter else _lost(visit, form, here, None)


@router.get("/{letter_id}/preview")
def preview_letter(visit: Visitor, letter_id: str) -> Answer:
    """The letter as staff will see it; nothing on it can be pressed."""
    letter = visit.letter(letter_id)
    return visit.page(
        "letters/preview.html", letter=letter, letters=letters, course=course_of(visit, letter.course_version)
    )


def course_of(visit: Visit, name: str) -> course_pb.CourseVersion | None:
    """Give the course that a letter asks for."""
    return visit.clients.courses.GetCourseVersion(course_pb.GetCourseVersionRequest(name=name)) if name else None


def audience_of(visit: Visit, name: str) -> audience_pb.Audience | None:
    """Give whom a letter asks."""
    return visit.clients.audiences.GetAudience(audience_pb.GetAudienceRequest(name=name)) if name else None


def _beginning(visit: Visit) -> notice_pb.Notice:
    known = visit.series()
    first = _FIRST_SERIES if _FIRST_SERIES in known else next(iter(known), "")
    return letter_form.beginning(first, demonstration=visit.gateway.settings.demo)


def _opened(visit: Visit, step: Step, letter: notice_pb.Notice) -> Form:
    values = declared.shown(step.fields, letter) | {"etag": letter.etag, "form": ""}
    if step is WHO:
        values |= who.opened(letter, audience_of(visit, letter.audience))
    if step is AMENDMENT:
        values["substantive"] = list(letter.substantive)
    if step is CHANGE:
        values[PAST] = "yes" if _passed(visit, letter) else ""
    return Form.of(values)


def _act(visit: Visit, form: SentForm, step: Step, saved: notice_pb.Notice) -> Answer:
    """Do what was pressed at a step; show it again if it did not work or only had to be looked at."""
    shown = Shown(_read(visit, form, step, saved))
    if step is WHO:
        shown.wanted = who.expression(form)
    answer = None
    if not form.errors:
        try:
            answer = _press(visit, form, step, saved, shown)
        except Refused as error:
            form.refuse(error, letter_form.NAMES)
            answer = _overtaken(visit, form, step, saved) if error.reason in _MEANWHILE else None
    if answer is None and form.text("action") == "anew":
        answer = _lost(visit, form, step, meanwhile.found(visit, visit.request.path_params["letter_id"]))
    return answer or _page(visit, step, form, shown, status=400 if form.errors else 200)


def _press(visit: Visit, form: SentForm, step: Step, saved: notice_pb.Notice, shown: Shown) -> Answer | None:
    """Do what was pressed, and lead on; None if the step has only to be looked at."""
    action = form.text("action")
    if action == "number":
        request = series_pb.SuggestNumberRequest(series=shown.letter.series)
        form.values["number"] = [visit.clients.series.SuggestNumber(request).number]
        return None
    if action == "rows":
        return None
    if step is WHO:
        if action != "anew":
            _compare(visit, shown, saved)
        seen = shown.before is None or form.text("compared") == who.digest(form)
        if action == "count" or not seen:
            return None
        shown.letter.audience = _chosen(visit, form, shown.letter, saved)
    return _go_on(visit, step, action, _save(visit, form, shown.letter))


def _overtaken(visit: Visit, form: SentForm, step: Step, saved: notice_pb.Notice) -> Answer | None:
    """Answer a save that was refused because the draft was saved, sent or deleted meanwhile; None if it was not."""
    now = meanwhile.found(visit, saved.name.removeprefix("notices/")) if saved.name else None
    if saved.name and (now is None or now.state != notice_pb.Notice.DRAFT):
        return _lost(visit, form, step, now)
    return _conflict(visit, form, step, now) if now is not None and now.etag != form.text("etag") else None


def _conflict(visit: Visit, form: SentForm, step: Step, saved: notice_pb.Notice) -> Answer:
    """Show a step again that was saved meanwhile: what was typed, what is saved now, and that saving again decides."""
    shown = Shown(_read(visit, form, step, saved))
    form.errors, form.values["etag"] = {"": drafts.saved(visit, saved)}, [saved.etag]
    shown.letter.etag = saved.etag
    shown.conflict = meanwhile.differing(step, form, saved, audience_of(visit, saved.audience))
    return _page(visit, step, form, shown, status=400)


def _lost(visit: Visit, form: SentForm, step: Step, letter: notice_pb.Notice | None) -> Answer:
    """Show a step again of what is no draft any more: what was typed can be copied, or begin a new letter."""
    wrong, name = dict(form.errors), f"notices/{visit.request.path_params['letter_id']}"
    shown = Shown(_read(visit, form, step, letter or _beginning(visit)), lost=True)
    shown.letter.name, shown.instead = name, letter is not None
    form.errors = {"": meanwhile.lost(visit, letter, typed=step is not REVIEW)}
    if form.text("action") == "anew":
        form.errors |= wrong
    return _page(visit, step, form, shown, status=400)


def _empty(form: Form) -> UUID | None:
    """Return which empty form this was; None of one that was opened for a draft."""
    try:
        return UUID(form.text("form"))
    except ValueError:
        return None


def _became(visit: Visit, empty: UUID) -> notice_pb.Notice | None:
    """Return the draft that an empty form became; None if it became none, or that is no draft any more."""
    path = visit.became(empty)
    letter = meanwhile.found(visit, path.rpartition("/")[2]) if path else None
    return letter if letter is not None and letter.state == notice_pb.Notice.DRAFT else None


def _read(visit: Visit, form: Form, step: Step, saved: notice_pb.Notice) -> notice_pb.Notice:
    """Return the letter as it is saved, with what was typed at the step."""
    letter = notice_pb.Notice()
    letter.CopyFrom(saved)
    letter.etag = form.text("etag")
    declared.read(step.fields, form, letter)
    if step is LETTER:
        known = visit.series()
        if not letter.kind and letter.series in known:
            letter.kind = known[letter.series].kind
        if not letter.subject and not letter.series:
            form.errors["subject"] = _ANY_SUBJECT_OR_SERIES
    elif step is CHANGE and _passed(visit, letter) and form.text(PAST) != "yes":
        form.errors["effective_date"] = _MEANT
    elif step is WHO:
        who.read_receivers(form, letter)
    elif step is AMENDMENT:
        letter.ClearField("substantive")
        letter.substantive.extend(form.all("substantive"))
    elif step is ASK and letter.asks != notice_pb.TRAIN:
        letter.course_version, letter.briefing_counts, letter.credit_months = "", False, 0
    return letter


def _passed(visit: Visit, letter: notice_pb.Notice) -> bool:
    """Whether it would take effect today, or took effect before."""
    day = sentences.as_date(letter.effective_date)
    return day is not None and day <= visit.today


def _compare(visit: Visit, shown: Shown, saved: notice_pb.Notice) -> None:
    """Find out whom saving would add and remove; nothing where who it is for was not saved before, or stays."""
    known, wanted = audience_of(visit, saved.audience), shown.wanted
    if known is None or (known.expression == wanted and saved.receivers == shown.letter.receivers):
        return
    shown.before = list(saved.receivers)
    shown.change = visit.clients.audiences.CompareAudience(
        audience_pb.CompareAudienceRequest(name=known.name, expression=wanted)
    )


def _chosen(visit: Visit, form: Form, letter: notice_pb.Notice, saved: notice_pb.Notice) -> str:
    """Name who must act: the audience that is saved, or one that is made; if saving is refused, nothing names it."""
    wanted, known = who.expression(form), audience_of(visit, saved.audience)
    if known is not None and known.expression == wanted:
        return known.name
    made = audience_pb.Audience(title=f"{letters.title(letter)}, {letter.subject}"[:200], expression=wanted)
    return visit.clients.audiences.CreateAudience(
        audience_pb.CreateAudienceRequest(audience=made, request_id=form.request_id)
    ).name


def _save(visit: Visit, form: Form, letter: notice_pb.Notice) -> notice_pb.Notice:
    notices, said = visit.clients.notices, letter_form.written(letter)
    if letter.name:
        return notices.UpdateNotice(notice_pb.UpdateNoticeRequest(notice=said, request_id=form.request_id))
    made = notices.CreateNotice(notice_pb.CreateNoticeRequest(notice=said, request_id=form.request_id))
    empty = _empty(form)
    if empty is not None:
        visit.becomes(empty, made.name)
    return made


def _go_on(visit: Visit, step: Step, action: str, saved: notice_pb.Notice) -> Answer:
    """Lead to where the button says."""
    path, steps = f"/letters/{saved.name.removeprefix('notices/')}", letter_form.steps_of(saved)
    place = steps.index(step)
    match action:
        case "next":
            return visit.go(f"{path}/edit/{steps[place + 1].name}")
        case "back":
            return visit.go(f"{path}/edit/{steps[max(place - 1, 0)].name}")
        case "leave":
            return visit.go("/letters", done="saved")
        case "files" | "preview":
            return visit.go(f"{path}/{action}")
        case "anew":
            return visit.go(f"{path}/edit/{step.name}", done="begun-anew")
    return visit.go(f"{path}/edit/{step.name}", done="saved")


def _page(visit: Visit, step: Step, form: Form, shown: Shown, *, status: int = 200) -> Answer:
    """Show a step with everything that can be chosen at it, and what it would mean."""
    letter, counted = shown.letter, None
    audience = audience_of(visit, letter.audience)
    wanted = shown.wanted or (audience.expression if audience else None)
    if step is WHO and wanted is None:
        wanted = who.expression(form)
    if wanted is not None:
        counted = reach.reach(visit, wanted, letter.receivers)
    choosable = reach.choosable(visit, who.at_agencies(wanted)) if step is WHO and wanted is not None else None
    course = course_of(visit, form.text("course_version") if step is ASK else letter.course_version)
    corrections = [*letter_form.corrections(letter), *shown.refused] if letter.name and not shown.lost else []
    steps = letter_form.steps_of(letter)
    compared = bool(letter.amends) and step in (AMENDMENT, REVIEW) and not shown.lost
    return visit.page(
        "letters/composer.html",
        status=status,
        form=form,
        letter=letter,
        letters=letters,
        section_dates=section_dates,
        steps=steps,
        step=step,
        following=steps[steps.index(step) + 1] if step is not REVIEW else None,
        preceding=steps[steps.index(step) - 1] if step is not LETTER else None,
        corrections=corrections,
        shown=shown,
        compared=who.digest(form) if step is WHO else "",
        reach=counted,
        choosable=choosable,
        course=course,
        passed=_passed(visit, letter),
        of_release=of_release.of(visit, letter) if step in (CHANGE, REVIEW) else None,
        stays=STAYS if letter.amends else (),
        amended=visit.letter(letter.amends.removeprefix("notices/")) if letter.amends else None,
        changes=changes.of(visit, letter.name) if compared else None,
        similar=_similar(visit, letter) if step in (LETTER, CHANGE) else [],
        choices=offered.choices(visit, step, form, course),
    )


def _similar(visit: Visit, letter: notice_pb.Notice) -> list[notice_pb.Notice]:
    """Return letters and drafts that are like this one."""
    if not letter.subject:
        return []
    asked = notice_pb.FindSimilarNoticesRequest(subject=letter.subject, notice=letter.name)
    return list(visit.clients.notices.FindSimilarNotices(asked).notices)
