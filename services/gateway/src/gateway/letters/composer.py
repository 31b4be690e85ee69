"""Writing a letter in five steps, each a page that saves: the letter, what changes, who it is for, what is asked.

A step writes its own fields and leaves the others as they are saved: two people at different steps are told of each
other all the same, since what one of them has not seen may change what they would write.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from gateway.letters import agency_lists, letter_form, letters, reach, who
from gateway.letters.letter_form import ASK, CHANGE, LETTER, PAST, REVIEW, STEPS, WHO, Step
from gateway.web import declared
from gateway.web.drafts import CONFLICT
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/letters")

_FIRST_SERIES = "CSSP"
_ANY_SUBJECT_OR_SERIES = "Give the subject, or choose the series: a draft is found by them."
_NOT_YET = "The letter is not sent yet: something is still missing. It is listed below, with where it belongs."
_MEANT = "This has passed, or is today. Tick below that it is meant so, or choose a later day."
StepName = Literal["letter", "change", "who", "ask", "review"]


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


@router.get("/new")
def new_letter(visit: Visitor) -> Answer:
    """The first step of a letter of which nothing is saved yet."""
    if not visit.rights.state("notices.write"):
        raise HTTPException(403, "You may not do this. Ask your coordinator if you should.")
    letter = _beginning(visit)
    return _page(visit, LETTER, _opened(visit, LETTER, letter), Shown(letter))


@router.post("/new")
def create_letter(visit: Visitor, form: Sent) -> Answer:
    """Save a new letter, and go on; little is needed for it."""
    return _act(visit, form, LETTER, _beginning(visit))


@router.get("/{letter_id}/edit")
def edit_letter(visit: Visitor, letter_id: str) -> Answer:
    """Open a draft at the first step where something is to be said or mended; at the last one if nothing is."""
    found = letter_form.corrections(visit.letter(letter_id))
    return visit.go(f"/letters/{letter_id}/edit/{found[0].step if found else REVIEW.name}")


@router.get("/{letter_id}/edit/{step}")
def edit_step(visit: Visitor, letter_id: str, step: StepName) -> Answer:
    """A step of a draft, as it is saved."""
    letter, here = visit.letter(letter_id), letter_form.BY_NAME[step]
    if letter.state != notice_pb.Notice.DRAFT:
        return visit.go(f"/letters/{letter_id}")
    return _page(visit, here, _opened(visit, here, letter), Shown(letter))


@router.post("/{letter_id}/edit/review")
def send_letter(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Send a draft for approval; what is missing is said with the step where it belongs."""
    letter = visit.letter(letter_id)
    request = notice_pb.SubmitNoticeRequest(name=letter.name, etag=form.text("etag"), request_id=form.request_id)
    try:
        visit.clients.notices.SubmitNotice(request)
    except Refused as error:
        form.refuse(error, letter_form.NAMES)
        if letter_form.corrections(letter):
            form.errors = {"": _NOT_YET}
        form.values["etag"] = [letter.etag]
        return _page(visit, REVIEW, form, Shown(letter), status=400)
    return visit.go(f"/letters/{letter_id}", done="submitted")


@router.post("/{letter_id}/edit/{step}")
def save_step(visit: Visitor, letter_id: str, step: StepName, form: Sent) -> Answer:
    """Save a step of a draft, and go on, back or away; or do what else was pressed."""
    return _act(visit, form, letter_form.BY_NAME[step], visit.letter(letter_id))


@router.get("/{letter_id}/preview")
def preview_letter(visit: Visitor, letter_id: str) -> Answer:
    """The letter as staff will see it; nothing on it can be pressed."""
    letter = visit.letter(letter_id)
    return visit.page(
        "letters/preview.html", letter=letter, letters=letters, course=course_of(visit, letter.course_version)
    )


@router.get("/{letter_id}/delete")
def delete_page(visit: Visitor, letter_id: str) -> Answer:
    """Ask whether a draft is to be deleted, with what is lost."""
    return _delete(visit, visit.letter(letter_id), Form())


@router.post("/{letter_id}/delete")
def delete_letter(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Delete a draft with its files."""
    name = f"notices/{letter_id}"
    try:
        visit.clients.notices.DeleteNotice(
            notice_pb.DeleteNoticeRequest(name=name, etag=form.text("etag"), request_id=form.request_id)
        )
    except Refused as error:
        form.refuse(error)
        return _delete(visit, visit.letter(letter_id), form)
    return visit.go("/letters", done="letter-deleted")


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
    values = declared.shown(step.fields, letter) | {"etag": letter.etag}
    if step is WHO:
        values |= who.opened(letter, audience_of(visit, letter.audience))
    if step is CHANGE:
        values[PAST] = "yes" if _passed(visit, letter) else ""
    return Form.of(values)


def _act(visit: Visit, form: SentForm, step: Step, saved: notice_pb.Notice) -> Answer:
    """Do what was pressed at a step; show it again if it did not work or only had to be looked at."""
    shown = Shown(_read(visit, form, step, saved))
    action = form.text("action")
    if step is WHO:
        shown.wanted = who.expression(form)
    if not form.errors:
        try:
            if action == "number":
                request = series_pb.SuggestNumberRequest(series=shown.letter.series)
                form.values["number"] = [visit.clients.series.SuggestNumber(request).number]
            elif step is not WHO:
                return _go_on(visit, step, action, _save(visit, form, shown.letter))
            else:
                _compare(visit, shown, saved)
                seen = shown.before is None or form.text("compared") == who.digest(form)
                if action != "count" and seen:
                    shown.letter.audience = _chosen(visit, form, shown.letter, saved)
                    return _go_on(visit, step, action, _save(visit, form, shown.letter))
        except Refused as error:
            form.refuse(error, letter_form.NAMES)
            if error.reason == "STALE":
                form.errors, form.values["etag"] = {"": CONFLICT}, [saved.etag]
                shown.conflict = _differing(step, form, saved)
    return _page(visit, step, form, shown, status=400 if form.errors else 200)


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
    return notices.CreateNotice(notice_pb.CreateNoticeRequest(notice=said, request_id=form.request_id))


def _go_on(visit: Visit, step: Step, action: str, saved: notice_pb.Notice) -> Answer:
    """Lead to where the button says."""
    path, place = f"/letters/{saved.name.removeprefix('notices/')}", STEPS.index(step)
    match action:
        case "next":
            return visit.go(f"{path}/edit/{STEPS[place + 1].name}")
        case "back":
            return visit.go(f"{path}/edit/{STEPS[max(place - 1, 0)].name}")
        case "leave":
            return visit.go("/letters", done="saved")
        case "files" | "preview":
            return visit.go(f"{path}/{action}")
    return visit.go(f"{path}/edit/{step.name}", done="saved")


def _differing(step: Step, form: Form, saved: notice_pb.Notice) -> list[tuple[str, str]]:
    """Return what somebody else saved of the fields of this step, where it is not what stands in the form."""
    return [(one.label, one.said(saved)) for one in step.fields if one.shown(saved) != form.block(one.name)]


def _page(visit: Visit, step: Step, form: Form, shown: Shown, *, status: int = 200) -> Answer:
    """Show a step with everything that can be chosen at it, and what it would mean."""
    letter, counted = shown.letter, None
    audience = audience_of(visit, letter.audience)
    wanted = shown.wanted or (audience.expression if audience else None)
    if step is WHO and wanted is None:
        wanted = who.expression(form)
    if wanted is not None:
        counted = reach.reach(visit, wanted, letter.receivers)
    course = course_of(visit, form.text("course_version") if step is ASK else letter.course_version)
    corrections = letter_form.corrections(letter) if letter.name else []
    return visit.page(
        "letters/composer.html",
        status=status,
        form=form,
        letter=letter,
        letters=letters,
        steps=STEPS,
        step=step,
        following=STEPS[STEPS.index(step) + 1] if step is not REVIEW else None,
        preceding=STEPS[STEPS.index(step) - 1] if step is not LETTER else None,
        corrections=corrections,
        shown=shown,
        compared=who.digest(form) if step is WHO else "",
        reach=counted,
        course=course,
        passed=_passed(visit, letter),
        similar=_similar(visit, letter) if step in (LETTER, CHANGE) and letter.name else [],
        choices=_choices(visit, step, form, course),
    )


def _choices(
    visit: Visit, step: Step, form: Form, course: course_pb.CourseVersion | None
) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen at a step, by field."""
    clients = visit.clients
    if step is LETTER:
        known, here = visit.series().items(), form.text("series")
        return {"series": [(name, f"{name}, {one.title}") for name, one in known if not one.past or name == here]}
    if step is WHO:
        vocabulary = clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest())
        agencies = visit.agencies().values()
        return {
            "receivers": offered_agencies(agencies, form.all("receivers"), visit.today),
            "agencies": offered_agencies(agencies, form.all("agencies"), visit.today),
            "units": [(unit.slug, unit.title) for unit in vocabulary.units],
            "job_classes": [(job_class.slug, job_class.title) for job_class in vocabulary.job_classes],
        }
    if step is ASK:
        offered = clients.courses.ListCourses(course_pb.ListCoursesRequest(page_size=200, only_published=True))
        return {"course_version": [("", "No course"), *offered_courses(offered.courses, course)]}
    return {}


def _similar(visit: Visit, letter: notice_pb.Notice) -> list[notice_pb.Notice]:
    """Return letters and drafts that are like this one."""
    if not letter.subject:
        return []
    asked = notice_pb.FindSimilarNoticesRequest(subject=letter.subject, notice=letter.name)
    return list(visit.clients.notices.FindSimilarNotices(asked).notices)


def _delete(visit: Visit, letter: notice_pb.Notice, form: Form) -> Answer:
    if letter.state != notice_pb.Notice.DRAFT:
        return visit.go(f"/letters/{letter.name.removeprefix('notices/')}")
    return visit.page(
        "letters/delete.html", status=400 if form.errors else 200, letter=letter, letters=letters, form=form
    )


def offered_agencies(
    agencies: Iterable[agency_pb.Agency], chosen: Collection[str], today: date
) -> list[tuple[str, str]]:
    """Return the local agencies of today; of those that ended the ones that the draft names, said to have ended."""
    local = [agency for agency in agencies if agency.kind != "state"]
    offered = {agency.name: agency.short_title for agency in local if agency_lists.goes_on(agency, today)}
    ended = {agency.name: f"{agency.short_title} (ended)" for agency in local if agency.name in chosen}
    return list({**ended, **offered}.items())


def offered_courses(
    offered: Iterable[course_pb.Course], chosen: course_pb.CourseVersion | None
) -> list[tuple[str, str]]:
    """Return the newest version of each course; first the one that the draft names, if a newer one is out by now."""
    courses = [(f"{course.name}/versions/{course.latest_version}", course.title) for course in offered]
    if chosen is not None and chosen.version < chosen.latest_version:
        said = f"{chosen.title}, version {chosen.version} (version {chosen.latest_version} is out)"
        courses.insert(0, (chosen.name, said))
    return courses
