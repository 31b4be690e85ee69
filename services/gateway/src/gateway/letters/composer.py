"""Writing a letter: the form, who it is for, a look at it as staff will see it, and approval by a second person."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from fastapi import APIRouter

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from gateway.letters import agency_lists, letters
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import glossary
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/letters")

_FIRST_SERIES = "CSSP"


@router.get("")
def letter_list(visit: Visitor, page: str = "") -> Answer:
    """All letters for the state: those that wait for somebody first, those that were withdrawn before the others."""
    answer = visit.clients.notices.ListNotices(notice_pb.ListNoticesRequest(page_size=50, page_token=page))
    groups = [
        ("Awaiting approval", [letter for letter in answer.notices if letter.state == notice_pb.Notice.IN_APPROVAL]),
        ("Scheduled", [letter for letter in answer.notices if letter.state == notice_pb.Notice.SCHEDULED]),
        ("Drafts", [letter for letter in answer.notices if letter.state == notice_pb.Notice.DRAFT]),
        ("Withdrawn", [letter for letter in answer.notices if letter.state == notice_pb.Notice.WITHDRAWN]),
        ("Issued", [letter for letter in answer.notices if letter.state == notice_pb.Notice.PUBLISHED]),
    ]
    return visit.page(
        "letters/letters.html",
        groups=groups,
        letters=letters,
        names=visit.names([letter.author for letter in answer.notices]),
        next_page=answer.next_page_token,
    )


@router.get("/new")
def new_letter(visit: Visitor) -> Answer:
    """A new letter with the next free number of the first series."""
    known = visit.series()
    first = _FIRST_SERIES if _FIRST_SERIES in known else next(iter(known), "")
    number = ""
    if first:
        number = visit.clients.series.SuggestNumber(series_pb.SuggestNumberRequest(series=first)).number
    return _composer(visit, Form.of(letters.defaults(first, number)))


@router.post("/new")
def create_letter(visit: Visitor, form: Sent) -> Answer:
    """Save a new letter, or do what else was pressed."""
    return _act(visit, form, "")


@router.get("/{letter_id}/edit")
def edit_letter(visit: Visitor, letter_id: str) -> Answer:
    """A draft in its form."""
    letter = visit.clients.notices.GetNotice(notice_pb.GetNoticeRequest(name=f"notices/{letter_id}"))
    if letter.state != notice_pb.Notice.DRAFT:
        return visit.go(f"/letters/{letter_id}")
    audience = _audience(visit, letter.audience)
    form = Form.of(letters.to_form(letter, audience))
    return _composer(visit, form, letter=letter, preview=_preview(visit, form))


@router.post("/{letter_id}/edit")
def save_letter(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Save a draft, or do what else was pressed."""
    return _act(visit, form, f"notices/{letter_id}")


@router.get("/{letter_id}/preview")
def preview_letter(visit: Visitor, letter_id: str) -> Answer:
    """The letter as staff will see it; nothing on it can be pressed."""
    letter = visit.clients.notices.GetNotice(notice_pb.GetNoticeRequest(name=f"notices/{letter_id}"))
    return visit.page(
        "letters/preview.html", letter=letter, letters=letters, course=_course(visit, letter.course_version)
    )


def _act(visit: Visit, form: SentForm, name: str) -> Answer:
    """Do what was pressed below the form; show the form again if it did not work or only had to be counted."""
    letter = letters.from_form(form, name=name, demonstration=visit.gateway.settings.demo)
    known = visit.series()
    if not letter.kind and letter.series in known:
        letter.kind = known[letter.series].kind
    preview = change = None
    if not form.errors:
        try:
            match form.text("action"):
                case "number":
                    request = series_pb.SuggestNumberRequest(series=letter.series)
                    form.values["number"] = [visit.clients.series.SuggestNumber(request).number]
                case "count":
                    preview = _preview(visit, form)
                    change = _change(visit, form, letter)
                case action:
                    change = _change(visit, form, letter)
                    if change is None or form.text("compared") == letters.digest(form):
                        return _save_and_go(visit, form, letter, action)
        except Refused as error:
            form.refuse(error, letters.FIELDS)
    if (letter.audience or change) and preview is None:
        preview = _preview(visit, form)
    return _composer(visit, form, letter=letter, preview=preview, change=change)


def _save_and_go(visit: Visit, form: Form, letter: notice_pb.Notice, action: str) -> Answer:
    saved = _save(visit, form, letter, submit=action == "submit")
    page = f"/letters/{saved.name.removeprefix('notices/')}"
    if action in ("preview", "files"):
        return visit.go(f"{page}/{action}")
    if action == "submit":
        return visit.go(page, done="submitted")
    return visit.go(f"{page}/edit", done="saved")


def _save(visit: Visit, form: Form, letter: notice_pb.Notice, *, submit: bool) -> notice_pb.Notice:
    """Save the letter, and send it for approval if asked, in one write: what is refused changes nothing.

    The audience, which never changes, is made before: if the letter is refused, nothing names it.
    """
    letter.audience = _audience_of(visit, form, letter)
    if letter.name:
        return visit.clients.notices.UpdateNotice(
            notice_pb.UpdateNoticeRequest(notice=letter, request_id=form.request_id, submit=submit)
        )
    return visit.clients.notices.CreateNotice(
        notice_pb.CreateNoticeRequest(notice=letter, request_id=form.request_id, submit=submit)
    )


def _audience_of(visit: Visit, form: Form, letter: notice_pb.Notice) -> str:
    """Name whom the form chooses: the audience of the letter as it was opened, or one that is made for others."""
    wanted = letters.expression(form)
    known = _audience(visit, letter.audience)
    if known is not None and known.expression == wanted:
        return known.name
    made = audience_pb.Audience(title=f"{letters.title(letter)}, {letter.subject}"[:200], expression=wanted)
    return visit.clients.audiences.CreateAudience(
        audience_pb.CreateAudienceRequest(audience=made, request_id=form.request_id)
    ).name


def _audience(visit: Visit, name: str) -> audience_pb.Audience | None:
    if not name:
        return None
    return visit.clients.audiences.GetAudience(audience_pb.GetAudienceRequest(name=name))


def _preview(visit: Visit, form: Form) -> audience_pb.PreviewAudienceResponse:
    request = audience_pb.PreviewAudienceRequest(expression=letters.expression(form))
    return visit.clients.audiences.PreviewAudience(request)


def _change(visit: Visit, form: Form, letter: notice_pb.Notice) -> audience_pb.CompareAudienceResponse | None:
    """Say whom saving would add and remove; None where the draft was not saved before, or is for the same people."""
    wanted, known = letters.expression(form), _audience(visit, letter.audience)
    if known is None or known.expression == wanted:
        return None
    return visit.clients.audiences.CompareAudience(
        audience_pb.CompareAudienceRequest(name=known.name, expression=wanted)
    )


def _course(visit: Visit, name: str) -> course_pb.CourseVersion | None:
    if not name:
        return None
    return visit.clients.courses.GetCourseVersion(course_pb.GetCourseVersionRequest(name=name))


def _composer(visit: Visit, form: Form, **values: Any) -> Answer:  # noqa: ANN401 - the template's
    """Show the form with everything that can be chosen in it."""
    letter: notice_pb.Notice = values.get("letter") or notice_pb.Notice()
    clients = visit.clients
    vocabulary = clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest())
    agencies = clients.agencies.ListAgencies(agency_pb.ListAgenciesRequest(page_size=200)).agencies
    offered = clients.courses.ListCourses(course_pb.ListCoursesRequest(page_size=200, only_published=True))
    course = _course(visit, form.text("course_version"))
    return visit.page(
        "letters/composer.html",
        status=400 if form.errors else 200,
        form=form,
        letter=letter,
        letters=letters,
        preview=values.get("preview"),
        change=values.get("change"),
        compared=letters.digest(form),
        minutes=course.minutes if course else 0,
        series=[(name, f"{name}, {one.title}") for name, one in visit.series().items()],
        kinds=[("", "As usual for the series"), *glossary.KINDS.items()],
        agencies=_agencies(agencies, form.all("agencies"), visit.today),
        units=[(unit.slug, unit.title) for unit in vocabulary.units],
        classes=[(job_class.slug, job_class.title) for job_class in vocabulary.job_classes],
        courses=_courses(offered.courses, course),
    )


def _agencies(agencies: Iterable[agency_pb.Agency], chosen: Collection[str], today: date) -> list[tuple[str, str]]:
    """The local agencies of today; of those that ended the ones that the draft names, said to have ended."""
    local = [agency for agency in agencies if agency.kind != "state"]
    offered = {agency.name: agency.short_title for agency in local if agency_lists.goes_on(agency, today)}
    ended = {agency.name: f"{agency.short_title} (ended)" for agency in local if agency.name in chosen}
    return list({**ended, **offered}.items())


def _courses(offered: Iterable[course_pb.Course], chosen: course_pb.CourseVersion | None) -> list[tuple[str, str]]:
    """The newest version of each course; first the one that the draft names, if a newer one is out by now."""
    courses = [(f"{course.name}/versions/{course.latest_version}", course.title) for course in offered]
    if chosen is not None and chosen.version < chosen.latest_version:
        said = f"{chosen.title}, version {chosen.version} (version {chosen.latest_version} is out)"
        courses.insert(0, (chosen.name, said))
    return courses
