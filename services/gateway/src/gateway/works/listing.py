"""Courses under way, as a list: what waits, what a committee has before it, and the five steps beside one another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.web import declared, sheets
from gateway.web.forms import Form
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.works import forms, gates, phrases, shown
from servicekit.rpc.client import Refused

router = APIRouter()

_ROWS, _FILE = 100, 200
_NAMES = declared.names(forms.NEW)
_COLUMNS = ("Number", "Title", "Why", "Step", "State", "Class", "Ready", "With", "Since", "Due", "Takes effect")


@dataclass(frozen=True)
class Column:
    """A step with the works in it."""

    title: str
    asks: str
    works: Sequence[pb.Work]


@router.get("/works")
def works_page(visit: Visitor, size: str = "", holder: str = "", page: str = "") -> Answer:
    """All that is under way, by step and by day."""
    answer = visit.clients.works.ListWorks(pb.ListWorksRequest(page_size=_ROWS, page_token=page))
    committees = shown.bodies(visit)
    found = answer.works
    names = shown.names(visit, [one.holder for one in found], committees)
    chosen = [one for one in found if fits(one, size, holder, names)]
    return visit.page(
        "works/works.html",
        columns=_columns(chosen),
        total=len(found),
        count=len(chosen),
        waiting=[one for one in found if names.waits_for_me(one)],
        before=[(body, held) for body in committees if (held := [one for one in found if one.holder == body.name])],
        names=names,
        form=Form.of({"size": size, "holder": holder}),
        sizes=[("", "Any"), *phrases.CLASSES.items()],
        holders=_holders(found, names),
        filtered=bool(size or holder),
        next_page=answer.next_page_token,
        page=page,
        phrases=phrases,
        gates=gates,
        writes=shown.may_write(visit),
        path=shown.path,
    )


@router.get("/works/ended")
def ended_page(visit: Visitor, page: str = "") -> Answer:
    """Those that ended, in pages."""
    answer = visit.clients.works.ListWorks(pb.ListWorksRequest(page_size=_ROWS, page_token=page, ended=True))
    return visit.page(
        "works/ended.html",
        works=answer.works,
        next_page=answer.next_page_token,
        page=page,
        phrases=phrases,
        path=shown.path,
    )


@router.get("/works/works.csv")
def works_file(visit: Visitor) -> Answer:
    """All that is under way, as a file."""
    found: list[pb.Work] = []
    request = pb.ListWorksRequest(page_size=_FILE)
    while True:
        answer = visit.clients.works.ListWorks(request)
        found += answer.works
        request.page_token = answer.next_page_token
        if not answer.next_page_token:
            break
    names = shown.names(visit, [one.holder for one in found], shown.bodies(visit))
    lines = [
        (
            one.name.removeprefix("works/"),
            one.title,
            phrases.called(one),
            phrases.phase(one),
            phrases.status(one),
            phrases.size(one),
            gates.ready(one),
            names.of(one.holder),
            sheets.moment(one.held_since),
            one.target_date,
            one.effective_date,
        )
        for one in found
    ]
    return visit.download(sheets.file_of(_COLUMNS, lines), "courses-under-way.csv", sheets.MEDIA_TYPE)


@router.get("/works/new")
def new_work(visit: Visitor) -> Answer:
    """Begin a work with its need."""
    only(shown.may_write(visit))
    return _form(visit, Form.of(declared.shown(forms.NEW, pb.Work())))


@router.post("/works/new")
def create_work(visit: Visitor, form: Sent) -> Answer:
    """Begin it."""
    said = pb.Work(demonstration=visit.gateway.settings.demo)
    declared.read(forms.NEW, form, said)
    for one in declared.missing(forms.NEW, said):
        form.errors.setdefault(one.name, "Fill this in.")
    if not form.errors:
        from_letter(visit, said)
        try:
            made = visit.clients.works.CreateWork(pb.CreateWorkRequest(work=said, request_id=form.request_id))
        except Refused as error:
            form.refuse(error, _NAMES)
        else:
            return visit.go(shown.path(made.name), done="work-begun")
    return _form(visit, form)


def from_letter(visit: Visit, work: pb.Work) -> None:
    """Link a work to the letter whose number its source says, and take over its day where none is said."""
    if work.source != pb.Work.LETTER:
        if work.source_name.startswith("notices/"):
            work.source_name = ""
        return
    letter = shown.issued_letter(visit, work.source_text)
    work.source_name = letter.name if letter else ""
    if letter and not work.effective_date:
        work.effective_date = letter.effective_date


def _form(visit: Visit, form: Form) -> Answer:
    return visit.page("works/new.html", status=400 if form.errors else 200, form=form, fields=forms.NEW)


def fits(work: pb.Work, size: str, holder: str, names: shown.Names) -> bool:
    """Whether a work is of that class and with whom is asked for; `me` is the visitor, or a committee of theirs."""
    if size and phrases.CLASSES.get(size) != phrases.size(work):
        return False
    return not holder or work.holder == holder or (holder == "me" and names.waits_for_me(work))


def _columns(works: Iterable[pb.Work]) -> list[Column]:
    by_phase: Mapping[str, list[pb.Work]] = {name: [] for name in phrases.PHASES}
    for one in works:
        by_phase[pb.Phase.Name(one.phase)].append(one)
    return [Column(title, phrases.ASKS[name], by_phase[name]) for name, title in phrases.PHASES.items()]


def _holders(works: Iterable[pb.Work], names: shown.Names) -> list[tuple[str, str]]:
    known = {one.holder: names.of(one.holder) for one in works if one.holder}
    return [("", "Anybody"), ("me", "Me or my committees"), *sorted(known.items(), key=lambda one: one[1].casefold())]
