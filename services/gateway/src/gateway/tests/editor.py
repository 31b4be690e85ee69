"""Writing a test: questions with their options, what is wrong with them, trying it out, a new version."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from gateway.tests import taking
from gateway.web import drafts
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Number, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/tests")

_TITLE = "Give the test a title, such as that of its course."
_TAKEN = "There is a test with this title already. Find it in the list, or say how this one differs."
_KINDS = {"one": test_pb.Item.SINGLE, "several": test_pb.Item.MULTIPLE}
_FIRST_OPTIONS = 4
_MORE_OPTIONS = 2
_MOST_OPTIONS = 20


@router.get("")
def all_tests(visit: Visitor, query: str = "", page: str = "") -> Answer:
    """All tests by title."""
    answer = visit.clients.tests.ListTests(test_pb.ListTestsRequest(page_size=50, page_token=page, query=query))
    return visit.page(
        "tests/tests.html",
        tests=answer.tests,
        form=Form.of({"query": query}),
        query=query,
        next_page=answer.next_page_token,
    )


@router.get("/new")
def new_test(visit: Visitor, form: UUID | None = None) -> Answer:
    """A new test begins with its title."""
    if not visit.rights.state("tests.write"):
        raise HTTPException(404)
    return drafts.opened(visit, form, "tests/new.html")


@router.post("/new")
def create_test(visit: Visitor, form: Sent) -> Answer:
    """Create the test; its questions come next."""
    title = form.needs("title", _TITLE)
    test_id = drafts.slug(title)
    if title and not test_id:
        form.errors["title"] = _TITLE
    if not form.errors:
        try:
            visit.clients.tests.CreateTest(
                test_pb.CreateTestRequest(test_id=test_id, test=test_pb.Test(title=title), request_id=form.request_id)
            )
        except Refused as error:
            form.refuse(error)
            if error.reason == "ALREADY_EXISTS":
                form.errors = {"title": _TAKEN}
    if form.errors:
        return visit.page("tests/new.html", status=400, form=form)
    return drafts.begun(visit, form, f"/tests/{test_id}/edit", done="test-begun")


@router.get("/{test_id}/edit")
def edit_test(visit: Visitor, test_id: str) -> Answer:
    """The draft, with what is wrong with it."""
    test = _load(visit, test_id)
    return _editor(visit, test, _form_of(test))


@router.post("/{test_id}/edit")
def change_test(visit: Visitor, test_id: str, form: Sent) -> Answer:
    """Save title and pass mark, or move a question."""
    test = _load(visit, test_id)
    done, action = "saved", form.text("action")
    if action == "about":
        test.title, test.pass_mark = form.needs("title", _TITLE), min(form.number("pass_mark"), 9999)
    elif drafts.ordered(test.items, action):
        done = "moved"
    else:
        return visit.go(f"/tests/{test_id}/edit")
    if not form.errors and _save(visit, test, form):
        return visit.go(f"/tests/{test_id}/edit", done=done)
    saved = _load(visit, test_id)
    for field, value in _form_of(saved).values.items():
        form.values.setdefault(field, value)
    return _editor(visit, saved, form)


@router.get("/{test_id}/questions/{number}")
def edit_question(visit: Visitor, test_id: str, number: Number) -> Answer:
    """One question of the draft; the number after the last one is a new question."""
    test = _load(visit, test_id)
    item = _item(test, number)
    form = Form.of(
        {
            "text": item.text,
            "kind": "several" if item.kind == test_pb.Item.MULTIPLE else "one",
            "explanation": item.explanation,
            "section": str(item.section or ""),
            "place": str(number),
            "right": [str(n) for n, option in enumerate(item.options, start=1) if option.correct],
            "rows": str(max(len(item.options) + (1 if item.options else 0), _FIRST_OPTIONS)),
            "opened": item.text,
            "question": item.id,
            "etag": test.etag,
        }
        | {f"option-{n}": option.text for n, option in enumerate(item.options, start=1)}
    )
    return _question(visit, test, number, form)


@router.post("/{test_id}/questions/{number}")
def change_question(visit: Visitor, test_id: str, number: Number, form: Sent) -> Answer:
    """Save a question, give it more options, or remove it."""
    test = _load(visit, test_id)
    _item(test, number)
    action = form.text("action")
    if action == "more":
        rows = _rows(form)
        form.values["rows"] = [str(rows + _MORE_OPTIONS)]
        return _question(visit, test, number, form, added=rows + 1)
    if action == "remove" and number <= len(test.items):
        test.items.pop(number - 1)
        done = "question-removed"
    else:
        done = "saved"
        written = _written(form)
        place = form.number("place") if form.text("place") else number
        if number > len(test.items):
            test.items.append(written)
        else:
            # It stays the same question. That an id is of another one, or of none, evaluation sees.
            written.id = form.text("question") or test.items[number - 1].id
            test.items[number - 1].CopyFrom(written)
        if not form.errors and not drafts.move(test.items, number, place):
            form.errors["place"] = f"Give a place from 1 to {len(test.items)}."
    if form.errors or not _save(visit, test, form):
        saved = _load(visit, test_id)
        return _question(visit, saved, _place_now(saved, number, form), form)
    if action == "next":
        return visit.go(f"/tests/{test_id}/questions/{number + 1}", done=done)
    return visit.go(f"/tests/{test_id}/edit", done=done)


@router.get("/{test_id}/try")
def try_test(visit: Visitor, test_id: str) -> Answer:
    """The draft as staff will see it, to answer it."""
    test = _load(visit, test_id)
    return _try(visit, test, Form.of({"etag": test.etag}), None)


@router.post("/{test_id}/try")
def tried_test(visit: Visitor, test_id: str, form: Sent) -> Answer:
    """The score as staff would see it, with every right answer. Nothing is kept, so the result is the answer."""
    test = _load(visit, test_id)
    given = taking.answers(form, test_pb.TestVersion(items=test.items))
    tried = None
    if not form.errors:
        try:
            tried = visit.clients.tests.TryTest(
                test_pb.TryTestRequest(name=test.name, etag=form.text("etag"), answers=given)
            )
        except Refused as error:
            drafts.refuse(visit, form, error, test)
            if error.reason == "STALE":
                form.errors = {"": "Somebody changed the test while you tried it. Answer it again as it is now."}
    return _try(visit, test, form, tried)


@router.get("/{test_id}/issue")
def before_issue(visit: Visitor, test_id: str) -> Answer:
    """What a new version will hold, and what issuing it does."""
    test = _load(visit, test_id)
    return _before_issue(visit, test, Form.of({"etag": test.etag}))


@router.post("/{test_id}/issue")
def issue_version(visit: Visitor, test_id: str, form: Sent) -> Answer:
    """Make the draft, as it was shown, the next version."""
    try:
        visit.clients.tests.PublishTest(
            test_pb.PublishTestRequest(name=f"tests/{test_id}", etag=form.text("etag"), request_id=form.request_id)
        )
    except Refused as error:
        test = _load(visit, test_id)
        drafts.refuse(visit, form, error, test)
        return _before_issue(visit, test, form)
    return visit.go(f"/tests/{test_id}/edit", done="test-issued")


@router.get("/{test_id}/versions/{number}")
def version(visit: Visitor, test_id: str, number: Number) -> Answer:
    """A version with its answers, as it stays for ever."""
    found = visit.clients.tests.GetAnswerKey(test_pb.GetAnswerKeyRequest(name=f"tests/{test_id}/versions/{number}"))
    return visit.page("tests/version.html", version=found, test_id=test_id, number=number)


def _load(visit: Visit, test_id: str) -> test_pb.Test:
    return visit.clients.tests.GetTest(test_pb.GetTestRequest(name=f"tests/{test_id}"))


def _item(test: test_pb.Test, number: int) -> test_pb.Item:
    if not 1 <= number <= len(test.items) + 1:
        raise HTTPException(404)
    return test.items[number - 1] if number <= len(test.items) else test_pb.Item()


def _place_now(saved: test_pb.Test, number: int, form: Form) -> int:
    """Return where a question stands by now that was opened at *number*.

    One that somebody removed meanwhile would be a new one: it replaces no other.
    """
    if question := form.text("question"):
        return next((n for n, item in enumerate(saved.items, start=1) if item.id == question), len(saved.items) + 1)
    return drafts.place_now([item.text.strip() for item in saved.items], number, form.text("opened"))


def _rows(form: Form) -> int:
    """How many rows for options the form shows."""
    given = sentences.as_number(form.text("rows"))
    return _FIRST_OPTIONS if given is None else min(given, _MOST_OPTIONS)


def _written(form: Form) -> test_pb.Item:
    """Return the question that the form describes; rows without text are no options."""
    item = test_pb.Item(
        text=form.text("text"),
        kind=_KINDS.get(form.text("kind"), test_pb.Item.SINGLE),
        explanation=form.text("explanation"),
    )
    if form.text("section"):
        item.section = min(form.number("section"), 9999)
    right = form.all("right")
    for n in range(1, _rows(form) + 1):
        if text := form.text(f"option-{n}"):
            item.options.add(text=text, correct=str(n) in right)
        elif str(n) in right:
            form.errors[f"option-{n}"] = f"Option {n} is marked right and has no text."
    return item


def _form_of(test: test_pb.Test) -> Form:
    return Form.of({"title": test.title, "pass_mark": str(test.pass_mark), "etag": test.etag})


def _save(visit: Visit, test: test_pb.Test, form: SentForm) -> bool:
    """Save the draft as the form's owner read it; if it is refused, the form says why."""
    test.etag = form.text("etag")
    try:
        visit.clients.tests.UpdateTest(test_pb.UpdateTestRequest(test=test, request_id=form.request_id))
    except Refused as error:
        drafts.refuse(visit, form, error, _load(visit, test.name.removeprefix("tests/")))
        return False
    return True


def _editor(visit: Visit, test: test_pb.Test, form: Form) -> Answer:
    versions = visit.clients.tests.ListTestVersions(test_pb.ListTestVersionsRequest(parent=test.name, page_size=20))
    course = _course(visit, test)
    return visit.page(
        "tests/editor.html",
        status=400 if form.errors else 200,
        test=test,
        form=form,
        remarks=remarks(test, course),
        course=course,
        versions=versions.test_versions,
    )


def _question(visit: Visit, test: test_pb.Test, number: int, form: Form, *, added: int = 0) -> Answer:
    """The form of a question; the first row that was just *added* has the focus."""
    course = _course(visit, test)
    for n in range(1, _rows(form) + 1):
        form.values.setdefault(f"option-{n}", [""])
    return visit.page(
        "tests/question.html",
        status=400 if form.errors else 200,
        test=test,
        number=number,
        saved=_item(test, number),
        rows=_rows(form),
        most=_MOST_OPTIONS,
        added=added,
        course=course,
        sections=[("", "None")]
        + [(str(n), f"{n}. {section.title}") for n, section in enumerate(course.sections if course else (), start=1)],
        form=form,
    )


def _try(visit: Visit, test: test_pb.Test, form: Form, tried: sitting_pb.Sitting | None) -> Answer:
    blocking = [fault for fault in test.faults if fault.blocking]
    return visit.page(
        "tests/try.html",
        status=400 if form.errors else 200,
        test=test,
        form=form,
        tried=tried,
        look_again=taking.look_again(tried) if tried else [],
        # A draft that cannot be taken is not offered to be answered for nothing.
        remarks=[(fault.item, sentences.about_question(fault.item, fault.rule)) for fault in blocking],
        course=None,
    )


def _before_issue(visit: Visit, test: test_pb.Test, form: Form) -> Answer:
    course = _course(visit, test)
    said = remarks(test, course)
    return visit.page(
        "tests/issue.html",
        status=400 if form.errors else 200,
        test=test,
        form=form,
        remarks=said,
        blocked=any(fault.blocking for fault in test.faults),
        course=course,
    )


def _course(visit: Visit, test: test_pb.Test) -> course_pb.Course | None:
    """Return the course whose draft ends with this test; of several the first by title."""
    found = visit.clients.courses.ListCourses(course_pb.ListCoursesRequest(test=test.name, page_size=1)).courses
    return visit.clients.courses.GetCourse(course_pb.GetCourseRequest(name=found[0].name)) if found else None


def remarks(test: test_pb.Test, course: course_pb.Course | None) -> list[tuple[int, str]]:
    """What is to be mended: the number of the question (0 = the whole test), and what about it."""
    said = [(fault.item, sentences.about_question(fault.item, fault.rule)) for fault in test.faults]
    if course:
        most = len(course.sections)
        for number, item in enumerate(test.items, start=1):
            if not item.section:
                said.append((number, f"Question {number} should name the section to look at again."))
            elif item.section > most:
                said.append((number, f"Question {number} points to section {item.section}; the course has {most}."))
    return sorted(said, key=lambda line: line[0] or len(test.items) + 1)
