"""Papers of a meeting, and what is to be done after it."""

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as pb
from gateway.committees import phrases, shown
from gateway.web.forms import Form, SentForm
from gateway.web.rights import only
from gateway.web.visit import Answer, Number, Sent, Visit, Visitor
from servicekit.calendar import YEARS_OF_DOCUMENTS

router = APIRouter(prefix="/committees/{slug}")

_AT = "/meetings/{meeting_id}/papers"
_LONGEST = 200_000


@router.get(_AT + "/new")
def new_paper(visit: Visitor, slug: str, meeting_id: str) -> Answer:
    """Add a paper or a recording's link."""
    empty = {"paper_title": "", "paper_kind": "PAPER", "text": "", "link": "", "paper_public": ""}
    return _form(visit, slug, meeting_id, Form.of(empty), None)


@router.post(_AT + "/new")
def add_paper(visit: Visitor, slug: str, meeting_id: str, form: Sent) -> Answer:
    """Save it."""
    if _added(visit, slug, meeting_id, form, ""):
        return visit.go(f"/committees/{slug}/meetings/{meeting_id}#papers", done="paper-added")
    return _form(visit, slug, meeting_id, form, None)


@router.get(_AT + "/{paper_id}")
def paper_page(visit: Visitor, slug: str, meeting_id: str, paper_id: str, edition: Number = 0) -> Answer:
    """A paper: its newest edition, or the one that is asked for."""
    document = _document(visit, slug, meeting_id, paper_id, edition)
    meeting = shown.meeting(visit, slug, meeting_id)
    return visit.page(
        "committees/paper.html",
        committee=shown.load(visit, slug),
        meeting=meeting,
        document=document,
        phrases=phrases,
        here=shown.path(document.name),
        base=shown.path(meeting.name),
        back=f"/committees/{slug}",
    )


@router.get(_AT + "/{paper_id}/edition")
def new_edition(visit: Visitor, slug: str, meeting_id: str, paper_id: str) -> Answer:
    """Write a new edition of a paper."""
    before = _document(visit, slug, meeting_id, paper_id)
    values = {
        "paper_title": before.title,
        "paper_kind": pb.Document.Kind.Name(before.kind),
        "text": before.text,
        "link": before.link,
        "paper_public": "yes" if before.public else "",
    }
    return _form(visit, slug, meeting_id, Form.of(values), before)


@router.post(_AT + "/{paper_id}/edition")
def add_edition(visit: Visitor, slug: str, meeting_id: str, paper_id: str, form: Sent) -> Answer:
    """Save it; the editions before it stay as they are."""
    before = _document(visit, slug, meeting_id, paper_id)
    if _added(visit, slug, meeting_id, form, before.name):
        return visit.go(shown.path(before.name), done="paper-added")
    return _form(visit, slug, meeting_id, form, before)


@router.get("/actions/new")
def new_action(visit: Visitor, slug: str, meeting: str = "", item: str = "") -> Answer:
    """Add something that is to be done."""
    empty = {"what": "", "owner": "", "due_date": "", "meeting": meeting, "item": item}
    return _action(visit, shown.load(visit, slug), Form.of(empty))


@router.post("/actions/new")
def add_action(visit: Visitor, slug: str, form: Sent) -> Answer:
    """Save it."""
    committee, meeting = shown.load(visit, slug), form.text("meeting")
    what = form.needs("what", "Say what is to be done.")
    owner = form.needs("owner", "Choose who does it.")
    due = form.day("due_date", YEARS_OF_DOCUMENTS, "Say by when.")
    asked = pb.CreateActionRequest(
        parent=committee.name,
        action=pb.Action(
            what=what,
            owner=owner,
            due_date=due.isoformat() if due else "",
            meeting=f"{committee.name}/meetings/{meeting}" if meeting else "",
            item=form.text("item"),
        ),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.meetings.CreateAction, asked):
        at = f"/meetings/{meeting}" if meeting else ""
        return visit.go(f"{shown.path(committee.name)}{at}#to-do", done="action-added")
    return _action(visit, committee, form)


@router.post("/actions/{action_id}/done")
def complete(visit: Visitor, slug: str, action_id: str, form: Sent) -> Answer:
    """Say that it is done, or that it is not after all."""
    done = form.text("done") == "yes"
    asked = pb.CompleteActionRequest(
        name=f"{shown.name(slug)}/actions/{action_id}",
        done=done,
        etag=form.text("etag"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.meetings.CompleteAction, asked):
        return visit.go(f"/committees/{slug}#to-do", done="action-done" if done else "action-open")
    return visit.page("committees/action_refused.html", status=400, form=form, committee=shown.load(visit, slug))


def _document(visit: Visit, slug: str, meeting_id: str, paper_id: str, edition: int = 0) -> pb.Document:
    name = f"{shown.name(slug)}/meetings/{meeting_id}/documents/{paper_id}"
    return visit.clients.meetings.GetDocument(pb.GetDocumentRequest(name=name, edition=edition))


def _added(visit: Visit, slug: str, meeting_id: str, form: SentForm, of: str) -> bool:
    """Ask for a new paper, or a new edition of one; False where the form has to be shown again."""
    kind = form.text("paper_kind")
    title = form.needs("paper_title", "Give it a name.")
    if kind not in (*phrases.PAPERS, *(["MINUTES"] if of else [])):
        form.errors["paper_kind"] = "Choose what it is."
        kind = "PAPER"
    text = form.block("text")
    if kind == "RECORDING":
        form.needs("link", "Give the address of the recording.")
    else:
        form.needs("text", "Write or paste its text.")
    if len(text) > _LONGEST:
        form.errors["text"] = f"This must have at most {_LONGEST:,} characters; it has {len(text):,}."
    asked = pb.AddEditionRequest(
        parent=f"{shown.name(slug)}/meetings/{meeting_id}",
        document=of,
        kind=pb.Document.Kind.Value(kind),
        title=title,
        link=form.text("link") if kind == "RECORDING" else "",
        public=form.text("paper_public") == "yes",
        request_id=form.request_id,
    )
    if kind != "RECORDING":
        shown.write(asked, "text", text)
    return form.accepted(visit.clients.meetings.AddEdition, asked)


def _form(visit: Visit, slug: str, meeting_id: str, form: Form, before: pb.Document | None) -> Answer:
    meeting = shown.meeting(visit, slug, meeting_id)
    only(meeting.can_run)
    if before is not None and not phrases.is_written(before, meeting):
        raise HTTPException(404)
    base = shown.path(meeting.name)
    return visit.page(
        "committees/paper_form.html",
        status=400 if form.errors else 200,
        committee=shown.load(visit, slug),
        meeting=meeting,
        form=form,
        before=before,
        kinds=list(phrases.papers(meeting).items()),
        here=f"{shown.path(before.name)}/edition" if before else f"{base}/papers/new",
        base=base,
        back=f"/committees/{slug}",
    )


def _action(visit: Visit, committee: body_pb.Body, form: Form) -> Answer:
    only(shown.runs(visit, committee))
    found = shown.people(visit, committee)
    owners = [(one.person, f"{found.name(one.person)}, {found.place(one)}") for one in found.each]
    return visit.page(
        "committees/action_new.html",
        status=400 if form.errors else 200,
        committee=committee,
        form=form,
        offered=[("", "Choose one"), *owners],
        base=shown.path(committee.name),
    )
