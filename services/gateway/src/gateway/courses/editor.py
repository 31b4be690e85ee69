"""Writing a course: its entry in the catalogue, its sections, its test; a look as staff; a new version."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from gateway.courses import content
from gateway.web import drafts
from gateway.web.forms import Form, SentForm
from gateway.web.markdown import has_picture
from gateway.web.visit import Answer, Number, Sent, Visit, Visitor
from gateway.works import gates, phrases, shown
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/courses")

# What the entry of a course says, as form and contract both call it.
_ENTRY = ("title", "summary", "audience", "provider", "delivery_mode")
_TITLE = "Give the course a title: staff find it by its words."
_TAKEN = "There is a course with this title already. Find it in the catalogue, or say how this one differs."
_NO_PICTURE = (
    "The text names a picture, as ![…](…). Staff would not see it, and nobody would tell them. Take it out, save, then"
    " add the picture to the section: it gets its place in the text by its number."
)
_MOST_TESTS = 500


@router.get("/new")
def new_course(visit: Visitor, form: UUID | None = None) -> Answer:
    """A new course begins with its title."""
    _may_write(visit)
    return drafts.opened(visit, form, "courses/new.html")


@router.post("/new")
def create_course(visit: Visitor, form: Sent) -> Answer:
    """Create the course; its sections come next."""
    course = pb.Course(title=form.needs("title", _TITLE), demonstration=visit.gateway.settings.demo)
    course.summary, course.audience = form.text("summary"), form.text("audience")
    course_id = drafts.slug(course.title)
    if course.title and not course_id:
        form.errors["title"] = _TITLE
    if not form.errors:
        try:
            visit.clients.courses.CreateCourse(
                pb.CreateCourseRequest(course_id=course_id, course=course, request_id=form.request_id)
            )
        except Refused as error:
            form.refuse(error)
            if error.reason == "ALREADY_EXISTS":
                form.errors = {"title": _TAKEN}
    if form.errors:
        return visit.page("courses/new.html", status=400, form=form)
    return drafts.begun(visit, form, f"/courses/{course_id}/edit", done="course-begun")


@router.get("/{course_id}/edit")
def edit_course(visit: Visitor, course_id: str) -> Answer:
    """The draft."""
    course = load(visit, course_id)
    return _editor(visit, course, _form_of(course))


@router.post("/{course_id}/edit")
def change_course(visit: Visitor, course_id: str, form: Sent) -> Answer:
    """Save the entry, choose the test, or move a section: whatever was pressed."""
    course = load(visit, course_id)
    done, action = "saved", form.text("action")
    if action == "entry":
        form.needs("title", _TITLE)
        for field in _ENTRY:
            setattr(course, field, form.text(field))
    elif action == "test":
        course.test_version = form.text("test_version")
    elif drafts.ordered(course.sections, action):
        done = "moved"
    else:
        return visit.go(f"/courses/{course_id}/edit")
    if not form.errors and save(visit, course, form):
        return visit.go(f"/courses/{course_id}/edit", done=done)
    saved = load(visit, course_id)
    for field, value in _form_of(saved).values.items():
        # What this form did not hold stands as it is saved.
        form.values.setdefault(field, value)
    return _editor(visit, saved, form)


@router.get("/{course_id}/sections/{number}")
def edit_section(visit: Visitor, course_id: str, number: Number) -> Answer:
    """One section of the draft; the number after the last one is a new section."""
    course = load(visit, course_id)
    section = section_of(course, number)
    form = Form.of(
        {
            "title": section.title,
            "minutes": str(section.minutes or ""),
            "markdown": section.markdown,
            "opened": section.title,
            "etag": course.etag,
        }
    )
    return _section_page(visit, course, number, form)


@router.post("/{course_id}/sections/{number}")
def change_section(visit: Visitor, course_id: str, number: Number, form: Sent) -> Answer:
    """Save a section, look at it as staff, or remove it."""
    course = load(visit, course_id)
    section_of(course, number)
    action = form.text("action")
    done = "saved"
    if action == "remove" and number <= len(course.sections):
        course.sections.pop(number - 1)
        done = "section-removed"
    else:
        written = _written(form)
        written.pieces.extend(section_of(course, number).pieces)
        if action == "preview" or form.errors:
            return _section_page(visit, course, number, form, shown=written if action == "preview" else None)
        if number > len(course.sections):
            course.sections.append(written)
        else:
            course.sections[number - 1].CopyFrom(written)
    if not save(visit, course, form):
        saved = load(visit, course_id)
        place = drafts.place_now([section.title for section in saved.sections], number, form.text("opened"))
        return _section_page(visit, saved, place, form)
    if action == "next":
        return visit.go(f"/courses/{course_id}/sections/{number + 1}", done=done)
    return visit.go(f"/courses/{course_id}/edit", done=done)


@router.get("/{course_id}/preview")
def preview_course(visit: Visitor, course_id: str, section: Number = 1) -> Answer:
    """The draft as staff will see it, section by section; nothing is noted."""
    course = load(visit, course_id)
    if course.sections and not 1 <= section <= len(course.sections):
        raise HTTPException(404)
    return visit.page(
        "courses/preview.html",
        course=course,
        section=course.sections[section - 1] if course.sections else None,
        number=section,
        arranged=content.arranged,
        minutes_left=sum(part.minutes for part in course.sections[section - 1 :]),
        test=_test(visit, course.test_version),
    )


@router.get("/{course_id}/issue")
def before_issue(visit: Visitor, course_id: str) -> Answer:
    """What a new version will hold, and what issuing it does."""
    course = load(visit, course_id)
    return _before_issue(visit, course, Form.of({"etag": course.etag}))


@router.post("/{course_id}/issue")
def issue_version(visit: Visitor, course_id: str, form: Sent) -> Answer:
    """Make the draft, as it was shown, the next version."""
    try:
        visit.clients.courses.PublishCourse(
            pb.PublishCourseRequest(name=f"courses/{course_id}", etag=form.text("etag"), request_id=form.request_id)
        )
    except Refused as error:
        course = load(visit, course_id)
        if error.reason == "COURSE_INCOMPLETE":
            said = {"": visit.gateway.outcomes.refused(error)}
            return _before_issue(visit, course, Form({"etag": [course.etag]}, said))
        drafts.refuse(visit, form, error, course)
        return _before_issue(visit, course, form)
    return visit.go(f"/catalogue/{course_id}", done="course-issued")


def _may_write(visit: Visit) -> None:
    if not visit.rights.state("courses.write"):
        raise HTTPException(404)


def load(visit: Visit, course_id: str) -> pb.Course:
    """Return the course with its draft, for those who write it."""
    return visit.clients.courses.GetCourse(pb.GetCourseRequest(name=f"courses/{course_id}"))


def section_of(course: pb.Course, number: int) -> pb.Section:
    """Return a section of the draft; the number after the last one is a new one."""
    if not 1 <= number <= len(course.sections) + 1:
        raise HTTPException(404)
    return course.sections[number - 1] if number <= len(course.sections) else pb.Section()


def _written(form: Form) -> pb.Section:
    """Return the section that the form describes; what cannot be read is an error at its field."""
    section = pb.Section(title=form.text("title"), markdown=form.text("markdown"))
    if form.text("minutes"):
        section.minutes = min(form.number("minutes"), 9999)
    if has_picture(section.markdown):
        form.errors["markdown"] = _NO_PICTURE
    return section


def _form_of(course: pb.Course) -> Form:
    entry = {field: getattr(course, field) for field in _ENTRY}
    return Form.of(entry | {"test_version": course.test_version, "etag": course.etag})


def save(visit: Visit, course: pb.Course, form: SentForm) -> bool:
    """Save the draft as the form's owner read it; if it is refused, the form says why."""
    course.etag = form.text("etag")
    try:
        visit.clients.courses.UpdateCourse(pb.UpdateCourseRequest(course=course, request_id=form.request_id))
    except Refused as error:
        drafts.refuse(visit, form, error, load(visit, course.name.removeprefix("courses/")))
        return False
    return True


def _editor(visit: Visit, course: pb.Course, form: Form) -> Answer:
    return visit.page(
        "courses/editor.html",
        status=400 if form.errors else 200,
        course=course,
        form=form,
        newest=_newest(visit, course),
        changed=_changed,
        tests=_tests(visit, course),
        test=_test(visit, course.test_version),
    )


def _section_page(
    visit: Visit, course: pb.Course, number: int, form: Form, *, shown: pb.Section | None = None
) -> Answer:
    return visit.page(
        "courses/section.html",
        status=400 if form.errors else 200,
        course=course,
        number=number,
        saved=section_of(course, number),
        shown=shown,
        arranged=content.arranged,
        form=form,
    )


def _before_issue(visit: Visit, course: pb.Course, form: Form) -> Answer:
    newest, test = _newest(visit, course), _test(visit, course.test_version)
    astray = [
        (place, item.section)
        for place, item in enumerate(test.items if test else (), start=1)
        if item.section > len(course.sections)
    ]
    return visit.page(
        "courses/issue.html",
        status=400 if form.errors else 200,
        course=course,
        form=form,
        newest=newest,
        unchanged=newest is not None and not _changed(course, newest),
        test=test,
        astray=astray,
        minutes=sum(section.minutes for section in course.sections),
        works=(works := shown.open_works(visit, course.name)),
        kept=any(phrases.keeps_course(one) for one in works),
        phrases=phrases,
        gates=gates,
    )


def _newest(visit: Visit, course: pb.Course) -> pb.CourseVersion | None:
    if not course.latest_version:
        return None
    return visit.clients.courses.GetCourseVersion(
        pb.GetCourseVersionRequest(name=f"{course.name}/versions/{course.latest_version}")
    )


def _changed(course: pb.Course, newest: pb.CourseVersion) -> bool:
    """Whether the draft differs from the newest version in what a version holds."""
    return (course.title, course.summary, course.test_version, list(course.sections)) != (
        *(newest.title, newest.summary, newest.test_version),
        list(newest.sections),
    )


def _test(visit: Visit, name: str) -> test_pb.TestVersion | None:
    if not name:
        return None
    return visit.clients.tests.GetTestVersion(test_pb.GetTestVersionRequest(name=name))


def _tests(visit: Visit, course: pb.Course) -> list[tuple[str, str]]:
    """The newest version of each test, and the one that the draft names if it is an older one."""
    listed = visit.clients.tests.ListTests(test_pb.ListTestsRequest(page_size=_MOST_TESTS, only_published=True))
    newest = {f"{test.name}/versions/{test.latest_version}": test.title for test in listed.tests}
    offered = [(name, f"{title}, version {name.rpartition('/')[2]}") for name, title in newest.items()]
    if course.test_version and course.test_version not in newest:
        number = course.test_version.rpartition("/")[2]
        title = next(
            (test.title for test in listed.tests if course.test_version.startswith(f"{test.name}/")),
            course.test_version,
        )
        offered.insert(0, (course.test_version, f"{title}, version {number} (a newer one is out)"))
    return [("", "No test: the last section completes the course"), *offered]
